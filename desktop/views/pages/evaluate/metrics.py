"""Metrics as people read them, in big numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.document.choices import Metric
from desktop.document.text import number_text
from desktop.views.theme import SPACE_L, SPACE_M, SPACE_S

SHARES = (Metric.ACCURACY, Metric.TOP_K, Metric.PRECISION, Metric.RECALL)  # shown in per cent


def metric_text(name: str, value: float) -> str:
    """A metric's value: in percent where it is a fraction of the rows, else four digits."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if any(str(name).endswith(share) for share in SHARES):
        return f"{value * 100:.1f} %" if value == 1 or value < 0.9995 else ">99.9 %"
    return number_text(value)


class MetricTiles(QWidget):
    """Big numbers, each with its name, in as many columns as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_M)
        self._tiles: list[QFrame] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show the texts in `values` under their titles, in the order given."""
        for tile in self._tiles:
            tile.hide()
            tile.deleteLater()
        self._tiles = [_tile(title, text) for title, text in values.items()]
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the tiles into rows that are as wide as this widget, at most."""
        while self._grid.takeAt(0) is not None:
            pass
        count = len(self._tiles)
        columns = min(count, 3 if count not in (2, 4) else 4)
        while columns > 1 and self._width_of(columns) > self.width():
            columns -= 1
        for number, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, number // columns, number % columns)
            tile.show()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column < columns))

    def _width_of(self, columns: int) -> int:
        """How wide the tiles are in so many columns, in pixels."""
        widths = [tile.sizeHint().width() for tile in self._tiles]
        return sum(max(widths[column::columns]) for column in range(columns)) + SPACE_M * (
            columns - 1
        )


def _tile(title: str, text: str) -> QFrame:
    tile = QFrame()
    tile.setProperty("role", "card")
    tile.setAccessibleName(f"{title}: {text}")
    column = QVBoxLayout(tile)
    column.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
    column.setSpacing(0)
    for words, role in ((title, "muted"), (text, "display")):
        label = QLabel(words)
        label.setProperty("role", role)
        column.addWidget(label)
    return tile
