"""One line of text, or a few: in which font, how it is shortened, and how it is drawn."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QApplication

from desktop.views.theme import SIZE_SMALL, scaled

MAX_LINES = 3


def bold() -> QFont:
    """The application's font, for names."""
    font = QFont(QApplication.font())
    font.setWeight(QFont.Weight.DemiBold)
    return font


def small() -> QFont:
    """The application's font, for what matters less."""
    font = QFont(QApplication.font())
    font.setPixelSize(scaled(SIZE_SMALL))
    return font


def draw(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> int:
    """Draw one line, elided to fit, and say how wide it became."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return metrics.horizontalAdvance(shown)


def draw_right(painter: QPainter, rect: QRect, text: str, font: QFont, color: QColor) -> None:
    """Draw one line at the right end of `rect`, elided to fit; nothing if there is no room."""
    metrics = QFontMetrics(font)
    if not text or rect.width() < metrics.horizontalAdvance(text[:3] + "…"):
        return
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)


def wrapped(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """`text` in lines of at most `width` pixels; what is beyond the last line is elided."""
    lines: list[str] = []
    for word in text.split():
        if lines and metrics.horizontalAdvance(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], " ".join(lines[MAX_LINES - 1 :])]
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, max(width, 1)) for line in lines]
