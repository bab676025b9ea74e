"""The card *Error surface*: the loss over two weights, and the path that training walked."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.perceptron.words import figure
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.narrow import may_be_narrow
from desktop.workers.reports import FloatArray
from desktop.workers.stepping import LossSurface, StepState, SurfaceQuestion

HEIGHT = 300  # pixels
LEAST = 4.0  # the surface reaches at least so far from zero
STEP = 2.0  # it ends at a multiple of this
CONTOURS = 9
ABOUT = (
    "The loss for every value of two weights, the others being as they are now: the stronger the "
    "color, the lower. The line leads from the first weights to the current ones, the dot."
)


class SurfaceCard(Card):
    """A heat map with contours, and the path over it.

    Signals:
        wanted: the SurfaceQuestion whose answer is to be shown.
    """

    wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Error surface", parent)
        self._theme = theme
        self.state: StepState | None = None
        self.shown: LossSurface | None = None
        self.choices = (ComboBox(), ComboBox())
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for choice, text in zip(self.choices, ("&Across", "U&p"), strict=True):
            label = QLabel(text)
            label.setBuddy(choice)
            may_be_narrow(choice)
            choice.currentIndexChanged.connect(self._ask)
            row.addWidget(label)
            row.addWidget(choice, 1)
        self.about = muted_label(ABOUT)
        self.plot = FixedPlot(theme, ("w1", "w2"), self)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.image.setZValue(-950)
        self.plot.addItem(self.image)
        self.contours = [pg.IsocurveItem() for _ in range(CONTOURS)]
        for contour in self.contours:
            contour.setParentItem(self.image)
        self.path = self.plot.new_line()
        self.dot = pg.ScatterPlotItem(size=scaled(11))
        self.plot.addItem(self.dot)
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        self.body.addWidget(self.about)
        self.body.addLayout(row)
        for widget in (self.plot, self.reading):
            self.body.addWidget(widget)
        theme.changed.connect(self._draw)
        self._draw()

    def show_state(self, state: StepState) -> None:
        """Draw the path, and ask for the surface beneath."""
        before, self.state = self.state, state
        if before is None or before.parameters != state.parameters:
            self._offer(state)
        self._draw_path()
        self._ask()

    def show_surface(self, surface: LossSurface) -> None:
        """Draw `surface`, if it is over the weights that are chosen."""
        pair = surface.question.first, surface.question.second
        if pair == self.pair:
            self.shown = surface
            self._draw()

    @property
    def pair(self) -> tuple[int, int] | None:
        """The two weights, by their places among the parameters; None if they are the same."""
        first, second = (choice.currentData() for choice in self.choices)
        return None if first is None or second is None or first == second else (first, second)

    def _offer(self, state: StepState) -> None:
        for number, choice in enumerate(self.choices):
            with QSignalBlocker(choice):
                choice.clear()
                for place, parameter in enumerate(state.parameters):
                    choice.addItem(parameter.name, place)
                choice.setCurrentIndex(min(number, choice.count() - 1))
        self.shown = None

    def _ask(self) -> None:
        state, pair = self.state, self.pair
        if state is None:
            return
        if pair is None:
            self.reading.setText("Choose two different weights.")
            return
        first, second = (_range(state.path[:, place]) for place in pair)
        self.wanted.emit(SurfaceQuestion(*pair, first, second))

    def _draw(self) -> None:
        surface, state, tokens = self.shown, self.state, self._theme.tokens
        self.plot.setFixedHeight(scaled(HEIGHT))
        if surface is None or state is None:
            return
        ask = surface.question
        names = [state.parameters[place].name for place in (ask.first, ask.second)]
        self.plot.set_titles(*names)
        values = np.log1p(np.maximum(np.nan_to_num(surface.values, posinf=1e30), 0.0))
        low, high = float(values.min()), float(values.max())
        low_color, high_color = tokens.color("class_1"), tokens.color("surface")
        table = [
            [a + (b - a) * step / 255 for a, b in _channels(low_color, high_color)]
            for step in range(256)
        ]
        self.image.setImage(values, levels=(low, max(high, low + 1e-9)))
        self.image.setLookupTable(np.array(table, np.ubyte))
        (left, right), (bottom, top) = ask.first_range, ask.second_range
        side = values.shape[0] - 1
        wide, tall = (right - left) / side, (top - bottom) / side
        self.image.setRect(
            QRectF(left - wide / 2, bottom - tall / 2, right - left + wide, top - bottom + tall)
        )
        # Isocurves go from column to column of what they are given, the image from row to row.
        levels = np.quantile(values, np.linspace(0.05, 0.85, CONTOURS))
        for contour, level in zip(self.contours, levels, strict=True):
            contour.setPen(self.plot.pen("text", 1, alpha=0.35))
            contour.setData(values.T, level)
        self.plot.getViewBox().setRange(
            xRange=ask.first_range, yRange=ask.second_range, padding=0, disableAutoRange=True
        )
        self._draw_path()
        best = np.unravel_index(int(np.argmin(surface.values)), surface.values.shape)
        text = (
            f"Current loss {figure(state.metrics['loss'])}. The lowest here is "
            f"{figure(float(surface.values[best]))}, at "
            f"{names[0]} = {figure(left + wide * best[1])}, "
            f"{names[1]} = {figure(bottom + tall * best[0])}."
        )
        if state.total > surface.rows:
            text += f" The surface is of the first {surface.rows:,} training rows."
        self.reading.setText(text)
        self.plot.setAccessibleName(f"{self.title.text()}. {text}")

    def _draw_path(self) -> None:
        state, pair = self.state, self.pair
        if state is None or pair is None:
            return
        x, y = (state.path[:, place] for place in pair)
        self.path.setData(x, y, pen=self.plot.pen("text", 2))
        self.dot.setData(
            x=x[-1:],
            y=y[-1:],
            brush=pg.mkBrush(self._theme.tokens.color("accent")),
            pen=self.plot.pen("surface", 1),
        )


def _range(values: FloatArray) -> tuple[float, float]:
    """A range around zero that holds `values`, changing seldom as they do."""
    far = max(LEAST, float(np.abs(values).max(initial=0)) * 1.1)
    end = np.ceil(far / STEP) * STEP
    return -float(end), float(end)


def _channels(first: object, second: object) -> list[tuple[int, int]]:
    """Red, green and blue of two colors."""
    return list(zip(first.getRgb()[:3], second.getRgb()[:3], strict=True))  # type: ignore[attr-defined]
