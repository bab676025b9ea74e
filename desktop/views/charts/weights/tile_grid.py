"""The small charts of all layers in rows and columns, as many as there is room for."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from desktop.views.charts.weights.tile import HistogramTile
from desktop.views.theme import SPACE_S, Theme, scaled

TILE_WIDTH = 150  # pixels a tile should have at least


class TileGrid(QScrollArea):
    """A tile for each layer, painted a few at a time."""

    opened = Signal(int)  # the position in the stack of the layer whose tile was clicked

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.tiles: dict[int, HistogramTile] = {}
        self._columns = 0
        self._turn = 0
        self._host = QWidget(self)
        self._grid = QGridLayout(self._host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_S)
        self.setWidget(self._host)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_layers(self, layers: tuple[int, ...]) -> None:
        """Have a tile for each of `layers`, by position in the stack."""
        if tuple(self.tiles) == layers:
            return
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {layer: HistogramTile(self._theme, layer, self._host) for layer in layers}
        for tile in self.tiles.values():
            tile.opened.connect(self.opened)
        self._columns = 0
        self._arrange()

    def paint_stale(self, budget: float = float("inf")) -> bool:
        """Paint tiles in sight for about `budget` seconds; returns whether some are left.

        The next call continues with the next tile.
        """
        deadline = time.perf_counter() + budget
        tiles = list(self.tiles.values())
        for step in range(len(tiles)):
            tile = tiles[(self._turn + step) % len(tiles)]
            if tile.stale and not tile.visibleRegion().isEmpty():
                tile.render_now()
                if time.perf_counter() >= deadline:
                    self._turn = (self._turn + step + 1) % len(tiles)
                    break
        return any(t.stale and not t.visibleRegion().isEmpty() for t in tiles)

    def repaint_all(self) -> None:
        """Repaint all tiles, as in other colors or another size."""
        self._arrange()
        for tile in self.tiles.values():
            tile.stale = True
        self.paint_stale()

    def _arrange(self) -> None:
        """As many columns as fit, but no more than needed to fill the rows evenly."""
        count = len(self.tiles)
        if not count:
            return
        step = scaled(TILE_WIDTH) + SPACE_S
        fit = max(1, (self.viewport().width() + SPACE_S) // step)
        rows = -(-count // fit)
        columns = -(-count // rows)
        if columns == self._columns:
            return
        self._columns = columns
        for index, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, index // columns, index % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
