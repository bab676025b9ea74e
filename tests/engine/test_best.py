"""The best epoch over the life of a network, and its weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desktop.document.callbacks import EarlyStopping
from desktop.document.optimizers import SGD
from desktop.engine import backend
from desktop.engine.best import EpochLogs
from desktop.engine.reports import EpochEnded, Outcome, Report
from desktop.engine.training import Trainer
from tests.engine.runs import Reports, dataset, project, train

GENTLE, WILD = SGD(learning_rate=0.1), SGD(learning_rate=30.0)
RESTORING = EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)


class Weights:
    """Keeps the weights after each epoch."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.after: dict[int, list[Any]] = {}

    def __call__(self, report: Report) -> None:
        if isinstance(report, EpochEnded):
            self.after[report.epoch] = self._trainer.model.get_weights()


def losses(*runs: Reports) -> list[float]:
    return [epoch.logs["val_loss"] for run in runs for epoch in run.epochs]


def test_training_further_to_worse_losses_leaves_the_best_epoch_and_restores_it() -> None:
    trainer = Trainer(dataset())
    weights = Weights(trainer)
    first = train(
        project(seed=1, optimizer=GENTLE, early_stopping=RESTORING), trainer, then=weights
    )
    wild = project(seed=1, optimizer=WILD, early_stopping=RESTORING, epochs=9)
    second = train(wild, trainer, resume=True, then=weights)
    assert second.ended.outcome is Outcome.FINISHED, second.ended.message
    best = 1 + int(np.argmin(losses(first, second)))
    assert best <= 3
    assert second.started.monitor == second.ended.monitor == "val_loss"
    assert second.started.best_epoch == second.ended.best_epoch == best
    assert {epoch.best_epoch for epoch in second.epochs} == {best}
    assert second.ended.restored_epoch == best
    assert trainer.network is not None
    assert trainer.network.weights_epoch == best
    assert f"those of epoch {best} again" in second.ended.message
    for now, then in zip(trainer.model.get_weights(), weights.after[best], strict=True):
        np.testing.assert_array_equal(now, then)


def test_each_epoch_tells_the_best_one_so_far() -> None:
    reports = train(project(seed=1, optimizer=SGD(learning_rate=3.0), epochs=8))
    so_far = [1 + int(np.argmin(losses(reports)[: n + 1])) for n in range(8)]
    assert [epoch.best_epoch for epoch in reports.epochs] == so_far
    assert reports.ended.best_epoch == so_far[-1]


def test_early_stopping_judges_the_earlier_epochs_by_its_own_monitor() -> None:
    trainer = Trainer(dataset())
    first = train(project(seed=1, optimizer=GENTLE), trainer)
    assert first.started.monitor == "val_loss"
    stopping = EarlyStopping(monitor="accuracy", patience=5)
    second = train(project(seed=1, optimizer=GENTLE, early_stopping=stopping), trainer, resume=True)
    accuracy = [epoch.logs["accuracy"] for run in (first, second) for epoch in run.epochs]
    assert second.started.monitor == "accuracy"
    assert second.started.best_epoch == 1 + int(np.argmax(accuracy[:3]))
    assert second.ended.best_epoch == 1 + int(np.argmax(accuracy))


def test_weights_that_were_not_kept_are_not_promised() -> None:
    trainer = Trainer(dataset())
    first = train(project(seed=1, optimizer=GENTLE), trainer)
    wild = project(seed=1, optimizer=WILD, early_stopping=RESTORING, epochs=9)
    second = train(wild, trainer, resume=True)
    best = 1 + int(np.argmin(losses(first, second)))
    assert (best <= 3, second.ended.best_epoch) == (True, best)
    restored = 4 + int(np.argmin(losses(second)))
    assert second.ended.restored_epoch == restored < second.ended.epoch
    assert f"those of epoch {best}, which was better, were not kept" in second.ended.message


@pytest.mark.parametrize("min_delta", [0.0, 0.125])
@pytest.mark.parametrize("start", [0, 3])
@pytest.mark.parametrize("mode", ["min", "max"])
def test_the_best_epoch_is_that_of_keras(min_delta: float, start: int, mode: str) -> None:
    settings = {"monitor": "loss", "min_delta": min_delta, "start_from_epoch": start, "mode": mode}
    theirs = backend.keras().callbacks.EarlyStopping(**settings, patience=100)
    theirs.on_train_begin()
    ours = EpochLogs()
    ours.begin(project(early_stopping=EarlyStopping(**settings)), validated=False)
    values = np.random.default_rng(5).integers(0, 32, 40) / 32
    for epoch, value in enumerate(values):
        theirs.on_epoch_end(epoch, {"loss": value})
        ours.add(epoch + 1, {"loss": value}, None)
        if epoch >= start:
            assert ours.best.epoch == theirs.best_epoch + 1
        else:
            assert ours.best.epoch is None
