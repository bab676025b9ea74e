"""Weight histograms as they go into a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from desktop.views.charts.export import Row
from desktop.views.charts.title import paint_title
from desktop.views.charts.weights.epoch_key import paint_epoch_key
from desktop.views.charts.weights.ridgeline import HistogramMode, Style, paint
from desktop.views.charts.weights.ridges import Items, RidgeCache
from desktop.views.theme import SIZE_BODY, SPACE_L, SPACE_M, Tokens

BINS = 80
HEADER, CELL_HEADER = 62, 20


class WeightFigure:
    """The histograms of one or more weights through the epochs; `weights` are not empty."""

    def __init__(
        self, tokens: Tokens, weights: Sequence[Items], mode: HistogramMode, logarithmic: bool
    ) -> None:
        self._tokens, self._weights = tokens, weights
        self._mode, self._logarithmic = mode, logarithmic
        count = max(len(weights), 1)
        self._columns = min(math.ceil(math.sqrt(count)), 4)
        rows = math.ceil(count / self._columns)
        cell = (900, 500) if count == 1 else (420, 280) if count <= 4 else (320, 220)
        self._cell = cell
        self.size = (self._columns * cell[0] + 2 * SPACE_M, rows * cell[1] + HEADER + SPACE_M)
        self.background = tokens.color("surface")
        self.title = "Weights by epoch"
        if count == 1 and weights:
            histogram = weights[0][-1][1]
            self.title = f"{histogram.layer_name} {histogram.weight} by epoch"

    def paint(self, painter: QPainter) -> None:
        tokens = self._tokens
        paint_title(painter, self.title, tokens.color("text"))
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        longest = max((tuple(e for e, _ in items) for items in self._weights), key=len, default=())
        paint_epoch_key(painter, QPointF(SPACE_L, 46), longest, tokens)
        width, height = self._cell
        for index, items in enumerate(self._weights):
            row, column = divmod(index, self._columns)
            cell = QRectF(SPACE_M + column * width, HEADER + row * height, width, height)
            top = cell.top()
            if len(self._weights) > 1:
                histogram = items[-1][1]
                font.setPixelSize(SIZE_BODY)
                painter.setFont(font)
                painter.setPen(tokens.color("text"))
                name = f"{histogram.layer_name} {histogram.weight}"
                painter.drawText(QPointF(cell.left() + SPACE_M, top + 14), name)
                top += CELL_HEADER
            area = QRectF(cell.left() + 4, top, width - 12, cell.bottom() - top - 6)
            ridges = RidgeCache(BINS).ridges(items, logarithmic=self._logarithmic)
            paint(painter, area, ridges, Style(tokens, self._mode, axes=True))

    def table(self) -> Iterator[Row]:
        """One row per layer, weight, epoch and bin: its edges and how many values are in it."""
        yield ("layer", "weight", "epoch", "bin_left", "bin_right", "count")
        for items in self._weights:
            for epoch, histogram in items:
                edges = histogram.edges.tolist()
                name = (histogram.layer_name, histogram.weight, epoch)
                for index, count in enumerate(histogram.counts.tolist()):
                    yield (*name, edges[index], edges[index + 1], count)
