"""The card *In my network*: what really enters the activation of a layer, live."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QLabel, QWidget

from desktop.document.activations import drawable_layers
from desktop.document.text import counted
from desktop.views.charts.curves.fixed_plot import FixedPlot, span
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.live import Live
from desktop.workers.activations import ActivationInputs, activation
from desktop.workers.session import Session

INTERVAL = 200  # milliseconds between two looks at the network at least
_LEAST = (-3.0, 3.0)  # inputs that are shown in any case
_POINTS = 401
_HIGHEST = 0.55  # of the plot, for the highest bar

NO_NETWORK = "Train the network to see what enters its activations."
NO_LAYER = "No layer of this network has a nonlinear activation other than softmax."
ABOUT = (
    "The bars are the values that the activation of a layer gets, for some training rows; the "
    "line is its curve. Where that is flat, the units learn little or nothing."
)


class InputsCard(Card):
    """Draws the inputs of one layer's activation as a histogram under the curve of that."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("In my network", parent)
        self._session, self._theme = session, theme
        self.shown: ActivationInputs | None = None
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self._label = QLabel("&Layer")
        self._label.setBuddy(self.choice)
        self.heading.addWidget(self._label)
        self.heading.addWidget(self.choice)
        self.about = muted_label()
        self.plot = FixedPlot(theme, ("input of the activation", "output f(x)"), self)
        self.bars, self.curve = self.plot.new_line(), self.plot.new_line()
        self.bars.setZValue(-800)
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        for widget in (self.about, self.plot, self.reading):
            self.body.addWidget(widget)
        self._live = Live(session, self, INTERVAL)
        self._live.due.connect(self._ask)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        session.activations.inputsRead.connect(self._on_read)
        session.activations.readFailed.connect(self._on_failed)
        for changed in (session.runStarted, session.modelReset, session.modelAdopted):
            changed.connect(self._show_layers)
        theme.changed.connect(self._draw)
        self._show_layers()

    def _show_layers(self) -> None:
        """Offer the layers of the network there is."""
        project = self._session.model_project
        layers = drawable_layers(project) if project is not None else ()
        offered = [(info.name, info.layer.nonlinearity, info.index) for info in layers]
        if offered != [self.choice.itemData(place) for place in range(self.choice.count())]:
            self.choice.blockSignals(True)
            self.choice.clear()
            for name, function, index in offered:
                self.choice.addItem(f"{name} · {function}", (name, function, index))
            self.choice.blockSignals(False)
        self.about.setText(ABOUT if offered else NO_LAYER if project is not None else NO_NETWORK)
        for widget in (self._label, self.choice):
            widget.setVisible(bool(offered))
        self._clear()
        self._live.refresh()

    def _on_chosen(self) -> None:
        self._clear()
        self._live.refresh()

    def _clear(self) -> None:
        self.shown = None
        for widget in (self.plot, self.reading):
            widget.hide()

    @property
    def layer(self) -> int | None:
        """The place of the layer that is chosen; None if there is none."""
        chosen = self.choice.currentData()
        return None if chosen is None else int(chosen[2])

    def _ask(self) -> None:
        if self.layer is not None:
            self._session.activations.read_inputs(self.layer)

    def _on_read(self, inputs: ActivationInputs) -> None:
        if inputs.layer == self.layer:
            self.shown = inputs
            self._draw()
            for widget in (self.plot, self.reading):
                widget.show()
            self._live.shown()

    def _on_failed(self, message: str) -> None:
        self._clear()
        self.reading.setText(message)
        self.reading.show()
        self._live.shown()

    def _draw(self) -> None:
        if self.shown is None:
            return
        shown, plot, tokens = self.shown, self.plot, self._theme.tokens
        counts, edges = shown.histogram.counts, shown.histogram.edges
        low = min(_LEAST[0], float(np.floor(edges[0])))
        high = max(_LEAST[1], float(np.ceil(edges[-1])))
        x = np.linspace(low, high, _POINTS)
        values = activation(shown.function, **shown.parameters).value(x)
        bottom, top = span(values, (0.0, 1.0), max(abs(low), abs(high)))
        heights = bottom + counts / max(1, counts.max()) * (top - bottom) * _HIGHEST
        self.curve.setData(x, values, pen=plot.pen("class_1"))
        self.bars.setData(
            edges,
            heights,
            stepMode="center",
            fillLevel=bottom,
            pen=plot.pen("class_3", 1),
            brush=pg.mkBrush(tokens.color("class_3", 0.4)),
        )
        plot.set_range((low, high), (bottom, top))
        text = inputs_text(shown)
        self.reading.setText(text)
        plot.setAccessibleName(text)


def inputs_text(inputs: ActivationInputs) -> str:
    """What the histogram says, in a sentence."""
    stage = f"after {counted(inputs.epoch, 'epoch')}" if inputs.epoch else "in the first epoch"
    limit = f"{inputs.function.flat_slope:.2g}"
    return (
        f"{inputs.layer_name}, {stage}: {100 * inputs.flat_share:.0f} % of the values are where "
        f"{inputs.function} is flat (slope under {limit}). {inputs.flat_units} of "
        f"{counted(inputs.units, 'unit')} have such inputs for all {counted(inputs.rows, 'row')}."
    )
