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
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.document.data import ColumnKind, DateOrder, Scaling, TargetKind, fills
from desktop.views.pages.data.histogram import HistogramView, paint_bars, together_text
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.text import plain
from desktop.workers.reports import ColumnFacts

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NAME, KIND, REASON, VALUES, TOGETHER, MISSING, FILL, SCALING, DATES = range(9)
TITLES = (
    "Column",
    "Kind",
    "Why",
    "Values",
    "With target",
    "Missing",
    "Missing values",
    "Scaling",
    "Dates",
)
_FIELDS = {KIND: "kind", FILL: "fill", SCALING: "scaling", DATES: "date_order"}
TARGET = "target"
AS_FOUND = "as found"
_DECIDED = "Chosen by you; Delete goes back to what the program finds"


class ColumnsModel(QAbstractTableModel):
    """One row for each column of the table.

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
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return TITLES[section]
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        facts, column = self._facts[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(facts, column)
        if role in (Role.ToolTipRole, Role.AccessibleTextRole):
            text = self._text(facts, column)
            lines = (text, _DECIDED) if self.is_decided(index) else (text,)
            return plain("\n".join(lines)) if role == Role.ToolTipRole else ". ".join(lines)
        if role == Role.FontRole and self.is_decided(index):
            font = QFont()
            font.setBold(True)
            return font
        if role == Role.ForegroundRole and facts.kind is ColumnKind.LEFT_OUT and not facts.purpose:
            return self._theme.tokens.color("muted")
        if role == Role.TextAlignmentRole and column == MISSING:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, facts: ColumnFacts, column: int) -> str:
        if column == NAME:
            return facts.name
        if column == KIND and facts.target_kind is not None:
            return f"{facts.purpose}: {facts.target_kind}"
        if column == KIND:
            return facts.purpose or str(facts.kind)
        if column == MISSING:
            return f"{facts.missing:,}" if facts.missing else ""
        if column == REASON:
            return facts.reason
        if column == VALUES:
            return ""
        if column == TOGETHER:
            return together_text(facts.statistics)
        value = getattr(facts, _FIELDS[column])
        return str(value) if value is not None else ""

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.field(index) else flags


class _ChoiceDelegate(QStyledItemDelegate):
    """Combo boxes for cells with a few choices, open at once; and small histograms."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    # --- Qt ---------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        assert isinstance(model, ColumnsModel)
        statistics = model.facts[index.row()].statistics
        if index.column() == VALUES and statistics is not None:
            rect: QRect = option.rect
            bars = QRectF(rect).adjusted(SPACE_S, SPACE_XS, -SPACE_S, -SPACE_XS)
            paint_bars(painter, bars, statistics, self._theme.tokens)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(scaled(96), hint.height()) if index.column() == VALUES else hint

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


class _Table(QTableView):
    """Delete gives a decision back to the program."""

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
        self.table.setItemDelegate(_ChoiceDelegate(theme, self.table))
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
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(scaled(260))
        self.histogram = HistogramView(theme)
        self.body.addWidget(self.table)
        self.body.addWidget(self.histogram)
        self.histogram.hide()
        self.table.selectionModel().currentChanged.connect(self._show_histogram)

    def show_columns(self, facts: Sequence[ColumnFacts]) -> None:
        """Show what was found out about each column."""
        self.model.show(facts)
        self.table.setColumnHidden(DATES, not any(each.date_order for each in facts))
        self._show_histogram()

    def _show_histogram(self) -> None:
        row = self.table.currentIndex().row()
        self.histogram.show_column(self.model.facts[row] if row >= 0 else None)
