"""What is kept of runs: the record that a recorder fills in from the reports of a training."""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace

import numpy as np

from desktop import __version__
from desktop.document.data import Digits
from desktop.document.layers import Flatten
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.control import RunControl
from desktop.engine.histograms import weight_histograms
from desktop.engine.records import RunRecord, RunRecorder
from desktop.engine.reports import Outcome, new_run_id
from desktop.engine.reservoir import WeightStore
from desktop.engine.training import Trainer
from tests.engine.runs import dataset, project


def recorded(
    what: Project, trainer: Trainer, recorder: RunRecorder, *, resume: bool = False
) -> RunRecord:
    trainer.run(what, recorder, RunControl(), resume=resume)
    assert recorder.record is not None
    return recorder.record


def test_a_record_tells_what_was_trained_with_what_and_how_it_went() -> None:
    what = project(epochs=2, seed=7, metrics=("accuracy",))
    record = recorded(what, Trainer(dataset()), RunRecorder())
    assert (record.project, record.seed) == (what, 7)
    assert record.program == __version__
    assert record.engine.keras == version("keras")
    assert record.engine.tensorflow == version("tensorflow")
    assert record.outcome is Outcome.FINISHED
    assert record.seconds > 0
    assert [epoch.epoch for epoch in record.epochs] == [1, 2]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(record.epochs[0].logs)
    assert len(record.curves.steps["loss"]) == 2 * 10
    weights = record.curves.weights
    for layer in weights.layers:
        for name in weights.weights_of(layer):
            reservoir = weights.reservoir(layer, name)
            assert reservoir is not None
            assert reservoir.epochs == (0, 1, 2)


def test_every_run_has_an_id_of_its_own() -> None:
    ids = [recorded(project(epochs=1), Trainer(dataset()), RunRecorder()).id for _ in range(2)]
    ids += [new_run_id() for _ in range(1000)]
    assert len(set(ids)) == len(ids)


def test_training_further_is_a_record_of_its_own_on_the_same_curves() -> None:
    trainer, recorder = Trainer(dataset()), RunRecorder()
    first = recorded(project(epochs=2), trainer, recorder)
    second = recorded(project(epochs=3), trainer, recorder, resume=True)
    assert first.id != second.id
    assert [epoch.epoch for epoch in second.epochs] == [3, 4, 5]
    np.testing.assert_array_equal(second.curves.training["loss"].x, [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(first.curves.training["loss"].x, [1, 2])
    assert len(first.curves.weights) < len(second.curves.weights)
    recorder.clear()
    third = recorded(project(epochs=1), trainer, recorder, resume=True)
    assert third.curves.origin == 5
    np.testing.assert_array_equal(third.curves.training["loss"].x, [6])


def test_weights_of_one_name_in_one_layer_are_distinct() -> None:
    keras = backend.keras()
    layer = keras.layers.Bidirectional(keras.layers.LSTM(2))
    layer.build((None, 5, 3))
    stack = Project(data=Digits(), layers=(Flatten(),))
    histograms = weight_histograms(SimpleNamespace(layers=[layer]), stack)
    store = WeightStore()
    store.add(0, histograms)
    assert len(store) == len(layer.weights) == 6
    names = store.weights_of(0)
    assert len(names) == 6
    for name, weight in zip(names, layer.weights, strict=True):
        reservoir = store.reservoir(0, name)
        assert reservoir is not None
        assert reservoir.last[1].path == weight.path
