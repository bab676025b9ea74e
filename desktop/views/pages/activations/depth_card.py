"""The card *Through depth*: the gradient that arrives after many layers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.document.choices import ActivationFunction
from desktop.document.text import power_text
from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.activations.number_slider import NumberSlider
from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.workers.activations import DEPTH, INITIALIZERS, DeepStack, DepthGradients
from desktop.workers.reports import FloatArray
from desktop.workers.session import Session

_COMPARED = ActivationFunction.SIGMOID, ActivationFunction.RELU  # to begin with
_COLORS = "class_1", "class_2"
_STYLES = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
_LOWEST, _HIGHEST = -20.0, 10.0  # powers of ten that are drawn
_LEAST = (-2.0, 0.0)  # powers of ten that are shown in any case

ABOUT = (
    f"{DEPTH} dense layers on random inputs: how large the gradient still is on its way back from "
    "the output. At 1 it keeps its size; the first layers of a network get what is on the right."
)


class DepthCard(Card):
    """Compares two functions; what is asked for is computed on the background thread."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Through depth", parent)
        self._session, self._theme = session, theme
        self._seed, self._is_due = 0, True
        self.shown: DepthGradients | None = None
        about = muted_label(ABOUT)
        self.plot = FixedPlot(theme, ("layers passed", "gradient"), self)
        self.plot.use_powers()
        self.lines = [self.plot.new_line() for _ in _COMPARED]
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        self.body.addWidget(about)
        self.body.addLayout(self._make_choices())
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.reading)
        self._add_sliders()
        session.activations.followed.connect(self._on_followed)
        session.activations.followFailed.connect(self.reading.setText)
        theme.changed.connect(self._draw)

    def _make_choices(self) -> QHBoxLayout:
        self.choices = [ComboBox() for _ in _COMPARED]
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for place, (box, chosen) in enumerate(zip(self.choices, _COMPARED, strict=True)):
            for function in ActivationFunction:
                if function is not ActivationFunction.SOFTMAX:  # it is for the output
                    box.addItem(str(function), function)
            box.setCurrentIndex(box.findData(chosen))
            box.setAccessibleName(f"Activation function {place + 1} of 2")
            box.currentIndexChanged.connect(self._ask)
            row.addWidget(QLabel("with" if place else "Compare"))
            row.addWidget(box, 1)
        return row

    def _add_sliders(self) -> None:
        self.width_slider = NumberSlider("&Width", (8, 256), 8, 64, tip="Units of each layer")
        self.gain = NumberSlider("&Gain", (0.2, 3.0), 0.05, 1.0, tip="Factor of the first weights")
        for slider in (self.width_slider, self.gain):
            slider.changed.connect(self._ask)
            self.body.addWidget(slider)
        self.initializer = ComboBox()
        for cls in INITIALIZERS:
            self.initializer.addItem(cls.tag, cls)
            self.initializer.setItemData(
                self.initializer.count() - 1, cls.summary(), Qt.ItemDataRole.ToolTipRole
            )
        self.initializer.currentIndexChanged.connect(self._ask)
        label = QLabel("&Initializer")
        label.setBuddy(self.initializer)
        self.again = QPushButton("&New Numbers")
        self.again.setToolTip("Draw other random weights, inputs and gradients")
        self.again.clicked.connect(self._draw_numbers)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(label)
        row.addWidget(self.initializer, 1)
        row.addWidget(self.again)
        self.body.addLayout(row)

    @property
    def stack(self) -> DeepStack:
        """What is chosen."""
        first, second = (ActivationFunction(box.currentData()) for box in self.choices)
        return DeepStack(
            (first, second),
            round(self.width_slider.value or 0),
            self.initializer.currentData(),
            self.gain.value or 0.0,
            self._seed,
        )

    def _draw_numbers(self) -> None:
        self._seed += 1
        self._ask()

    def _ask(self) -> None:
        self._is_due = not self.isVisible()
        if not self._is_due:
            self._session.activations.follow(self.stack)

    def _on_followed(self, gradients: DepthGradients) -> None:
        self.shown = gradients
        self._draw()

    def _draw(self) -> None:
        for slider in (self.width_slider, self.gain):
            slider.rescale()
        if self.shown is None:
            return
        drawn = [_powers(sizes) for sizes in self.shown.sizes]
        for line, powers, color, style in zip(self.lines, drawn, _COLORS, _STYLES, strict=True):
            pen = self.plot.pen(color, 2, style)
            brush = self._theme.tokens.color(color)
            line.setData(
                np.arange(len(powers)),
                powers,
                pen=pen,
                symbol="o",
                symbolSize=5,
                symbolBrush=brush,
                symbolPen=None,
            )
        known = np.concatenate([*drawn, _LEAST])
        known = known[np.isfinite(known)]
        self.plot.set_range((0, DEPTH + 0.3), (float(known.min()), float(known.max())))
        self._say()

    def _say(self) -> None:
        """Write below the plot what arrives after all layers, as a key to the colors, too."""
        assert self.shown is not None
        tokens, parts, plain = self._theme.tokens, [], []
        marks = zip(self.shown.stack.functions, self.shown.sizes, _COLORS, "━╌", strict=True)
        for function, sizes, color, mark in marks:
            text = f"{function} {left_text(sizes)}"
            shade = tokens.color(color).name()
            parts.append(f'<span style="color: {shade}"><b>{mark}</b></span> {text}')
            plain.append(text)
        self.reading.setText(f"After {DEPTH} layers: {', '.join(parts)}")
        self.plot.setAccessibleName(f"Gradient after {DEPTH} layers: {', '.join(plain)}")

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._ask()


def left_text(sizes: FloatArray) -> str:
    """What is left of a gradient after the last of the layers."""
    if not np.isfinite(sizes).all():
        return "too large to compute"
    if not sizes[-1]:
        return f"nothing after layer {int(np.flatnonzero(sizes == 0)[0])}"
    return power_text(float(np.log10(sizes[-1])))


def _powers(sizes: FloatArray) -> FloatArray:
    """The logarithms of `sizes` that can be drawn; NaN for the others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.log10(sizes)
    drawable = np.isfinite(powers) & (powers >= _LOWEST) & (powers <= _HIGHEST)
    result: FloatArray = np.where(drawable, powers, np.nan)
    return result
