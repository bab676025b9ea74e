"""The fields of a single row: sliders for numbers and dates, choices for categories."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.document.data import ColumnKind
from desktop.views.theme import scaled
from desktop.views.widgets.controls import ComboBox, LineEdit, Slider
from desktop.workers.reports import Cell, RowField

MISSING = "missing"
_STEPS = 200  # of a slider, at most
_START = datetime(1970, 1, 1)


class CellEditor(QObject):
    """Edits one cell of a row, in the widgets `main` and, if there is one, `beside`.

    Signals:
        changed: the user gave the cell another value.
    """

    changed = Signal()

    def __init__(self, field: RowField, parent: QObject) -> None:
        super().__init__(parent)
        self.field = field
        self.main: QWidget
        self.beside: QWidget | None = None

    @property
    def cell(self) -> Cell:
        """The value; None if it is missing."""
        raise NotImplementedError

    def show_cell(self, cell: Cell) -> None:
        """Show `cell` without saying that it has changed."""
        raise NotImplementedError


class ChoiceEditor(CellEditor):
    """One of the categories, or missing."""

    def __init__(self, field: RowField, parent: QObject) -> None:
        super().__init__(field, parent)
        self.main = self._box = ComboBox()
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for choice in field.choices:
            self._box.addItem(choice, choice)
        self._box.addItem(MISSING, None)
        self._box.setAccessibleName(field.name)
        self._box.currentIndexChanged.connect(self.changed)

    @property
    def cell(self) -> Cell:
        choice: str | None = self._box.currentData()
        return choice

    def show_cell(self, cell: Cell) -> None:
        with QSignalBlocker(self._box):
            index = self._box.findData(cell) if cell is not None else -1
            self._box.setCurrentIndex(index if index >= 0 else self._box.count() - 1)


class NumberEditor(CellEditor):
    """A number or a date: a slider over the range of the training rows, and a text for any other.

    Without a text it is missing.
    """

    def __init__(self, field: RowField, parent: QObject) -> None:
        super().__init__(field, parent)
        self._cell: Cell = None
        self._is_date = field.kind is ColumnKind.DATE
        span = field.high - field.low
        unit = 10.0**-field.decimals
        self._step = max(unit, math.ceil(span / _STEPS / unit) * unit)
        self.main = self._slider = Slider()
        self._slider.setRange(0, max(1, math.ceil(span / self._step - 1e-9)))
        self._slider.setPageStep(max(1, self._slider.maximum() // 10))
        self._slider.setMinimumWidth(scaled(80))
        self.beside = self._line = LineEdit()
        self._line.setPlaceholderText(MISSING)
        self._line.setFixedWidth(scaled(104 if self._is_date else 84))
        self._line.setToolTip(
            f"{self._text(field.low)} to {self._text(field.high)} in the training rows; "
            "empty: missing"
        )
        self._slider.setAccessibleName(f"{field.name}, slider")
        self._line.setAccessibleName(field.name)
        self._slider.valueChanged.connect(self._slid)
        self._line.textEdited.connect(self._typed)
        self._line.editingFinished.connect(self._tidy)

    @property
    def cell(self) -> Cell:
        return self._cell

    def show_cell(self, cell: Cell) -> None:
        self._cell = cell
        self._tidy()
        self._place_slider()

    def _slid(self, place: int) -> None:
        value = min(self.field.low + place * self._step, self.field.high)
        self._cell = round(value, self.field.decimals)
        self._tidy()
        self.changed.emit()

    def _typed(self, text: str) -> None:
        try:
            self._cell = self._value(text.strip()) if text.strip() else None
        except ValueError:
            return  # the last one that could be read stays, and comes back at the end
        self._place_slider()
        self.changed.emit()

    def _place_slider(self) -> None:
        if isinstance(self._cell, float):
            with QSignalBlocker(self._slider):
                place = (self._cell - self.field.low) / self._step
                self._slider.setValue(round(min(max(place, 0), self._slider.maximum())))

    def _tidy(self) -> None:
        self._line.setText("" if self._cell is None else self._text(float(self._cell)))

    def _value(self, text: str) -> float:
        if self._is_date:
            return (datetime.fromisoformat(text) - _START) / timedelta(days=1)
        value = float(text.replace("\u2212", "-"))
        if not math.isfinite(value):
            raise ValueError(text)
        return value

    def _text(self, value: float) -> str:
        if not self._is_date:
            return f"{value:.{self.field.decimals}f}" if abs(value) < 1e12 else f"{value:g}"
        moment = _START + timedelta(days=value)
        whole = moment.time() == _START.time()
        return f"{moment:%Y-%m-%d}" if whole else f"{moment:%Y-%m-%d %H:%M}"


def cell_editor(field: RowField, parent: QObject) -> CellEditor:
    """The editor for the cells of `field`."""
    return (ChoiceEditor if field.choices else NumberEditor)(field, parent)
