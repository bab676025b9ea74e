"""The rows of a table, of one split at a time: as they were read, or as the network sees them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from desktop.document.schema import Classes
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.column_widths import fit_columns
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.text import plain
from desktop.workers.reports import DataSummary

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_ROW_HEIGHT = 24


class Seen(StrEnum):
    """In which form rows are shown."""

    AS_READ = "As read"
    BY_NETWORK = "As the network sees them"


class TableRowsModel(QAbstractTableModel):
    """All rows of one split; what a cell says is worked out when it is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._summary: DataSummary | None = None
        self._split = 0
        self._seen = Seen.AS_READ
        self._places = np.empty(0, np.int64)  # which rows of the split are shown

    def show(self, summary: DataSummary, split: str, seen: Seen, chosen: int | None) -> None:
        """Show the rows of the split of that name; if `chosen` is a class, only its rows."""
        self.beginResetModel()
        self._summary, self._seen = summary, seen
        self._split = [each.name for each in summary.splits].index(split)
        y = summary.splits[self._split].y
        self._places = np.arange(len(y)) if chosen is None else np.flatnonzero(y == chosen)
        self.endResetModel()

    # --- Qt ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        summary = self._summary
        if parent.isValid() or summary is None or summary.cells is None:
            return 0
        if self._seen == Seen.AS_READ:
            return len(summary.cells.names)
        return len(summary.schema.features) + summary.splits[self._split].y[:1].size

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.DisplayRole:
            return self._text(index.row(), index.column())
        if role == Role.ToolTipRole:
            title = self.headerData(index.column(), Qt.Orientation.Horizontal)
            return plain(f"{title}: {self._text(index.row(), index.column())}")
        if role == Role.TextAlignmentRole and self._seen == Seen.BY_NETWORK:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, row: int, column: int) -> str:
        summary, place = self._summary, int(self._places[row])
        assert summary is not None and summary.cells is not None
        split = summary.splits[self._split]
        if self._seen == Seen.AS_READ:
            return summary.cells.text(split.name, place, column)
        inputs = split.x.shape[1]
        if column < inputs:
            return f"{split.x[place, column]:.4g}"
        if isinstance(summary.schema.target, Classes):
            return f"{split.y[place]}"
        return f"{split.y[place, column - inputs]:.4g}"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        summary = self._summary
        if role != Role.DisplayRole or summary is None or summary.cells is None:
            return None
        if orientation == Qt.Orientation.Vertical:  # as messages count the rows of a file
            rows = summary.cells.splits[summary.splits[self._split].name]
            return f"{int(rows[self._places[section]]) + 1:,}"
        if self._seen == Seen.AS_READ:
            return summary.cells.names[section]
        features = summary.schema.features
        return features[section] if section < len(features) else "Target"


class RowsCard(Card):
    """Rows of a table; `show_class` leaves those of one class."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Rows", parent)
        self._summary: DataSummary | None = None
        self._chosen: int | None = None
        self.splits = ComboBox()
        self.splits.setAccessibleName("Split whose rows are shown")
        self.splits.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.splits.activated.connect(self._show)
        self.seen = ComboBox()
        self.seen.setAccessibleName("Form in which rows are shown")
        for seen in Seen:
            self.seen.addItem(str(seen), seen)
        self.seen.activated.connect(self._show)
        self.heading.addWidget(self.splits)
        self.heading.addWidget(self.seen)
        self.table = QTableView()
        self.model = TableRowsModel(self.table)
        self.table.setModel(self.model)
        self.table.setAccessibleName("Rows of the table")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.verticalHeader().setHighlightSections(False)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.body.addWidget(self.table)
        theme.changed.connect(self._fit)

    def show_summary(self, summary: DataSummary) -> None:
        """Show the rows of `summary`, which is of a table: of the same split as before."""
        self._summary, self._chosen = summary, None
        before = self.splits.currentData()
        self.splits.clear()
        for split in summary.splits:
            self.splits.addItem(f"{split.rows:,} {split.name}", split.name)
        self.splits.setCurrentIndex(max(0, self.splits.findData(before)))
        self._show()

    def show_class(self, chosen: int | None) -> None:
        """Show the rows of one class only, or of all."""
        self._chosen = chosen
        self._show()

    def _show(self) -> None:
        if self._summary is None:
            return
        split, seen = self.splits.currentData(), Seen(self.seen.currentData())
        self.model.show(self._summary, split, seen, self._chosen)
        chosen = self._chosen
        name = "" if chosen is None else f" of class {self._summary.schema.class_names[chosen]}"
        self.title.setText(f"Rows{name}")
        QTimer.singleShot(0, self, self._fit)  # on its own: the page has enough to show at once

    def _fit(self) -> None:
        """Give rows and columns the sizes that their texts need."""
        height = scaled(_ROW_HEIGHT)
        vertical = self.table.verticalHeader()
        vertical.setMinimumSectionSize(height)
        vertical.setDefaultSectionSize(height)
        self.table.setMinimumHeight(9 * height)
        fit_columns(self.table)
