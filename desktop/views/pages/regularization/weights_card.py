"""The card *Weights*: how those of a layer are spread in each variant, and how long they are."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.document.text import counted, number_text
from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.pages.regularization.tiles import Tile, Tiles
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.workers.regularization import NEAR_ZERO, LayerWeights
from desktop.workers.reports import FloatArray

ABOUT = (
    "Above, the weights of the layer: L1 drives many of them to zero, so the bar in the middle "
    "grows; L2 makes all of them smaller, so the histogram gets narrower. Below, the norm of the "
    "weights that enter each unit, the units in the order of their norms: MaxNorm keeps them under "
    "the dashed line, and changes nothing where no norm would get that large."
)
_LOWEST = 110  # pixels of a plot


class WeightsTile(Tile):
    """Histogram and norms of one layer in one variant."""

    lengths: FixedPlot  # from the first drawing on, with its lines
    norms: pg.PlotDataItem
    limit: pg.PlotDataItem

    def __init__(self, variant: Variant, theme: Theme) -> None:
        super().__init__(variant)
        self._drawn: tuple[object, ...] = ()
        self.spread = FixedPlot(theme, ("weight", "share"), self, lowest=_LOWEST)
        self.bars = self.spread.new_line()
        self.column.addWidget(self.spread, 1)
        self.column.addWidget(self.caption)

    def _add_lengths(self) -> None:
        """Make the second plot, on another turn than the first: each takes a while."""
        self.lengths = FixedPlot(self.spread.theme, ("unit", "norm"), self, lowest=_LOWEST)
        self.norms, self.limit = self.lengths.new_line(), self.lengths.new_line()
        self.column.insertWidget(self.column.indexOf(self.caption), self.lengths, 1)

    def draw(self, layer: LayerWeights, largest: float, highest: float, longest: float) -> None:
        """Show `layer`, with axes up to these sizes."""
        tokens, empty = self.spread.theme.tokens, np.empty(0)
        state = layer, largest, highest, longest, tokens
        if state == self._drawn:
            return
        if not self._drawn:
            self._add_lengths()
        self._drawn = state
        self.bars.setData(
            layer.histogram.edges,
            shares(layer),
            stepMode="center",
            fillLevel=0,
            pen=self.spread.pen("class_3", 1),
            brush=pg.mkBrush(tokens.color("class_3", 0.4)),
        )
        self.spread.set_range((-largest, largest), (0.0, highest))
        norms = np.sort(layer.norms)[::-1]
        units = np.arange(1, len(norms) + 1)
        self.norms.setData(units, norms, pen=self.lengths.pen("class_1"))
        limit = layer.max_norm
        ends = (0, len(norms) + 1) if limit is not None else empty
        self.limit.setData(
            ends,
            [limit, limit] if limit is not None else empty,
            pen=self.lengths.pen("warning", 1.5, Qt.PenStyle.DashLine),
        )
        self.lengths.set_range((0.0, len(norms) + 1.0), (0.0, longest))
        text = caption_text(layer)
        self.caption.setText(text)
        self.spread.setAccessibleName(f"{self.variant.name}, weights of {layer.name}: {text}")
        self.lengths.setAccessibleName(f"{self.variant.name}, norms of the units of {layer.name}")


class WeightsCard(Card):
    """One layer of all variants."""

    def __init__(self, comparison: Comparison, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Weights", parent)
        self._comparison = comparison
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        label = QLabel("&Layer")
        label.setBuddy(self.choice)
        self.heading.addWidget(label)
        self.heading.addWidget(self.choice)
        about = muted_label(ABOUT)
        self.tiles: Tiles[WeightsTile] = Tiles(
            lambda variant: WeightsTile(variant, theme), self._draw_tile
        )
        self.body.addWidget(about)
        self.body.addWidget(self.tiles)
        self.choice.currentIndexChanged.connect(self.tiles.redraw)
        comparison.changed.connect(self.refresh)
        comparison.begun.connect(self.refresh)
        theme.changed.connect(self.tiles.redraw)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known by now."""
        shown = [each for each in self._comparison.shown if each.measured is not None]
        # Dropout adds layers, so that those of the same place may have other names.
        counts = [len(each.measured.layers) for each in shown if each.measured is not None]
        names = [f"Layer {place + 1} with weights" for place in range(max(counts, default=0))]
        if names != [self.choice.itemText(row) for row in range(self.choice.count())]:
            self.choice.blockSignals(True)
            self.choice.clear()
            self.choice.addItems(names)
            self.choice.blockSignals(False)
        self.tiles.show_variants(shown)
        self.setVisible(bool(shown))
        self.tiles.redraw()

    def _draw_tile(self, tile: WeightsTile) -> None:
        """Draw `tile`, with axes for all."""
        place = max(0, self.choice.currentIndex())
        shown = self._comparison.shown
        layers = [layer for each in shown if (layer := layer_of(each, place)) is not None]
        if not layers:
            return
        edges = np.abs([layer.histogram.edges[[0, -1]] for layer in layers])
        highest = max(float(shares(layer).max()) for layer in layers)
        limits = [layer.max_norm for layer in layers if layer.max_norm is not None]
        longest = max(*(float(layer.norms.max()) for layer in layers), *limits, 0.0)
        if (layer := layer_of(tile.variant, place)) is not None:
            tile.draw(layer, float(edges.max()), highest, longest)


def layer_of(variant: Variant, place: int) -> LayerWeights | None:
    """What was measured of the layer at this place among those with weights."""
    layers = variant.measured.layers if variant.measured is not None else ()
    return layers[place] if place < len(layers) else None


def shares(layer: LayerWeights) -> FloatArray:
    """What share of the weights each bar of the histogram stands for, 0 to 1."""
    counts = layer.histogram.counts
    found: FloatArray = counts / max(1, int(counts.sum()))
    return found


def caption_text(layer: LayerWeights) -> str:
    """What a tile says in figures."""
    largest = number_text(float(layer.norms.max()), 3)
    text = f"{100 * layer.near_zero:.0f} % near zero (below {NEAR_ZERO:g}), largest norm {largest}"
    if layer.max_norm is not None:
        at_limit = int((layer.norms > 0.99 * layer.max_norm).sum())
        text += f", {counted(at_limit, 'unit')} at the limit {layer.max_norm:g}"
    return text
