"""The marks of one chart: lines for steps and epochs, edge marks, best epoch, early stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from desktop.views.charts.curves.ranges import cut
from desktop.views.charts.runs import LineKey, Split
from desktop.views.theme import SIZE_SMALL, Tokens
from desktop.workers.records import Floats

MARKER_ROOM = 11  # pixels between two markers at least
DENSE = 128  # points beyond which a line is one pixel wide
SMOOTH_EDGES = 1500  # points up to which a line is drawn with smooth edges


@dataclass(frozen=True)
class Look:
    """How one kind of values is drawn: its name for people, colour token, dash and marker."""

    label: str
    token: str
    width: float
    dash: tuple[float, ...]
    marker: str
    opacity: float = 1.0


STEPS = Look("Each batch", "accent", 1.0, (), "", 0.42)
TRAINING = Look("Training", "accent", 2.0, (), "o")
VALIDATION = Look("Validation", "validation", 2.0, (4.0, 2.0), "s")
LOOKS = {Split.STEPS: STEPS, Split.TRAINING: TRAINING, Split.VALIDATION: VALIDATION}


def pen(look: Look, tokens: Tokens, opacity: float = 1.0, dense: bool = False) -> object:
    """The pen of a look; dense lines are one pixel wide, which Qt draws many times faster."""
    result = pg.mkPen(
        tokens.color(look.token, min(look.opacity * opacity, 1.0)),
        width=1.0 if dense else look.width,
    )
    if look.dash:
        result.setDashPattern([6.0, 3.0] if dense else list(look.dash))
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
        self._empty = True
        self._pens: tuple[Tokens, float, bool] | None = None

    def show(
        self,
        tokens: Tokens,
        points: tuple[Floats, Floats],
        faint: tuple[Floats, Floats] | None = None,
        strength: float = 1.0,
        columns: int = 1000,
        limits: tuple[float, float] | None = None,
    ) -> None:
        """Draw `points`, which span at most `columns` pixels; `faint` are the unsmoothed ones.

        With `limits` nothing beyond these values is drawn.
        """
        x, y = points
        if not len(x) and self._empty:
            return
        self._empty = not len(x)
        dense = len(x) > DENSE
        pens = (tokens, strength, dense)
        if pens != self._pens:
            self._pens = pens
            self.curve.setPen(pen(self.look, tokens, strength, dense))
            self.faint.setPen(pen(self.look, tokens, 0.3, dense=True))
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
                pen=pg.mkPen(color, width=1.5),
                brush=pg.mkBrush(hollow),
            )

    def remove(self) -> None:
        """Take the line out of the chart."""
        for item in (self.faint, self.curve, self.markers):
            self._plot.removeItem(item)

    def points(self) -> tuple[Floats, Floats]:
        """What is drawn: x and y on the chart's scale."""
        x, y = self.curve.getData()
        return (np.empty(0), np.empty(0)) if x is None else (x, y)


class EdgeMarks:
    """Triangles at the edges for values that no line can show: NaN, infinite, far off the scale."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.item = pg.ScatterPlotItem(pxMode=True, useCache=False, antialias=True)
        self.item.setZValue(30)
        self.item.hide()
        plot.addItem(self.item, ignoreBounds=True)

    def show(
        self, tokens: Tokens, marks: list[tuple[LineKey, float, float]], y: tuple[float, float]
    ) -> None:
        """Draw `marks` - line, epoch, value on the chart's scale - inside the range `y`.

        Above the range: a triangle pointing up at the top edge. Below it: one pointing down at the
        bottom edge. NaN: a hollow one pointing up at the top edge. Validation stands a row further
        in, so that both lines can be seen to have left the chart.
        """
        if not marks and not self.item.isVisible():
            return
        self.item.setVisible(bool(marks))
        spots = []
        for key, x, value in marks:
            below = value < y[0]
            inset = (0.085 if key.split is Split.VALIDATION else 0.03) * (y[1] - y[0])
            color = tokens.color("bad" if key.split is Split.STEPS else LOOKS[key.split].token)
            spots.append(
                {
                    "pos": (x, y[0] + inset if below else y[1] - inset),
                    "symbol": "t" if below else "t1",
                    "size": 9,
                    "pen": pg.mkPen(color, width=1.5),
                    "brush": pg.mkBrush(tokens.color("surface") if np.isnan(value) else color),
                }
            )
        self.item.setData(spots)

    def positions(self) -> list[tuple[float, float]]:
        """Where the triangles are, on the chart's scale."""
        if not self.item.isVisible():
            return []
        return [(spot.pos().x(), spot.pos().y()) for spot in self.item.points()]


class Flag:
    """A vertical line at an epoch with a word beside it."""

    def __init__(self, plot: pg.PlotItem, token: str, style: Qt.PenStyle, row: int) -> None:
        self.token, self.style, self.row = token, style, row
        self.epoch: int | None = None
        self._written: tuple[str, QColor] | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.text = pg.TextItem("", anchor=(0, 0))
        self.line.setZValue(20)
        self.text.setZValue(25)
        for item in (self.line, self.text):
            item.hide()
            plot.addItem(item, ignoreBounds=True)

    def show(
        self,
        tokens: Tokens,
        epoch: int | None,
        words: str,
        ranges: tuple[tuple[float, float], tuple[float, float]],
        size: tuple[float, float],
        low: bool,
    ) -> None:
        """Put the flag at `epoch`, or hide it for None.

        `size` is the chart's in pixels, width first. The words stand at the bottom if `low`, else
        at the top: on the side of the line where there is more room, or over it where they would
        leave the chart.
        """
        self.epoch = epoch
        (x0, x1), (y0, y1) = ranges
        visible = epoch is not None and x0 <= epoch <= x1
        self.line.setVisible(visible)
        self.text.setVisible(visible)
        if not visible or epoch is None:
            return
        color = tokens.color(self.token)
        self.line.setPen(pg.mkPen(color, width=1, style=self.style))
        self.line.setPos(epoch)
        html = f'<span style="font-size:{SIZE_SMALL - 1}px; font-weight:600">{words}</span>'
        if (html, color) != self._written:
            self._written = (html, color)
            self.text.setHtml(html)
            self.text.setColor(color)
            self.text.fill = pg.mkBrush(tokens.color("surface", 0.85))
        room, height = (max(pixels, 1) for pixels in size)
        place = room * (epoch - x0) / (x1 - x0)  # of the line, in pixels from the left
        words_width = self.text.boundingRect().width()
        left = place - words_width if place > room / 2 else place
        left = max(min(left, room - words_width), 0.0)
        anchor = ((place - left) / words_width, 1 if low else 0)
        if tuple(self.text.anchor) != anchor:
            self.text.setAnchor(anchor)
        shift = (y1 - y0) * 20 * self.row / height
        self.text.setPos(epoch, y0 + shift if low else y1 - shift)


class Shade:
    """A tint over a stretch of epochs."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.item = QGraphicsRectItem()
        self.item.setPen(pg.mkPen(None))
        self.item.setZValue(-20)
        self.item.hide()
        plot.addItem(self.item, ignoreBounds=True)

    def show(self, color: QColor, span: tuple[float, float] | None, y: tuple[float, float]) -> None:
        """Tint from span[0] to span[1] over the range `y`, or nothing for None."""
        self.item.setVisible(span is not None)
        if span is not None:
            self.item.setBrush(color)
            self.item.setRect(QRectF(span[0], y[0], span[1] - span[0], y[1] - y[0]))
