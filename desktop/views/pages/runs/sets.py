"""Runs of one network that differ only in their seeds, taken together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.document.metrics import VALIDATION_PREFIX
from desktop.views.pages.runs.columns import name_of
from desktop.workers.summaries import RunSummary, metric_names


@dataclass(frozen=True)
class RunSet:
    """Runs of the same project on the same rows, whose seeds may differ; the earliest first."""

    runs: tuple[RunSummary, ...]

    @property
    def name(self) -> str:
        """What they are called, if they are called alike; else the name of the earliest."""
        return name_of(self.runs[0])

    def values(self, metric: str) -> list[float]:
        """The result of each run, NaN where it has none."""
        values = (run.value(metric) for run in self.runs)
        return [float("nan") if value is None else value for value in values]


def sets_of(runs: Sequence[RunSummary]) -> list[RunSet]:
    """`runs` by networks, in the order in which these were first trained."""
    found: dict[tuple[str, str | None, str | None], list[RunSummary]] = {}
    for run in sorted(runs, key=lambda run: run.id):
        key = _without_seed(run), run.data_fingerprint, run.split_fingerprint
        found.setdefault(key, []).append(run)
    return [RunSet(tuple(each)) for each in found.values()]


def _without_seed(run: RunSummary) -> str:
    """What was trained, as a text that is equal for equal networks and settings."""
    if run.is_read_only:
        return run.id  # what was trained is not known: like no other
    try:
        project = json.loads(run.project_text)
    except ValueError:
        return run.project_text
    if isinstance(project, Mapping) and isinstance(project.get("training"), dict):
        project["training"].pop("seed", None)
    return json.dumps(project, sort_keys=True)


@dataclass(frozen=True)
class Weighing:
    """The results of two sets in `metric`, to be weighed against each other.

    `paired`: those at the same place are of the same seed and the same split.
    """

    metric: str
    first: tuple[float, ...]
    second: tuple[float, ...]
    paired: bool


def weighings(one: RunSet, other: RunSet) -> list[Weighing]:
    """What there is to weigh between two sets: results on validation rows, if there are any."""
    names = metric_names([*one.runs, *other.runs])
    names = tuple(n for n in names if n.startswith(VALIDATION_PREFIX)) or names
    first, second = _by_seed(one), _by_seed(other)
    paired = (
        first is not None
        and second is not None
        and first.keys() == second.keys()
        and one.runs[0].split_fingerprint == other.runs[0].split_fingerprint
    )
    if paired and first is not None and second is not None:
        seeds = sorted(first)
        one = RunSet(tuple(first[seed] for seed in seeds))
        other = RunSet(tuple(second[seed] for seed in seeds))
    return [Weighing(n, tuple(one.values(n)), tuple(other.values(n)), paired) for n in names]


def _by_seed(runs: RunSet) -> dict[int, RunSummary] | None:
    """The run of each seed; None if some have no seed, or the same one."""
    found = {run.seed: run for run in runs.runs if run.seed is not None}
    return found if len(found) == len(runs.runs) else None
