"""Balanced classes: rows of rare classes count more, as Keras's class_weight has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desktop.engine.batches import Batches
from desktop.engine.builder import build
from desktop.engine.encoding import encode
from desktop.engine.reports import EpochEnded
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import dataset, project, train


@pytest.fixture
def unbalanced() -> Dataset:
    """60 rows: 51 of class 0, one of each other class."""
    data = dataset(60)
    y = np.where(np.arange(60) < 51, 0, np.arange(60) - 50).astype(np.int64)
    return replace(data, training=Rows(data.training.x, y))


def losses(ended: list[EpochEnded]) -> list[float]:
    return [each.logs["loss"] for each in ended]


def test_the_weights_are_those_of_scikit_learn_times_the_rows_own(unbalanced: Dataset) -> None:
    from sklearn.utils.class_weight import compute_sample_weight

    own = np.linspace(0.5, 2, 60, dtype=np.float32)
    weighted = replace(unbalanced, training=Rows(unbalanced.training.x, unbalanced.training.y, own))
    settings = project(balance_classes=True).training
    expected = compute_sample_weight("balanced", unbalanced.training.y)
    found = unbalanced.training_rows(settings).sample_weight
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    found = weighted.training_rows(settings).sample_weight
    np.testing.assert_allclose(found, expected * own, rtol=1e-6)
    settings = project().training
    assert unbalanced.training_rows(settings).sample_weight is None
    assert weighted.training_rows(settings).sample_weight is own


def test_training_is_that_of_fit_with_class_weight(unbalanced: Dataset) -> None:
    what = project(balance_classes=True, epochs=1, shuffle=False, seed=3)
    reports = train(what, Trainer(unbalanced))
    rows = unbalanced.training
    counts = np.bincount(rows.y)
    order = Batches(rows, rows.y, 10).order()
    history = build(what, 3).fit(
        rows.x[order],
        encode(rows.y, what)[order],
        batch_size=10,
        shuffle=False,
        verbose=0,
        class_weight={label: 60 / (10 * count) for label, count in enumerate(counts)},
    )
    assert losses(reports.epochs) == pytest.approx(history.history["loss"], rel=1e-5)


def test_the_switch_counts_in_further_epochs(unbalanced: Dataset) -> None:
    trainer = Trainer(unbalanced)
    train(project(epochs=1), trainer)
    [plain] = losses(train(project(epochs=1), trainer, resume=True).epochs)
    [balanced] = losses(train(project(epochs=1, balance_classes=True), trainer, resume=True).epochs)
    assert balanced > plain  # hardly anything was learned of the rare classes so far
