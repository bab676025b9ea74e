"""The runs as an item model: sorted and filtered here, since 10,000 of them are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QIcon
from PySide6.QtWidgets import QAbstractItemView, QWidget

from desktop.document.comparison import difference_text
from desktop.views.pages.runs.columns import (
    CHANGES,
    NAME,
    STAR,
    WHEN,
    Column,
    best_runs,
    columns_for,
    name_of,
)
from desktop.views.theme import Theme
from desktop.views.widgets.text import plain
from desktop.workers.reports import Outcome
from desktop.workers.summaries import RunSummary, change, filtered

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Order = Qt.SortOrder
_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _FLAGS | Qt.ItemFlag.ItemIsEditable
FIRST = "first run"  # what the oldest run differs in
UNKNOWN = "not known"  # what a run from logs differs in


class RunsModel(QAbstractTableModel):
    """One row for each run that is shown: those that match the filter, in the requested order.

    Signals:
        renamed: the id of a run and the name it is to have.
        columnsChanged: there are other columns than before.
    """

    renamed = Signal(str, str)
    columnsChanged = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: tuple[RunSummary, ...] = ()
        self._shown: list[RunSummary] = []
        self._rows: dict[str, int] = {}  # of the runs that are shown
        self._before: dict[str, RunSummary | None] = {}  # the run before each, by id
        self._changes: dict[str, tuple[RunSummary, RunSummary | None, str]] = {}
        self._best: set[tuple[str, str]] = set()
        self._swatches: Mapping[str, QIcon] = {}
        self._stars: tuple[QIcon, QIcon] | None = None
        self._bold = QFont()
        self._bold.setBold(True)
        self.columns = columns_for((), with_test=False)
        self.text = ""
        self.with_test = False
        self.sorted_by, self.order = WHEN, Order.DescendingOrder
        theme.changed.connect(self._recolor)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def all(self) -> tuple[RunSummary, ...]:
        """Every run, shown or not, the latest first."""
        return self._all

    @property
    def shown(self) -> Sequence[RunSummary]:
        """The runs of the rows, from the top."""
        return self._shown

    def row_of(self, run: str) -> int | None:
        """The row of the run of this id; None if it is not shown."""
        return self._rows.get(run)

    def run(self, run: str) -> RunSummary | None:
        """The run of this id; None if it is not shown."""
        row = self._rows.get(run)
        return None if row is None else self._shown[row]

    def before(self, run: RunSummary) -> RunSummary | None:
        """The run before this one; None for the first."""
        return self._before.get(run.id)

    def column_of(self, name: str) -> int | None:
        """The place of the column of this id; None if there is none."""
        return next((i for i, each in enumerate(self.columns) if each.id == name), None)

    def ranges(self, rows: Sequence[int]) -> QItemSelection:
        """`rows`, in ascending order, as few ranges of whole rows."""
        selection, last = QItemSelection(), len(self.columns) - 1
        start = 0
        for place, row in enumerate(rows, start=1):
            if place == len(rows) or rows[place] != row + 1:
                # Not `index`, which asks how many rows and columns there are, each time.
                ends = self.createIndex(rows[start], 0), self.createIndex(row, last)
                selection.append(QItemSelectionRange(*ends))
                start = place
        return selection

    def show(self, runs: tuple[RunSummary, ...]) -> None:
        """Show `runs`, the latest first."""
        self._all = runs
        kept = [run for run in runs if not run.is_read_only]
        before = [*kept[1:], None]
        self._before = {run.id: each for run, each in zip(kept, before, strict=False)}
        self._refresh(columns_for(runs, with_test=self.with_test))

    def filter(self, text: str) -> None:
        """Show the runs in which each word of `text` occurs."""
        self.text = text
        self._refresh()

    def set_with_test(self, on: bool) -> None:
        """Show results on test rows, or hide them."""
        self.with_test = on
        self._refresh(columns_for(self._all, with_test=on))

    def show_swatches(self, swatches: Mapping[str, QIcon]) -> None:
        """Show beside the names of these runs how their curves are drawn."""
        runs = {*self._swatches, *swatches}
        self._swatches = swatches
        place = self.column_of(NAME)
        for run in runs:
            row = self._rows.get(run)
            if row is not None and place is not None:
                index = self.index(row, place)
                self.dataChanged.emit(index, index, [Role.DecorationRole])

    def changes(self, run: RunSummary) -> str:
        """What differs from the run before it, in words."""
        if run.is_read_only:
            return UNKNOWN
        before = self._before.get(run.id)
        known = self._changes.get(run.id)
        if known is None or known[0] is not run or known[1] is not before:
            text = difference_text(change(run, before)) if before is not None else FIRST
            known = self._changes[run.id] = run, before, text or "nothing"
        return known[2]

    def _refresh(self, columns: tuple[Column, ...] | None = None) -> None:
        """Show what is to be shown now, in other `columns` if there are any that differ."""
        has_others = columns is not None and _ids(columns) != _ids(self.columns)
        columns = columns if columns is not None and has_others else self.columns
        if self.sorted_by not in _ids(columns):
            self.sorted_by, self.order = WHEN, Order.DescendingOrder
        shown = self._sorted(filtered(self._all, self.text), columns)
        self._best = best_runs(shown, columns)
        if not has_others and _ids(shown) == _ids(self._shown):
            self._shown = shown
            if shown:
                last = self.index(len(shown) - 1, len(columns) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.columns, self._shown = columns, shown
        self._rows = {run.id: row for row, run in enumerate(shown)}
        self.endResetModel()
        if has_others:
            self.columnsChanged.emit()

    def _sorted(self, runs: list[RunSummary], columns: tuple[Column, ...]) -> list[RunSummary]:
        """`runs`, the latest first, in the requested order, the later one first among equals."""
        if self.sorted_by == WHEN:
            return runs if self.order == Order.DescendingOrder else runs[::-1]
        column = next(each for each in columns if each.id == self.sorted_by)
        valued = [(column.value(run), run) for run in runs]
        known = [pair for pair in valued if pair[0] is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.order == Order.DescendingOrder)
        return [*(run for _, run in known), *(run for each, run in valued if each is None)]

    def _recolor(self) -> None:
        self._stars = None

    # --- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Role.DisplayRole:
            return column.title
        if role == Role.ToolTipRole:
            return plain(column.tip)
        if role == Role.AccessibleTextRole:
            return column.title or "Star"
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        if role == Role.DecorationRole and column.id == STAR:
            return self._theme.icon("mdi6.star-outline", "muted")
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        run, column = self._shown[index.row()], self.columns[index.column()]
        if role == Role.DisplayRole:
            return "" if column.id == STAR else self._text(run, column)
        if role == Role.EditRole and column.id == NAME:
            return run.name
        if role == Role.ToolTipRole:
            return plain(self._tip(run, column))
        if role == Role.AccessibleTextRole:
            text = self._text(run, column)
            return f"{column.title} {text or 'empty'}" if column.title else text or "no star"
        if role == Role.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.DecorationRole:
            return self._decoration(run, column)
        if role == Role.FontRole and (run.id, column.id) in self._best:
            return self._bold
        if role == Role.ForegroundRole:
            return self._color(run, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole or self.columns[index.column()].id != NAME:
            return False
        run, name = self._shown[index.row()], str(value).strip()
        if name and name != run.name:
            self.renamed.emit(run.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        is_name = self.columns[index.column()].id == NAME
        is_editable = is_name and not self._shown[index.row()].is_read_only
        return _EDITABLE if is_editable else _FLAGS

    def sort(self, column: int, order: Order = Order.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            self.sorted_by, self.order = self.columns[column].id, order
            self._refresh()

    def _text(self, run: RunSummary, column: Column) -> str:
        return self.changes(run) if column.id == CHANGES else column.text(run)

    def _tip(self, run: RunSummary, column: Column) -> str:
        if column.id == WHEN and run.started is not None:
            return f"{run.started.astimezone():%Y-%m-%d %H:%M:%S}"
        if column.id == NAME:
            data = "Read from logs" if run.is_read_only else f"Data: {run.data}"
            lines = (name_of(run), data, run.notes)
            return "\n".join(filter(None, lines))
        if column.id == CHANGES:
            return self.changes(run).replace("; ", "\n")
        if column.id == "notes":
            return run.notes
        if column.id == STAR:
            return column.tip
        return self._text(run, column)

    def _decoration(self, run: RunSummary, column: Column) -> QIcon | None:
        if column.id == NAME:
            return self._swatches.get(run.id)
        if column.id != STAR:
            return None
        if self._stars is None:
            self._stars = (
                self._star("mdi6.star-outline", "muted"),
                self._star("mdi6.star", "warning"),
            )
        return None if run.is_read_only else self._stars[run.starred]

    def _star(self, name: str, token: str) -> QIcon:
        """An icon as a pixmap: a character of the font takes long to draw, in every row."""
        table = self.parent()
        assert isinstance(table, QAbstractItemView)
        drawn = self._theme.icon(name, token)
        pixmap = drawn.pixmap(table.iconSize(), table.devicePixelRatioF())
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)  # in the same color
        return icon

    def _color(self, run: RunSummary, column: Column) -> QColor | None:
        tokens = self._theme.tokens
        if column.id == "outcome":
            if run.outcome is None:
                return tokens.color("accent")
            if run.outcome is Outcome.FAILED:
                return tokens.color("bad")
            return None if run.outcome is Outcome.FINISHED else tokens.color("warning")
        if column.id == NAME and not run.name:
            return tokens.color("muted")
        is_quiet = column.id == CHANGES and self.changes(run) in (FIRST, UNKNOWN, "nothing")
        return tokens.color("muted") if is_quiet or column.id == WHEN else None


def _ids(each: Sequence[RunSummary] | Sequence[Column]) -> list[str]:
    return [one.id for one in each]
