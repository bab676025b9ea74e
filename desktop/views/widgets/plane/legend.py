"""Above the plane: what the colors are, and what a filled point and a ring."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen

from desktop.document.schema import Range
from desktop.document.text import with_minus
from desktop.views.theme import SPACE_S, SPACE_XS, Tokens, scaled
from desktop.views.widgets.card_text import small
from desktop.views.widgets.plane.picture import number_color

TRAINING = "training"  # the split whose points are filled


class Legend:
    """Paints one part beside the other, from `left` on, as far as there is room up to `right`."""

    def __init__(self, painter: QPainter, tokens: Tokens, left: float, right: float) -> None:
        painter.setFont(small())
        self._painter, self._tokens = painter, tokens
        self._metrics = painter.fontMetrics()
        self._left, self._right = left, right
        self._middle, self._radius = self._metrics.height() / 2, float(scaled(4))

    def write(self, text: str) -> None:
        """A text."""
        self._painter.setPen(self._tokens.color("text"))
        line = QPointF(self._left, self._middle + self._metrics.ascent() / 2 - 1)
        self._painter.drawText(line, text)
        self._left += self._metrics.horizontalAdvance(text) + scaled(SPACE_S)

    def classes(self, names: Sequence[str]) -> None:
        """The color of each class."""
        radius = self._radius
        for name, color in zip(names, self._tokens.classes, strict=False):
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(color)
            self._painter.drawRect(
                QRectF(self._left, self._middle - radius, 2 * radius, 2 * radius)
            )
            self._left += 2 * radius + scaled(SPACE_XS)
            self.write(name)

    def numbers(self, numbers: Range) -> None:
        """The colors of numbers, the outermost ones being those of `numbers`."""
        low, high = numbers
        self.write(with_minus(f"{low:.2g}"))
        bar = QRectF(self._left, self._middle - self._radius, scaled(60), 2 * self._radius)
        shades = QLinearGradient(bar.topLeft(), bar.topRight())
        for part in (0.0, 0.5, 1.0):
            value = low + part * (high - low)
            shades.setColorAt(part, number_color(value, numbers, self._tokens))
        self._painter.setPen(self._tokens.color("border"))
        self._painter.setBrush(shades)
        self._painter.drawRect(bar)
        self._left = bar.right() + scaled(SPACE_XS)
        self.write(f"{high:.2g}")

    def points(self, splits: Sequence[str]) -> None:
        """A filled point and, if there are others than those of training, a ring."""
        held = "held out" if len(splits) > 1 else ""
        radius, text = self._radius, self._tokens.color("text")
        for name, brush in ((TRAINING, text), (held, self._tokens.color("text", 0.0))):
            need = self._metrics.horizontalAdvance(name) + 2 * radius + scaled(SPACE_XS)
            if name and self._left + need <= self._right:
                self._painter.setPen(QPen(text, 1.5))
                self._painter.setBrush(brush)
                place = QPointF(self._left + radius, self._middle)
                self._painter.drawEllipse(place, radius - 1, radius - 1)
                self._left += 2 * radius + scaled(SPACE_XS)
                self.write(name)
