"""Runs beside one another: what differs between two of them, and their results."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.document.comparison import SEEDS_DIFFER, Difference, differences, objections
from desktop.document.metrics import VALIDATION_PREFIX
from desktop.document.storage import ProjectFileError
from desktop.engine.runs.summary import RunSummary


@dataclass(frozen=True)
class RunComparison:
    """Two runs: what differs between their projects, and their values, the first's before.

    `warnings` say why the one cannot be the cause of the other; a value that a run lacks is None.
    """

    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]
    values: Mapping[str, tuple[float | None, float | None]]


def compare(one: RunSummary, other: RunSummary) -> RunComparison:
    """What differs between two runs. Raises ProjectFileError if a project cannot be read."""
    found = differences(one.project, other.project)
    warnings = list(
        objections(
            found,
            same_data=one.data_fingerprint == other.data_fingerprint,
            same_split=one.split_fingerprint == other.split_fingerprint,
        )
    )
    if one.seed != other.seed and one.project.training.seed == other.project.training.seed:
        warnings.append(SEEDS_DIFFER)
    for run, name in ((one, "first"), (other, "second")):
        if run.first_epoch:
            warnings.append(f"The {name} run continues one of {run.first_epoch} epochs")
    lengths = one.first_epoch + one.epochs, other.first_epoch + other.epochs
    wanted = one.project.training.epochs, other.project.training.epochs
    if lengths[0] != lengths[1] and wanted[0] == wanted[1]:
        warnings.append(f"One was trained for {lengths[0]} epochs, the other for {lengths[1]}")
    return RunComparison(found, tuple(warnings), _values(one, other))


def _values(one: RunSummary, other: RunSummary) -> dict[str, tuple[float | None, float | None]]:
    """The best of each metric, on validation rows first, then what it cost."""
    values: dict[str, tuple[float | None, float | None]] = {}
    for name in metric_names([one, other]):
        values[name] = one.best.get(name), other.best.get(name)
    for name in dict.fromkeys([*one.test, *other.test]):
        values[f"test_{name}"] = one.test.get(name), other.test.get(name)
    for name in ("epochs", "seconds", "parameters"):
        values[name] = getattr(one, name), getattr(other, name)
    return values


def metric_names(runs: Sequence[RunSummary]) -> tuple[str, ...]:
    """The metrics that any of `runs` has, those on validation rows first."""
    names = dict.fromkeys(name for run in runs for name in run.best)
    return tuple(sorted(names, key=lambda name: not name.startswith(VALIDATION_PREFIX)))


def change(run: RunSummary, before: RunSummary | None) -> tuple[Difference, ...]:
    """What is not as in the run before, if there is one.

    Nothing is said of a project that cannot be read, as it is of a newer Layerwise.
    """
    try:
        return () if before is None else differences(before.project, run.project)
    except ProjectFileError:
        return ()


def table_content(runs: Sequence[RunSummary]) -> bytes:
    """A CSV file with a line for each of `runs`, and a column for each metric."""
    best = metric_names(runs)
    test = tuple(dict.fromkeys(name for run in runs for name in run.test))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    plain = ("id", "name", "data", "seed", "parameters", "epochs", "seconds", "outcome", "notes")
    table.writerow([*plain, "starred", *best, *(f"test_{name}" for name in test)])
    for run in runs:
        values = (run.state if name == "outcome" else getattr(run, name) for name in plain)
        table.writerow(
            [
                *("" if value is None else value for value in values),
                int(run.starred),
                *(_cell(run.best.get(name)) for name in best),
                *(_cell(run.test.get(name)) for name in test),
            ]
        )
    return text.getvalue().encode()


def _cell(value: float | None) -> float | str:
    return "" if value is None else value
