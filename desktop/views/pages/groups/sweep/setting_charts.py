"""A chart per setting: each value that was tried against what it came to."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from desktop.document.metrics import in_sentence
from desktop.views.charts.controls import remove_controls
from desktop.views.charts.curves.axes import ChartAxis, ValueAxis
from desktop.views.pages.groups.sweep.findings import Findings
from desktop.views.pages.groups.sweep.scales import Scale
from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled

_WIDTH, _HEIGHT = 280, 190  # pixels of a chart at least
_MARGIN = 0.04  # of the axis, beside the outermost values of a list
_POINT = 8  # pixels


class _SettingAxis(ChartAxis):
    """The axis of a setting, below its chart."""

    def __init__(self) -> None:
        super().__init__("bottom")

    def fit(self) -> None:
        self.setHeight(scaled(36))


class SettingChart(pg.PlotWidget):  # type: ignore[misc]
    """The metric over one setting: a point for each combination, a line for the mean of a value."""

    def __init__(self, path: str, theme: Theme, parent: QWidget | None = None) -> None:
        self._setting_axis, self._value_axis = _SettingAxis(), ValueAxis()
        axes = {"bottom": self._setting_axis, "left": self._value_axis}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.path, self._theme = path, theme
        self._findings: Findings | None = None
        for axis in (self._setting_axis, self._value_axis):
            axis.setZValue(-1000)  # the grid lies behind the points
        plot = remove_controls(self)
        plot.setContentsMargins(0, 4, 10, 0)
        self.means = pg.PlotDataItem()
        self.points = pg.ScatterPlotItem(pxMode=True, antialias=True)
        plot.addItem(self.means)
        plot.addItem(self.points)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        theme.changed.connect(self._draw)

    @property
    def scale(self) -> Scale | None:
        """The axis of the setting."""
        return None if self._findings is None else self._findings.scales[self.path]

    def show_findings(self, findings: Findings) -> None:
        """Draw what `findings` has for the setting."""
        self._findings = findings
        self.setAccessibleName(f"{findings.metric_title} by {findings.scales[self.path].title}")
        self._draw()

    def _draw(self) -> None:
        findings, tokens = self._findings, self._theme.tokens
        if findings is None:
            return
        scale, valued = findings.scales[self.path], findings.valued
        self.setMinimumSize(scaled(_WIDTH), scaled(_HEIGHT))
        self.setBackground(tokens.color("surface"))
        self._setting_axis.setTicks([[(each.place, each.text) for each in scale.ticks]])
        self._setting_axis.paint_with(tokens, scale.title)
        self._value_axis.paint_with(tokens, in_sentence(findings.metric_title))
        places = np.array([scale.place(each.settings[self.path]) for each in valued])
        values = np.array([each.value for each in valued])
        self.points.setData(
            places,
            values,
            size=scaled(_POINT),
            pen=pg.mkPen(None),
            brush=[
                pg.mkBrush(tokens.color("accent", 0.7) if index else tokens.color("good"))
                for index in range(len(valued))
            ],
        )
        known = np.unique(places)
        means = np.array([values[places == place].mean() for place in known])
        few = len(known) * 2 <= len(places)  # several of each: there is a mean to speak of
        line = pg.mkPen(tokens.color("muted", 0.8), width=scaled(1.5), style=Qt.PenStyle.DashLine)
        self.means.setData(known if few else [], means if few else [], pen=line)
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        room = 0.08 * (high - low) or 0.05 * abs(high) or 0.1
        margin = 0.0 if scale.categories else _MARGIN
        self.getViewBox().setRange(
            xRange=(-margin, 1 + margin),
            yRange=(low - room, high + room),
            padding=0,
            disableAutoRange=True,
        )

    # --- Qt -----------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the charts scroll


class SettingCharts(QScrollArea):
    """The charts of all settings that are varied, in as many columns as there is room for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.charts: dict[str, SettingChart] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Results by setting")
        self._content = QWidget()
        self._grid = QGridLayout(self._content)
        self._grid.setContentsMargins(0, SPACE_S, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self.setWidget(self._content)

    def show_findings(self, findings: Findings) -> None:
        """Draw a chart for each setting of `findings`."""
        paths = list(findings.scales)
        if paths != list(self.charts):
            for chart in self.charts.values():
                self._grid.removeWidget(chart)
                chart.close()
                chart.deleteLater()
            self.charts = {path: SettingChart(path, self._theme, self._content) for path in paths}
            self._arrange()
        for chart in self.charts.values():
            chart.show_findings(findings)

    def _arrange(self) -> None:
        room = self.viewport().width()
        columns = max(1, min(len(self.charts), room // (scaled(_WIDTH) + SPACE_M)))
        for chart in self.charts.values():
            self._grid.removeWidget(chart)
        for index, chart in enumerate(self.charts.values()):
            self._grid.addWidget(chart, index // columns, index % columns)
            chart.show()

    # --- Qt -----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
