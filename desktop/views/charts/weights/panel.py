"""The weights of every layer through the epochs: a grid of small charts, or one layer large."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.views.charts.runs import ShownRuns
from desktop.views.charts.weights.detail import HistogramDetail
from desktop.views.charts.weights.epoch_key import EpochKey
from desktop.views.charts.weights.header import Header
from desktop.views.charts.weights.ridgeline import HistogramMode
from desktop.views.charts.weights.tile_grid import TileGrid
from desktop.views.charts.weights.weight_figure import WeightFigure
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.workers.records import WeightStore

DETAIL_PAUSE = 0.15  # seconds between two paintings of the large chart during a run
NARROW = 560  # pixels below which the modes are icons without words


class HistogramPanel(QFrame):
    """Weight histograms of the current run. `refresh()` paints what changed in a time budget."""

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._runs = theme, runs
        self.opened_layer: int | None = None
        self._detail_shown = 0.0
        self.setProperty("role", "card")
        self.header = Header(theme, self.figure, self)
        self.header.changed.connect(self._settings_changed)
        self.header.back.connect(self.close_layer)
        self.grid = TileGrid(theme, self)
        self.grid.opened.connect(self.open_layer)
        self.detail = HistogramDetail(theme, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.grid)
        self.pages.addWidget(self.detail)
        self.key = EpochKey(theme, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.header)
        layout.addWidget(self.key)
        layout.addWidget(self.pages, 1)
        theme.changed.connect(self.grid.repaint_all)
        theme.changed.connect(self._fit)

    # --- state --------------------------------------------------------------------------------

    @property
    def _weights(self) -> WeightStore:
        record = self._runs.current
        return WeightStore() if record is None else record.curves.weights

    def set_weight(self, name: str) -> None:
        """Show the weights called `name`."""
        self.header.weight_box.setCurrentIndex(self.header.weight_box.findData(name))

    def set_mode(self, mode: HistogramMode) -> None:
        """Show ridges behind one another, or over each other."""
        self.header.mode_buttons.button(list(HistogramMode).index(mode)).setChecked(True)

    @Slot(int)
    def open_layer(self, layer: int) -> None:
        """Show one layer large."""
        self.opened_layer = layer
        self.header.back_button.show()
        self.pages.setCurrentWidget(self.detail)
        self.refresh()
        self.detail.slider.setFocus()

    @Slot()
    def close_layer(self) -> None:
        """Back to all layers."""
        layer, self.opened_layer = self.opened_layer, None
        self.header.back_button.hide()
        self.pages.setCurrentWidget(self.grid)
        self.refresh()
        if layer in self.grid.tiles:
            self.grid.tiles[layer].setFocus()

    def figure(self) -> WeightFigure:
        """What is shown, as it is exported."""
        store = self._weights
        layers = store.layers if self.opened_layer is None else (self.opened_layer,)
        reservoirs = [r for layer in layers if (r := store.reservoir(layer, self.header.weight))]
        return WeightFigure(
            self._theme.tokens,
            [reservoir.items for reservoir in reservoirs],
            self.header.mode,
            self.header.logarithmic,
        )

    # --- drawing ------------------------------------------------------------------------------

    def refresh(self, budget: float = float("inf")) -> bool:
        """Show the run as it is now; returns whether charts are left to paint.

        Painting stops after about `budget` seconds; the next call continues with the next chart.
        """
        store = self._weights
        if self.opened_layer is not None and self.opened_layer not in store.layers:
            self.close_layer()
        self._offer_weights()
        self.grid.set_layers(store.layers)
        logarithmic = self.header.logarithmic
        epochs: tuple[int, ...] = ()
        for layer, tile in self.grid.tiles.items():
            reservoir = store.reservoir(layer, self.header.weight)
            if reservoir is not None:
                tile.set_content(reservoir, self.header.mode, logarithmic)
                epochs = max(epochs, reservoir.epochs, key=len)
        self.key.set_epochs(epochs)
        if self.opened_layer is not None:
            reservoir = store.reservoir(self.opened_layer, self.header.weight)
            assert reservoir is not None
            self.header.title.setText(reservoir.last[1].layer_name)
            now = time.perf_counter()
            if budget < DETAIL_PAUSE and now - self._detail_shown < DETAIL_PAUSE:
                return True
            self._detail_shown = now
            self.detail.show_weight(reservoir, self.header.mode, logarithmic)
            return False
        self.header.title.setText("Weights")
        return self.grid.paint_stale(budget)

    def _offer_weights(self) -> None:
        store = self._weights
        names = store.weight_names
        if self.opened_layer is not None:
            names = store.weights_of(self.opened_layer)
        self.header.offer_weights(names)

    @Slot()
    def _settings_changed(self) -> None:
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.opened_layer is not None:
            self.close_layer()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.header.set_narrow(self.width() < scaled(NARROW))
