"""The page *Train*: how the current training goes, live."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.metrics import LEARNING_RATE, LOSS, higher_is_better
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.controls import Slider
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.text import plain
from desktop.workers.reports import Outcome
from desktop.workers.session import Session, State

if TYPE_CHECKING:
    from desktop.views.charts.curves.chart import CurveChart
    from desktop.views.charts.runs import ShownRuns
    from desktop.views.charts.weights.panel import HistogramPanel

INTERVAL = 33  # milliseconds between two parts of the page that are drawn, at least
SLOWEST = 300  # ... and at most
SHARE = 0.03 * (os.cpu_count() or 1)  # of a processor: 3 % of the machine's time goes into drawing
BUDGET = 0.003  # seconds at a time that may go into histograms
NARROW = 620  # pixels below which the charts stand above one another
LOW, TALL = 230, 290  # pixels of a card at least: side by side, and above one another


class TrainPage(QWidget):
    """Curves and weight histograms of the session's runs.

    Reports are collected as they come and drawn at a steady rate, only while the page can be seen:
    one part of the page after another, so that no part holds up the window for long, and with
    pauses in between, so that the training gets its share of the processor.

    The charts are made by `prepare`, or when they are needed: numpy and the
    plots' library take as long to load as everything else that the window needs to be seen.
    """

    runs: ShownRuns
    caption: ElidedLabel
    smoothing: Slider
    smoothing_value: QLabel
    loss_chart: CurveChart
    second_chart: CurveChart
    histograms: HistogramPanel
    splitter: QSplitter

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self._second_chosen = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        self._dirty = True
        self._due: list[Callable[[], None]] = []  # parts to draw, next first
        self._used = 0.0  # seconds of processor time this thread had used at the last drawing
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._build_empty())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        session.stateChanged.connect(self._say_what_to_do)
        session.runStarted.connect(self.run_started)
        for signal in (session.progress, session.epochEnded, session.runEnded):
            signal.connect(self.run_continued)
        session.modelReset.connect(self.model_reset)
        theme.changed.connect(self._recolor)
        self._recolor()
        self.refresh()

    def _build_empty(self) -> QWidget:
        page = QWidget(self)
        self._empty_icon = QLabel(page)
        self.empty_title = QLabel(page)
        self.empty_title.setProperty("role", "title")
        self.empty_text = QLabel(page)
        self._say_what_to_do(None)
        self.empty_text.setProperty("role", "muted")
        self.empty_text.setWordWrap(True)
        self.empty_text.setMaximumWidth(420)
        layout = QVBoxLayout(page)
        layout.setSpacing(SPACE_M)
        layout.addStretch(2)
        for label in (self._empty_icon, self.empty_title, self.empty_text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 4 if label is self.empty_text else 0)
            row.addStretch(1)
            layout.addLayout(row)
        layout.addStretch(3)
        return page

    @Slot(object)
    def _say_what_to_do(self, state: State | None) -> None:
        """What is written where no chart is yet."""
        waiting = state is State.WAITING
        title, start = (
            ("Training starts in a moment", "It waits for TensorFlow and the data to be loaded.")
            if waiting
            else ("Nothing trained yet", "Press Train in the toolbar.")
        )
        self.empty_title.setText(title)
        self.empty_text.setText(
            f"{start} Loss and accuracy appear here while the network learns, and below them how "
            "the weights of each layer move, epoch by epoch."
        )

    def prepare(self) -> None:
        """Make the charts, if they are not there yet."""
        if not self._is_prepared:
            self._pages.addWidget(self._build_charts())
            self._recolor()
            self._arrange()

    @property
    def _is_prepared(self) -> bool:
        return self._pages.count() > 1

    def _build_charts(self) -> QWidget:
        from desktop.views.charts.curves.chart import CurveChart
        from desktop.views.charts.curves.interactive_plot import link
        from desktop.views.charts.runs import ShownRuns
        from desktop.views.charts.weights.panel import HistogramPanel

        self.runs = ShownRuns()
        content = QWidget(self)
        self.caption = ElidedLabel()  # one line: one that grows would move the charts
        self.smoothing = Slider(content)
        self.smoothing.setRange(0, 99)
        self.smoothing.setFixedWidth(110)
        self.smoothing.setAccessibleName("Smoothing of the curves")
        self.smoothing.setToolTip("Smooth the curves; the values as measured stay visible, faint")
        self.smoothing.valueChanged.connect(self._set_smoothing)
        smoothing_label = QLabel("&Smoothing", content)
        smoothing_label.setBuddy(self.smoothing)
        self.smoothing_value = QLabel("0.00", content)
        self.smoothing_value.setProperty("role", "muted")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.caption)
        bar.addStretch(1)
        for widget in (smoothing_label, self.smoothing, self.smoothing_value):
            bar.addWidget(widget)
        self.loss_chart = CurveChart(self._theme, self.runs, content)
        self.second_chart = CurveChart(self._theme, self.runs, content)
        self.second_chart.metricChosen.connect(self._choose_second)
        link(self.loss_chart.plot, self.second_chart.plot)
        self.histograms = HistogramPanel(self._theme, self.runs, content)
        charts = QWidget(content)
        self._charts = QBoxLayout(QBoxLayout.Direction.LeftToRight, charts)
        self._charts.setContentsMargins(0, 0, 0, 0)
        self._charts.setSpacing(SPACE_S)
        self._charts.addWidget(self.loss_chart, 1)
        self._charts.addWidget(self.second_chart, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical, content)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE_S)
        self.splitter.addWidget(charts)
        self.splitter.addWidget(self.histograms)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(bar)
        layout.addWidget(self.splitter, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        return scroll

    # --- reports ------------------------------------------------------------------------------

    @Slot()
    def run_started(self) -> None:
        """A run begins: there is a record of it."""
        self.prepare()
        record = self._session.record
        self.runs.records = () if record is None else (record,)
        self.loss_chart.plot.fit()
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
            self.runs.records = ()
            self._second_chosen = False
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
        if not self._is_prepared or not self.runs.records:
            self._pages.setCurrentIndex(0)
            return []
        self._pages.setCurrentIndex(1)
        self._choose_metrics()
        charts = [self.loss_chart.refresh]
        if not self.second_chart.isHidden():
            charts.append(self.second_chart.refresh)
        return [self._write_caption, *charts, self._draw_histograms]

    def _draw_histograms(self) -> None:
        if self.histograms.refresh(BUDGET):
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

    def _choose_metrics(self) -> None:
        """The second chart shows accuracy, or the first other metric, or nothing."""
        metrics = self.runs.metrics
        if self.loss_chart.metric_name not in metrics:
            self.loss_chart.set_metric(LOSS)
        others = [name for name in metrics if name not in (LOSS, LEARNING_RATE)]
        accuracy = [name for name in others if higher_is_better(name)]
        name = self.second_chart.metric_name
        if name not in metrics or not self._second_chosen:
            self._second_chosen = False
            name = next(iter((*accuracy, *others)), LOSS)
            self.second_chart.set_metric(name)
        self.second_chart.setHidden(bool(metrics) and not others and not self._second_chosen)

    @Slot(str)
    def _choose_second(self, name: str) -> None:
        self._second_chosen = True

    def _write_caption(self) -> None:
        from desktop.views.charts.summary import caption

        record = self.runs.current
        text = caption(record)
        if text != self.caption.full_text:
            ended = record.ended if record is not None else None
            failed = ended is not None and ended.outcome is Outcome.FAILED
            self.caption.setProperty("role", "bad" if failed else "muted")
            self.caption.style().polish(self.caption)
            self.caption.set_full_text(text)
            if ended is not None and failed:
                self.caption.setToolTip(plain(ended.message))
            self.setAccessibleDescription(text)

    @Slot(int)
    def _set_smoothing(self, value: int) -> None:
        self.smoothing_value.setText(f"{value / 100:.2f}")
        for chart in (self.loss_chart, self.second_chart):
            chart.set_smoothing(value / 100)

    @Slot()
    def _recolor(self) -> None:
        icon = self._theme.icon("mdi6.chart-line", "muted")
        self._empty_icon.setPixmap(icon.pixmap(QSize(48, 48)))
        if not self._is_prepared:
            return
        hover = self._theme.tokens.border
        self.splitter.setStyleSheet(
            "QSplitter::handle { background: transparent; }"
            f"QSplitter::handle:hover {{ background: {hover}; border-radius: {SPACE_XS}px; }}"
        )

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

    def _arrange(self) -> None:
        """Put the charts side by side, or above one another where the page is narrow."""
        if not self._is_prepared:
            return
        narrow = self.width() < NARROW
        direction = QBoxLayout.Direction
        flow = direction.TopToBottom if narrow else direction.LeftToRight
        if flow != self._charts.direction():
            half = self.splitter.height() // 2
            self.splitter.setSizes([half, half])  # charts above one another took more
        self._charts.setDirection(flow)
        for card in (self.loss_chart, self.second_chart, self.histograms):
            card.setMinimumHeight(TALL if narrow else LOW)
