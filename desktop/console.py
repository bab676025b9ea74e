"""How the command line shows things on a terminal. Standard output is for results only."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.table import Table
from rich.text import Text

from desktop.document.analysis import Analysis
from desktop.document.problems import Severity
from desktop.document.text import counted, shape_text
from desktop.json_output import shown_logs

if TYPE_CHECKING:
    from desktop.engine import reports
    from desktop.engine.image_reports import ImagePrediction
    from desktop.engine.records import RunRecord
    from desktop.engine.verdicts import Summary

MAX_CONFUSION = 20  # classes whose confusion matrix fits on a terminal
_WRAPPED = 12  # columns of the terminal below which no text is wrapped
_WIDEST = 100_000  # columns; more than any table has


def _console(file: IO[str]) -> Console:
    """The console that writes to `file`, all text as it is: a name may look like markup."""
    console = Console(file=file, highlight=False, markup=False, emoji=False)
    if console.width < 1:  # COLUMNS=0, where Rich would write nothing
        console.width = shutil.get_terminal_size().columns
    return console


def output() -> Console:
    """Where results go."""
    return _console(sys.stdout)


def show_table(title: str, table: Table, narrow: Sequence[str] = ()) -> None:
    """Print `table`, of which nothing may be lost.

    On a terminal, columns without `no_wrap` are wrapped. Where that is not enough, there are the
    lines `narrow` instead, or a line per cell. Elsewhere, as in a file, no width is too large.
    """
    console = output()
    if title:
        console.print(Text(title, "bold"), soft_wrap=True)
    wide = console.options.update(max_width=_WIDEST)
    if not console.is_terminal:
        console.width = max(console.width, console.measure(table, options=wide).maximum)
    for column in table.columns:
        cells = [column.header, *column.cells]
        width = max(console.measure(cell, options=wide).maximum for cell in cells)
        column.overflow = "fold"
        column.min_width = width if column.no_wrap else min(width, _WRAPPED)
    if console.measure(table, options=wide).minimum <= console.width:
        console.print(table)
        return
    for line in narrow or _cell_lines(table):
        console.print(line, soft_wrap=True)


def _cell_lines(table: Table) -> list[str]:
    """A line per cell that is not empty: "Layer: Dense"."""
    rows = zip(*(column.cells for column in table.columns), strict=True)
    return [
        f"{column.header}: {cell}"
        for row in rows
        for column, cell in zip(table.columns, row, strict=True)
        if str(cell)
    ]


def say(text: str, style: str = "") -> None:
    """One line about what is happening, to standard error."""
    line = " ".join(text.split())
    _console(sys.stderr).print(Text(line, style), soft_wrap=True)


def warn(text: str) -> None:
    """One line, to standard error, about what to look at."""
    say(text, "yellow")


def busy(text: str) -> Status:
    """A line on a terminal while the context lasts: that the program is at work, on what."""
    return _console(sys.stderr).status(text)


def figures(values: Mapping[str, float]) -> str:
    """Metrics in one line: "loss 0.0812  accuracy 0.9751"."""
    return "  ".join(f"{name} {value:.4f}" for name, value in shown_logs(values).items())


# --- check ----------------------------------------------------------------------------------------


def show_analysis(title: str, data: str, analysis: Analysis) -> None:
    """The layers with their shapes and parameters, then the problems."""
    console = output()
    table = Table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Layer", no_wrap=True)
    table.add_column("Settings")
    table.add_column("Output", no_wrap=True)
    table.add_column("Parameters", justify="right", no_wrap=True)
    schema = analysis.schema
    shape = shape_text(schema.input_shape if schema else None)
    table.add_row("", "Input", data, shape, "")
    for info in analysis.layers:
        bad = any(
            problem.severity is Severity.ERROR for problem in analysis.problems_of(info.index)
        )
        table.add_row(
            str(info.index + 1),
            info.layer.tag,
            info.layer.details(),
            shape_text(info.output_shape),
            f"{info.parameters:,}" if info.output_shape is not None else "?",
            style="red" if bad else "",
        )
    show_table(title, table)
    if all(info.output_shape is not None for info in analysis.layers):
        console.print(counted(analysis.parameters, "parameter"), soft_wrap=True)
    for problem in analysis.problems:
        place = "" if problem.layer is None else f"layer {problem.layer + 1}: "
        answer = f" (the window offers: {problem.fix.label})" if problem.fix else ""
        color = "red" if problem.severity is Severity.ERROR else "yellow"
        line = Text(f"{problem.severity}: ", color)
        console.print(line.append(f"{place}{problem.message}{answer}", "default"), soft_wrap=True)
    if not analysis.problems:
        console.print("No problems found", style="green", soft_wrap=True)


# --- train ----------------------------------------------------------------------------------------


class TrainingLog:
    """The sink of a training run: keeps its record and shows its reports on standard error.

    On a terminal there is a progress bar; elsewhere, as in a log file, only a line per epoch.
    Use it as a context manager around the run.
    """

    def __init__(self) -> None:
        from desktop.engine.records import RunRecorder

        self._recorder = RunRecorder()
        self.ended: reports.RunEnded | None = None  # also of a run that never started
        self._console = _console(sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("Starting", total=1.0, left="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, report: reports.Report) -> None:
        """Take a report of the run."""
        from desktop.engine import reports

        self._recorder(report)
        match report:
            case reports.RunStarted():
                self._line(
                    f"Training {counted(report.parameters, 'parameter')} on "
                    f"{counted(report.training_rows, 'row')} for "
                    f"{counted(report.epochs, 'epoch')}, seed {report.seed}"
                )
                if report.note:
                    self._line(report.note)
            case reports.Progress():
                self._bar.update(
                    self._task,
                    description=f"Epoch {report.epoch}/{self._last_epoch}",
                    completed=report.fraction,
                    left=_left(report.seconds_left),
                )
            case reports.EpochEnded():
                self._line(
                    f"Epoch {report.epoch}/{self._last_epoch}  {figures(report.logs)}  "
                    f"{report.seconds:.1f} s"
                )
            case reports.RunEnded():
                self.ended = report

    @property
    def record(self) -> RunRecord | None:
        """What is kept of the run; None if it never started."""
        return self._recorder.record

    @property
    def _last_epoch(self) -> int:
        return self.record.planned_end if self.record is not None else 0

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} left"


# --- repeat ---------------------------------------------------------------------------------------


def show_summaries(title: str, runs: int, summaries: Mapping[str, Summary]) -> None:
    """The results of a group of runs: a line per metric."""
    table = Table()
    table.add_column("Metric", style="bold", no_wrap=True)
    for header in ("Mean", "95 % interval", "Standard deviation", "Smallest", "Largest"):
        table.add_column(header, justify="right")
    for name, found in summaries.items():
        interval = f"{_figure(found.low)} to {_figure(found.high)}" if found.low is not None else ""
        smallest, largest = min(found.values, default=None), max(found.values, default=None)
        figures = (_figure(each) for each in (found.deviation, smallest, largest))
        table.add_row(name, _figure(found.mean), interval, *figures)
    show_table(f"{title}, {counted(runs, 'run')}", table)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


# --- evaluate and predict -------------------------------------------------------------------------


def show_evaluation(evaluation: reports.Evaluation) -> None:
    """The metrics, the confusion matrix, and what to know about them."""
    console = output()
    show_figures(evaluation)
    if evaluation.confusion is None:
        return
    console.print(counted(evaluation.mistake_count, "mistake"), soft_wrap=True)
    if len(evaluation.classes) > MAX_CONFUSION:
        return
    table = Table()
    table.add_column("", justify="right", style="bold", no_wrap=True)
    for name in evaluation.classes:
        table.add_column(name, justify="right", no_wrap=True)
    narrow = ["True class, predicted class, rows (no line where there are none):"]
    for true, (name, row) in enumerate(zip(evaluation.classes, evaluation.confusion, strict=True)):
        cells = (
            Text(str(value), "green" if true == column else "red" if value else "dim")
            for column, value in enumerate(row)
        )
        table.add_row(name, *cells)
        narrow += [
            f"{name}, {evaluation.classes[column]}, {value}"
            for column, value in enumerate(row)
            if value
        ]
    show_table("Rows: true class. Columns: predicted class.", table, narrow)


def show_figures(evaluation: reports.Evaluation) -> None:
    """The metrics in one line, and what to know about them."""
    console = output()
    figure_line = f"Test on {counted(evaluation.rows, 'row')}: {figures(evaluation.metrics)}"
    console.print(figure_line, soft_wrap=True)
    for number in range(max(1, len(evaluation.numbers))):
        if comparison := evaluation.comparison(number):
            console.print(f"{comparison}.", soft_wrap=True, markup=False)
        if evaluation.numbers:
            console.print(f"R² {evaluation.numbers[number].r2:.3f}", soft_wrap=True)
    if evaluation.note:
        console.print(evaluation.note, style="yellow", soft_wrap=True)


def show_predictions(predictions: Sequence[ImagePrediction]) -> None:
    """A line per image or symbol in it: the likeliest class with its probability, and the next."""
    sure = all(prediction.are_probabilities for prediction in predictions)
    table = Table(box=None, pad_edge=False)
    table.add_column("Image")
    table.add_column("Class", justify="right", no_wrap=True)
    table.add_column("Probability" if sure else "Output", justify="right", no_wrap=True)
    table.add_column("Runner-up", no_wrap=True)
    for prediction in predictions:
        best, second = prediction.values.argsort()[::-1][:2]
        shown = [f"{value:.1%}" if sure else f"{value:.2f}" for value in prediction.values]
        table.add_row(
            f"{prediction.path}{f', {prediction.number}' if prediction.number else ''}",
            f"{prediction.classes[best]}{' (unsure)' if prediction.is_sure is False else ''}",
            shown[best],
            f"{prediction.classes[second]} ({shown[second]})",
        )
    show_table("", table)
