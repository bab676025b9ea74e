"""How the tables look whose rows are selected as a whole."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.views.theme import SPACE_XS, Theme


class _RowDelegate(QStyledItemDelegate):
    """Paints cells, and a frame around the one that has the focus of the keyboard."""

    def __init__(self, table: QTableView, theme: Theme) -> None:
        super().__init__(table)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.tokens.color("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))


def set_up_rows(table: QTableView, theme: Theme) -> None:
    """Let `table` select whole rows, several at a time, without a grid; actions edit them."""
    table.setItemDelegate(_RowDelegate(table, theme))
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setStyleSheet(f"QHeaderView::section {{ padding: {SPACE_XS}px; }}")
