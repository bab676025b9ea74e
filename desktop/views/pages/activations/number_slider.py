"""A slider for a number, with its name before it and its value after it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.document.text import decimal_text
from desktop.views.theme import SPACE_S, scaled
from desktop.views.widgets.controls import Slider

_VALUE_WIDTH, _NAME_WIDTH = 62, 96  # pixels


class NumberSlider(QWidget):
    """Chooses a number between two ends; where there is a text for none, also none, at the right.

    Signals:
        changed: the number, None for none, is another one.
    """

    changed = Signal(object)

    def __init__(
        self,
        name: str,
        ends: tuple[float, float],
        step: float,
        value: float | None,
        *,
        tip: str = "",
        none: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._low, self._step, self._none = ends[0], step, none
        self._steps = round((ends[1] - ends[0]) / step)
        self._places = max(0, len(f"{step:g}".partition(".")[2]))
        self.slider = Slider()
        self.slider.setRange(0, self._steps + bool(none))
        self.slider.setPageStep(max(1, self._steps // 10))
        self.slider.setAccessibleName(name.replace("&", ""))
        self.slider.setToolTip(tip)
        self._name = QLabel(name)
        self._name.setBuddy(self.slider)
        self._value = QLabel()
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._name)
        row.addWidget(self.slider, 1)
        row.addWidget(self._value)
        self.set_value(value)
        self.slider.valueChanged.connect(self._on_moved)
        self.rescale()

    @property
    def value(self) -> float | None:
        """The number; None for none."""
        place = self.slider.value()
        return None if place > self._steps else self._low + place * self._step

    def set_value(self, value: float | None) -> None:
        """Show `value`, as close as the steps allow, without a signal."""
        place = self._steps + 1 if value is None else round((value - self._low) / self._step)
        with QSignalBlocker(self.slider):
            self.slider.setValue(place)
        self._show_value()

    def rescale(self) -> None:
        """Take the sizes of the zoom in force."""
        self._name.setMinimumWidth(scaled(_NAME_WIDTH))
        self._value.setMinimumWidth(scaled(_VALUE_WIDTH))

    def _on_moved(self) -> None:
        self._show_value()
        self.changed.emit(self.value)

    def _show_value(self) -> None:
        value = self.value
        text = self._none if value is None else decimal_text(value, self._places)
        self._value.setText(text)
        self.slider.setAccessibleDescription(text)
