"""The crosshair of a chart: a line at an epoch, and the values there in a small box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from desktop.views.charts.runs import Split
from desktop.views.charts.summary import format_epoch, format_value
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, Theme

if TYPE_CHECKING:
    from desktop.views.charts.curves.plot import CurvePlot

SNAP = 10  # pixels around an epoch with values within which the crosshair jumps to it


@dataclass(frozen=True)
class Reading:
    """The values nearest to epoch `x`: for each line (name for people, epoch, value)."""

    x: float
    values: tuple[tuple[str, float, float], ...]
    beside_smoothed: bool = False  # lines, so that these values are not the ones drawn

    @property
    def text(self) -> str:
        """The reading in lines of plain text."""
        lines = [f"Epoch {format_epoch(self.x)}" + ", not smoothed" * self.beside_smoothed]
        for label, x, value in self.values:
            where = "" if abs(x - self.x) < 0.5 else f" (epoch {format_epoch(x)})"
            lines.append(f"{label}{where}: {format_value(value)}")
        return "\n".join(lines)


def read(plot: CurvePlot, x: float) -> Reading:
    """The values a plot has nearest to epoch `x`, unsmoothed."""
    values = []
    for key in plot.lines:
        source = plot.content.source(key)
        point = source.at(x) if source is not None else None
        if point is not None:
            values.append((plot.content.label(key), *point))
    return Reading(x, tuple(values), plot.content.smoothing > 0)


class Crosshair:
    """A vertical line and a read-out over a plot; hidden while `x` is None."""

    def __init__(self, plot: CurvePlot, theme: Theme) -> None:
        self._plot, self._theme = plot, theme
        self.x: float | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.line.setZValue(40)
        self.line.hide()
        plot.getPlotItem().addItem(self.line, ignoreBounds=True)
        self.box = QLabel(plot)
        self.box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.box.setTextFormat(Qt.TextFormat.RichText)
        self.box.hide()

    def near(self, x: float) -> float | None:
        """The epoch `x`, or one with values beside it; None outside of the plot."""
        (x0, x1), _ = self._plot.ranges
        content = self._plot.content
        source = content.source(content.runs.key(Split.TRAINING))
        near = source.at(x) if source is not None else None
        if near is not None:
            pixels = abs(near[0] - x) / max(x1 - x0, 1e-12) * self._plot.getViewBox().width()
            if pixels <= SNAP:
                x = near[0]
        return x if x0 <= x <= x1 else None

    def move_to(self, x: float | None) -> None:
        """Put the crosshair at epoch `x`, or take it away."""
        if x is None and self.x is None:
            return
        self.x = x
        self.update_reading()

    def update_reading(self) -> None:
        """Show the values of the moment."""
        reading = None if self.x is None else read(self._plot, self.x)
        shown = reading is not None and bool(reading.values)
        was_shown = self.line.isVisible()
        self.line.setVisible(shown)
        self.box.setVisible(shown)
        if reading is not None and shown:
            self.line.setPos(reading.x)
            self.box.setText(self._html(reading))
            self.box.setAccessibleName(reading.text)
            self._plot.setAccessibleDescription(reading.text)
            self.box.adjustSize()
            self._place()
        if shown or was_shown:
            self._plot.inspected.emit(reading if shown else None)

    def _html(self, reading: Reading) -> str:
        tokens = self._theme.tokens
        name = self._plot.content.label
        colors = {
            name(key): getattr(tokens, line.look.token) for key, line in self._plot.lines.items()
        }
        first, *lines = reading.text.split("\n")
        rows = [f"<tr><td colspan=2><b>{first}</b></td></tr>"]
        for (label, _, _), line in zip(reading.values, lines, strict=True):
            words, _, value = line.rpartition(": ")
            rows.append(
                f'<tr><td style="color:{colors[label]}; padding-right:10px">{words}</td>'
                f'<td align="right"><b>{value}</b></td></tr>'
            )
        return f'<table cellspacing="0">{"".join(rows)}</table>'

    def _place(self) -> None:
        plot, box = self._plot, self.box
        view = plot.getViewBox()
        assert self.x is not None
        scene = view.mapViewToScene(QPointF(self.x, plot.ranges[1][0]))
        at = plot.mapFromScene(scene).x()
        left = plot.mapFromScene(view.sceneBoundingRect().topLeft())
        x = at + SPACE_S
        if x + box.width() > plot.width() - 2:
            x = at - SPACE_S - box.width()
        x = min(max(x, 2), max(plot.width() - box.width() - 2, 2))
        box.move(x, max(2, min(left.y() + 24, plot.height() - box.height() - 2)))

    def recolor(self) -> None:
        """Take over the colours of the theme."""
        tokens = self._theme.tokens
        self.line.setPen(pg.mkPen(tokens.color("text", 0.6), width=1))
        self.box.setStyleSheet(
            f"QLabel {{ background: {tokens.raised}; color: {tokens.text};"
            f" border: 1px solid {tokens.border}; border-radius: {RADIUS}px;"
            f" padding: 3px 6px; font-size: {SIZE_SMALL}px; }}"
        )
        self.update_reading()
