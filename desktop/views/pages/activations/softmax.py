"""Softmax: five logits, their probabilities, and how each of these changes with one logit."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.document.text import decimal_text
from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.activations.number_slider import NumberSlider
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.cards import Columns
from desktop.views.widgets.labels import muted_label
from desktop.workers.activations import (
    ActivationFacts,
    facts,
    softmax,
    softmax_of_one,
    softmax_slopes,
)
from desktop.workers.reports import FloatArray

_LOGITS = (2.0, 1.0, 0.5, 0.0, -1.0)  # to begin with
_END = 5.0
_STEEPEST = 0.5  # of the derivatives shown, for temperatures of a half and more


class SoftmaxPlots(QWidget):
    """Bars for the probabilities of five logits and for their derivatives, and sliders.

    The derivatives are those by the logit that was moved last.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._moved = theme, 0
        self.value_plot = FixedPlot(theme, ("class", "probability"), self)
        self.slope_plot = FixedPlot(theme, ("class", "change with a logit"), self)
        self._bars = [pg.BarGraphItem(x=[], height=[], width=0.7) for _ in range(2)]
        for plot, bars in zip((self.value_plot, self.slope_plot), self._bars, strict=True):
            plot.addItem(bars)
            plot.zeros[1].hide()
        self.columns = Columns(self.value_plot, self.slope_plot, (1, 1))
        self.logits = [
            NumberSlider(f"Logit &{number}", (-_END, _END), 0.1, value)
            for number, value in enumerate(_LOGITS, start=1)
        ]
        self.temperature = NumberSlider(
            "&Temperature",
            (0.1, 5.0),
            0.1,
            1.0,
            tip="What logits are divided by: low is certain, high is even",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.columns, 1)
        for place, slider in enumerate(self.logits):
            column.addWidget(slider)
            slider.changed.connect(lambda _value, place=place: self._on_moved(place))
        column.addWidget(self.temperature)
        note = muted_label("The facts below are of one logit, while the others are 0.")
        column.addWidget(note)
        self.temperature.changed.connect(self.draw)
        theme.changed.connect(self.draw)
        self.draw()

    @property
    def probabilities(self) -> FloatArray:
        """Those that are drawn, (5,)."""
        return softmax(self._values, self._temperature)

    @property
    def derivatives(self) -> FloatArray:
        """Of the probabilities, by the logit that was moved last, (5,)."""
        return softmax_slopes(self._values, self._temperature)[:, self._moved]

    @property
    def facts(self) -> ActivationFacts:
        """What can be told of one probability, by its logit, while the other logits are 0."""
        return facts(softmax_of_one(len(self.logits) - 1, self._temperature))

    @property
    def _values(self) -> FloatArray:
        return np.array([slider.value for slider in self.logits], float)

    @property
    def _temperature(self) -> float:
        return float(self.temperature.value or 1.0)

    def _on_moved(self, place: int) -> None:
        self._moved = place
        self.draw()

    def draw(self) -> None:
        """Draw the bars for the logits there are."""
        tokens = self._theme.tokens
        numbers = np.arange(1, len(self.logits) + 1)
        for slider in (*self.logits, self.temperature):
            slider.rescale()
        shown = (self.probabilities, "class_1"), (self.derivatives, "class_2")
        for bars, (heights, color) in zip(self._bars, shown, strict=True):
            bars.setOpts(x=numbers, height=heights, pen=pg.mkPen(None), brush=tokens.color(color))
        ends = 0.4, len(numbers) + 0.6
        self.value_plot.set_range(ends, (0.0, 1.0))
        most = max(_STEEPEST, float(np.abs(self.derivatives).max()))
        self.slope_plot.set_range(ends, (-most, most))
        self.slope_plot.set_titles("class", f"change with logit {self._moved + 1}")
        words = ", ".join(
            f"class {number} {decimal_text(p)}"
            for number, p in zip(numbers, self.probabilities, strict=True)
        )
        self.value_plot.setAccessibleName(f"Probabilities: {words}")
        self.slope_plot.setAccessibleName(
            f"How the probabilities change with logit {self._moved + 1}"
        )
