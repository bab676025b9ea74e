"""A trial, which is one training of a group, and its result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from desktop.document.json_values import Settings
from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX
from desktop.document.project import Project
from desktop.engine.reports import Outcome


class Pruner(Protocol):
    """Judges a trial as it goes. Pickled with it, so it holds plain values only."""

    @property
    def metric(self) -> str:
        """What it judges by, e.g. "val_loss"."""

    def should_stop(self, epoch: int, value: float) -> bool:
        """Whether the rest is not worth its time, after the 1-based `epoch` with that value."""


@dataclass(frozen=True)
class Trial:
    """One training of a group, before it is made. It can be pickled.

    `number` counts from 1 within the group. `project` has the seed of the trial. `settings` are
    those that the group varies, as {"layers[1].units": 64}. `name` is that of the run. Where there
    is a `problem`, the settings make no network that works, and the trial fails without training.
    """

    number: int
    project: Project
    settings: Settings = field(default_factory=dict)
    name: str = ""
    pruner: Pruner | None = None
    problem: str = ""


@dataclass(frozen=True)
class TrialResult:
    """The result of a trial.

    `run` is the id of its run, "" if it never began. `results` are Keras's logs of the epoch that
    the weights in the end are of; empty if the trial failed, and then `message` says why. `values`
    are those of the metric that the pruner judged by, epoch by epoch. A trial that was `pruned`
    was stopped by its pruner. `warnings` say what of the run could not be kept.
    """

    trial: Trial
    run: str
    outcome: Outcome
    message: str
    epochs: int
    seconds: float
    results: Mapping[str, float]
    values: tuple[float, ...] = ()
    pruned: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do for the trial: it was not stopped by the user."""
        return self.pruned or self.outcome in (Outcome.FINISHED, Outcome.FAILED)


def compared_metrics(project: Project, results: Sequence[TrialResult]) -> tuple[str, ...]:
    """The results to judge networks by, the one that matters most first.

    They are of the validation rows, or of the training rows where there are none of those; the
    metrics of `project` in their order, then the loss.
    """
    names = {name for each in results for name in each.results} - {LEARNING_RATE}
    validation = [name for name in names if name.startswith(VALIDATION_PREFIX)]
    prefix = VALIDATION_PREFIX if validation else ""
    wanted = [f"{prefix}{name}" for name in (*project.training.metrics, LOSS)]
    return tuple(name for name in wanted if name in names)


def values_of(results: Sequence[TrialResult], metric: str) -> tuple[float, ...]:
    """What each of `results` has in `metric`, NaN for a trial without it."""
    return tuple(each.results.get(metric, math.nan) for each in results)
