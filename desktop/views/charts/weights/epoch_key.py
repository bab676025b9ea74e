"""The key of the ridge colors: which epochs they stand for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.charts.weights.ridgeline import epoch_color, ghost_pen
from desktop.views.theme import SIZE_SMALL, Theme, Tokens, factor, scaled

HEIGHT = 16  # pixels


def paint_epoch_key(
    painter: QPainter, at: QPointF, epochs: tuple[int, ...], tokens: Tokens
) -> None:
    """The key: a strip from the oldest to the newest epoch's color, and the dashed start."""
    if not epochs:
        return
    font = QFont(painter.font())
    font.setPixelSize(SIZE_SMALL - 1)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    first, last = epochs[0], epochs[-1]
    x, y = at.x(), at.y()
    muted = tokens.color("muted")
    painter.setPen(ghost_pen(tokens))
    painter.drawLine(QPointF(x, y), QPointF(x + 22, y))
    painter.setPen(muted)
    words = f"epoch {first} (start)"
    painter.drawText(QPointF(x + 27, y + 4), words)
    if last == first:
        return
    x += 27 + metrics.horizontalAdvance(words) + 14
    painter.drawText(QPointF(x, y + 4), str(first))
    x += metrics.horizontalAdvance(str(first)) + 4
    strip = QLinearGradient(x, 0, x + 60, 0)
    strip.setColorAt(0, epoch_color(tokens, 0))
    strip.setColorAt(1, epoch_color(tokens, 1))
    painter.fillRect(QRectF(x, y - 4, 60, 8), strip)
    painter.drawText(QPointF(x + 64, y + 4), f"{last} (newest)")


class EpochKey(QWidget):
    """The key of the ridge colors."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._epochs: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_epochs(self, epochs: tuple[int, ...]) -> None:
        """Show the key for these epochs."""
        if epochs != self._epochs:
            self._epochs = epochs
            if epochs:
                self.setAccessibleName(f"Dashed: epoch {epochs[0]}. Pale to full: to {epochs[-1]}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, scaled(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.scale(factor(), factor())
        paint_epoch_key(painter, QPointF(1, HEIGHT / 2), self._epochs, self._theme.tokens)
        painter.end()
