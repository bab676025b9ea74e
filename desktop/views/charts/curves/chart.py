"""A card with the curves of one metric: title, legend with values, plot, and its commands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.metrics import LOSS, metric_title
from desktop.views.charts.curves.figures import CurveFigure
from desktop.views.charts.curves.interactive_plot import InteractivePlot
from desktop.views.charts.curves.legend import Legend
from desktop.views.charts.export_button import ExportButton
from desktop.views.charts.runs import ShownRuns
from desktop.views.charts.summary import describe
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox


class CurveChart(QFrame):
    """One metric of runs. `metricChosen(name)` is emitted when the user picks another."""

    metricChosen = Signal(str)

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._runs = theme, runs
        self.setProperty("role", "card")
        self.plot = InteractivePlot(theme, runs, self)
        self.legend = Legend(theme, self.plot, self)
        self.title = QLabel(metric_title(LOSS), self)
        self.title.setProperty("role", "title")
        self.metric_box = ComboBox(self)
        self.metric_box.setAccessibleName("Metric shown")
        self.metric_box.activated.connect(self._choose)
        self._heading = QStackedWidget(self)
        self._heading.addWidget(self.title)
        self._heading.addWidget(self.metric_box)
        self._heading.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.fit_button = self._tool("Show all epochs (0, or double-click)", self.plot.fit)
        self.log_button = self._tool("Logarithmic axis", None)
        self.log_button.setText("log")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self.set_logarithmic)
        self.outliers_action = QAction("Ignore outliers", self)
        self.outliers_action.setCheckable(True)
        self.outliers_action.setChecked(True)
        self.outliers_action.toggled.connect(self._set_ignore_outliers)
        self.export_button = ExportButton(theme, "this chart", self.figure, self)
        header = QHBoxLayout()
        header.setSpacing(SPACE_XS)
        header.addWidget(self._heading)
        header.addStretch(1)
        for button in (self.fit_button, self.log_button, self.export_button):
            header.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(header)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        self.plot.menu_wanted.connect(self._open_menu)
        self.plot.zoomChanged.connect(self._show_fit_button)
        self._show_fit_button(None)
        theme.changed.connect(self._recolor)
        self._recolor()

    def _tool(self, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "flat")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        if slot is not None:
            button.clicked.connect(slot)
        return button

    @property
    def metric_name(self) -> str:
        return self.plot.content.metric_name

    def set_metric(self, name: str) -> None:
        """Show the metric called `name`."""
        if name != self.plot.content.metric_name:
            self.plot.content.metric_name = name
            self.plot.relabel()
            self.refresh()

    def set_smoothing(self, weight: float) -> None:
        """Smooth the curves with `weight` from 0 to 0.99; the originals stay, faint."""
        self.plot.content.smoothing = weight
        self.plot.refresh()
        self.legend.update()

    @Slot(bool)
    def set_logarithmic(self, on: bool) -> None:
        """Use a logarithmic value axis."""
        self.log_button.setChecked(on)
        self.plot.content.logarithmic = on
        self.plot.relabel()
        self.plot.refresh()

    @Slot(bool)
    def _set_ignore_outliers(self, on: bool) -> None:
        self.plot.content.ignore_outliers = on
        self.plot.refresh()

    def figure(self) -> CurveFigure:
        """The chart as it is exported."""
        return CurveFigure(self._theme, self.plot)

    def refresh(self) -> None:
        """Show the runs as they are now."""
        self._offer_metrics()
        self.plot.refresh()
        self.legend.refresh()
        if self.plot.pointed_at is None:
            record = self._runs.current
            words = "" if record is None else describe(record, self.metric_name)
            self.plot.setAccessibleDescription(words)

    def _offer_metrics(self) -> None:
        metrics = self._runs.metrics
        box = self.metric_box
        if metrics != tuple(box.itemData(i) for i in range(box.count())):
            box.clear()
            for name in metrics:
                box.addItem(metric_title(name), name)
        self.title.setText(metric_title(self.metric_name))
        box.setCurrentIndex(box.findData(self.metric_name))
        self._heading.setCurrentWidget(box if len(metrics) > 2 else self.title)

    @Slot(int)
    def _choose(self, index: int) -> None:
        name = self.metric_box.itemData(index)
        self.set_metric(name)
        self.metricChosen.emit(name)

    @Slot(object)
    def _show_fit_button(self, zoomed: object) -> None:
        self.fit_button.setVisible(zoomed is not None)

    @Slot(QPoint)
    def _open_menu(self, position: QPoint) -> None:
        self.menu().popup(position)

    def menu(self) -> QMenu:
        """The chart's context menu."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for words, slot in (
            ("Zoom in\tCtrl+Wheel up", self.plot.zoom_in),
            ("Zoom out\tCtrl+Wheel down", self.plot.zoom_out),
            ("Show all epochs\tDouble-click", self.plot.fit),
        ):
            menu.addAction(words).triggered.connect(slot)
        menu.addSeparator()
        log = menu.addAction("Logarithmic axis")
        log.setCheckable(True)
        log.setChecked(self.plot.content.logarithmic)
        log.toggled.connect(self.set_logarithmic)
        menu.addAction(self.outliers_action)
        menu.addSeparator()
        self.export_button.actions_for(menu)
        return menu

    @Slot()
    def _recolor(self) -> None:
        self.fit_button.setIcon(self._theme.icon("mdi6.fit-to-page-outline"))
