"""The crosshair of a chart: a line at an epoch, and the values there in a small box."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QLabel

from desktop.views.charts.curves.reading import Reading
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, SPACE_XS, Theme, Tokens, scaled


class Crosshair:
    """A vertical line and a box over a plot, which show a reading; hidden without one."""

    def __init__(self, plot: pg.PlotWidget, theme: Theme) -> None:
        self._plot, self._theme = plot, theme
        self._shown: tuple[Reading | None, Sequence[QRectF]] = None, ()
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.line.setZValue(40)
        self.line.hide()
        plot.getPlotItem().addItem(self.line, ignoreBounds=True)
        self.box = QLabel(plot)
        self.box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box.setTextFormat(Qt.TextFormat.RichText)
        self.box.hide()

    def show(self, reading: Reading | None, avoid: Sequence[QRectF] = ()) -> None:
        """Show `reading` at its epoch; hide for None, or where there are no values.

        The box leaves the areas to `avoid`, in pixels of the plot, free where there is room.
        """
        if reading is not None and not reading.values:
            reading = None
        self._shown = reading, avoid
        self.line.setVisible(reading is not None)
        self.box.setVisible(reading is not None)
        if reading is not None:
            self.line.setPos(reading.x)
            self.box.setText(_html(reading, self._theme.tokens))
            self.box.setAccessibleName(reading.text)
            self.box.adjustSize()
            self._place(reading.x, avoid)

    def _place(self, epoch: float, avoid: Sequence[QRectF]) -> None:
        """Beside the line, on the right if there is room, and as high as nothing is covered."""
        plot, size = self._plot, QRectF(self.box.rect())
        view = plot.getViewBox()
        area = QRectF(plot.mapFromScene(view.sceneBoundingRect()).boundingRect())
        line = plot.mapFromScene(view.mapViewToScene(QPointF(epoch, 0.0))).x()
        right, left = line + SPACE_S, line - SPACE_S - size.width()
        sides = (right, left) if right + size.width() <= plot.width() - 2 else (left, right)
        heights = [area.top() + SPACE_S]
        heights += [words.bottom() + SPACE_XS for words in avoid]
        heights += [words.top() - SPACE_XS - size.height() for words in avoid]
        heights.append(area.bottom() - SPACE_XS - size.height())

        def moved_inside(x: float, y: float) -> QRectF:
            x = min(max(x, 2), max(plot.width() - size.width() - 2, 2))
            y = min(max(y, 2), max(plot.height() - size.height() - 2, 2))
            return size.translated(x, y)

        def cost(place: QRectF) -> float:
            """How many pixels of the words, and of the line itself, are covered."""
            line_area = QRectF(line - 1, area.top(), 2, area.height())
            covered = (place.intersected(each) for each in (*avoid, line_area))
            return sum(each.width() * each.height() for each in covered)

        places = [moved_inside(x, y) for y in heights for x in sides]
        self.box.move(min(places, key=cost).topLeft().toPoint())  # the first of the best

    def recolor(self) -> None:
        """Take over the colors of the theme."""
        tokens = self._theme.tokens
        self.line.setPen(pg.mkPen(tokens.color("text", 0.6), width=1))
        self.box.setStyleSheet(
            f"QLabel {{ background: {tokens.raised}; color: {tokens.text};"
            f" border: 1px solid {tokens.border}; border-radius: {RADIUS}px;"
            f" padding: 3px 6px; font-size: {scaled(SIZE_SMALL)}px; }}"
        )
        self.show(*self._shown)


def _html(reading: Reading, tokens: Tokens) -> str:
    rows = [f"<tr><td colspan=2><b>{reading.heading}</b></td></tr>"]
    for value, (words, number) in zip(reading.values, reading.rows, strict=True):
        color = getattr(tokens, value.look.token)
        rows.append(
            f'<tr><td style="color:{color}; padding-right:10px">{escape(words)}</td>'
            f'<td align="right"><b>{number}</b></td></tr>'
        )
    return f'<table cellspacing="0">{"".join(rows)}</table>'
