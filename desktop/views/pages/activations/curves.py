"""A function and its derivative side by side, with the tangent at one input."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.document.activations import default_parameters, parameters_of
from desktop.document.choices import ActivationFunction
from desktop.document.fields import FieldSpec
from desktop.document.text import decimal_text
from desktop.views.charts.curves.fixed_plot import FixedPlot, span
from desktop.views.pages.activations.number_slider import NumberSlider
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.cards import Columns
from desktop.workers.activations import Activation, ActivationFacts, activation, facts
from desktop.workers.reports import FloatArray

END = 6.0  # of the inputs that are shown
_HIGHEST = 6.0  # of the outputs
_POINTS = 1201
_TANGENT = 1.0  # of the input, to either side

# What the sliders go through: ends, and step.
_RANGES = {
    "negative_slope": (0.0, 1.0, 0.01),
    "alpha": (0.0, 3.0, 0.05),
    "threshold": (0.0, 4.0, 0.1),
    "max_value": (0.0, 8.0, 0.1),
}
_USUAL_RANGE = (0.0, 3.0, 0.05)


class FunctionPlots(QWidget):
    """Plots of one function of each value alone, and sliders for its parameters and an input.

    Signals:
        parametersChanged: the function has another form.
    """

    parametersChanged = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._function = ActivationFunction.RELU
        self._activation: Activation = activation(self._function)
        self._x = np.linspace(-END, END, _POINTS)
        self.value_plot = FixedPlot(theme, ("input x", "output f(x)"), self)
        self.slope_plot = FixedPlot(theme, ("input x", "derivative f′(x)"), self)
        self._value_line, self._tangent = (self.value_plot.new_line() for _ in range(2))
        self._slope_line = self.slope_plot.new_line()
        self._marks = [plot.new_line() for plot in (self.value_plot, self.slope_plot)]
        self.columns = Columns(self.value_plot, self.slope_plot, (1, 1))
        self.input = NumberSlider(
            "Input &x", (-END, END), 0.05, 1.0, tip="The tangent at this input is drawn"
        )
        self.reading = QLabel()
        self.reading.setProperty("role", "muted")
        self.sliders: dict[str, NumberSlider] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        self._column.addWidget(self.columns, 1)
        self._column.addWidget(self.reading, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(self.input)
        self.input.changed.connect(self._mark)
        for plot in (self.value_plot, self.slope_plot):
            plot.pointed.connect(self._point_at)
        theme.changed.connect(self._draw)

    @property
    def facts(self) -> ActivationFacts:
        """What can be told of the function as it is drawn."""
        return facts(self._activation, self._function.flat_slope)

    def show_function(self, function: ActivationFunction) -> None:
        """Draw `function` with the parameters that it has by its name."""
        self._function = function
        for slider in self.sliders.values():
            self._column.removeWidget(slider)
            slider.hide()
            slider.deleteLater()
        values = default_parameters(function)
        self.sliders = {
            field.name: _slider(field, values[field.name]) for field in parameters_of(function)
        }
        for slider in self.sliders.values():
            self._column.addWidget(slider)
            slider.changed.connect(self._on_parameter)
        self._on_parameter()

    def _on_parameter(self) -> None:
        values = {name: slider.value for name, slider in self.sliders.items()}
        self._activation = activation(self._function, **values)
        self._draw()
        self.parametersChanged.emit()

    def _draw(self) -> None:
        for slider in (self.input, *self.sliders.values()):
            slider.rescale()
        values, slopes = self._activation.value(self._x), self._activation.slope(self._x)
        plot = self.value_plot
        self._value_line.setData(self._x, _cut(values), pen=plot.pen("class_1"))
        self._slope_line.setData(self._x, _cut(slopes), pen=plot.pen("class_2"))
        plot.set_range((-END, END), span(values, (-1.0, 1.0), _HIGHEST))
        self.slope_plot.set_range((-END, END), span(slopes, (0.0, 1.0), _HIGHEST))
        name = str(self._function)
        plot.setAccessibleName(f"Plot of {name}")
        self.slope_plot.setAccessibleName(f"Plot of the derivative of {name}")
        self._mark()

    def _point_at(self, x: float) -> None:
        if -END <= x <= END:
            self.input.set_value(x)
            self._mark()

    def _mark(self) -> None:
        """Draw the input that is chosen, and say what comes of it."""
        x = float(self.input.value or 0.0)
        at = np.array([x])
        value, slope = float(self._activation.value(at)[0]), float(self._activation.slope(at)[0])
        ends = np.array([-_TANGENT, _TANGENT]) / np.hypot(1, slope)
        plot = self.value_plot
        self._tangent.setData(
            x + ends, value + slope * ends, pen=plot.pen("class_2", 2, Qt.PenStyle.DashLine)
        )
        for mark, height in zip(self._marks, (value, slope), strict=True):
            mark.setData(
                [x],
                [height],
                symbol="o",
                symbolSize=9,
                symbolPen=plot.pen("surface", 1),
                symbolBrush=self.value_plot.theme.tokens.color("text"),
            )
        self.reading.setText(
            f"f({decimal_text(x)}) = {decimal_text(value)},  slope {decimal_text(slope)}"
        )


def _slider(field: FieldSpec, value: float | None) -> NumberSlider:
    low, high, step = _RANGES.get(field.name, _USUAL_RANGE)
    none = field.none_title if field.optional else ""
    return NumberSlider(field.title, (low, high), step, value, tip=field.help, none=none)


def _cut(values: FloatArray) -> FloatArray:
    """`values` without what lies far outside of the plot."""
    cut: FloatArray = np.clip(values, -4 * _HIGHEST, 4 * _HIGHEST)
    return cut
