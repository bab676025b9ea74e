"""The marks of one chart beside its lines: edge marks, best epoch, early stop."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem

from desktop.views.charts.looks import STEPS, Look
from desktop.views.theme import SIZE_SMALL, Tokens, factor, scaled

ROW = 21  # pixels: a line of words


class EdgeMarks:
    """Triangles at the edges for values that no line can show: NaN, infinite, far off the scale."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self.item = pg.ScatterPlotItem(pxMode=True, useCache=False, antialias=True)
        self.item.setZValue(30)
        self.item.hide()
        plot.addItem(self.item, ignoreBounds=True)

    def show(
        self,
        tokens: Tokens,
        marks: list[tuple[Look, float, float]],
        y: tuple[float, float],
        ratio: float = 1.0,
    ) -> None:
        """Draw `marks` - look, epoch, value on the chart's scale - inside the range `y`.

        `ratio` is how many pixels of the device one of the layout is.

        Above the range: a triangle pointing up at the top edge. Below it: one pointing down at the
        bottom edge. NaN: a hollow one pointing up at the top edge. Validation stands a row further
        in, so that both lines can be seen to have left the chart.
        """
        if not marks and not self.item.isVisible():
            return
        self.item.setVisible(bool(marks))
        spots = []
        for look, x, value in marks:
            below = value < y[0]
            inset = (0.085 if look.dash else 0.03) * (y[1] - y[0])
            color = tokens.color("bad" if look is STEPS else look.token)
            spots.append(
                {
                    "pos": (x, y[0] + inset if below else y[1] - inset),
                    "symbol": "t" if below else "t1",
                    "size": 9,
                    "pen": pg.mkPen(color, width=1.5 * ratio),
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
    """A vertical line at an epoch with words beside it."""

    def __init__(self, plot: pg.PlotItem, token: str, style: Qt.PenStyle, row: int) -> None:
        self.token, self.style, self.row = token, style, row
        self.epoch: int | None = None
        self._written: tuple[tuple[str, ...], float, float, QColor] | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.text = pg.TextItem("", anchor=(0, 0))
        self.line.setZValue(20)
        self.text.setZValue(25)
        for item in (self.line, self.text):
            item.hide()
            plot.addItem(item, ignoreBounds=True)

    @property
    def area(self) -> QRectF | None:
        """Where the words are in the scene; None without words."""
        if not self.text.isVisible():
            return None
        return QRectF(self.text.mapRectToScene(self.text.boundingRect()))

    def show(
        self,
        tokens: Tokens,
        epoch: int | None,
        words: tuple[str, ...],
        ranges: tuple[tuple[float, float], tuple[float, float]],
        size: tuple[float, float],
        low: bool,
        ratio: float = 1.0,
    ) -> None:
        """Put the flag at `epoch`, or hide it for None.

        `size` is the chart's in pixels, width first, and `ratio` how many of the device each of
        them is. The first of `words` that fits stands at the bottom if `low`, else at the top: on
        the side of the line where there is more room, or over it where it would leave the chart.
        None where even the last one does not fit.
        """
        self.epoch = epoch
        (x0, x1), (y0, y1) = ranges
        visible = epoch is not None and x0 <= epoch <= x1
        self.line.setVisible(visible)
        self.text.setVisible(visible)
        if not visible or epoch is None:
            return
        color = tokens.color(self.token)
        self.line.setPen(pg.mkPen(color, width=ratio, style=self.style))
        self.line.setPos(epoch)
        room, height = (max(pixels, 1) for pixels in size)
        if (words, room, factor(), color) != self._written:
            self._written = (words, room, factor(), color)
            self._write(words, room, color)
            self.text.fill = pg.mkBrush(tokens.color("surface", 0.85))
        area = self.text.boundingRect()
        if area.width() > room or (self.row + 1) * scaled(ROW) > height:
            self.text.hide()
            return
        place = room * (epoch - x0) / (x1 - x0)  # of the line, in pixels from the left
        left = place - area.width() if place > room / 2 else place
        left = max(min(left, room - area.width()), 0.0)
        anchor = ((place - left) / area.width(), 1 if low else 0)
        if tuple(self.text.anchor) != anchor:
            self.text.setAnchor(anchor)
        shift = (y1 - y0) * scaled(ROW) * self.row / height
        self.text.setPos(epoch, y0 + shift if low else y1 - shift)

    def _write(self, words: tuple[str, ...], room: float, color: QColor) -> None:
        """Write the first of `words` that fits, or the last one."""
        for choice in words:
            style = f"font-size:{scaled(SIZE_SMALL - 1)}px; font-weight:600"
            self.text.setHtml(f'<span style="{style}">{choice}</span>')
            if self.text.boundingRect().width() <= room:
                break
        self.text.setColor(color)


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
