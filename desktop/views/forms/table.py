"""The editor for the rows of a logic table."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from desktop.document.data import GATES, GATES_OF_THREE
from desktop.document.fields import FieldSpec
from desktop.document.spec import Spec
from desktop.views.forms.editor import Editor, number_text
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox

Rows = tuple[tuple[float, ...], ...]

MOST_ROWS = 16


def _headers(inputs: int) -> tuple[str, ...]:
    return (*(f"Input {number + 1}" for number in range(inputs)), "Target")


def _gates(inputs: int) -> dict[str, Rows]:
    return GATES if inputs == 2 else GATES_OF_THREE


def _with_inputs(rows: Rows, inputs: int) -> Rows:
    """`rows` with two or three inputs: those of the gate that is alike, or as near as can be."""
    gates, others = list(_gates(len(rows[0]) - 1).values()), list(_gates(inputs).values())
    if rows in gates:
        return others[min(gates.index(rows), len(GATES) - 1)]
    if inputs == 3:
        return tuple((*row[:2], third, row[2]) for row in rows for third in (0.0, 1.0))[:MOST_ROWS]
    kept: dict[tuple[float, ...], float] = {}
    for *values, _third, target in rows:
        kept.setdefault(tuple(values), target)
    return tuple((*values, target) for values, target in kept.items())


class TableEditor(Editor):
    """Rows of two or three inputs and a target; the buttons above fill in a gate's.

    An entry that is refused stays in its cell until it is corrected, while others are taken.
    """

    wide = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self._value: Rows = ()
        self._refused: dict[tuple[int, int], str] = {}  # row and column, and what was typed
        self.presets: dict[str, QPushButton] = {}
        presets = QGridLayout()
        presets.setSpacing(SPACE_XS)
        self.inputs = ComboBox()
        self.inputs.setAccessibleName("Number of inputs")
        for number in (2, 3):
            self.inputs.addItem(f"{number} inputs", number)
        self.inputs.activated.connect(self._set_inputs)
        presets.addWidget(self.inputs, 0, 0, 1, 2)
        places = {"Majority": (0, 2), "Parity": (1, 3)}
        for place, gate in enumerate(GATES | GATES_OF_THREE):
            button = QPushButton(gate)
            button.setCheckable(True)
            button.setMinimumWidth(0)
            button.setToolTip(f"Fill in the rows of {gate}")
            button.setProperty("gate", gate)
            button.clicked.connect(self._fill)
            where = places.get(gate, (1, place))
            presets.addWidget(button, *where, 1, 2 if gate == "Majority" else 1)
            self.presets[gate] = button
        self.table = _Table()
        self.table.setAccessibleName(field.title)
        self.add = QPushButton(theme.icon("mdi6.plus"), "Add row")
        self.remove = QPushButton(theme.icon("mdi6.minus"), "Remove row")
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_XS)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        column = QGridLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setVerticalSpacing(SPACE_XS)
        column.addLayout(presets, 0, 0)
        column.addWidget(self.table, 1, 0)
        column.addLayout(buttons, 2, 0)
        self.table.cellChanged.connect(self._cell_changed)
        theme.changed.connect(self._theme_changed)

    @property
    def target(self) -> QWidget:
        return self.table

    @property
    def refusal(self) -> str:
        if not self._refused:
            return ""
        (row, column), text = min(self._refused.items())
        wanted = "0 or 1" if self._is_target(column) else "a number such as 0.5"
        return f"Row {row + 1}, {_headers(self._inputs)[column]}: enter {wanted}, not “{text}”"

    def set_value(self, value: Any) -> None:
        before, self._value = self._value, tuple(tuple(row) for row in value)
        same = bool(before) and len(before[0]) == len(self._value[0])
        self._refused = {
            (i, j): text
            for (i, j), text in self._refused.items()
            if same and i < min(len(before), len(self._value)) and before[i][j] == self._value[i][j]
        }
        self.table.blockSignals(True)
        self.table.show_columns(_headers(self._inputs))
        self.inputs.setCurrentIndex(self.inputs.findData(self._inputs))
        self.table.setRowCount(len(self._value))
        for i, row in enumerate(self._value):
            for j, number in enumerate(row):
                item = self.table.item(i, j)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    self.table.setItem(i, j, item)
                item.setText(self._refused.get((i, j), number_text(number)))
        self.table.blockSignals(False)
        self.table.updateGeometry()
        gates = _gates(self._inputs)
        for gate, button in self.presets.items():
            button.setVisible(gate in gates)
            button.setChecked(self._value == gates.get(gate))
        self.remove.setEnabled(len(self._value) > 1)

    @property
    def _inputs(self) -> int:
        return len(self._value[0]) - 1

    def _is_target(self, column: int) -> bool:
        return column == self._inputs

    def _set_inputs(self, index: int) -> None:
        inputs = self.inputs.itemData(index)
        if inputs != self._inputs:
            self._refused.clear()
            self.edited.emit(_with_inputs(self._value, inputs))

    def _cell_changed(self, row: int, column: int) -> None:
        item = self.table.item(row, column)
        text = item.text().strip() if item is not None else ""
        try:
            number = _parsed(text, self._is_target(column))
        except ValueError:
            self._refused[row, column] = text
            self.refused.emit(self.refusal)
            return
        self._refused.pop((row, column), None)
        changed = [list(values) for values in self._value]
        changed[row][column] = number
        self.edited.emit(tuple(tuple(values) for values in changed))

    def _fill(self) -> None:
        gate = self.sender().property("gate")
        rows = _gates(self._inputs)[gate]
        self.presets[gate].setChecked(self._value == rows)
        self._refused.clear()
        self.set_value(self._value)  # even if no value changes, what was refused is replaced
        self.edited.emit(rows)

    def _add(self) -> None:
        self.edited.emit((*self._value, (*[0.0] * self._inputs, 0)))

    def _remove(self) -> None:
        row = self.table.currentRow()
        row = row if row >= 0 else len(self._value) - 1
        # The rows below move up, and what was refused in them goes along.
        moved = {(i - (i > row), j): text for (i, j), text in self._refused.items() if i != row}
        self._refused.clear()
        self.edited.emit(self._value[:row] + self._value[row + 1 :])
        if moved:
            self._refused = moved
            self.set_value(self._value)
            self.refused.emit(self.refusal)

    def _theme_changed(self) -> None:
        self.add.setIcon(self.theme.icon("mdi6.plus"))
        self.remove.setIcon(self.theme.icon("mdi6.minus"))


def _parsed(text: str, is_target: bool) -> float:
    """The number that `text` stands for. Raises ValueError if it stands for none."""
    number: float = int(text) if is_target else float(text)
    if number not in (0, 1) if is_target else not math.isfinite(number):
        raise ValueError(text)
    return number


class _Table(QTableWidget):
    """As tall as its rows, so that it needs no scroll bar of its own."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabKeyNavigation(False)  # Tab leaves the table, the arrow keys move in it

    def show_columns(self, headers: tuple[str, ...]) -> None:
        """Have a column for each of `headers`."""
        if self.columnCount() != len(headers):
            self.setRowCount(0)
            self.setColumnCount(len(headers))
            self.setHorizontalHeaderLabels(headers)

    # --- Qt ---------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        height = self.horizontalHeader().sizeHint().height() + self.verticalHeader().length() + 2
        return QSize(200, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())
