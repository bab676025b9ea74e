"""How the command line shows the runs that are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from desktop.console import figures, output, show_table
from desktop.document.health import course
from desktop.document.metrics import TEST_PREFIX, higher_is_better, metric_title
from desktop.document.text import counted, number_text

if TYPE_CHECKING:
    from desktop.engine.records import RunRecord
    from desktop.engine.runs.comparing import RunComparison
    from desktop.engine.runs.summary import RunSummary


def show_runs(runs: Sequence[RunSummary], differs: Sequence[str], *, test: bool) -> None:
    """A line per run; `differs` says of each what is not as in the run before it.

    With `test`, also what was measured on the test rows.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("Run", no_wrap=True)
    table.add_column("Name")
    table.add_column("When", no_wrap=True)
    table.add_column("Differs from the run before")
    table.add_column("Best")
    if test:
        table.add_column("Test")
        table.add_column("Evaluated before", justify="right")
    table.add_column("Parameters", justify="right", no_wrap=True)
    table.add_column("Seconds", justify="right", no_wrap=True)
    table.add_column("Outcome", no_wrap=True)
    for run, words in zip(runs, differs, strict=True):
        table.add_row(
            short_id(run),
            f"* {run.name}" if run.starred else run.name,
            when(run),
            words,
            _best(run),
            *((_test(run), _value(run.test_looks)) if test else ()),
            f"{run.parameters:,}",
            f"{run.seconds:.1f}",
            run.state,
        )
    show_table("", table)


def show_run(record: RunRecord, run: RunSummary, folder: Path, *, test: bool) -> None:
    """What was trained with what, and how its epochs went; with `test`, on test rows, too."""
    console = output()
    engine = record.engine
    rows = counted(record.start.training_rows, "training row")
    validation = counted(record.start.validation_rows, "validation row")
    health = course(record.project, record.curves.statistics_history())
    libraries = f"Keras {engine.keras}, TensorFlow {engine.tensorflow}, {engine.device}"
    lines = [
        f"{run.name}  {short_id(run)}",
        f"{when(run)}, {run.state} after {counted(run.epochs, 'epoch')}, {run.seconds:.1f} s",
        record.ended.message if record.ended is not None else "",
        record.not_kept,
        f"Continues {record.continues[-8:]}" if record.continues else "",
        f"Data: {run.data}, {rows}, {validation}",
        f"Network: {', '.join(layer.tag for layer in record.project.layers)}",
        f"{counted(run.parameters, 'parameter')}, seed {run.seed}",
        f"Layerwise {record.program}, Python {record.python}, {libraries}",
        f"On {record.machine}",
        _trial(run),
        f"Health: {', '.join(health)}" if health else "",
        f"Tags: {', '.join(run.tags)}" if run.tags else "",
        f"Notes: {run.notes}" if run.notes else "",
    ]
    for line in filter(None, lines):
        console.print(line, soft_wrap=True)
    for epoch in record.epochs:
        best = "  best" if epoch.epoch == record.best_epoch else ""
        console.print(f"Epoch {epoch.epoch}  {figures(epoch.logs)}{best}", soft_wrap=True)
    if run.test:
        metrics = _test(run) if test else "evaluated; --test shows the metrics"
        console.print(f"Test: {metrics}", soft_wrap=True)
    if run.looks_text:
        console.print(run.looks_text, soft_wrap=True)
    console.print(f"Files: {folder}", soft_wrap=True)


def show_run_comparison(one: RunSummary, other: RunSummary, comparison: RunComparison) -> None:
    """What differs between two runs in words, and their results in figures."""
    console = output()
    if not comparison.differences:
        console.print("Both trained the same project", soft_wrap=True)
    for difference in comparison.differences:
        console.print(difference.text, soft_wrap=True)
    for warning in comparison.warnings:
        console.print(warning, style="yellow", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for run in (one, other):
        table.add_column(f"{run.name} {short_id(run)}", justify="right")
    table.add_column("Difference", justify="right", no_wrap=True)
    for name, (first, second) in comparison.values.items():
        title = name.capitalize() if name in _COUNTS else _metric(name)
        change = "" if first is None or second is None else _change(second - first)
        table.add_row(title, _value(first), _value(second), change)
    show_table("", table)


def _change(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number_text(abs(value))}"


_COUNTS = ("epochs", "seconds", "parameters")


def _metric(name: str) -> str:
    title = metric_title(name)
    if name.startswith(TEST_PREFIX):
        return title
    return f"{title} ({'highest' if higher_is_better(name) else 'lowest'})"


def _value(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"


def _best(run: RunSummary) -> str:
    return figures({name: value for name, value in run.validation.items() if value is not None})


def _trial(run: RunSummary) -> str:
    """Which trial of its group it is, and what was varied."""
    if not run.group:
        return ""
    number = "" if run.trial is None else f"Trial {run.trial} of "
    settings = ", ".join(f"{path} {json.dumps(value)}" for path, value in run.settings.items())
    return f"{number}group {run.group}{': ' if settings else ''}{settings}"


def _test(run: RunSummary) -> str:
    return figures({name: value for name, value in run.test.items() if value is not None})


def short_id(run: RunSummary) -> str:
    """The part of the id that tells a run from others on sight."""
    return run.id.rpartition("-")[2]


def when(run: RunSummary) -> str:
    """When the run began, in local time."""
    return f"{run.started.astimezone():%Y-%m-%d %H:%M}" if run.started is not None else ""
