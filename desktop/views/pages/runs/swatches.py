"""Pieces of curves, for the table and for choices."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from desktop.views.charts.curves.lines import pen
from desktop.views.charts.looks import Look
from desktop.views.theme import Tokens, scaled


def swatch(look: Look, tokens: Tokens, ratio: float) -> QIcon:
    """A piece of a curve, for a screen with `ratio` pixels for each of the layout."""
    width, height = scaled(22), scaled(12)
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    line = pen(look, tokens, 1.0, scaled(3 if not look.dash else 2))
    line.setCosmetic(False)
    line.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(line)
    painter.drawLine(QPointF(0, height / 2), QPointF(width - 2, height / 2))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # in the same color
    return icon
