"""What the table of a table's columns says: what each holds, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from desktop.document.data import ColumnKind, DateOrder, Scaling, TargetKind, fills
from desktop.views.pages.data.histogram import together_text
from desktop.views.theme import Theme
from desktop.views.widgets.text import plain
from desktop.workers.reports import ColumnFacts

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NAME, VALUES, KIND, TOGETHER, FILL, SCALING, DATES = range(7)
TITLES = (
    "Column",
    "Values",
    "Kind",
    "With target",
    "Missing",
    "Scaling",
    "Dates",
)
_FIELDS = {KIND: "kind", FILL: "fill", SCALING: "scaling", DATES: "date_order"}
TREATMENTS = (FILL, SCALING, DATES)  # what becomes of the values
TARGET = "target"
AS_FOUND = "as found"
_DECIDED = "Chosen by you; press Delete for what the program finds"


class ColumnsModel(QAbstractTableModel):
    """One row for each column of the table. Why it is of its kind is for the view to show.

    `edited(name, field, value)` asks to decide on that column: on a field of `Column` or on the
    "target_kind", where None leaves it to the program; or to make it the "target".
    """

    edited = Signal(str, str, object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts: tuple[ColumnFacts, ...] = ()

    @property
    def facts(self) -> tuple[ColumnFacts, ...]:
        """What is on show."""
        return self._facts

    def show(self, facts: Sequence[ColumnFacts]) -> None:
        """Show `facts`; the place of the view is kept where the columns stay the same."""
        same = [each.name for each in facts] == [each.name for each in self._facts]
        if same:
            self._facts = tuple(facts)
            last = self.index(max(0, len(self._facts) - 1), len(TITLES) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.beginResetModel()
            self._facts = tuple(facts)
            self.endResetModel()

    def field(self, index: Index) -> str:
        """The field that the cell at `index` shows; "" if it is none that can be decided."""
        facts, column = self._facts[index.row()], index.column()
        if facts.target_kind is not None:
            return "target_kind" if column == KIND else ""
        if facts.purpose or column not in _FIELDS:
            return ""
        field = _FIELDS[column]
        return field if getattr(facts, field) is not None else ""

    def is_decided(self, index: Index) -> bool:
        """Whether the user decided what the cell at `index` shows."""
        return self.field(index) in self._facts[index.row()].decided

    def choices(self, index: Index) -> tuple[tuple[str, str, StrEnum | None], ...]:
        """What the cell at `index` can become: text, field and value of each choice."""
        facts, field = self._facts[index.row()], self.field(index)
        values: tuple[StrEnum, ...] = {
            "target_kind": tuple(TargetKind),
            "kind": tuple(ColumnKind),
            "fill": fills(facts.kind),
            "scaling": tuple(Scaling),
            "date_order": tuple(DateOrder),
        }.get(field, ())
        choices: list[tuple[str, str, StrEnum | None]] = [(str(v), field, v) for v in values]
        if field == "kind":
            choices.append((TARGET, TARGET, None))
        if self.is_decided(index):
            choices.append((AS_FOUND, field, None))
        return tuple(choices)

    def decide(self, index: Index, field: str, value: StrEnum | None) -> None:
        """Ask for `value` in the row of `index`, unless that is what it has."""
        facts = self._facts[index.row()]
        if field == TARGET or (value is None and self.is_decided(index)):
            self.edited.emit(facts.name, field, None)
        elif value is not None and value != getattr(facts, field):
            self.edited.emit(facts.name, field, value)

    # --- Qt ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._facts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role in (
            Role.DisplayRole,
            Role.ToolTipRole,
        ):
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        facts, column = self._facts[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(facts, column)
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            text = self._text(facts, column)
            lines = [text]
            if column == KIND:
                lines.append(facts.reason)
            if self.is_decided(index):
                lines.append(_DECIDED)
            return plain("\n".join(lines)) if role == Role.ToolTipRole else ". ".join(lines)
        if role == Role.FontRole and self.is_decided(index):
            font = QFont()
            font.setBold(True)
            return font
        if role == Role.ForegroundRole and facts.kind is ColumnKind.LEFT_OUT and not facts.purpose:
            return self._theme.tokens.color("muted")
        return None

    def _text(self, facts: ColumnFacts, column: int) -> str:
        if column == NAME:
            return facts.name
        if column == KIND and facts.target_kind is not None:
            return f"{facts.purpose}: {facts.target_kind}"
        if column == KIND:
            return facts.purpose or str(facts.kind)
        if column == VALUES:
            return ""
        if column == TOGETHER:
            return together_text(facts.statistics)
        value = getattr(facts, _FIELDS[column])
        text = str(value) if value is not None else ""
        if column == FILL and facts.missing:
            return f"{facts.missing:,}: {text}" if text else f"{facts.missing:,}"
        return text

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.field(index) else flags
