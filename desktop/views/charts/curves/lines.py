"""The lines of one chart: how each kind of values is drawn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsPathItem

from desktop.views.charts.curves.ranges import cut
from desktop.views.charts.looks import Look
from desktop.views.charts.runs import Band
from desktop.views.theme import Tokens
from desktop.workers.records import Floats

MARKER_ROOM = 11  # pixels between two markers at least
DENSE = 128  # points beyond which a line is one pixel wide
BAND_OPACITY = 0.18
SMOOTH_EDGES = 1500  # points up to which a line is drawn with smooth edges


def pen(look: Look, tokens: Tokens, opacity: float, width: float) -> QPen:
    """A pen in the color and dash of a look, `width` pixels of the device wide.

    Dashes of a line that is one pixel wide are longer, so that they can be seen.
    """
    result: QPen = pg.mkPen(tokens.color(look.token, min(look.opacity * opacity, 1.0)), width=width)
    if look.dash:
        result.setDashPattern([6.0, 3.0] if width <= 1 else list(look.dash))
    return result


class Line:
    """One curve of a chart, with markers while there are few points, and its faint original."""

    def __init__(self, plot: pg.PlotItem, look: Look, depth: float) -> None:
        self.look = look
        self._plot = plot
        self.curve = pg.PlotCurveItem(skipFiniteCheck=False)
        self.faint = pg.PlotCurveItem(skipFiniteCheck=False)
        self.markers = pg.ScatterPlotItem(pxMode=True, useCache=False, antialias=True)
        for offset, item in enumerate((self.faint, self.curve, self.markers)):
            item.setZValue(depth + offset)
            plot.addItem(item, ignoreBounds=True)
        self._band: QGraphicsPathItem | None = None  # made when it is needed
        self._empty = True
        self._pens: tuple[Tokens, float, float] | None = None

    def show(
        self,
        tokens: Tokens,
        points: tuple[Floats, Floats],
        faint: tuple[Floats, Floats] | None = None,
        strength: float = 1.0,
        columns: int = 1000,
        limits: tuple[float, float] | None = None,
        ratio: float = 1.0,
    ) -> None:
        """Draw `points`, which span at most `columns` pixels; `faint` are the unsmoothed ones.

        With `limits` nothing beyond these values is drawn. `ratio` is how many pixels of the device
        one of the layout is. Dense lines are one pixel of the device wide, which Qt draws many
        times faster, except with `limits`, as in a file.
        """
        x, y = points
        if not len(x) and self._empty:
            return
        self._empty = not len(x)
        thin = ratio if limits is not None else 1.0
        width = thin if len(x) > DENSE else self.look.width * ratio
        pens = (tokens, strength, width)
        if pens != self._pens:
            self._pens = pens
            self.curve.setPen(pen(self.look, tokens, strength, width))
            self.faint.setPen(pen(self.look, tokens, 0.3, thin))
        smooth_edges = len(x) <= SMOOTH_EDGES
        line = cut(points, *limits) if limits is not None else points
        self.curve.setData(*line, connect="finite", antialias=smooth_edges)
        self.faint.setVisible(faint is not None)
        if faint is not None:
            line = cut(faint, *limits) if limits is not None else faint
            self.faint.setData(*line, connect="finite", antialias=smooth_edges)
        marked = bool(self.look.marker) and len(x) * MARKER_ROOM <= columns
        self.markers.setVisible(marked)
        if marked:
            color = tokens.color(self.look.token)
            hollow = tokens.color("surface") if self.look.dash else color
            low, high = limits or (-np.inf, np.inf)
            good = np.isfinite(y) & (y >= low) & (y <= high)
            self.markers.setData(
                x[good],
                y[good],
                symbol=self.look.marker,
                size=6,
                pen=pg.mkPen(color, width=1.5 * ratio),
                brush=pg.mkBrush(hollow),
            )

    def show_band(self, tokens: Tokens, band: Band | None) -> None:
        """Fill the strip around the line; None for none."""
        if band is None:
            if self._band is not None:
                self._band.hide()
            return
        if self._band is None:
            self._band = QGraphicsPathItem()
            self._band.setPen(pg.mkPen(None))
            self._band.setZValue(-10)
            self._plot.addItem(self._band, ignoreBounds=True)
        there_and_back = np.concatenate((band.x, band.x[::-1]))
        edge = np.concatenate((band.low, band.high[::-1]))
        self._band.setPath(pg.functions.arrayToQPath(there_and_back, edge))
        self._band.setBrush(tokens.color(self.look.token, BAND_OPACITY))
        self._band.show()

    def remove(self) -> None:
        """Take the line out of the chart."""
        for item in (self.faint, self.curve, self.markers, self._band):
            if item is not None:
                self._plot.removeItem(item)

    def points(self) -> tuple[Floats, Floats]:
        """What is drawn: x and y on the chart's scale."""
        x, y = self.curve.getData()
        return (np.empty(0), np.empty(0)) if x is None else (x, y)
