"""The outputs of a layer as small images: a strip of units, or feature maps."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.document.text import with_minus
from desktop.views.pages.draw.sign_colors import colored
from desktop.views.theme import SPACE_XS, Theme, scaled
from desktop.workers.reports import FloatArray

MAP, CELL = 44, 12  # pixels a side: of a feature map, of a unit


class LayerMaps(QWidget):
    """Tiles in as many rows as they need: a cell for each unit, or an image for each map.

    A tile tells its number and values when pointed at. All have one scale.
    """

    def __init__(self, theme: Theme, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._what = theme, what
        self._values = np.zeros((1, 1, 0), np.float32)
        self._images: list[QImage] | None = []  # None: to be made again
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        theme.changed.connect(self._on_theme)

    @property
    def values(self) -> FloatArray:
        """What is shown: (h, w, tiles)."""
        return self._values

    def show_values(self, values: FloatArray) -> None:
        """Show `values`: of units, (units,), or of maps, (h, w, maps)."""
        self._values = values if values.ndim == 3 else values.reshape(1, 1, -1)
        self._images = None
        empty = int((self._values == 0).all(axis=(0, 1)).sum())
        count = self._values.shape[2]
        self.setAccessibleDescription(f"{count} shown, {empty} of them 0, {_range(self._values)}")
        self._fit()
        self.update()

    @property
    def _is_strip(self) -> bool:
        return self._values.shape[:2] == (1, 1)

    def _tile(self) -> tuple[int, int]:
        """Width and height of a tile, in pixels."""
        height, width = self._values.shape[:2]
        side = scaled(CELL if self._is_strip else MAP)
        largest = max(height, width)
        return max(1, side * width // largest), max(1, side * height // largest)

    def _gap(self) -> int:
        return 1 if self._is_strip else SPACE_XS

    def _columns(self) -> int:
        return max(1, (self.width() + self._gap()) // (self._tile()[0] + self._gap()))

    def _place(self, number: int) -> QRectF:
        row, column = divmod(number, self._columns())
        width, height = self._tile()
        gap = self._gap()
        return QRectF(column * (width + gap), row * (height + gap), width, height)

    def _fit(self) -> None:
        rows = -(-self._values.shape[2] // self._columns())
        self.setFixedHeight(max(1, rows * (self._tile()[1] + self._gap())))

    def _on_theme(self) -> None:
        self._images = None
        self._fit()
        self.update()

    def _text_at(self, place: QPointF) -> str:
        for number in range(self._values.shape[2]):
            if self._place(number).contains(place):
                return f"{self._what} {number + 1}: {_range(self._values[..., number])}"
        return ""

    def sizeHint(self) -> QSize:
        return QSize(scaled(200), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._images is None:
            sizes = np.abs(np.nan_to_num(self._values))
            largest = float(sizes.max()) if sizes.size else 0.0
            self._images = [
                colored(self._values[..., number], self._theme, largest=largest)
                for number in range(self._values.shape[2])
            ]
        painter = QPainter(self)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._theme.tokens.color("border"))
        for number, image in enumerate(self._images):
            place = self._place(number)
            painter.drawImage(place, image)
            painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


def _range(values: FloatArray) -> str:
    """The smallest and the largest of `values`, or the one there is."""
    low, high = (with_minus(f"{end:.3g}") for end in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"
