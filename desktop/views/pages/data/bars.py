"""How many rows of each class there are in each split: a bar and the numbers, a line per class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.views.theme import SPACE_L, SPACE_S, Theme, Tokens, scaled
from desktop.views.widgets.card_text import small
from desktop.views.widgets.samples import Index, Role
from desktop.views.widgets.text import plain
from desktop.workers.reports import DataSummary, SplitSummary

CLASS, BAR, FIRST_SPLIT = 0, 1, 2  # columns
ROW_HEIGHT = 26
SWATCH = 12


def paint_part(painter: QPainter, rect: QRectF, split: str, tokens: Tokens) -> None:
    """Fill `rect` as the part of a bar that stands for `split`: solid, hatched or only outlined."""
    token = {"training": "accent", "validation": "validation"}.get(split, "muted")
    pattern = {
        "training": Qt.BrushStyle.SolidPattern,
        "validation": Qt.BrushStyle.BDiagPattern,
    }.get(split, Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tokens.color(token), 1))
    painter.setBrush(QBrush(tokens.color(token), pattern))
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))


class _Counts(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()
        self.splits: tuple[SplitSummary, ...] = ()
        self.largest = 1  # rows in the largest class, over all splits

    def show(self, summary: DataSummary) -> None:
        self.beginResetModel()
        self.classes = summary.schema.class_names
        self.splits = tuple(split for split in summary.splits if split.rows)
        totals = (sum(split.class_counts[i] for split in self.splits) for i in range(self.rows))
        self.largest = max(totals, default=0) or 1
        self.endResetModel()

    @property
    def rows(self) -> int:
        return len(self.classes)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.rows

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else FIRST_SPLIT + len(self.splits)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Role.DisplayRole:
            if column == CLASS:
                return self.classes[row]
            return f"{self.count(row, column):,}" if column >= FIRST_SPLIT else None
        if role == Role.ToolTipRole:
            return plain(self.sentence(row))
        if role == Role.AccessibleTextRole and column == BAR:
            return self.sentence(row)
        if role == Role.TextAlignmentRole and column >= FIRST_SPLIT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def count(self, row: int, column: int) -> int:
        """Rows of class `row` in the split that `column` shows."""
        return self.splits[column - FIRST_SPLIT].class_counts[row]

    def sentence(self, row: int) -> str:
        """What a line says, in words."""
        parts = (f"{split.class_counts[row]:,} {split.name}" for split in self.splits)
        return f"Class {self.classes[row]}: {', '.join(parts)}"

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if section < FIRST_SPLIT:
            return ("Class", "")[section] if role == Role.DisplayRole else None
        split = self.splits[section - FIRST_SPLIT]
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            return f"{split.rows:,} {split.name} rows"
        return None


class _Header(QHeaderView):
    """Shows, above the numbers of a split, what its part of the bars looks like."""

    def __init__(self, counts: _Counts, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._counts = counts
        self._theme = theme
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        super().paintSection(painter, rect, logicalIndex)
        painter.restore()
        if logicalIndex >= FIRST_SPLIT:
            side = scaled(SWATCH)
            left = rect.right() - scaled(SPACE_S) - side + 1
            place = QRectF(left, rect.center().y() - side // 2, side, side)
            split = self._counts.splits[logicalIndex - FIRST_SPLIT]
            paint_part(painter, place, split.name, self._theme.tokens)


class SplitLegend(QWidget):
    """Which look stands for which split."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Be as tall as the text."""
        height = QFontMetrics(small()).height()
        self.setFixedHeight(max(scaled(SWATCH), height))
        self.update()

    def show_summary(self, summary: DataSummary) -> None:
        """Name the splits of `summary` that have rows."""
        self._names = tuple(split.name for split in summary.splits if split.rows)
        self.setAccessibleName("Splits: " + ", ".join(self._names))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._theme.tokens
        painter.setFont(small())
        left, side = 0, scaled(SWATCH)
        for name in self._names:
            top = (self.height() - side) / 2
            paint_part(painter, QRectF(left, top, side, side), name, tokens)
            left += side + 6
            painter.setPen(tokens.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(name)
            place = QRect(left, 0, width + 2, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
            left += width + SPACE_L
        painter.end()


class _BarDelegate(QStyledItemDelegate):
    """Paints every cell alike when selected, and the bar column as one bar made of the splits."""

    def __init__(self, view: ClassBars, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, model = self._theme.tokens, self._view.counts
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, tokens.color("selection"))
        elif index.row() == self._view.hovered:
            painter.fillRect(rect, tokens.color("hover"))
        if index.column() == BAR:
            self._paint_bar(painter, rect, index.row())
        else:
            painter.setPen(tokens.color("text"))
            text = str(model.data(index))
            flags = model.data(index, Role.TextAlignmentRole) or Qt.AlignmentFlag.AlignVCenter
            inner = rect.adjusted(SPACE_S, 0, -SPACE_S, 0)
            if index.column() == CLASS:
                metrics = painter.fontMetrics()
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner, flags, text)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            painter.setPen(tokens.color("accent"))
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def _paint_bar(self, painter: QPainter, rect: QRect, row: int) -> None:
        model = self._view.counts
        scale = max(rect.width() - SPACE_S, 1) / model.largest
        left = float(rect.left())
        for split in model.splits:
            width = split.class_counts[row] * scale
            if width >= 1:
                edge = scaled(6)
                part = QRectF(left, rect.top() + edge, max(width - 1, 1), rect.height() - 2 * edge)
                paint_part(painter, part, split.name, self._theme.tokens)
            left += width


class ClassBars(QTableView):
    """The classes of a data set; one can be selected, and deselected."""

    classSelected = Signal(object)  # the class's number, or None

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.counts = _Counts(self)
        self.setHorizontalHeader(_Header(self.counts, theme, self))
        self.setModel(self.counts)
        self.setItemDelegate(_BarDelegate(self, theme))
        self.setAccessibleName("Rows of each class; choose a class to see its samples")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(40)
        self._summary: DataSummary | None = None
        self.entered.connect(self._on_entered)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        theme.changed.connect(self._theme_changed)
        self._fit()

    @property
    def selected_class(self) -> int | None:
        """The number of the selected class."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def select_class(self, number: int | None) -> None:
        """Select the class of this number, or none."""
        if number is None:
            self.clearSelection()
        else:
            self.selectRow(number)

    def show_summary(self, summary: DataSummary) -> None:
        """Show the counts of `summary`; nothing is selected."""
        self.counts.show(summary)
        self._summary = summary
        self._fit()

    def _fit(self) -> None:
        """Give rows and columns the sizes that their texts need."""
        row = scaled(ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(row)
        self.verticalHeader().setDefaultSectionSize(row)
        summary = self._summary
        if summary is None:
            return
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(BAR, QHeaderView.ResizeMode.Stretch)
        self.ensurePolished()
        metrics = self.fontMetrics()
        names = ("Class", *summary.schema.class_names)
        widest = max(metrics.horizontalAdvance(name) for name in names)
        edges = scaled(2 * SPACE_S + 4)
        self.setColumnWidth(CLASS, min(widest, scaled(160)) + edges)
        for column, split in enumerate(self.counts.splits, FIRST_SPLIT):
            number = metrics.horizontalAdvance(f"{max(split.class_counts):,}")
            self.setColumnWidth(column, max(number, scaled(SWATCH)) + edges)
        lines = min(self.counts.rows, 10)
        self.setMinimumHeight(header.sizeHint().height() + lines * row + 2)

    def _on_selection(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self.classSelected.emit(self.selected_class)

    def _on_entered(self, index: Index) -> None:
        self._hover(index.row())

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def _theme_changed(self) -> None:
        self._fit()
        self.viewport().update()
        self.horizontalHeader().viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        if row < 0 or row == self.selected_class:
            self.clearSelection()
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.selected_class is not None:
            self.clearSelection()
        else:
            super().keyPressEvent(event)
