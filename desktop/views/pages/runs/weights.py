"""How the weights of a run changed, as histograms."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.views.charts.runs import ShownRuns
from desktop.views.charts.weights.panel import HistogramPanel
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.labels import muted_label
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.records import Recorded
from desktop.workers.summaries import RunSummary

LOWEST = 150  # pixels
BUDGET = 0.02  # seconds of painting at a time
PAUSE = 20  # milliseconds until the next part is painted
ONE = "Select one run to see how its weights changed."
READING = "Reading the histograms…"
NONE = "This run has no histograms of its weights."


class RunWeights(QStackedWidget):
    """Histograms of the weights of one run, read as soon as they can be seen."""

    def __init__(self, kept: KeptRuns, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self._run: RunSummary | None = None
        self._read: RunSummary | None = None  # as it was when its histograms were read
        self.runs = ShownRuns()
        self.note = muted_label(ONE)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.panel = HistogramPanel(theme, self.runs, self)
        self.addWidget(self.note)
        self.addWidget(self.panel)
        self._due = QTimer(self, singleShot=True, interval=PAUSE)
        self._due.timeout.connect(self._paint)
        self.panel.grid.verticalScrollBar().valueChanged.connect(self._due.start)
        kept.histogramsRead.connect(self._on_read)
        kept.histogramsFailed.connect(self._on_failed)

    def show_run(self, run: RunSummary | None) -> None:
        """Show the weights of `run`; None if there is not exactly one to show."""
        is_same = run is not None and self._run is not None and run.id == self._run.id
        self._run = run
        if not is_same:
            self._read, self.runs.records = None, ()
            self._say(READING if run is not None else ONE)
        if self.isVisible():
            self._ask()

    def _ask(self) -> None:
        """Read the histograms, again where there are further epochs."""
        run, read = self._run, self._read
        if run is not None and (read is None or _state(read) != _state(run)):
            self._read = run
            self._kept.read_histograms(run.id)

    def _on_read(self, record: Recorded) -> None:
        if self._run is None or record.id != self._run.id:
            return
        self.runs.records = (record,)
        if record.curves.weights.layers:
            self.setCurrentWidget(self.panel)
            self._paint()
        else:
            self._say(NONE)

    def _on_failed(self, run: str, message: str) -> None:
        if self._run is not None and run == self._run.id:
            self.runs.records = ()
            self._say(message)

    def _paint(self) -> None:
        if self.panel.refresh(BUDGET):
            self._due.start()

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.setCurrentWidget(self.note)

    # --- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Leaves room for the table in a low window: the charts are scrolled."""
        return QSize(super().minimumSizeHint().width(), scaled(LOWEST))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()


def _state(run: RunSummary) -> tuple[object, ...]:
    """What changes when there may be other histograms."""
    return run.epochs, run.outcome
