"""The confusion matrix: what was predicted (columns) for the rows of each true class (rows)."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.views.theme import SIZE_BODY, Theme, Tokens, scaled
from desktop.views.widgets.samples import Index, Role
from desktop.views.widgets.text import plain
from desktop.workers.reports import IntArray

SMALLEST, LARGEST = 24, 96  # pixels of a cell
READABLE = 4.5  # contrast of the numbers to their cells


def luminance(color: QColor) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colors, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shades(tokens: Tokens, token: str, strength: float) -> tuple[QColor, QColor]:
    """The colors of a cell and of its number; `strength` (0 to 1) is how much of `token` it has.

    Where no text color is readable on a shade, the next lighter one is taken.
    """
    ground, tint = tokens.color("surface"), tokens.color(token)
    while True:
        rest = 1 - strength
        cell = QColor.fromRgbF(
            ground.redF() * rest + tint.redF() * strength,
            ground.greenF() * rest + tint.greenF() * strength,
            ground.blueF() * rest + tint.blueF() * strength,
        )
        text = max(
            (tokens.color("text"), tokens.color("on_accent")), key=lambda c: contrast(c, cell)
        )
        if contrast(text, cell) >= READABLE or strength <= 0:
            return cell, text
        strength = max(0.0, strength - 0.02)


class _Cells(QAbstractTableModel):
    """A row per true class, a column per predicted one, and a last one with the recall."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()
        self.counts: IntArray = np.zeros((0, 0), dtype=np.int64)
        self.totals: IntArray = np.zeros(0, dtype=np.int64)

    def show(self, classes: tuple[str, ...], counts: IntArray) -> None:
        self.beginResetModel()
        self.classes, self.counts, self.totals = classes, counts, counts.sum(axis=1)
        self.endResetModel()

    @property
    def size(self) -> int:
        return len(self.classes)

    def share(self, true: int, predicted: int) -> float:
        """The fraction of the rows of a class that was predicted as another, 0 to 1."""
        return float(self.counts[true, predicted] / self.totals[true]) if self.totals[true] else 0.0

    def sentence(self, true: int, predicted: int) -> str:
        """A cell in words."""
        count, total = int(self.counts[true, predicted]), int(self.totals[true])
        rows = "row" if total == 1 else "rows"
        return (
            f"True {self.classes[true]}, predicted {self.classes[predicted]}: "
            f"{count:,} of {total:,} {rows} ({self.share(true, predicted):.1%})".replace(
                "%)", " %)"
            )
        )

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.size

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.size + bool(self.size)

    def flags(self, index: Index) -> Qt.ItemFlag:
        enabled = Qt.ItemFlag.ItemIsEnabled
        return enabled | Qt.ItemFlag.ItemIsSelectable if index.column() < self.size else enabled

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        true, predicted = index.row(), index.column()
        if predicted == self.size:
            recall = f"{self.share(true, true) * 100:.1f} %" if self.totals[true] else "–"
            if role == Role.DisplayRole:
                return recall
            return _words(f"Class {self.classes[true]}: recall {recall}", role)
        if role == Role.DisplayRole:
            return str(self.counts[true, predicted])
        return _words(self.sentence(true, predicted), role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role not in (Role.DisplayRole, Role.ToolTipRole):
            return None
        if section == self.size:
            return (
                "Recall"
                if role == Role.DisplayRole
                else "Recall: percentage of the class's rows predicted correctly"
            )
        side = "True" if orientation == Qt.Orientation.Vertical else "Predicted"
        name = self.classes[section]
        return name if role == Role.DisplayRole else plain(f"{side} {name}")


def _words(sentence: str, role: int) -> str | None:
    """What a cell says in words, where that is asked for."""
    if role == Role.ToolTipRole:
        return plain(sentence)
    return sentence if role == Role.AccessibleTextRole else None


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, view: ConfusionMatrix, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, model = self._theme.tokens, self._view.cells
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        true, predicted = index.row(), index.column()
        text = model.data(index)
        painter.save()
        if predicted < model.size:
            painter.setFont(self._view.number_font)
        if predicted == model.size:
            painter.setPen(tokens.color("muted"))
        else:
            share = model.share(true, predicted)
            # Mistakes are few: their square root keeps one in a hundred visible.
            if true == predicted:
                cell, pen = shades(tokens, "accent", share)
            else:
                cell, pen = shades(tokens, "bad", share**0.5)
            if model.counts[true, predicted] == 0:
                text, pen = "·", tokens.color("muted")
            painter.fillRect(rect.adjusted(1, 1, -1, -1), cell)
            painter.setPen(pen)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        flag = QStyle.StateFlag
        selected = bool(state & flag.State_Selected)
        focused = bool(state & flag.State_HasFocus) and self._view.hasFocus()
        if predicted < model.size and (selected or focused or state & flag.State_MouseOver):
            painter.setPen(tokens.color("accent" if focused else "text"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
            if selected:
                painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()


class ConfusionMatrix(QTableView):
    """Counts, colored by their fraction of the row. A cell can be selected by mouse or arrow keys.

    Selecting the selected cell again, or Esc, clears the selection.
    """

    cellSelected = Signal(object)  # (true class, predicted class), or None

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = _Cells(self)
        self.number_font = QFont(self.font())
        self.setModel(self.cells)
        self.setItemDelegate(_CellDelegate(self, theme))
        self.setObjectName("confusion")
        self.setAccessibleName(
            "Confusion matrix: a row per true class, a column per predicted class"
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setCornerButtonEnabled(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
            header.setHighlightSections(True)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        theme.changed.connect(self._theme_changed)
        self._fit()

    @property
    def selected_cell(self) -> tuple[int, int] | None:
        """(true class, predicted class) of the selected cell."""
        indexes = self.selectionModel().selectedIndexes()
        return (indexes[0].row(), indexes[0].column()) if indexes else None

    def show_counts(self, classes: tuple[str, ...], counts: IntArray) -> None:
        """Show `counts`, shape (classes, classes); nothing is selected."""
        self.cells.show(classes, counts)
        self._fit()

    def select_cell(self, true: int, predicted: int) -> None:
        """Select the cell of that true and that predicted class."""
        self.setCurrentIndex(self.cells.index(true, predicted))

    def sentence(self, true: int, predicted: int) -> str:
        """That cell in words."""
        return self.cells.sentence(true, predicted)

    def _on_selection(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self.cellSelected.emit(self.selected_cell)

    def _theme_changed(self) -> None:
        self._fit()
        self.viewport().update()

    def _fit(self) -> None:
        """Cells as large as fit, square, and numbers as large as fit the cells."""
        smallest = scaled(SMALLEST)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(smallest)
        size = self.cells.size
        if not size:
            return
        percent = QFontMetrics(self.font()).horizontalAdvance("100.0 %") + 16
        width = (self.width() - self.verticalHeader().sizeHint().width() - percent - 2) // size
        height = (self.height() - self.horizontalHeader().sizeHint().height() - 2) // size
        side = max(smallest, min(width, height, scaled(LARGEST)))
        # Not quite square rather than small, where one direction has room to spare.
        across, down = (max(side, min(room, side * 5 // 4)) for room in (width, height))
        for section in range(size):
            self.setColumnWidth(section, across)
            self.setRowHeight(section, down)
        self.setColumnWidth(size, percent)
        font, widest = QFont(self.font()), str(self.cells.counts.max())
        for pixels in range(scaled(SIZE_BODY), 8, -1):
            font.setPixelSize(pixels)
            if QFontMetrics(font).horizontalAdvance(widest) <= across - 2:
                break
        self.number_font = font

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        index = super().moveCursor(action, modifiers)
        last = self.cells.index(index.row(), self.cells.size - 1)
        return last if index.column() == self.cells.size else index

    def minimumSizeHint(self) -> QSize:
        header = self.horizontalHeader().sizeHint().height()
        return QSize(200, header + min(self.cells.size, 10) * scaled(SMALLEST) + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if (index.row(), index.column()) == self.selected_cell or not index.isValid():
            self.clearSelection()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.selected_cell is not None:
            self.selectionModel().clear()
        else:
            super().keyPressEvent(event)
