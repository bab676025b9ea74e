"""Small charts over the epochs: a line for a layer, and a map with a row for each unit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.views.theme import RADIUS, SPACE_XS, Theme, scaled
from desktop.views.widgets.card_text import draw, draw_right, small
from desktop.workers.records import Reservoir
from desktop.workers.reports import FloatArray

_DOT = 2.5  # radius of the last point


class HealthLine(QWidget):
    """A quantity over the epochs, as a line as high as its values; not finite ones are gaps."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_values(self, values: tuple[float, ...]) -> None:
        """Show the values of all epochs, in their order."""
        self._values = values
        self.update()

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(60), scaled(26))

    def sizeHint(self) -> QSize:
        return QSize(scaled(140), scaled(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        painter.setPen(QPen(tokens.color("grid"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        finite = [value for value in self._values if np.isfinite(value)]
        if finite:
            low, high = min(finite), max(finite)
            span, area = high - low or 1.0, QRectF(self.rect()).adjusted(3, 4, -4, -4)
            across = area.width() / max(len(self._values) - 1, 1)
            parts: list[list[QPointF]] = [[]]
            for place, value in enumerate(self._values):
                if not np.isfinite(value):
                    parts.append([])
                    continue
                x = area.left() + place * across if len(self._values) > 1 else area.right()
                parts[-1].append(QPointF(x, area.bottom() - (value - low) / span * area.height()))
            drawn = [part for part in parts if part]
            painter.setPen(QPen(tokens.color("accent"), 1.5))
            painter.setBrush(tokens.color("accent"))
            for part in drawn:
                painter.drawPolyline(QPolygonF(part))
                if len(part) == 1:  # a point between gaps
                    painter.drawEllipse(part[0], 1, 1)
            painter.drawEllipse(drawn[-1][-1], _DOT, _DOT)
        painter.end()


class UnitMap(QWidget):
    """A share of each unit, 0 to 1, over the epochs: a row for a unit, a column for an epoch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._epochs: tuple[int, ...] = ()
        self._shares: FloatArray = np.zeros((0, 0), np.float32)  # (units, epochs)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_units(self, units: Reservoir[FloatArray]) -> None:
        """Show what is kept of the units."""
        self._epochs = units.epochs
        self._shares = np.array([values for _, values in units.items]).T
        self.update()

    def _area(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(self.rect()).adjusted(scaled(52), 1, -1, -line - SPACE_XS)

    def place_at(self, position: QPointF) -> tuple[int, int, float] | None:
        """Unit, counted from 1, epoch and share at `position`."""
        area = self._area()
        if not area.contains(position) or not self._shares.size:
            return None
        units, epochs = self._shares.shape
        row = min(int((position.y() - area.top()) / area.height() * units), units - 1)
        column = min(int((position.x() - area.left()) / area.width() * epochs), epochs - 1)
        return row + 1, self._epochs[column], float(self._shares[row, column])

    def _image(self, none: QColor, full: QColor) -> QImage:
        ends = [np.array([c.red(), c.green(), c.blue()], np.float32) for c in (none, full)]
        mixed = ends[0] + (ends[1] - ends[0]) * self._shares[..., None]
        pixels = np.ascontiguousarray(mixed.round().astype(np.uint8))
        height, width, _ = pixels.shape
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        return image.copy()  # the pixels are gone with this function

    # --- Qt ---------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(160), scaled(110))

    def sizeHint(self) -> QSize:
        return QSize(scaled(320), scaled(150))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens, area = self._theme.tokens, self._area()
        if self._shares.size:
            painter.drawImage(area, self._image(tokens.color("surface"), tokens.color("accent")))
            muted, line = tokens.color("muted"), self.fontMetrics().height()
            units = len(self._shares)
            left = QRectF(0, area.top(), area.left() - SPACE_XS, line).toRect()
            draw_right(painter, left, "unit 1", small(), muted)
            if units > 1:
                left.moveBottom(int(area.bottom()))
                draw_right(painter, left, str(units), small(), muted)
            below = QRectF(area.left(), area.bottom() + SPACE_XS, area.width(), line).toRect()
            used = draw(painter, below, f"epoch {self._epochs[0]}", small(), muted)
            if len(self._epochs) > 1:
                below.setLeft(below.left() + used + SPACE_XS)
                draw_right(painter, below, str(self._epochs[-1]), small(), muted)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.color("border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(-0.5, -0.5, 0.5, 0.5), RADIUS / 3, RADIUS / 3)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(QPointF(event.pos()))
            if place is None:
                QToolTip.hideText()
            else:
                unit, epoch, share = place
                text = f"Unit {unit}, epoch {epoch}: {share * 100:.0f} %"
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
