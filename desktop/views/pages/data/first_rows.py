"""The first rows of a table as they are written, while the others are being loaded."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from desktop.document.text import one_line
from desktop.views.theme import SPACE_XS
from desktop.workers.reports import DataPreview


class FirstRows(QWidget):
    """A few rows under a title; hidden until there are some."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("First rows")
        title.setProperty("role", "muted")
        self._table = QTableWidget()
        self._table.setObjectName("first-rows")
        self._table.setAccessibleName("First rows")
        self._table.setFrameShape(QFrame.Shape.NoFrame)
        self._table.setShowGrid(False)
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._table.verticalHeader().hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(title)
        column.addWidget(self._table)
        self.hide()

    def show_rows(self, first: DataPreview) -> None:
        """Show the rows of `first`."""
        table = self._table
        table.clear()
        table.setColumnCount(len(first.names))
        table.setRowCount(len(first.rows))
        table.setHorizontalHeaderLabels([one_line(name) for name in first.names])
        for row, cells in enumerate(first.rows):
            for column, text in enumerate(cells):
                table.setItem(row, column, QTableWidgetItem(one_line(text) if text else ""))
        table.resizeColumnsToContents()
        table.resizeRowsToContents()
        bar = table.horizontalScrollBar().sizeHint().height()
        header = table.horizontalHeader().sizeHint().height()
        table.setFixedHeight(table.verticalHeader().length() + header + bar)
        self.show()
