"""An image from a file that a drawing begins with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

_EDGE = 0.125  # part of the strongest ink; what is fainter at the edges is left out
_LARGEST = 1200  # pixels a side; a larger image is shown from a smaller one


class InkImage:
    """The ink of an image, `raster`, uint8 (h, w), 255 on 0: shown as far as there is ink."""

    def __init__(self, raster: NDArray[np.uint8]) -> None:
        self.raster = raster
        ink = raster >= max(raster.max() * _EDGE, 1)
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        shown = np.ascontiguousarray(raster[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        height, width = shown.shape
        self._alpha = QImage(shown.data, width, height, width, QImage.Format.Format_Alpha8).copy()
        if max(width, height) > _LARGEST:
            self._alpha = self._scaled(
                QSize(_LARGEST, _LARGEST), Qt.AspectRatioMode.KeepAspectRatio
            )

    def paint(self, image: QImage, color: QColor, area: QRectF) -> None:
        """Paint it with ink of `color` into the middle of `area` of `image`, as large as fits."""
        size = self._alpha.size().scaled(
            area.size().toSize().expandedTo(QSize(1, 1)), Qt.AspectRatioMode.KeepAspectRatio
        )
        ink = self._scaled(size.expandedTo(QSize(1, 1)), Qt.AspectRatioMode.IgnoreAspectRatio)
        painter = QPainter(ink)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(ink.rect(), color)
        painter.end()
        painter = QPainter(image)
        place = QRectF(ink.rect())
        place.moveCenter(area.center())
        painter.drawImage(place.topLeft().toPoint(), ink)
        painter.end()

    def _scaled(self, size: QSize, proportions: Qt.AspectRatioMode) -> QImage:
        smooth = Qt.TransformationMode.SmoothTransformation
        scaled = self._alpha.scaled(size, proportions, smooth)
        return scaled.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
