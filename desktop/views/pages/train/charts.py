"""The charts of the page *Train*: loss, a second metric, and the weights of each layer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop.document.metrics import LEARNING_RATE, LOSS, higher_is_better
from desktop.views.charts.curves.chart import CurveChart
from desktop.views.charts.curves.interactive_plot import link
from desktop.views.charts.runs import ShownRuns
from desktop.views.charts.summary import caption
from desktop.views.charts.weights.panel import HistogramPanel
from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.controls import Slider
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.plane.card import PlaneCard
from desktop.views.widgets.text import plain
from desktop.workers.reports import Outcome
from desktop.workers.session import Session

NARROW = 620  # pixels below which the charts stand above one another
WIDE = 930  # ... from which the plane and two charts stand side by side
LOW, TALL = 230, 290  # pixels of a card at least: side by side, and above one another


class TrainingCharts(QScrollArea):
    """A caption, two charts of curves, for points the plane, and the histograms of weights."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._second_chosen = False
        self._width = 0
        self.runs = ShownRuns()
        self.loss_chart = CurveChart(theme, self.runs, self)
        self.second_chart = CurveChart(theme, self.runs, self)
        self.second_chart.metricChosen.connect(self._choose_second)
        link(self.loss_chart.plot, self.second_chart.plot)
        self.plane = PlaneCard(session, theme, self)
        self.histograms = HistogramPanel(theme, self.runs, self)
        content = QWidget(self)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(self._build_bar())
        layout.addWidget(self._build_splitter(), 1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        session.dataLoaded.connect(self._rearrange)

    def _build_bar(self) -> QHBoxLayout:
        self.caption = ElidedLabel()  # one line: one that grows would move the charts
        self.smoothing = Slider(self)
        self.smoothing.setRange(0, 99)
        self.smoothing.setAccessibleName("Smoothing of the curves")
        self.smoothing.setToolTip("Smooth the curves; the values as measured stay visible, faint")
        self.smoothing.valueChanged.connect(self._set_smoothing)
        smoothing_label = QLabel("&Smoothing")
        smoothing_label.setBuddy(self.smoothing)
        self.smoothing_value = QLabel("0.00")
        self.smoothing_value.setProperty("role", "muted")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.caption)
        bar.addStretch(1)
        for widget in (smoothing_label, self.smoothing, self.smoothing_value):
            bar.addWidget(widget)
        return bar

    def _build_splitter(self) -> QSplitter:
        top = QWidget(self)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight, top)
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.setSpacing(SPACE_S)
        self._charts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._charts.setSpacing(SPACE_S)
        self._top.addWidget(self.plane, 1)
        self._top.addLayout(self._charts, 2)
        self._charts.addWidget(self.loss_chart, 1)
        self._charts.addWidget(self.second_chart, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setProperty("role", "gap")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE_S)
        self.splitter.addWidget(top)
        self.splitter.addWidget(self.histograms)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        return self.splitter

    def clear(self) -> None:
        """Show no run, and choose the second metric again."""
        self.runs.records = ()
        self._second_chosen = False

    def choose_metrics(self) -> None:
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

    def write_caption(self) -> str:
        """Say how the current run goes; returns what is said."""
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
        return text

    @Slot(int)
    def _set_smoothing(self, value: int) -> None:
        self.smoothing_value.setText(f"{value / 100:.2f}")
        for chart in (self.loss_chart, self.second_chart):
            chart.set_smoothing(value / 100)

    @Slot()
    def _rearrange(self) -> None:
        """The plane has come or gone with the data."""
        self.arrange(self._width)

    def arrange(self, width: int) -> None:
        """Put the charts side by side, or above one another on a page `width` pixels narrow."""
        self.smoothing.setFixedWidth(scaled(84))
        self._width = width
        narrow = width < scaled(NARROW)
        crowded = narrow or (not self.plane.isHidden() and width < scaled(WIDE))
        direction = QBoxLayout.Direction
        flow = direction.TopToBottom if crowded else direction.LeftToRight
        self._top.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)
        self._top.setStretch(1, 1 if crowded else 2)
        if flow != self._charts.direction():
            half = self.splitter.height() // 2
            self.splitter.setSizes([half, half])  # charts above one another took more
        self._charts.setDirection(flow)
        for card in (self.loss_chart, self.second_chart, self.histograms):
            card.setMinimumHeight(scaled(TALL if narrow else LOW))
