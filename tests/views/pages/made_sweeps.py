"""Grids and searches with results, made without training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from desktop.document.project import Project
from desktop.document.space import Space
from desktop.engine.reports import Outcome
from desktop.engine.trials.group import Group
from desktop.engine.trials.sweeps import new_sweep
from desktop.engine.trials.trial import Trial, TrialResult
from desktop.workers.sweeps import judging_metrics

Result = Callable[[dict[str, Any]], float]  # of settings; NaN where the training failed


def made_grid(project: Project, space: Space, result: Result, done: int | None = None) -> Group:
    """A grid of which `done` trials, or all, are over."""
    group = new_sweep(project, space, judging_metrics(project)[0], name="made")
    return with_results(group, list(space.combinations())[:done], result)


def with_results(group: Group, tried: list[dict[str, Any]], result: Result) -> Group:
    """`group` with the results of these settings."""
    results = [
        _result(Trial(number, group.project, settings), group.file.metric, result(settings))
        for number, settings in enumerate(tried, start=1)
    ]
    return Group(group.file, group.project, tuple(results))


def _result(trial: Trial, metric: str, value: float) -> TrialResult:
    run = f"run-{trial.number}"
    if math.isnan(value):
        return TrialResult(trial, run, Outcome.FAILED, "The loss\nis NaN", 1, 1.0, {})
    return TrialResult(trial, run, Outcome.FINISHED, "", 3, 1.0, {metric: value})
