"""The widths of the columns of large tables."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from desktop.views.widgets.column_widths import fit_columns


class _Wide(QAbstractTableModel):
    """2,000 rows of 3,000 texts, which counts how often it is asked for one."""

    asked = 0

    def rowCount(self, parent: Any = None) -> int:
        return 2000

    def columnCount(self, parent: Any = None) -> int:
        return 3000

    def headerData(self, section: int, orientation: Any, role: int = 0) -> Any:
        return "x" if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        self.asked += 1
        return "a long text" * index.column() if role == Qt.ItemDataRole.DisplayRole else None


def test_few_cells_of_a_large_table_are_looked_at(qtbot: QtBot) -> None:
    table = QTableView()
    qtbot.addWidget(table)
    model = _Wide(table)
    table.setModel(model)
    model.asked = 0
    fit_columns(table)
    assert 0 < model.asked < 1000
    assert table.columnWidth(0) < table.columnWidth(1) >= table.sizeHintForColumn(1)
    assert table.columnWidth(50) == table.columnWidth(59) > table.columnWidth(1)  # the most
