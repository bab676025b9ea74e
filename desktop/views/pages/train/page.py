"""The page *Train*: how the current training goes, live."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.views.pages.train.placeholder import Placeholder
from desktop.views.theme import Theme
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.views.pages.train.charts import TrainingCharts

INTERVAL = 33  # milliseconds between two parts of the page that are drawn, at least
SLOWEST = 300  # ... and at most
SHARE = 0.03 * (os.cpu_count() or 1)  # of a processor: 3 % of the machine's time goes into drawing
BUDGET = 0.003  # seconds at a time that may go into histograms


class TrainPage(QWidget):
    """Curves and weight histograms of the session's runs.

    Reports are collected as they come and drawn at a steady rate, only while the page can be seen:
    one part of the page after another, so that no part holds up the window for long, and with
    pauses in between, so that the training gets its share of the processor.

    The charts are made by `prepare`, or when they are needed: numpy and the plots' library take as
    long to load as everything else that the window needs to be seen.
    """

    charts: TrainingCharts

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        self._dirty = True
        self._due: list[Callable[[], None]] = []  # parts to draw, next first
        self._used = 0.0  # seconds of processor time this thread had used at the last drawing
        self._pages = QStackedWidget(self)
        self.placeholder = Placeholder(theme)
        self._pages.addWidget(self.placeholder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        theme.changed.connect(self._arrange)
        session.stateChanged.connect(self.placeholder.show_state)
        session.runStarted.connect(self.run_started)
        for signal in (session.progress, session.epochEnded, session.runEnded):
            signal.connect(self.run_continued)
        session.modelReset.connect(self.placeholder.show_reset)
        session.modelReset.connect(self.model_reset)
        session.modelAdopted.connect(self.placeholder.show_opened)
        self.refresh()

    def prepare(self) -> None:
        """Make the charts, if they are not there yet."""
        from desktop.views.pages.train.charts import TrainingCharts

        if not self._is_prepared:
            self.charts = TrainingCharts(self._session, self._theme, self)
            self._pages.addWidget(self.charts)
            self._arrange()

    @Slot()
    def _arrange(self) -> None:
        """Arrange the charts for the width and the zoom of now."""
        if self._is_prepared:
            self.charts.arrange(self.width())

    @property
    def _is_prepared(self) -> bool:
        return self._pages.count() > 1

    # --- reports ------------------------------------------------------------------------------

    @Slot()
    def run_started(self) -> None:
        """A run begins: there is a record of it."""
        self.prepare()
        record = self._session.record
        self.charts.runs.records = () if record is None else (record,)
        self.charts.loss_chart.plot.fit()
        self._changed()

    @Slot()
    def run_continued(self) -> None:
        """There is more in the record, or the run is over, perhaps without having started."""
        if self._is_prepared:
            self._changed()

    @Slot()
    def model_reset(self) -> None:
        """The weights are new: what was drawn is of a model that is gone."""
        if self._is_prepared:
            self.charts.clear()
            self._changed()

    # --- drawing ------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether the page says what to do instead of showing charts."""
        return self._pages.currentIndex() == 0

    def _changed(self) -> None:
        self._dirty = True
        if self._can_be_seen() and not self._timer.isActive():
            self._pause()

    def _pause(self) -> None:
        """Wait before the next part as long as the last drawing, with all its painting, allows."""
        used = time.thread_time()
        busy, self._used = used - self._used, used
        self._timer.start(round(min(max(1000 * busy / SHARE, INTERVAL), SLOWEST)))

    @Slot()
    def _draw_next(self) -> None:
        """Draw the next part of the page that is due."""
        if not self._due and self._dirty:
            self._due = self._parts()
        if self._due:
            self._due.pop(0)()
        if (self._due or self._dirty) and self._can_be_seen():
            self._pause()

    def _parts(self) -> list[Callable[[], None]]:
        """All there is to draw now, in pieces."""
        self._dirty = False
        if not self._is_prepared or not self.charts.runs.records:
            self._pages.setCurrentIndex(0)
            return []
        self._pages.setCurrentIndex(1)
        self.charts.choose_metrics()
        curves = [self.charts.loss_chart.refresh]
        if not self.charts.second_chart.isHidden():
            curves.append(self.charts.second_chart.refresh)
        return [self._write_caption, *curves, self._draw_histograms]

    def _write_caption(self) -> None:
        self.setAccessibleDescription(self.charts.write_caption())

    def _draw_histograms(self) -> None:
        """Draw some of the histograms; the rest follows, after the curves if those have grown.

        In fast training, histograms may come more quickly than they are drawn.
        """
        if self.charts.histograms.refresh(BUDGET) and not self._dirty:
            self._due.append(self._draw_histograms)

    def _can_be_seen(self) -> bool:
        return self.isVisible() and not self.window().isMinimized()

    @Slot()
    def refresh(self) -> None:
        """Draw what has come since the last time, at once but for some of the histograms."""
        self._due = []
        for draw in self._parts():
            draw()
        if self._due and self._can_be_seen():
            self._pause()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self.refresh()
        if not self.is_empty:
            self._due.append(self._draw_histograms)  # those that were out of sight
            self._pause()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._dirty:
            self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
