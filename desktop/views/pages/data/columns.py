"""The columns of a table: what each holds, what becomes of it, and why. All can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.document.data import Column, ColumnKind, Fill, Scaling
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.workers.reports import ColumnFacts

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NAME, KIND, FILL, SCALING, MISSING, REASON = range(6)
TITLES = ("Column", "Kind", "Missing values", "Scaling", "Missing", "Why")
CHOICES: dict[int, type[StrEnum]] = {KIND: ColumnKind, FILL: Fill, SCALING: Scaling}
_FIELDS = {KIND: "kind", FILL: "fill", SCALING: "scaling"}
TARGET = "the target"


class ColumnsModel(QAbstractTableModel):
    """One row for each column of the table. `edited(column)` asks for a decision on one."""

    edited = Signal(object)

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

    def choices(self, index: Index) -> tuple[StrEnum, ...]:
        """What the cell at `index` can become; empty if it says what it is."""
        facts, column = self._facts[index.row()], index.column()
        if column not in CHOICES or facts.purpose:
            return ()
        if column != KIND and getattr(facts, _FIELDS[column]) is None:
            return ()
        if column == FILL:
            numbers = facts.kind in (ColumnKind.NUMBER, ColumnKind.DATE)
            left_out = Fill.OWN_CATEGORY if numbers else Fill.MEDIAN
            return tuple(fill for fill in Fill if fill is not left_out)
        return tuple(CHOICES[column])

    # --- Qt ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._facts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        facts, column = self._facts[index.row()], index.column()
        if role == Role.EditRole and column in _FIELDS:
            return getattr(facts, _FIELDS[column])
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return self._text(facts, column)
        if role == Role.ForegroundRole and facts.kind is ColumnKind.LEFT_OUT:
            return self._theme.tokens.color("muted")
        if role == Role.TextAlignmentRole and column == MISSING:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, facts: ColumnFacts, column: int) -> str:
        match column:
            case 0:
                return str(facts.name)
            case 1:
                return facts.purpose or str(facts.kind)
            case 4:
                return f"{facts.missing:,}" if facts.missing else ""
            case 5:
                return str(facts.reason)
            case _:
                value = getattr(facts, _FIELDS[column])
                return str(value) if value is not None else ""

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.choices(index) else flags

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        facts, field = self._facts[index.row()], _FIELDS[index.column()]
        if role != Role.EditRole or value == getattr(facts, field):
            return False
        decided = {field: value}
        if field != "kind":  # what was found stays as it is found
            decided["kind"] = facts.kind if facts.decided else None
        self.edited.emit(Column(name=facts.name, **decided))
        return True


class _ChoiceDelegate(QStyledItemDelegate):
    """Combo boxes for cells with a few choices."""

    # --- Qt ---------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, ColumnsModel)
        combo = ComboBox(parent)
        for choice in model.choices(index):
            combo.addItem(str(choice), choice)
        combo.setAccessibleName(f"{TITLES[index.column()]} of {model.facts[index.row()].name}")
        combo.activated.connect(self._take)
        return combo

    def _take(self) -> None:
        combo = self.sender()
        assert isinstance(combo, ComboBox)
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, ComboBox)
        editor.setCurrentIndex(editor.findData(index.data(Role.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, ComboBox)
        model.setData(index, editor.currentData())


class ColumnsCard(Card):
    """The columns of the table. `edited(column)` is emitted with what the user decides on one."""

    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Columns", parent)
        self.table = QTableView()
        self.model = ColumnsModel(theme, self.table)
        self.model.edited.connect(self.edited)
        self.table.setModel(self.model)
        self.table.setItemDelegate(_ChoiceDelegate(self.table))
        self.table.setAccessibleName("Columns of the table")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.verticalHeader().hide()
        self.table.setMinimumHeight(200)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.body.addWidget(self.table)

    def show_columns(self, facts: Sequence[ColumnFacts]) -> None:
        """Show what was found out about each column."""
        self.model.show(facts)
