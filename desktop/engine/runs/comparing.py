"""Runs beside one another: what differs between two of them, and their results."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.document.comparison import SEEDS_DIFFER, Difference, differences, objections
from desktop.document.metrics import TEST_PREFIX, VALIDATION_PREFIX
from desktop.document.storage import ProjectFileError
from desktop.engine.runs.summary import RunSummary

# What the table of runs says of each, beside its metrics: attributes of RunSummary.
_PLAIN = (
    *("id", "name", "started", "data", "seed", "parameters", "epochs", "seconds", "state"),
    *("starred", "tags", "notes", "group", "trial"),
)

NOTHING_KNOWN = "Logs do not tell the network, the settings or the data: what differs is not known"


@dataclass(frozen=True)
class RunComparison:
    """Two runs: what differs between their projects, and their values, the first's before.

    `warnings` say why the one cannot be the cause of the other; a value that a run lacks is None.
    """

    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]
    values: Mapping[str, tuple[float | None, float | None]]


def compare(one: RunSummary, other: RunSummary, *, test: bool = False) -> RunComparison:
    """What differs between two runs; with `test`, also the results on the test rows.

    Raises ProjectFileError if a project cannot be read.
    """
    if one.is_read_only or other.is_read_only:
        return RunComparison((), (NOTHING_KNOWN,), _values(one, other, test))
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
    later = max(one, other, key=lambda run: run.id)
    if found and later.test_looks:
        warnings.append(
            f"{later.looks_text}, so it may have been made to suit them: test metrics are fair "
            "only where nothing was chosen by them"
        )
    return RunComparison(found, tuple(warnings), _values(one, other, test))


def _values(
    one: RunSummary, other: RunSummary, test: bool
) -> dict[str, tuple[float | None, float | None]]:
    """The best of each metric, on validation rows first, then what it cost."""
    values: dict[str, tuple[float | None, float | None]] = {}
    for name in metric_names([one, other], test=test):
        values[name] = one.value(name), other.value(name)
    for name in ("epochs", "seconds"):
        values[name] = getattr(one, name), getattr(other, name)
    values["parameters"] = one.known_parameters, other.known_parameters
    return values


def metric_names(runs: Sequence[RunSummary], *, test: bool = False) -> tuple[str, ...]:
    """The metrics that any of `runs` has, those on validation rows first.

    With `test`, those on the test rows come last, as "test_loss".
    """
    alike = dict.fromkeys(tuple(run.best) for run in runs)  # of very many runs, most are
    names = dict.fromkeys(name for some in alike for name in some)
    tested = dict.fromkeys(f"{TEST_PREFIX}{name}" for run in runs if test for name in run.test)
    return *sorted(names, key=lambda name: not name.startswith(VALIDATION_PREFIX)), *tested


def change(run: RunSummary, before: RunSummary | None) -> tuple[Difference, ...]:
    """What is not as in the run before, if there is one.

    Nothing is said of a project that cannot be read, as it is of a newer Layerwise.
    """
    try:
        return () if before is None else differences(before.project, run.project)
    except ProjectFileError:
        return ()


def table_content(runs: Sequence[RunSummary], *, test: bool = False) -> bytes:
    """A CSV file with a line for each of `runs`, and a column for each metric.

    With `test`, also those on the test rows, and how often these had been looked at.
    """
    names = metric_names(runs, test=test)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    plain = (*_PLAIN, "test_looks") if test else _PLAIN
    table.writerow([*("outcome" if name == "state" else name for name in plain), *names])
    for run in runs:
        cells = *(getattr(run, name) for name in plain), *(run.value(name) for name in names)
        table.writerow(map(_cell, cells))
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return int(value)
        case tuple():  # tags
            return ", ".join(value)
        case datetime():
            return value.isoformat()
    return value
