"""The columns of the table of runs: what each says, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desktop.document.metrics import (
    TEST_PREFIX,
    VALIDATION_PREFIX,
    higher_is_better,
    metric_title,
)
from desktop.views.widgets.results import duration, figure
from desktop.workers.summaries import RunSummary, metric_names

MANY = 2000  # runs of which the best are not marked any more
STAR, NAME, WHEN, CHANGES = "star", "name", "when", "changes"


@dataclass(frozen=True)
class Column:
    """One column. `value` is what it is sorted by: a run for which that is None comes last.

    `metric` is the name of the number that it shows, "" if it shows none. The first click on its
    header sorts from the greatest if it is `descending`; what is not `sortable` takes too long to
    be found out of all runs. Not all columns are `shown` at first.
    """

    id: str
    title: str
    tip: str
    value: Callable[[RunSummary], Any]
    text: Callable[[RunSummary], str]
    is_number: bool = False
    descending: bool = False
    sortable: bool = True
    shown: bool = True
    metric: str = ""


def when(run: RunSummary, now: datetime | None = None) -> str:
    """When the run began, in local time: "Today 14:05", "Nov 26, 14:05", "2025-11-26"."""
    if run.started is None:
        return ""
    start, now = run.started.astimezone(), now or datetime.now().astimezone()
    if start.date() == now.date():
        return f"Today {start:%H:%M}"
    if start.date() == now.date() - timedelta(days=1):
        return f"Yesterday {start:%H:%M}"
    return f"{start:%b} {start.day}, {start:%H:%M}" if start.year == now.year else f"{start:%F}"


def outcome(run: RunSummary) -> str:
    """How the run ended, or how far it is."""
    end = run.first_epoch + run.planned_epochs
    return run.state if run.outcome is not None else f"{run.first_epoch + run.epochs} of {end}"


def name_of(run: RunSummary) -> str:
    """What the run is called: by its data if it has no name."""
    return run.name or run.data


_PLAIN = (
    Column(
        STAR,
        "",
        "Star: its weights are kept whatever room there is",
        lambda run: run.starred,
        lambda run: "starred" if run.starred else "",
        descending=True,
    ),
    Column(NAME, "Name", "What the run is called", lambda run: run.name_key, name_of),
    Column(
        CHANGES,
        "Changed",
        "What differs from the run before it",
        lambda run: None,
        lambda run: "",  # the model knows it
        sortable=False,
    ),
)
_REST = (
    Column(WHEN, "When", "When the run began", lambda run: run.id, when, descending=True),
    Column(
        "parameters",
        "Parameters",
        "Numbers that the network has, trained or not",
        lambda run: run.known_parameters,
        lambda run: "" if run.known_parameters is None else f"{run.known_parameters:,}",
        is_number=True,
    ),
    Column(
        "epochs",
        "Epochs",
        "Epochs that were completed",
        lambda run: run.epochs,
        lambda run: f"{run.epochs:,}",
        is_number=True,
    ),
    Column(
        "seconds",
        "Time",
        "How long the training took, without pauses",
        lambda run: run.seconds,
        lambda run: duration(run.seconds),
        is_number=True,
    ),
    Column("outcome", "Outcome", "How the run ended", lambda run: run.state, outcome),
    Column(
        "tags",
        "Tags",
        "Words to find runs by",
        lambda run: ", ".join(run.tags).casefold() or None,
        lambda run: ", ".join(run.tags),
    ),
    Column(
        "notes",
        "Notes",
        "What was written about the run",
        lambda run: run.notes.casefold() or None,
        lambda run: " ".join(run.notes.split()),
    ),
    Column(
        "data",
        "Data",
        "What it was trained on",
        lambda run: run.data.casefold(),
        lambda run: run.data,
        shown=False,
    ),
    Column(
        "seed",
        "Seed",
        "What its random numbers began with",
        lambda run: run.seed,
        lambda run: "" if run.seed is None else f"{run.seed}",
        is_number=True,
        shown=False,
    ),
)


def _metric(name: str, is_shown: bool) -> Column:
    title = metric_title(name)
    best = "highest" if higher_is_better(name) else "lowest"
    is_test = name.startswith(TEST_PREFIX)
    return Column(
        name,
        title,
        title if is_test else f"{title}: the {best} of all epochs",
        lambda run: run.value(name),
        lambda run: figure(run.value(name)),
        is_number=True,
        descending=higher_is_better(name),
        shown=is_shown,
        metric=name,
    )


_LOOKS = Column(
    "test_looks",
    "Test looks",
    "Networks that had been evaluated on the test rows before the run began: the more, the less "
    "the test results say",
    lambda run: run.test_looks,
    lambda run: "" if run.test_looks is None else f"{run.test_looks:,}",
    is_number=True,
)


def columns_for(runs: Sequence[RunSummary], *, with_test: bool) -> tuple[Column, ...]:
    """The columns that `runs` have something for; those of test rows only `with_test`."""
    names = metric_names(runs, test=with_test)
    has_validation = any(name.startswith(VALIDATION_PREFIX) for name in names)
    first = (VALIDATION_PREFIX, TEST_PREFIX) if has_validation else ("",)  # "" begins any name
    results = [_metric(name, name.startswith(first)) for name in names]
    looks = (_LOOKS,) if with_test and any(name.startswith(TEST_PREFIX) for name in names) else ()
    return (*_PLAIN, *results, *looks, *_REST)


def best_runs(runs: Sequence[RunSummary], columns: Sequence[Column]) -> set[tuple[str, str]]:
    """Which runs have the best result of those on the same rows: ids of run and column.

    Only where there are several to choose from, and not so many that finding out takes a while.
    """
    found: set[tuple[str, str]] = set()
    if len(runs) > MANY:
        return found
    for column in columns:
        if not column.metric:
            continue
        places: dict[tuple[str, str | None], list[tuple[float, str]]] = {}
        for run in runs:
            value = column.value(run)
            if value is not None and not run.is_read_only:  # logs do not tell the rows
                places.setdefault((run.data, run.split_fingerprint), []).append((value, run.id))
        choose = max if higher_is_better(column.metric) else min
        for valued in places.values():
            if len(valued) > 1:
                value = choose(valued)[0]
                found |= {(run, column.id) for each, run in valued if each == value}
    return found
