"""A plot for explanations: lines in the colors of the theme, which nothing moves."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.document.text import with_minus
from desktop.views.charts.controls import remove_controls
from desktop.views.charts.curves.axes import ChartAxis, ValueAxis
from desktop.views.theme import Theme, scaled
from desktop.workers.reports import FloatArray

HEIGHT = 190  # pixels of a plot at least
_WIDTH = 180
_POWERS_WIDTH = 66  # of the axis


class _BottomAxis(ChartAxis):
    """The axis below a plot."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setTickDensity(0.8)

    def fit(self) -> None:
        self.setHeight(scaled(36))

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [with_minus(f"{value:.6g}") for value in values]


class FixedPlot(pg.PlotWidget):  # type: ignore[misc]
    """Lines in the colors of the theme, which neither mouse nor wheel move.

    Signals:
        pointed: the mouse is over this place of the horizontal axis.
    """

    pointed = Signal(float)

    def __init__(
        self,
        theme: Theme,
        titles: tuple[str, str],
        parent: QWidget | None = None,
        lowest: int = HEIGHT,
    ) -> None:
        """`titles` are those of the horizontal and the vertical axis; `lowest` is in pixels."""
        self._x_axis, self.y_axis = _BottomAxis(), ValueAxis()
        axes = {"bottom": self._x_axis, "left": self.y_axis}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self.theme, self._titles, self._lowest = theme, titles, lowest
        for axis in (self._x_axis, self.y_axis):
            axis.setZValue(-1000)  # the grid lies behind the lines
        plot = remove_controls(self)
        plot.setContentsMargins(0, 4, 10, 0)
        self.zeros = [pg.InfiniteLine(0, angle=angle) for angle in (0, 90)]
        for line in self.zeros:
            line.setZValue(-900)
            plot.addItem(line)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)  # as a graphics view would, to pass them on to its items
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        theme.changed.connect(self.recolor)
        self.recolor()

    def new_line(self) -> pg.PlotDataItem:
        """Another line, with nothing to draw yet."""
        line = pg.PlotDataItem(connect="finite")
        self.addItem(line)
        return line

    def pen(
        self,
        color: str,
        width: float = 2.0,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
        alpha: float = 1.0,
    ) -> pg.mkPen:
        """A pen in the color of a token."""
        return pg.mkPen(self.theme.tokens.color(color, alpha), width=scaled(width), style=style)

    def recolor(self) -> None:
        """Take the colors and sizes of the theme."""
        tokens = self.theme.tokens
        self.setMinimumSize(scaled(_WIDTH), scaled(self._lowest))
        self.setBackground(tokens.color("surface"))
        self._x_axis.paint_with(tokens, self._titles[0])
        self.y_axis.paint_with(tokens, self._titles[1])
        if self.y_axis.logarithmic:
            self.y_axis.setWidth(scaled(_POWERS_WIDTH))
        for line in self.zeros:
            line.setPen(self.pen("muted", 1, alpha=0.7))

    def use_powers(self) -> None:
        """Take what is drawn for logarithms to the base of ten."""
        self.y_axis.logarithmic = True
        self.recolor()

    def set_titles(self, below: str, left: str) -> None:
        """Write other titles along the axes."""
        if (below, left) != self._titles:
            self._titles = below, left
            self.recolor()

    def set_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show these values, with some room above and below."""
        room = 0.06 * (y[1] - y[0])
        self.getViewBox().setRange(
            xRange=x, yRange=(y[0] - room, y[1] + room), padding=0, disableAutoRange=True
        )

    def place_at(self, event: QMouseEvent) -> float:
        """Where on the horizontal axis the mouse is."""
        scene = self.mapToScene(event.position().toPoint())
        return float(self.getViewBox().mapSceneToView(scene).x())

    # --- Qt -----------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.place_at(event))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls


def span(values: FloatArray, least: tuple[float, float], most: float) -> tuple[float, float]:
    """The range of `values`, at least `least`, but no farther than `most` from zero."""
    return (
        min(least[0], max(float(values.min()), -most)),
        max(least[1], min(float(values.max()), most)),
    )
