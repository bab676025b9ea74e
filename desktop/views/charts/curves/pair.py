"""Two charts with the curves of runs that are kept: loss, and a second metric."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.document.metrics import LEARNING_RATE, LOSS, higher_is_better
from desktop.views.charts.compared import ComparedRuns
from desktop.views.charts.curves.chart import CurveChart
from desktop.views.charts.curves.interactive_plot import link
from desktop.views.theme import SPACE_S, Theme
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.records import Recorded
from desktop.workers.summaries import RunSummary

_SETTLED = 20  # milliseconds without another record, after which curves are drawn


class ChartPair(QWidget):
    """Charts of `wanted` runs, whose records are read here: those that have new epochs, again.

    `draw` shows `records` by `runs`, and is called when there are others.
    """

    def __init__(
        self, kept: KeptRuns, theme: Theme, runs: ComparedRuns, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kept = kept
        self.wanted: tuple[RunSummary, ...] = ()
        # What was read, with the summary of that time, by id: a running one is read again.
        self._records: dict[str, tuple[RunSummary, Recorded | None]] = {}
        self._second_chosen = False
        self.runs = runs
        self.charts = CurveChart(theme, runs, self), CurveChart(theme, runs, self)
        link(self.charts[0].plot, self.charts[1].plot)
        self.charts[1].metricChosen.connect(self._on_second_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_S, 0, 0)
        row.setSpacing(SPACE_S)
        for chart in self.charts:
            row.addWidget(chart, 1)
        self._due = QTimer(self, singleShot=True, interval=_SETTLED)
        self._due.timeout.connect(self.draw)
        kept.recordRead.connect(self._on_read)

    @property
    def records(self) -> list[Recorded]:
        """Those of the wanted runs that have been read."""
        found = (self._records[run.id][1] for run in self.wanted)
        return [record for record in found if record is not None]

    def want(self, runs: Sequence[RunSummary]) -> None:
        """Read what is not known of `runs`."""
        self.wanted = tuple(runs)
        self._records = {
            run.id: self._records[run.id] for run in self.wanted if run.id in self._records
        }
        for run in self.wanted:
            known = self._records.get(run.id)
            if known is None or (known[0] is not run and known[0].epochs != run.epochs):
                self._records[run.id] = run, known[1] if known else None
                self._kept.read(run.id)

    def draw(self) -> None:
        """Draw the records as they are now."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show `runs` in both charts, the second with accuracy or another metric, if any."""
        first, second = self.charts
        metrics = self.runs.metrics
        if first.metric_name not in metrics:
            first.set_metric(LOSS)
        others = [name for name in metrics if name not in (LOSS, LEARNING_RATE)]
        if second.metric_name not in metrics or not self._second_chosen:
            better = [name for name in others if higher_is_better(name)]
            second.set_metric(next(iter((*better, *others)), LOSS))
        second.setHidden(bool(metrics) and not others)
        for chart in self.charts:
            chart.plot.relabel()
            chart.refresh()

    def _on_read(self, record: Recorded) -> None:
        known = self._records.get(record.id)
        if known is not None:
            self._records[record.id] = known[0], record
            self._due.start()

    def _on_second_chosen(self) -> None:
        self._second_chosen = True
