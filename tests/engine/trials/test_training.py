"""A plan and the training of its trials in this process."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace

import pytest

from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.optimizers import SGD
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.reports import EpochEnded, Outcome, Report
from desktop.engine.training import Trainer
from desktop.engine.trials.plan import RepeatPlan, seeds_of
from desktop.engine.trials.training import train_trial
from desktop.engine.trials.trial import Trial


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer(datasets.load(Digits()))


def project(**training: object) -> Project:
    layers = (Flatten(), Dense(units=8, activation="relu"), Dense(units=10, activation="softmax"))
    settings = {"epochs": 3, "batch_size": 512, "seed": 7, **training}
    return Project(data=Digits(), layers=layers, training=Training(**settings))


@dataclass(frozen=True)
class StopAfter:
    """Stops every trial after one epoch."""

    epoch: int
    metric: str = "val_accuracy"

    def should_stop(self, epoch: int, value: float) -> bool:
        return 0 <= value <= 1 and epoch == self.epoch


def test_a_repeat_gives_each_seed_once_but_those_it_is_told_of(trainer: Trainer) -> None:
    plan = RepeatPlan(project(), seeds_of(project(), 3), "name")
    second = train_trial(Trial(2, project(epochs=1, seed=8)), trainer, RunControl())
    assert (plan.total, plan.is_done) == (3, False)
    plan.tell(second)
    given = [plan.next(), plan.next()]
    assert [(each.number, each.project.training.seed) for each in given if each] == [(1, 7), (3, 9)]
    assert (plan.next(), plan.is_done) == (None, True)


def test_the_result_of_a_trial(trainer: Trainer) -> None:
    reports: list[Report] = []
    trial = Trial(1, project(early_stopping=None))
    found = train_trial(trial, trainer, RunControl(), reports.append)
    epochs = [each for each in reports if isinstance(each, EpochEnded)]
    assert (found.trial, found.outcome, found.epochs) == (trial, Outcome.FINISHED, 3)
    assert (found.run, found.results) == (epochs[-1].run, dict(epochs[-1].logs))
    assert found.is_over and not found.pruned


def test_a_training_that_fails_is_a_result(trainer: Trainer) -> None:
    """Its learning rate makes the training diverge."""
    trial = Trial(1, project(optimizer=SGD(learning_rate=1e30)))
    found = train_trial(trial, trainer, RunControl())
    assert (found.outcome, dict(found.results), found.is_over) == (Outcome.FAILED, {}, True)
    assert "diverged" in found.message


def test_a_stopped_trial_is_not_over(trainer: Trainer) -> None:
    control = RunControl()

    def stop(report: Report) -> None:
        if isinstance(report, EpochEnded):
            control.stop()

    found = train_trial(Trial(1, project()), trainer, control, stop)
    assert (found.outcome, found.epochs, found.is_over) == (Outcome.STOPPED, 1, False)


def test_a_pruned_trial_has_the_results_of_its_last_epoch(trainer: Trainer) -> None:
    trial = replace(Trial(1, project()), pruner=StopAfter(2))
    found = train_trial(pickle.loads(pickle.dumps(trial)), trainer, RunControl())
    assert (found.pruned, found.is_over, found.epochs) == (True, True, 2)
    assert found.values[-1] == found.results["val_accuracy"]
    assert len(found.values) == 2
