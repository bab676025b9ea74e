"""The card *Training and validation*: the curves of each variant, with the gap between them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX, metric_title
from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.pages.regularization.tiles import Tile, Tiles
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.results import figure, signed
from desktop.workers.records import Series

ABOUT = (
    "Look for the gap: where training goes on improving and validation does not, the network only "
    "memorizes its rows. Regularization is to make the gap smaller without making validation "
    "worse. The training line (solid) is what Keras reports: the mean over an epoch, with dropout "
    "on, so validation (dashed) may be better. The dot is the same network on the same rows with "
    "dropout off, at the end: compare that with validation."
)
_LOWEST = 150  # pixels


class CurveTile(Tile):
    """Training and validation of one variant.

    Signals:
        taken: the variant is to become the project.
    """

    taken = Signal()

    def __init__(self, variant: Variant, theme: Theme) -> None:
        super().__init__(variant)
        self._drawn: tuple[object, ...] = ()
        self.plot = FixedPlot(theme, ("epoch", ""), self, lowest=_LOWEST)
        self.training, self.validation, self.dot = (self.plot.new_line() for _ in range(3))
        self.gap = pg.FillBetweenItem(self.training, self.validation)
        self.gap.setZValue(-500)
        self.plot.addItem(self.gap)
        self.button = QPushButton("Use in Project")
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setAccessibleName(f"Use in project: {variant.name}")
        self.button.setToolTip("Take this regularization over into the project; it can be undone")
        self.button.clicked.connect(self.taken)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.caption)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    def draw(self, metric: str, x: tuple[float, float], y: tuple[float, float]) -> None:
        plot, variant, empty = self.plot, self.variant, np.empty(0)
        count = len(variant.record.epochs) if variant.record is not None else 0
        state = metric, x, y, count, variant.measured, variant.note, plot.theme.tokens
        if state == self._drawn:
            return
        self._drawn = state
        training, validation = series_of(variant, metric)
        plot.set_titles("epoch", metric_title(metric).lower())
        for line, series, pen in (
            (self.training, training, plot.pen("accent")),
            (self.validation, validation, plot.pen("validation", 2, Qt.PenStyle.DashLine)),
        ):
            points = (series.x, series.y) if series is not None else (empty, empty)
            line.setData(*points, pen=pen)
        self.gap.setBrush(pg.mkBrush(plot.theme.tokens.color("validation", 0.16)))
        measured = variant.measured
        at = [float(measured.epoch)] if measured is not None and metric in measured.training else []
        color = plot.theme.tokens.color("accent")
        self.dot.setData(
            at,
            [measured.training[metric] for _ in at] if measured is not None else [],
            pen=None,
            symbol="o",
            symbolSize=9,
            symbolBrush=color,
            symbolPen=plot.pen("surface", 1.5),
        )
        plot.set_range(x, y)
        text = caption_text(variant, metric)
        self.caption.setText(text)
        plot.setAccessibleName(f"{variant.name}, {metric_title(metric).lower()}: {text}")


class CurvesCard(Card):
    """Small multiples of one metric.

    Signals:
        taken: the Variant that is to become the project.
    """

    taken = Signal(object)

    def __init__(self, comparison: Comparison, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Training and validation", parent)
        self._comparison, self._theme = comparison, theme
        self.metric_choice = ComboBox()
        self.metric_choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        label = QLabel("&Metric")
        label.setBuddy(self.metric_choice)
        self.heading.addWidget(label)
        self.heading.addWidget(self.metric_choice)
        about = muted_label(ABOUT)
        self.tiles: Tiles[CurveTile] = Tiles(self._tile, self._draw_tile)
        self.body.addWidget(about)
        self.body.addWidget(self.tiles)
        self.metric_choice.currentIndexChanged.connect(self.tiles.redraw)
        comparison.changed.connect(self.refresh)
        comparison.begun.connect(self.refresh)
        theme.changed.connect(self.tiles.redraw)
        self.refresh()

    def _tile(self, variant: Variant) -> CurveTile:
        tile = CurveTile(variant, self._theme)
        tile.taken.connect(partial(self.taken.emit, variant))
        return tile

    def refresh(self) -> None:
        """Show what is known by now."""
        shown = self._comparison.shown
        names = dict.fromkeys(
            name
            for variant in shown
            if variant.record is not None
            for name in variant.record.curves.metrics
            if name != LEARNING_RATE
        )
        if list(names) != [
            self.metric_choice.itemData(row) for row in range(self.metric_choice.count())
        ]:
            self.metric_choice.blockSignals(True)
            self.metric_choice.clear()
            for name in names or (LOSS,):
                self.metric_choice.addItem(metric_title(name), name)
            self.metric_choice.blockSignals(False)
        self.tiles.show_variants(shown)
        self.setVisible(bool(shown))
        self.tiles.redraw()

    def _draw_tile(self, tile: CurveTile) -> None:
        """Draw `tile`, with axes for the values of all."""
        metric = self.metric_choice.currentData() or LOSS
        values = [each for variant in self._comparison.shown for each in values_of(variant, metric)]
        ends = [
            each.record.epochs[-1].epoch
            for each in self._comparison.shown
            if each.record is not None and each.record.epochs
        ]
        y = (min(values), max(values)) if values else (0.0, 1.0)
        if y[0] == y[1]:
            y = (y[0] - 0.5, y[1] + 0.5)
        tile.draw(metric, (0.0, float(max(ends, default=1))), y)


def series_of(variant: Variant, metric: str) -> tuple[Series | None, Series | None]:
    """The points of a metric on the training and the validation rows."""
    if variant.record is None:
        return None, None
    curves = variant.record.curves
    return curves.series(metric), curves.series(f"{VALIDATION_PREFIX}{metric}")


def values_of(variant: Variant, metric: str) -> list[float]:
    """All finite values that are drawn of `variant`."""
    found = [series.y for series in series_of(variant, metric) if series is not None]
    measured = variant.measured
    if measured is not None and metric in measured.training:
        found.append(np.array([measured.training[metric]]))
    values = np.concatenate(found) if found else np.empty(0)
    return [float(value) for value in values[np.isfinite(values)]]


def caption_text(variant: Variant, metric: str) -> str:
    """What a tile says in figures."""
    measured, record = variant.measured, variant.record
    if measured is not None and metric in measured.training:
        parts = [f"training {figure(measured.training[metric])} (dropout off)"]
        if metric in measured.validation:
            validation = measured.validation[metric]
            gap = validation - measured.training[metric]
            parts += [f"validation {figure(validation)}", f"gap {signed(gap)}"]
        return ", ".join(parts)
    if record is None or not record.epochs:
        return variant.note or "not yet trained"
    logs = record.epochs[-1].logs
    parts = [
        f"{name} {figure(logs[key])}"
        for name, key in (("training", metric), ("validation", f"{VALIDATION_PREFIX}{metric}"))
        if key in logs
    ]
    text = f"epoch {record.epochs[-1].epoch}: {', '.join(parts)}"
    return f"{text}. {variant.note}" if variant.note else text
