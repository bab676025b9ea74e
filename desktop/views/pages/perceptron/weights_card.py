"""The card *Weights*: the weights of a unit, set by hand, and what the last step did to them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from desktop.views.pages.perceptron.choice import Unit, places_of, units_of
from desktop.views.pages.perceptron.words import update_heading, update_lines
from desktop.views.theme import SPACE_S
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox, LineEdit, Slider
from desktop.views.widgets.narrow import may_be_narrow
from desktop.workers.stepping import StepState

MOST = 9  # weights that are shown
END = 10.0  # of a slider
STEPS = 20  # of a slider, for 1
LARGEST = 1e6
NO_UPDATE = "After a step, what it did to these weights is written here."


class _Number(QDoubleSpinBox):
    """A number that the wheel changes only while it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDecimals(3)
        self.setSingleStep(0.1)
        self.setRange(-LARGEST, LARGEST)
        self.setKeyboardTracking(False)
        self.setLineEdit(LineEdit())

    # --- Qt ---------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()  # for the largest number there may be
        width = self.fontMetrics().horizontalAdvance("−00.000")
        return QSize(width + hint.height(), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class WeightsCard(Card):
    """A slider and a number for each weight of a unit.

    Signals:
        chosen: another unit, a Unit.
        moved: what weights were set to, {place among the parameters: value}.
    """

    chosen = Signal(object)
    moved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Weights", parent)
        self._places: list[int] = []
        self.choice = ComboBox()
        may_be_narrow(self.choice)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self._label = QLabel("&Unit")
        self._label.setBuddy(self.choice)
        self.heading.addWidget(self._label)
        self.heading.addWidget(self.choice, 3)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self.names: list[QLabel] = []
        self.sliders: list[Slider] = []
        self.numbers: list[_Number] = []
        self.more = QLabel()
        self.heading_of_update = QLabel(NO_UPDATE)
        self.update_text = QLabel()
        self.update_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.more, self.heading_of_update, self.update_text):
            label.setWordWrap(True)
            self.body.addWidget(label)
        self.more.setProperty("role", "muted")
        self.heading_of_update.setProperty("role", "muted")
        self.body.addStretch(1)

    @property
    def unit(self) -> Unit | None:
        """The unit that is chosen."""
        found = self.choice.currentData()
        return found if isinstance(found, Unit) else None

    def show_state(self, state: StepState) -> None:
        """Show the weights as they are, and the last update."""
        self._offer(state)
        unit = self.unit
        if unit is None:
            return
        places = places_of(state, unit)
        self._places = places[:MOST] if len(places) <= MOST else [*places[: MOST - 1], places[-1]]
        while len(self.sliders) < len(self._places):
            self._add_row()
        for row, (slider, number) in enumerate(zip(self.sliders, self.numbers, strict=True)):
            is_used = row < len(self._places)
            for widget in (self.names[row], slider, number):
                widget.setVisible(is_used)
            if is_used:
                self._show_value(row, state)
        hidden = len(places) - len(self._places)
        self.more.setText(f"{hidden} more weights are not shown.")
        self.more.setVisible(hidden > 0)
        update = state.update
        self.heading_of_update.setText(NO_UPDATE if update is None else update_heading(update))
        lines = [] if update is None else update_lines(state, update, self._places)
        self.update_text.setText("\n".join(lines))
        self.update_text.setVisible(bool(lines))

    def _offer(self, state: StepState) -> None:
        units = units_of(state)
        shown = [self.choice.itemData(row) for row in range(self.choice.count())]
        if shown != [unit for _, unit in units]:
            with QSignalBlocker(self.choice):
                self.choice.clear()
                for name, unit in units:
                    self.choice.addItem(name, unit)
        for widget in (self._label, self.choice):
            widget.setVisible(len(units) > 1)

    def _add_row(self) -> None:
        row = len(self.sliders)
        name, slider, number = QLabel(), Slider(), _Number()
        name.setBuddy(number)
        slider.setRange(round(-END * STEPS), round(END * STEPS))
        slider.setPageStep(STEPS)
        may_be_narrow(slider)
        slider.valueChanged.connect(partial(self._on_slider, row))
        number.valueChanged.connect(partial(self._on_number, row))
        for column, widget in enumerate((name, slider, number)):
            self._grid.addWidget(widget, row, column)
        self.names.append(name)
        self.sliders.append(slider)
        self.numbers.append(number)

    def _show_value(self, row: int, state: StepState) -> None:
        place = self._places[row]
        value, parameter = float(state.values[place]), state.parameters[place]
        slider, number = self.sliders[row], self.numbers[row]
        self.names[row].setText(parameter.symbol)
        for widget in (slider, number):
            widget.setAccessibleName(parameter.name)
        if not slider.isSliderDown():
            with QSignalBlocker(slider):
                slider.setValue(round(max(-END, min(END, value)) * STEPS))
        with QSignalBlocker(number):
            number.setValue(value)

    def _on_slider(self, row: int, value: int) -> None:
        self.moved.emit({self._places[row]: value / STEPS})

    def _on_number(self, row: int, value: float) -> None:
        self.moved.emit({self._places[row]: value})

    def _on_chosen(self) -> None:
        if self.unit is not None:
            self.chosen.emit(self.unit)
