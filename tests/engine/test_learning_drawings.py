"""A network learns the hand of its user: what it gains, what it keeps, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import Digits, Iris, LogicTable
from desktop.document.drawings import SIDE
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import datasets
from desktop.engine.control import RunControl, Stopped
from desktop.engine.my_drawings import learning
from desktop.engine.my_drawings.learning import LearningError, Recipe, learn
from desktop.engine.my_drawings.painting import paint
from desktop.engine.my_drawings.variants import varied
from desktop.engine.network import Network
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer
from desktop.workers.learning_work import in_words
from tests.kept_drawings import drawings_of, strokes_of

QUICK = Recipe(variants=1, old_rows=5, epochs=3, learning_rate=0.01)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return datasets.load(Digits())


@pytest.fixture
def network(dataset: Dataset) -> Network:
    layers = Flatten(), Dense(units=24, activation="relu"), Dense(units=10, activation="softmax")
    trainer = Trainer(dataset)
    training = Training(epochs=6, seed=1)
    trainer.run(
        Project(data=dataset.source, layers=layers, training=training),
        lambda report: None,
        RunControl(),
    )
    assert trainer.network is not None
    return trainer.network


def test_drawings_that_were_misread_are_learned(network: Network, dataset: Dataset) -> None:
    # A hand whose zeros are sevens and whose sevens are ones: no network knows it before.
    swapped = {"0": "7", "7": "1"}
    drawings = [each.replace(label=swapped[each.label]) for each in drawings_of("07" * 10)]
    before = [weights.copy() for weights in network.model.get_weights()]
    parts: list[float] = []
    learned = learn(network, dataset, drawings, RunControl(), parts.append, QUICK)
    assert (learned.drawings, learned.held_out) == (16, 4)
    assert learned.own is not None and learned.own[0] <= 0.5
    assert learned.rows == dataset.schema.rows.validation
    assert learned.others is not None and learned.others[0] > 0.8
    for now, then in zip(network.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)  # a copy was trained
    assert parts[-1] == 1 and parts == sorted(parts)
    network.run = "a"
    network.take_weights(learned.weights, 2.0)
    assert network.run == "" and network.unsaved_seconds >= 2
    np.testing.assert_array_equal(network.model.get_weights()[0], learned.weights[0])
    text = in_words(learned)
    assert text.startswith("Learned 16 drawings. Accuracy on 4 drawings held out: ")
    assert f"{100 * learned.others[1]:.1f} % now." in text


def test_what_was_known_is_not_lost(
    network: Network, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [each.replace(label="3") for each in drawings_of("017" * 4)]
    reckless = Recipe(variants=2, old_rows=0, epochs=6, learning_rate=0.02)
    monkeypatch.setattr(learning, "SHARES", (1.0,))
    careless = learn(network, dataset, wrong, RunControl(), recipe=reckless)
    monkeypatch.undo()
    careful = learn(network, dataset, wrong, RunControl(), recipe=reckless)
    assert careless.others is not None and careful.others is not None
    assert careless.others[1] < careful.others[1]


def test_learning_can_be_stopped(network: Network, dataset: Dataset) -> None:
    control = RunControl()

    def stop(part: float) -> None:
        if part > 0.5:
            control.stop()

    with pytest.raises(Stopped):
        learn(network, dataset, drawings_of("017"), control, stop, QUICK)


def test_what_cannot_be_learned_is_said(network: Network, dataset: Dataset) -> None:
    with pytest.raises(LearningError, match="no drawings of these classes"):
        learn(network, dataset, [], RunControl())
    for source in (Iris(), LogicTable()):
        with pytest.raises(LearningError, match="does not tell classes of drawings apart"):
            learn(network, datasets.load(source), drawings_of("01"), RunControl())


def test_variants_are_like_the_drawing_and_unlike_each_other() -> None:
    rng = np.random.default_rng(3)
    original = paint(strokes_of("7"))
    variants = [paint(varied(strokes_of("7"), rng)) for _ in range(5)]
    assert len({each.tobytes() for each in variants}) == 5
    for each in variants:
        assert each.shape == (SIDE, SIDE)
        assert 0.4 < each.sum() / original.sum() < 2.5
