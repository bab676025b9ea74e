"""The weights of every layer through the epochs: a grid of small charts, or one layer large."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.views.charts.export_button import ExportButton
from desktop.views.charts.runs import ShownRuns
from desktop.views.charts.weights.detail import HistogramDetail
from desktop.views.charts.weights.epoch_key import EpochKey
from desktop.views.charts.weights.ridgeline import HistogramMode
from desktop.views.charts.weights.tile import HistogramTile
from desktop.views.charts.weights.weight_figure import WeightFigure
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox
from desktop.workers.records import WeightStore

DETAIL_PAUSE = 0.15  # seconds between two paintings of the large chart while a run goes on
TILE_WIDTH = 150  # pixels a tile should have at least
NARROW = 560  # pixels below which the modes are icons without words
MODE_ICONS = ("mdi6.chart-timeline-variant", "mdi6.chart-bell-curve")


class HistogramPanel(QFrame):
    """Weight histograms of the current run. `refresh()` paints what changed in a time budget."""

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._runs = theme, runs
        self.tiles: dict[int, HistogramTile] = {}
        self.mode = HistogramMode.RIDGELINE
        self.opened_layer: int | None = None
        self._columns = 0
        self._turn = 0
        self._detail_shown = 0.0
        self.setProperty("role", "card")
        self._build_header()
        self._grid_host = QWidget(self)
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_S)
        self.scroll_area = QScrollArea(self)
        self.scroll_area.setWidget(self._grid_host)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.detail = HistogramDetail(theme, self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.scroll_area)
        self.pages.addWidget(self.detail)
        self.key = EpochKey(theme, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(self._header)
        layout.addWidget(self.key)
        layout.addWidget(self.pages, 1)
        self.setMinimumHeight(230)
        theme.changed.connect(self._recolor)
        self._recolor()

    def _build_header(self) -> None:
        self.back_button = QToolButton(self)
        self.back_button.setToolTip("Back to all layers (Esc)")
        self.back_button.setAccessibleName("Back to all layers")
        self.back_button.clicked.connect(self.close_layer)
        self.title = QLabel("Weights", self)
        self.title.setProperty("role", "title")
        self.weight_box = ComboBox(self)
        self.weight_box.setAccessibleName("Weight shown")
        self.weight_box.setToolTip("Weights to show; a layer without them shows its first ones")
        self.weight_box.currentIndexChanged.connect(self._settings_changed)
        self.mode_buttons = QButtonGroup(self)
        self._mode_tools: list[QToolButton] = []
        self._header = QHBoxLayout()
        self._header.setSpacing(SPACE_XS)
        for widget in (self.back_button, self.title, self.weight_box):
            self._header.addWidget(widget)
        self._header.addStretch(1)
        tips = {
            HistogramMode.RIDGELINE: "Ridgeline: one ridge per epoch, older ones behind",
            HistogramMode.OVERLAY: "Overlay: all epochs on one base line",
        }
        for index, mode in enumerate(HistogramMode):
            button = QToolButton(self)
            button.setText(mode.value.capitalize())
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setToolTip(tips[mode])
            button.setAccessibleName(tips[mode])
            button.setProperty("role", "flat")
            button.setCheckable(True)
            button.setChecked(mode is self.mode)
            self.mode_buttons.addButton(button, index)
            self._mode_tools.append(button)
            self._header.addWidget(button)
        self.mode_buttons.idToggled.connect(self._mode_toggled)
        self.log_button = QToolButton(self)
        self.log_button.setText("log")
        self.log_button.setToolTip("Logarithmic counts")
        self.log_button.setAccessibleName("Logarithmic counts")
        self.log_button.setProperty("role", "flat")
        self.log_button.setCheckable(True)
        self.log_button.toggled.connect(self._settings_changed)
        self.export_button = ExportButton(self._theme, "the weights", self.figure, self)
        self._header.addWidget(self.log_button)
        self._header.addWidget(self.export_button)
        self.back_button.hide()

    # --- state --------------------------------------------------------------------------------

    @property
    def _weights(self) -> WeightStore:
        record = self._runs.current
        return WeightStore() if record is None else record.curves.weights

    @property
    def weight(self) -> str:
        """The name of the weight shown."""
        return self.weight_box.currentData() or ""

    def set_weight(self, name: str) -> None:
        """Show the weights called `name`."""
        self.weight_box.setCurrentIndex(self.weight_box.findData(name))

    def set_mode(self, mode: HistogramMode) -> None:
        """Show ridges behind one another, or over each other."""
        self.mode_buttons.button(list(HistogramMode).index(mode)).setChecked(True)

    @Slot(int)
    def open_layer(self, layer: int) -> None:
        """Show one layer large."""
        self.opened_layer = layer
        self.back_button.show()
        self.pages.setCurrentWidget(self.detail)
        self.refresh()
        self.detail.slider.setFocus()

    @Slot()
    def close_layer(self) -> None:
        """Back to all layers."""
        layer, self.opened_layer = self.opened_layer, None
        self.back_button.hide()
        self.pages.setCurrentWidget(self.scroll_area)
        self.refresh()
        if layer in self.tiles:
            self.tiles[layer].setFocus()

    def figure(self) -> WeightFigure:
        """What is shown, as it is exported."""
        store = self._weights
        layers = store.layers if self.opened_layer is None else (self.opened_layer,)
        reservoirs = [r for layer in layers if (r := store.reservoir(layer, self.weight))]
        return WeightFigure(
            self._theme.tokens,
            [reservoir.items for reservoir in reservoirs],
            self.mode,
            self.log_button.isChecked(),
        )

    # --- drawing ------------------------------------------------------------------------------

    def refresh(self, budget: float = float("inf")) -> bool:
        """Show the run as it is now; returns whether charts are left to paint.

        Painting stops after about `budget` seconds; the next call goes on with the next chart.
        """
        store = self._weights
        if self.opened_layer is not None and self.opened_layer not in store.layers:
            self.close_layer()
        self._offer_weights()
        self._sync_tiles()
        logarithmic = self.log_button.isChecked()
        epochs: tuple[int, ...] = ()
        for layer, tile in self.tiles.items():
            reservoir = store.reservoir(layer, self.weight)
            if reservoir is not None:
                tile.set_content(reservoir, self.mode, logarithmic)
                epochs = max(epochs, reservoir.epochs, key=len)
        self.key.set_epochs(epochs)
        if self.opened_layer is not None:
            reservoir = store.reservoir(self.opened_layer, self.weight)
            assert reservoir is not None
            self.title.setText(reservoir.last[1].layer_name)
            now = time.perf_counter()
            if budget < DETAIL_PAUSE and now - self._detail_shown < DETAIL_PAUSE:
                return True
            self._detail_shown = now
            self.detail.show_weight(reservoir, self.mode, logarithmic)
            return False
        self.title.setText("Weights")
        return self._paint_tiles(budget)

    def _paint_tiles(self, budget: float) -> bool:
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

    def _offer_weights(self) -> None:
        store, box = self._weights, self.weight_box
        names = store.weight_names
        if self.opened_layer is not None:
            names = store.weights_of(self.opened_layer)
        if names == tuple(box.itemData(i) for i in range(box.count())):
            return
        current = self.weight
        box.blockSignals(True)
        box.clear()
        for name in names:
            box.addItem(name.replace("_", " "), name)
        box.setCurrentIndex(max(box.findData(current), 0 if names else -1))
        box.blockSignals(False)

    def _sync_tiles(self) -> None:
        layers = self._weights.layers
        if tuple(self.tiles) == layers:
            return
        for tile in self.tiles.values():
            self._grid.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        self.tiles = {layer: HistogramTile(self._theme, layer, self._grid_host) for layer in layers}
        for tile in self.tiles.values():
            tile.opened.connect(self.open_layer)
        self._columns = 0
        self._arrange()

    def _arrange(self) -> None:
        """As many columns as fit, but no more than needed to fill the rows evenly."""
        count = len(self.tiles)
        if not count:
            return
        fit = max(1, (self.scroll_area.viewport().width() + SPACE_S) // (TILE_WIDTH + SPACE_S))
        rows = -(-count // fit)
        columns = -(-count // rows)
        if columns == self._columns:
            return
        self._columns = columns
        for index, tile in enumerate(self.tiles.values()):
            self._grid.addWidget(tile, index // columns, index % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    @Slot(int, bool)
    def _mode_toggled(self, index: int, on: bool) -> None:
        if on:
            self.mode = list(HistogramMode)[index]
            self.refresh()

    @Slot()
    def _settings_changed(self) -> None:
        self.refresh()

    @Slot()
    def _recolor(self) -> None:
        self.back_button.setIcon(self._theme.icon("mdi6.arrow-left"))
        for button, name in zip(self._mode_tools, MODE_ICONS, strict=True):
            button.setIcon(self._theme.icon(name))
        for tile in self.tiles.values():
            tile.stale = True
        self._paint_tiles(float("inf"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.opened_layer is not None:
            self.close_layer()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        style = Qt.ToolButtonStyle
        narrow = event.size().width() < NARROW
        for button in self._mode_tools:
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if narrow else style.ToolButtonTextOnly
            )
