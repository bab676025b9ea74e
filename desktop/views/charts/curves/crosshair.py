"""The crosshair of a chart: a line at an epoch, and the values there in a small box."""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from desktop.views.charts.curves.reading import Reading
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, Theme, Tokens


class Crosshair:
    """A vertical line and a box over a plot, which show a reading; hidden without one."""

    def __init__(self, plot: pg.PlotWidget, theme: Theme) -> None:
        self._plot, self._theme = plot, theme
        self._reading: Reading | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.line.setZValue(40)
        self.line.hide()
        plot.getPlotItem().addItem(self.line, ignoreBounds=True)
        self.box = QLabel(plot)
        self.box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box.setTextFormat(Qt.TextFormat.RichText)
        self.box.hide()

    def show(self, reading: Reading | None) -> None:
        """Show `reading` at its epoch; hide for None, or where there are no values."""
        if reading is not None and not reading.values:
            reading = None
        self._reading = reading
        self.line.setVisible(reading is not None)
        self.box.setVisible(reading is not None)
        if reading is not None:
            self.line.setPos(reading.x)
            self.box.setText(_html(reading, self._theme.tokens))
            self.box.setAccessibleName(reading.text)
            self.box.adjustSize()
            self._place(reading.x)

    def _place(self, epoch: float) -> None:
        plot, box = self._plot, self.box
        view = plot.getViewBox()
        scene = view.mapViewToScene(QPointF(epoch, view.viewRange()[1][0]))
        at = plot.mapFromScene(scene).x()
        top = plot.mapFromScene(view.sceneBoundingRect().topLeft()).y()
        x = at + SPACE_S
        if x + box.width() > plot.width() - 2:
            x = at - SPACE_S - box.width()
        x = min(max(x, 2), max(plot.width() - box.width() - 2, 2))
        box.move(x, max(2, min(top + 24, plot.height() - box.height() - 2)))

    def recolor(self) -> None:
        """Take over the colors of the theme."""
        tokens = self._theme.tokens
        self.line.setPen(pg.mkPen(tokens.color("text", 0.6), width=1))
        self.box.setStyleSheet(
            f"QLabel {{ background: {tokens.raised}; color: {tokens.text};"
            f" border: 1px solid {tokens.border}; border-radius: {RADIUS}px;"
            f" padding: 3px 6px; font-size: {SIZE_SMALL}px; }}"
        )
        self.show(self._reading)


def _html(reading: Reading, tokens: Tokens) -> str:
    rows = [f"<tr><td colspan=2><b>{reading.heading}</b></td></tr>"]
    for value, (words, number) in zip(reading.values, reading.rows, strict=True):
        color = getattr(tokens, value.look.token)
        rows.append(
            f'<tr><td style="color:{color}; padding-right:10px">{escape(words)}</td>'
            f'<td align="right"><b>{number}</b></td></tr>'
        )
    return f'<table cellspacing="0">{"".join(rows)}</table>'
