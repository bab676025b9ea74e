"""The table of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from desktop.views.pages.groups import words
from desktop.views.pages.groups.listing import GroupRow
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.results import network_text
from desktop.views.widgets.row_table import set_up_rows
from desktop.views.widgets.text import plain
from desktop.workers.trials import GRID, REPEAT, SEARCH

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_KINDS = {REPEAT: "Repeat", GRID: "Grid", SEARCH: "Search"}
_ROW = 26  # pixels
_GAP = 8  # pixels between columns, beside the usual margin
_WIDEST = 160, 220  # pixels of the first columns by themselves
NAME = 0  # the column that is edited

COLUMNS: tuple[tuple[str, Callable[[GroupRow], str]], ...] = (
    ("Name", lambda row: row.name),
    ("Changed", lambda row: row.changed),
    ("Result", lambda row: words.result_text(row.group) if row.group else ""),
    ("Kind", lambda row: _KINDS.get(row.summary.file.kind, row.summary.file.kind)),
    ("State", lambda row: row.state),
    ("Done", lambda row: row.done_text),
    ("When", lambda row: _when(row.id)),
    ("Network", lambda row: network_text(row.group.project) if row.group else ""),
)


def _when(group: str) -> str:
    """When a group was begun, in local time."""
    start = words.begun(group)
    if start is None:
        return ""
    now = datetime.now().astimezone()
    return f"Today {start:%H:%M}" if start.date() == now.date() else f"{start:%F %H:%M}"


class GroupsModel(QAbstractTableModel):
    """A row for each group. `renamed`: the id of a group and the name it is to have."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[GroupRow, ...] = ()

    def show(self, rows: Sequence[GroupRow]) -> None:
        """Show `rows`."""
        rows = tuple(rows)
        if [row.id for row in rows] != [row.id for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    # --- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Role.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return COLUMNS[section][0]
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Role.EditRole and index.column() == NAME:
            return row.summary.file.name
        if role in (Role.DisplayRole, Role.ToolTipRole):
            text = COLUMNS[index.column()][1](row)
            return plain(text) if role == Role.ToolTipRole else text
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        row, name = self.rows[index.row()], str(value).strip()
        if role != Role.EditRole or name == row.summary.file.name:
            return False
        self.renamed.emit(row.id, name)
        return True


class GroupsTable(QTableView):
    """The groups of a GroupsModel. `selected`: the rows that are selected are others by now."""

    selected = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups = GroupsModel(self)
        self.setModel(self.groups)
        self.setObjectName("groups_table")
        self.setAccessibleName("Groups of runs")
        set_up_rows(self, theme)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setAccessibleName("Columns of the table of groups")
        self.selectionModel().selectionChanged.connect(self.selected)
        theme.changed.connect(self._fit_rows)
        self._fit_rows()

    @property
    def selection(self) -> tuple[GroupRow, ...]:
        """The groups that are selected, from the top."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self.groups.rows[row] for row in rows)

    def show_rows(self, rows: Sequence[GroupRow]) -> None:
        """Show `rows`; what was selected stays so."""
        kept = [row.id for row in self.selection]
        with QSignalBlocker(self.selectionModel()):
            self.groups.show(rows)
            self._choose(kept)
        for column in range(len(COLUMNS) - 1):
            self.resizeColumnToContents(column)
            self.setColumnWidth(column, self.columnWidth(column) + scaled(_GAP))
        for column, widest in enumerate(_WIDEST):
            self.setColumnWidth(column, min(self.columnWidth(column), scaled(widest)))
        self.viewport().update()

    def select(self, groups: Iterable[str]) -> None:
        """Select the groups of these ids, as far as they are there."""
        with QSignalBlocker(self.selectionModel()):
            self._choose(groups)
        self.viewport().update()
        self.selected.emit()

    def edit_name(self, group: str) -> None:
        """Let the user change the name of a group."""
        place = next((n for n, row in enumerate(self.groups.rows) if row.id == group), None)
        if place is not None:
            self.edit(self.groups.index(place, NAME))

    def _choose(self, groups: Iterable[str]) -> None:
        wanted, last = set(groups), len(COLUMNS) - 1
        selection = QItemSelection()
        for place, row in enumerate(self.groups.rows):
            if row.id in wanted:
                selection.select(self.groups.index(place, 0), self.groups.index(place, last))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        if selection.count() and not self.currentIndex().isValid():
            first = selection.indexes()[0]
            self.selectionModel().setCurrentIndex(first, flags.NoUpdate)

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW))
