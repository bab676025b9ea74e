"""The card with one function at a time: its plots, its facts, and what it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.activations import NOTES, layer_of
from desktop.document.choices import ActivationFunction
from desktop.views.charts.curves.fixed_plot import HEIGHT
from desktop.views.pages.activations import words
from desktop.views.pages.activations.curves import FunctionPlots
from desktop.views.pages.activations.softmax import SoftmaxPlots
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.workers.session import Session

_FACTS = (  # name, title, tooltip
    ("range", "Range", ""),
    ("slope", "Largest slope", ""),
    ("saturation", "Saturates", ""),
    ("center", "Centered on zero", words.CENTER_TIP),
    ("cost", "Cost here", words.COST_TIP),
)
_NOTES = (("strengths", "Strengths"), ("weaknesses", "Weaknesses"), ("use", "Where it is used"))


class FunctionCard(Card):
    """Shows the function that is chosen; its cost is measured when that is asked for.

    The plots are made by `prepare`.
    """

    plots: FunctionPlots

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Functions", parent)
        self._session, self._theme = session, theme
        self._costs: Mapping[ActivationFunction, float] = {}
        self.choice = ComboBox()
        for function in ActivationFunction:
            self.choice.addItem(str(function), function)
        label = QLabel("F&unction")
        label.setBuddy(self.choice)
        self.heading.addWidget(label)
        self.heading.addWidget(self.choice)
        self.formula = _wrapped()
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stack = QStackedWidget()
        self._stack.setMinimumHeight(scaled(HEIGHT))  # about, until the plots are there
        self.body.addWidget(self.formula)
        self.body.addWidget(self._stack)
        self.body.addLayout(self._make_facts())
        self.body.addLayout(self._make_notes())
        session.activations.measured.connect(self._on_measured)
        session.activations.failed.connect(self._on_failed)
        session.stateChanged.connect(self._show_button)
        session.engineReady.connect(self._show_button)
        self._show_button()

    def prepare(self) -> None:
        """Make the plots, and show the first function."""
        self.plots = FunctionPlots(self._theme)
        self.plots.parametersChanged.connect(self._show_facts)
        self._stack.addWidget(self.plots)
        self.choice.currentIndexChanged.connect(self._show)
        self.show_function(ActivationFunction.RELU)

    def _make_facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        self.facts: dict[str, QLabel] = {}
        for row, (name, title, tip) in enumerate(_FACTS):
            heading, value = QLabel(title), _wrapped()
            heading.setProperty("role", "muted")
            for each in (heading, value):
                each.setToolTip(tip)
            self.facts[name] = value
            grid.addWidget(heading, row, 0)
            grid.addWidget(value, row, 1)
        self.measure = QPushButton("&Measure")
        self.measure.setAccessibleName("Measure the cost of all functions")
        self.measure.clicked.connect(self._measure)
        grid.addWidget(self.measure, len(_FACTS) - 1, 2)
        return grid

    def _make_notes(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        self.notes: dict[str, QLabel] = {}
        for name, title in _NOTES:
            heading = QLabel(title)
            heading.setProperty("role", "title")
            self.notes[name] = _wrapped()
            column.addSpacing(SPACE_S)
            column.addWidget(heading)
            column.addWidget(self.notes[name])
        return column

    @property
    def function(self) -> ActivationFunction:
        """The function that is shown."""
        return ActivationFunction(self.choice.currentData())

    def show_function(self, function: ActivationFunction) -> None:
        """Choose `function`."""
        self.choice.setCurrentIndex(self.choice.findData(function))

    @cached_property
    def softmax(self) -> SoftmaxPlots:
        """What is shown for softmax, made when it is first needed."""
        plots = SoftmaxPlots(self._theme, self)
        plots.temperature.changed.connect(self._show_facts)
        self._stack.addWidget(plots)
        return plots

    def _show(self) -> None:
        function, notes = self.function, NOTES[self.function]
        is_softmax = function is ActivationFunction.SOFTMAX
        if not is_softmax:
            self.plots.show_function(function)
        self._stack.setCurrentWidget(self.softmax if is_softmax else self.plots)
        layer = layer_of(function)
        also = f"   (also as the layer {layer.tag})" if layer is not None else ""
        self.formula.setText(f"{notes.formula}{also}")
        for name, label in self.notes.items():
            label.setText(getattr(notes, name))
        self._show_facts()

    def _show_facts(self) -> None:
        is_softmax = self._stack.currentWidget() is not self.plots
        found = self.softmax.facts if is_softmax else self.plots.facts
        self.facts["range"].setText(words.range_text(found))
        self.facts["slope"].setText(words.slope_text(found))
        self.facts["saturation"].setText(words.saturation_text(found))
        self.facts["saturation"].setToolTip(words.saturation_tip(self.function))
        self.facts["center"].setText(words.center_text(found))
        self.facts["cost"].setText(words.cost_text(self._costs.get(self.function)))

    # --- cost -----------------------------------------------------------------------------------

    def _measure(self) -> None:
        self.measure.setEnabled(False)
        self.facts["cost"].setText("measuring…")
        self._session.activations.measure()

    def _on_measured(self, costs: Mapping[ActivationFunction, float]) -> None:
        self._costs = costs
        self._show_facts()
        self._show_button()

    def _on_failed(self, message: str) -> None:
        self.facts["cost"].setText(message)
        self._show_button()

    def _show_button(self) -> None:
        """The cost can be measured while nothing else takes the processors."""
        is_ready, is_busy = self._session.info is not None, self._session.is_busy
        self.measure.setEnabled(is_ready and not is_busy)
        why_not = "Training would disturb it" if is_busy else "TensorFlow is being loaded"
        self.measure.setToolTip(words.COST_TIP if self.measure.isEnabled() else why_not)


def _wrapped() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
