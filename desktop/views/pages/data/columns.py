"""The columns of a table: what each holds, what becomes of it, and why. All can be changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
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

from desktop.document.data import ColumnKind
from desktop.views.pages.data.columns_model import (
    DATES,
    KIND,
    TITLES,
    TOGETHER,
    TREATMENTS,
    VALUES,
    ColumnsModel,
    Index,
)
from desktop.views.pages.data.histogram import HistogramView, paint_bars
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.workers.reports import ColumnFacts

WIDEST = 260  # pixels of a column
_HISTOGRAM, _SMALLEST = 96, 60  # pixels of the small one in a cell
_EDGES = 10  # pixels beside a text
_LOOKED_AT = 50  # rows that decide how wide a column is


class _CellDelegate(QStyledItemDelegate):
    """Cells with a line below them all that says why a column is of its kind; small histograms.

    Cells with a few choices have combo boxes, open at once.
    """

    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme = theme
        self._table = table

    def _paint_reason(self, painter: QPainter, cell: QRect, top: int, reason: str) -> None:
        """Paint the part of the `reason` that is in the `cell`, from `top` on."""
        line = QRect(cell)
        line.setTop(top)
        line.setLeft(self._table.columnViewportPosition(KIND) + SPACE_XS)
        line.setRight(self._table.viewport().width() - SPACE_XS)
        text = self._table.fontMetrics().elidedText(
            reason, Qt.TextElideMode.ElideRight, line.width()
        )
        painter.save()
        painter.setClipRect(cell)
        painter.setFont(self._table.font())
        painter.setPen(self._theme.tokens.color("muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
        painter.restore()

    # --- Qt ---------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, ColumnsModel)
        facts, rect = model.facts[index.row()], QRect(option.rect)
        if index.column() < KIND:
            super().paint(painter, option, index)
        if index.column() == VALUES and facts.statistics is not None:
            bars = QRectF(rect).adjusted(SPACE_S, SPACE_XS, -SPACE_S, -SPACE_XS)
            paint_bars(painter, bars, facts.statistics, self._theme.tokens)
        if index.column() >= KIND:
            self.initStyleOption(option, index)
            panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
            self._table.style().drawPrimitive(panel, option, painter, self._table)
            upper = QStyleOptionViewItem(option)
            middle = rect.top() + rect.height() // 2
            upper.rect = QRect(rect.left(), rect.top(), rect.width(), rect.height() // 2)
            upper.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText
            super().paint(painter, upper, index)
            self._paint_reason(painter, rect, middle, facts.reason)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(scaled(_HISTOGRAM), hint.height()) if index.column() == VALUES else hint

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, ColumnsModel)
        combo = ComboBox(parent)
        for text, field, value in model.choices(index):
            combo.addItem(text, (field, value))
        combo.setAccessibleName(f"{TITLES[index.column()]} of {model.facts[index.row()].name}")
        combo.activated.connect(self._take)
        QTimer.singleShot(0, combo, combo.showPopup)
        return combo

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """As wide as its choices need, also in a column that is narrower."""
        super().updateEditorGeometry(editor, option, index)
        editor.resize(max(editor.width(), editor.sizeHint().width()), editor.height())

    def _take(self) -> None:
        combo = self.sender()
        assert isinstance(combo, ComboBox)
        self.commitData.emit(combo)
        self.closeEditor.emit(combo)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, ComboBox)
        model = index.model()
        assert isinstance(model, ColumnsModel)
        field = model.field(index)
        current = (field, getattr(model.facts[index.row()], field))
        choices = [(name, value) for _, name, value in model.choices(index)]
        editor.setCurrentIndex(choices.index(current) if current in choices else -1)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, ComboBox) and isinstance(model, ColumnsModel)
        if editor.currentIndex() >= 0:
            model.decide(index, *editor.currentData())


def fitted(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths that take up no more than `room`, as far as each has at least the `least`.

    The widest give way first.
    """
    widths, widest = list(wanted), max(wanted, default=0)
    while sum(widths) > room and widest > 0:
        widest -= 1
        widths = [max(small, min(want, widest)) for want, small in zip(wanted, least, strict=True)]
    return widths


class _Table(QTableView):
    """Delete gives a decision back to the program. Columns are as wide as there is room for.

    Where there is too little for what becomes of the values, those give way that only inform; then
    one can scroll.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: dict[int, int] = {}  # the width that each column would need
        self._least: dict[int, int] = {}  # what each needs for its title, or its shortest texts

    def measure(self, without: Sequence[int] = ()) -> None:
        """Find out how wide the columns, but for those `without`, have to be; make them fit."""
        shown = [column for column in range(len(TITLES)) if column not in without]
        header = self.horizontalHeader()
        metrics = header.fontMetrics()
        header.setFixedHeight(2 * (metrics.lineSpacing() + SPACE_XS))  # titles of two words wrap
        words = {column: TITLES[column].split() for column in shown}
        words[KIND] += map(str, ColumnKind)
        self._least = {
            column: max(map(metrics.horizontalAdvance, words[column])) + 2 * SPACE_XS + 2
            for column in shown
        }
        self._wanted = {
            column: max(least, self._width(column)) for column, least in self._least.items()
        }
        height = 2 * (self.fontMetrics().lineSpacing() + SPACE_XS)
        self.verticalHeader().setDefaultSectionSize(height)
        self._fit()

    def _width(self, column: int) -> int:
        """What the texts in `column` need. Qt's own way lays out every cell, equal or not."""
        if column == VALUES:
            return scaled(_SMALLEST)
        model, bold = self.model(), QFont(self.font())
        bold.setBold(True)  # as what is decided is written
        rows = range(min(_LOOKED_AT, model.rowCount()))
        texts = {str(model.data(model.index(row, column))) for row in rows}
        advance = QFontMetrics(bold).horizontalAdvance
        return max(map(advance, texts), default=0) + scaled(_EDGES)

    def _fit(self) -> None:
        room = self.viewport().width()
        wanted = {column: min(width, scaled(WIDEST)) for column, width in self._wanted.items()}
        whole = self._least | {column: wanted[column] for column in TREATMENTS if column in wanted}
        for column in (VALUES, TOGETHER):  # the histogram is below the table as well
            if sum(whole.values()) > room and column in wanted:
                del whole[column], wanted[column]
        widths = fitted(list(wanted.values()), [whole[column] for column in wanted], room)
        sizes = dict(zip(wanted, widths, strict=True))
        spare = max(room - sum(widths), 0)
        if VALUES in sizes:
            sizes[VALUES] += min(spare, scaled(_HISTOGRAM - _SMALLEST))
        for column in range(len(TITLES)):
            self.setColumnHidden(column, column not in sizes)
        for column, width in sizes.items():
            self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # --- Qt ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, model = self.currentIndex(), self.model()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and index.isValid():
            assert isinstance(model, ColumnsModel)
            model.decide(index, model.field(index), None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and (
            index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable
        ):
            self.edit(index)
        else:
            super().keyPressEvent(event)


class ColumnsCard(Card):
    """The columns of the table. `edited` is that of `ColumnsModel`."""

    edited = Signal(str, str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Columns", parent)
        self.table = _Table()
        self.model = ColumnsModel(theme, self.table)
        self.model.edited.connect(self.edited)
        self.table.setModel(self.model)
        self.table.setItemDelegate(_CellDelegate(theme, self.table))
        self.table.setAccessibleName("Columns of the table")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.table.verticalHeader().hide()
        self.table.setMinimumHeight(260)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(1)  # the widths are made to fit
        header.setResizeContentsPrecision(_LOOKED_AT)
        header.setStretchLastSection(True)
        header.setStyleSheet(f"QHeaderView::section {{ padding: {SPACE_XS}px; }}")
        header.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        )
        self.histogram = HistogramView(theme)
        self.body.addWidget(self.table)
        self.body.addWidget(self.histogram)
        self.histogram.hide()
        self.table.selectionModel().currentChanged.connect(self._show_histogram)
        theme.changed.connect(self._measure)  # for the zoom

    def show_columns(self, facts: Sequence[ColumnFacts]) -> None:
        """Show what was found out about each column."""
        self.model.show(facts)
        self._measure()
        self._show_histogram()

    def _measure(self) -> None:
        self.table.measure(
            without=() if any(each.date_order for each in self.model.facts) else (DATES,)
        )

    def _show_histogram(self) -> None:
        row = self.table.currentIndex().row()
        self.histogram.show_column(self.model.facts[row] if row >= 0 else None)
