"""Painting histograms through the epochs: behind one another as ridges, or laid over each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from desktop.views.charts.summary import format_value
from desktop.views.charts.weights.ridges import Ridges, round_ticks, thin
from desktop.views.theme import SIZE_SMALL, Tokens
from desktop.workers.records import Floats

SHARE = 0.45  # of the height, for the tallest ridge
GAP = 3.0  # pixels between two ridges at least


class HistogramMode(StrEnum):
    RIDGELINE = "ridgeline"
    OVERLAY = "overlay"


@dataclass(frozen=True)
class Style:
    """How to paint: mode, colors, whether with axes, and the epoch to bring out."""

    tokens: Tokens
    mode: HistogramMode = HistogramMode.RIDGELINE
    axes: bool = False
    chosen: int | None = None


def blend(back: QColor, front: QColor, share: float) -> QColor:
    """`front` with opacity `share` over `back`, as an opaque color."""
    return QColor.fromRgbF(
        back.redF() + (front.redF() - back.redF()) * share,
        back.greenF() + (front.greenF() - back.greenF()) * share,
        back.blueF() + (front.blueF() - back.blueF()) * share,
    )


def epoch_color(tokens: Tokens, age: float) -> QColor:
    """The line color of an epoch: from pale for the oldest (0) to the full accent (1)."""
    return blend(tokens.color("surface"), tokens.color("accent"), 0.45 + 0.55 * age)


def paint(painter: QPainter, area: QRectF, ridges: Ridges, style: Style) -> None:
    """Paint the ridges into `area`; the background is left as it is."""
    if not ridges.epochs or area.width() < 20 or area.height() < 20:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    plot = _axes(painter, area, ridges, style) if style.axes else area.adjusted(0, 2, 0, -15)
    if not style.axes:
        _small_axis(painter, plot, ridges, style.tokens)
    if style.mode is HistogramMode.RIDGELINE:
        _ridgeline(painter, plot, ridges, style)
    else:
        _overlay(painter, plot, ridges, style)
    painter.restore()


def _x(plot: QRectF, ridges: Ridges) -> Floats:
    """Pixel positions of the bins' centers, and of both ends of the grid around them."""
    low, high = ridges.grid[0], ridges.grid[-1]
    values = np.concatenate(([low], ridges.centers, [high]))
    x: Floats = plot.left() + (values - low) / (high - low) * plot.width()
    return x


def _polygon(x: Floats, heights: Floats, baseline: float, tall: float) -> QPolygonF:
    y = baseline - tall * np.concatenate(([0.0], heights, [0.0]))
    polygon: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return polygon


def _shown(ridges: Ridges, style: Style, most: int) -> list[int]:
    shown = thin(len(ridges.epochs), most)
    if style.chosen in ridges.epochs:
        shown = sorted({*shown, ridges.epochs.index(style.chosen)})
    return shown


def baselines(plot: QRectF, count: int) -> tuple[Floats, float]:
    """Where `count` ridges stand, the oldest first and highest up, and how tall one may be."""
    tall = plot.height() * (SHARE if count > 1 else 0.9)
    room = plot.height() - tall
    place = np.linspace(0, 1, count) if count > 1 else np.ones(1)
    return plot.top() + tall + room * place, tall


def _ridgeline(painter: QPainter, plot: QRectF, ridges: Ridges, style: Style) -> None:
    tokens = style.tokens
    surface, accent = tokens.color("surface"), tokens.color("accent")
    shown = _shown(ridges, style, max(2, int(plot.height() * (1 - SHARE) / GAP)))
    floors, tall = baselines(plot, len(shown))
    x = _x(plot, ridges)
    for order, (index, floor) in enumerate(zip(shown, floors, strict=True)):
        age = order / max(len(shown) - 1, 1)
        polygon = _polygon(x, ridges.heights[index], float(floor), tall)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(surface, accent, 0.06 + 0.22 * age))
        painter.drawPolygon(polygon)
        chosen = ridges.epochs[index] == style.chosen
        color = tokens.color("text") if chosen else epoch_color(tokens, age)
        painter.setPen(QPen(color, 2.0 if chosen else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(polygon)
    _ghost(painter, _polygon(x, ridges.heights[0], float(floors[-1]), tall), tokens)
    if style.axes:
        _epoch_labels(painter, plot, [ridges.epochs[i] for i in shown], floors, style)


def _overlay(painter: QPainter, plot: QRectF, ridges: Ridges, style: Style) -> None:
    tokens = style.tokens
    shown = _shown(ridges, style, 40)
    x = _x(plot, ridges)
    floor, tall = plot.bottom(), plot.height() * 0.96
    for order, index in enumerate(shown):
        age = order / max(len(shown) - 1, 1)
        polygon = _polygon(x, ridges.heights[index], floor, tall)
        newest, chosen = index == shown[-1], ridges.epochs[index] == style.chosen
        if newest:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.color("accent", 0.14))
            painter.drawPolygon(polygon)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        color = tokens.color("text") if chosen else epoch_color(tokens, age)
        painter.setPen(QPen(color, 2.0 if chosen else 1.0))
        painter.drawPolyline(polygon)
    _ghost(painter, _polygon(x, ridges.heights[0], floor, tall), tokens)


def ghost_pen(tokens: Tokens) -> QPen:
    """The dashed line of the weights before training."""
    pen = QPen(tokens.color("validation"), 1.2)
    pen.setDashPattern([3, 2.5])
    return pen


def _ghost(painter: QPainter, polygon: QPolygonF, tokens: Tokens) -> None:
    painter.setPen(ghost_pen(tokens))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(polygon)


# --- axes -----------------------------------------------------------------------------------------


def _small(painter: QPainter, size: int = SIZE_SMALL - 1) -> QFontMetricsF:
    font = QFont(painter.font())
    font.setPixelSize(size)
    painter.setFont(font)
    return QFontMetricsF(font)


def _place(plot: QRectF, ridges: Ridges, value: float) -> float:
    low, high = ridges.grid[0], ridges.grid[-1]
    return float(plot.left() + (value - low) / (high - low) * plot.width())


def _small_axis(painter: QPainter, plot: QRectF, ridges: Ridges, tokens: Tokens) -> None:
    """A base line with the values at a few round places."""
    metrics = _small(painter, SIZE_SMALL - 2)
    painter.setPen(tokens.color("border"))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    _value_ticks(painter, plot, ridges, tokens, metrics, max(2, int(plot.width() / 60)))


def _value_ticks(
    painter: QPainter,
    plot: QRectF,
    ridges: Ridges,
    tokens: Tokens,
    metrics: QFontMetricsF,
    most: int,
) -> None:
    for value in round_ticks(ridges.grid[0], ridges.grid[-1], most):
        x = _place(plot, ridges, value)
        painter.setPen(tokens.color("grid"))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = format_value(value)
        width = metrics.horizontalAdvance(text)
        left = min(max(x - width / 2, plot.left() - 2), plot.right() + 2 - width)
        painter.setPen(tokens.color("muted"))
        painter.drawText(QPointF(left, plot.bottom() + metrics.ascent() + 2), text)


def _axes(painter: QPainter, area: QRectF, ridges: Ridges, style: Style) -> QRectF:
    """Axes with titles around the plot; returns what they leave for it."""
    tokens, metrics = style.tokens, _small(painter)
    overlay = style.mode is HistogramMode.OVERLAY
    count_title = "values per bin" + (" (log)" if ridges.logarithmic else "")
    plot = area.adjusted(56 if overlay else 8, 6, -14 if overlay else -58, -34)
    painter.setPen(tokens.color("border"))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())
    _value_ticks(painter, plot, ridges, tokens, metrics, max(2, int(plot.width() / 70)))
    painter.setPen(tokens.color("muted"))
    title = QRectF(plot.left(), plot.bottom() + 17, plot.width(), 16)
    painter.drawText(title, Qt.AlignmentFlag.AlignCenter, "weight value")
    if overlay:
        _count_axis(painter, plot, ridges, tokens)
    painter.save()
    side = area.left() + 11 if overlay else area.right() - 3
    painter.translate(side, plot.center().y())
    painter.rotate(-90)
    width = plot.height()
    words = count_title if overlay else "epoch"
    painter.drawText(QRectF(-width / 2, -13, width, 16), Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()
    return plot


def _count_axis(painter: QPainter, plot: QRectF, ridges: Ridges, tokens: Tokens) -> None:
    if ridges.logarithmic:
        ticks = [10.0**p for p in range(9) if 10.0**p <= ridges.peak]
    else:
        ticks = round_ticks(0, ridges.peak, max(2, int(plot.height() / 40)))
    for tick in ticks:
        share = np.log1p(tick) / np.log1p(ridges.peak) if ridges.logarithmic else tick / ridges.peak
        y = plot.bottom() - 0.96 * plot.height() * float(share)
        painter.setPen(tokens.color("grid"))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(tokens.color("muted"))
        box = QRectF(plot.left() - 44, y - 8, 40, 16)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, right, format_value(tick))


def _epoch_labels(
    painter: QPainter, plot: QRectF, epochs: list[int], floors: Floats, style: Style
) -> None:
    _small(painter)
    painter.setPen(style.tokens.color("muted"))
    last = len(epochs) - 1
    stride = max(1, int(np.ceil(15 * last / max(floors[-1] - floors[0], 1))))
    for index in (*range(0, last - stride + 1, stride), last):
        painter.drawText(QPointF(plot.right() + 5, floors[index] + 4), str(epochs[index]))
