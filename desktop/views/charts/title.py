"""The heading of an exported chart."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QPainter

from desktop.views.theme import SIZE_TITLE, SPACE_L


def paint_title(painter: QPainter, text: str, color: QColor) -> None:
    """The heading of a figure, top left."""
    font = QFont(painter.font())
    font.setPixelSize(SIZE_TITLE + 2)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QPointF(SPACE_L, 28), text)
