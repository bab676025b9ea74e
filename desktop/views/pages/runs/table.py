"""The table of runs: columns to choose, to move and to sort by; selection by ids of runs."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QItemSelectionModel,
    QPoint,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QMenu,
    QTableView,
    QWidget,
)

from desktop.views.pages.runs.columns import CHANGES, NAME, STAR
from desktop.views.pages.runs.layout import TableLayout
from desktop.views.pages.runs.model import Order, RunsModel
from desktop.views.settings import Settings
from desktop.views.theme import SPACE_XS, Theme, factor, scaled
from desktop.views.widgets.row_table import set_up_rows
from desktop.views.widgets.text import label
from desktop.workers.summaries import RunSummary

_WIDEST = {NAME: 170, CHANGES: 220}  # pixels of a column by itself
_LEAST = {NAME: 110, CHANGES: 170}
_WIDE = 200  # ... and of any other
_LOOKED_AT = 30  # rows that decide how wide a column is
_SWATCH = QSize(22, 12)  # pixels
_ROW = 26  # pixels

_Flag = QItemSelectionModel.SelectionFlag


class RunsTable(QTableView):
    """The runs of a RunsModel.

    Signals:
        selected: the runs that are selected, from the top, as a tuple.
        starClicked: the id of the run whose star was clicked.
        edited: the editing of a name is over.
    """

    selected = Signal(object)
    starClicked = Signal(str)
    edited = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._layout = TableLayout.from_settings(settings)
        self._kept: tuple[set[str], str, str, int] | None = None  # while rows are made again
        self.runs = RunsModel(theme, self)
        self.setModel(self.runs)
        self.setObjectName("runs_table")
        self.setAccessibleName("Runs")
        set_up_rows(self, theme)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIconSize(_SWATCH)
        self._make_header()
        self.runs.columnsChanged.connect(self._arrange)
        self.runs.modelAboutToBeReset.connect(self._keep_place)
        self.runs.modelReset.connect(self._restore_place)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        theme.changed.connect(self._arrange)
        self._arrange()

    def _make_header(self) -> None:
        header = self.horizontalHeader()
        header.setObjectName("runs_header")
        # One of its own, which stays empty: it would look whether all rows are selected. Held here,
        # since the header is held by Qt alone.
        self._no_selection = QItemSelectionModel(self.runs, self)
        header.setSelectionModel(self._no_selection)
        header.setAccessibleName("Columns of the table of runs")
        header.setStretchLastSection(False)
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setMinimumSectionSize(scaled(24))
        header.setResizeContentsPrecision(_LOOKED_AT)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_header_menu)
        header.sectionClicked.connect(self._sort_by_section)
        header.sectionMoved.connect(self._on_moved)
        header.sectionResized.connect(self._on_resized)

    # --- selection ----------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[RunSummary, ...]:
        """The runs that are selected, from the top."""
        ranges = self.selectionModel().selection().toList()
        rows = sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})
        shown = self.runs.shown
        return tuple(shown[row] for row in rows)

    @property
    def current(self) -> RunSummary | None:
        """The run that has the focus."""
        row = self.currentIndex().row()
        return self.runs.shown[row] if 0 <= row < len(self.runs.shown) else None

    def select(self, runs: Iterable[str]) -> None:
        """Select the runs of these ids, as far as they are shown, and go to the first."""
        rows = sorted(row for run in runs if (row := self.runs.row_of(run)) is not None)
        self.selectionModel().select(self.runs.ranges(rows), _Flag.ClearAndSelect)
        if rows:
            self._make_current(rows[0], self._first_column)
            self.scrollTo(self.currentIndex())

    def edit_name(self, run: str) -> None:
        """Let the user change the name of the run of this id, in its place."""
        self.go_to(run)
        self.edit(self.currentIndex())

    def go_to(self, run: str) -> None:
        """Give the focus to the run of this id; what is selected stays so."""
        row = self.runs.row_of(run)
        if row is not None:
            self._make_current(row, self._first_column)
            self.scrollTo(self.currentIndex())
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_current(self, row: int, column: int) -> None:
        self.selectionModel().setCurrentIndex(self.runs.index(row, column), _Flag.NoUpdate)

    @property
    def _first_column(self) -> int:
        """Where the keyboard begins: at the name."""
        return self.runs.column_of(NAME) or 0

    def _keep_place(self) -> None:
        """Remember what is selected, and where the view is, by the ids of runs."""
        current, column = self.current, self.currentIndex().column()
        name = self.runs.columns[column].id if column >= 0 else NAME
        ids = {run.id for run in self.selection}
        self._kept = ids, current.id if current else "", name, self.verticalScrollBar().value()

    def _restore_place(self) -> None:
        assert self._kept is not None
        (ids, current, name, top), self._kept = self._kept, None
        rows = sorted(row for run in ids if (row := self.runs.row_of(run)) is not None)
        with QSignalBlocker(self.selectionModel()):
            self.selectionModel().select(self.runs.ranges(rows), _Flag.ClearAndSelect)
            row = self.runs.row_of(current)
            if row is not None:
                self._make_current(row, self.runs.column_of(name) or self._first_column)
        self.verticalScrollBar().setValue(top)
        self._on_selected()

    def _on_selected(self) -> None:
        self.selected.emit(self.selection)

    # --- columns ------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Show the columns that were chosen, where and as wide as they were left."""
        header, columns = self.horizontalHeader(), self.runs.columns
        header.setFixedHeight(2 * header.fontMetrics().lineSpacing() + 3 * SPACE_XS)
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW))
        with QSignalBlocker(header):
            for visual, place in enumerate(self._layout.ordered(columns)):
                header.moveSection(header.visualIndex(place), visual)
            for place, column in enumerate(columns):
                self.setColumnHidden(place, not self._layout.is_shown(column))
        self._show_order()
        self.fit_columns()

    def fit_columns(self) -> None:
        """Make columns as wide as their content, if the user has not made them otherwise."""
        header = self.horizontalHeader()
        metrics = header.fontMetrics()
        with QSignalBlocker(header):
            for place, column in enumerate(self.runs.columns):
                if self.isColumnHidden(place):
                    continue
                title = [metrics.horizontalAdvance(word) for word in column.title.split()]
                least = max(title, default=0) + scaled(26 if column.sortable else 12)
                content = self.sizeHintForColumn(place) + scaled(6)
                if column.id == NAME:
                    content += _SWATCH.width() + SPACE_XS  # of runs that are selected
                most = scaled(_WIDEST.get(column.id, _WIDE))
                least = max(least, scaled(_LEAST.get(column.id, 0)))
                width = max(least, min(content, most))
                if column.id == STAR:
                    width = scaled(30)
                elif column.id in self._layout.widths:
                    width = scaled(self._layout.widths[column.id])
                self.setColumnWidth(place, width)
        self.viewport().update()
        self.updateGeometries()

    def _on_moved(self) -> None:
        header, columns = self.horizontalHeader(), self.runs.columns
        order = [columns[header.logicalIndex(visual)].id for visual in range(len(columns))]
        unknown = [name for name in self._layout.order if name not in order]
        self._layout.order = [*order, *unknown]
        self._layout.keep(self._settings)

    def _on_resized(self, place: int, _old: int, width: int) -> None:
        if width:
            self._layout.widths[self.runs.columns[place].id] = round(width / factor())
            self._layout.keep(self._settings)

    def set_column_shown(self, name: str, shown: bool) -> None:
        """Show the column of this id, or hide it."""
        self._layout.shown[name] = shown
        self._layout.keep(self._settings)
        self._arrange()

    def columns_menu(self, parent: QWidget) -> QMenu:
        """The choice of columns."""
        menu = QMenu("&Columns", parent)
        for column in self.runs.columns:
            if column.id == NAME:
                continue
            action = QAction(label(column.title or "Star"), menu)
            action.setToolTip(column.tip)
            action.setCheckable(True)
            action.setChecked(self._layout.is_shown(column))
            action.setData(column.id)
            menu.addAction(action)
        menu.addSeparator()
        reset = QAction("&Usual Columns", menu)
        menu.addAction(reset)
        menu.triggered.connect(self._on_column_chosen)
        return menu

    def _on_column_chosen(self, action: QAction) -> None:
        if action.data() is not None:
            self.set_column_shown(action.data(), action.isChecked())
        else:
            self._layout = TableLayout()
            self._layout.keep(self._settings)
            self._arrange()

    def _open_header_menu(self, position: QPoint) -> None:
        menu = self.columns_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.horizontalHeader().mapToGlobal(position))

    # --- order --------------------------------------------------------------------------------

    def _sort_by_section(self, place: int) -> None:
        column = self.runs.columns[place]
        if column.sortable:
            order = Order.DescendingOrder if column.descending else Order.AscendingOrder
            if self.runs.sorted_by == column.id and self.runs.order == order:
                order = Order(1 - order.value)
            self.sort_by(column.id, order)
        else:
            self._show_order()

    def sort_by(self, name: str, order: Order) -> None:
        """Sort by the column of this id."""
        place = self.runs.column_of(name)
        if place is not None:
            self.runs.sort(place, order)
            self._show_order()

    def _show_order(self) -> None:
        header = self.horizontalHeader()
        place = self.runs.column_of(self.runs.sorted_by)
        with QSignalBlocker(header):
            header.setSortIndicator(-1 if place is None else place, self.runs.order)
        header.viewport().update()

    # --- Qt -----------------------------------------------------------------------------------

    def selectAll(self) -> None:
        """Select all rows; nothing is selected before, as Qt compares each range with each."""
        with QSignalBlocker(self.selectionModel()):
            self.selectionModel().clearSelection()
        super().selectAll()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.edited.emit()

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if index.isValid() and is_left and self.runs.columns[index.column()].id == STAR:
            self.starClicked.emit(self.runs.shown[index.row()].id)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.selection:
            self.clearSelection()
        else:
            super().keyPressEvent(event)
