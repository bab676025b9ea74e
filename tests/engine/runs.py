"""Small data sets and projects for tests of training, and a sink that sorts reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten, Layer
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine.control import RunControl
from desktop.engine.reports import EpochEnded, Progress, Report, RunEnded, RunStarted
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer

R = TypeVar("R")

HIDDEN = Dense(units=8, activation=ActivationFunction.RELU)
OUTPUT = Dense(units=10, activation=ActivationFunction.SOFTMAX)
STACK: tuple[Layer, ...] = (Flatten(), HIDDEN, OUTPUT)


def rows(count: int, seed: int = 0) -> Rows:
    """Images of ten classes that are easily told apart."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 10, count)
    x = random.random((count, 8, 8), dtype=np.float32) * 0.3
    x[np.arange(count), y % 8, y // 2] += 1.0
    return Rows(x, y)


def dataset(training: int = 100, validation: int = 20) -> Dataset:
    checked = rows(validation, 1) if validation else None
    return Dataset(
        Digits(),
        Digits().known_schema,
        rows(training),
        checked,
        rows(10, 2),
        test_is_training=False,
    )


def project(*layers: Layer, **training: Any) -> Project:
    """Three epochs in batches of 10, unless told otherwise."""
    return Project(
        data=Digits(),
        layers=layers or STACK,
        training=Training(**{"epochs": 3, "batch_size": 10, **training}),
    )


class Reports:
    """A sink; `then` is called with every report after it was kept."""

    def __init__(self, then: Callable[[Report], None] | None = None) -> None:
        self.all: list[Report] = []
        self._then = then

    def __call__(self, report: Report) -> None:
        self.all.append(report)
        if self._then is not None:
            self._then(report)

    def of(self, kind: type[R]) -> list[R]:
        return [report for report in self.all if isinstance(report, kind)]

    @property
    def started(self) -> RunStarted:
        (report,) = self.of(RunStarted)
        return report

    @property
    def ended(self) -> RunEnded:
        """The end of the run, which has to be one and the last report."""
        (report,) = self.of(RunEnded)
        assert self.all[-1] is report
        return report

    @property
    def epochs(self) -> list[EpochEnded]:
        return self.of(EpochEnded)

    @property
    def progress(self) -> list[Progress]:
        return self.of(Progress)


def train(
    what: Project,
    trainer: Trainer | None = None,
    control: RunControl | None = None,
    *,
    resume: bool = False,
    then: Callable[[Report], None] | None = None,
    run: str | None = None,
) -> Reports:
    reports = Reports(then)
    trainer = trainer or Trainer(dataset())
    trainer.run(what, reports, control or RunControl(), resume=resume, run=run)
    return reports
