"""The table of what was tried, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QTableView, QWidget

from desktop.document.text import counted
from desktop.views.pages.groups.sweep.findings import Findings, shown
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.column_widths import fit_columns
from desktop.views.widgets.row_table import set_up_rows
from desktop.views.widgets.text import plain
from desktop.workers.sweeps import Combination

_ROW = 26  # pixels
_ALIGNMENT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


class _TrialsModel(QAbstractTableModel):
    """A row for each combination of settings."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.findings: Findings | None = None
        self._titles: list[str] = []

    def show_findings(self, findings: Findings) -> None:
        self.beginResetModel()
        self.findings = findings
        settings = [each.title for each in findings.space.settings]
        self._titles = [*settings, findings.metric_title, "Outcome"]
        self.endResetModel()

    @property
    def combinations(self) -> Sequence[Combination]:
        return () if self.findings is None else self.findings.combinations

    def text(self, row: int, column: int) -> str:
        """What a cell says."""
        assert self.findings is not None
        each, settings = self.combinations[row], self.findings.space.settings
        if column < len(settings):
            return shown(each.settings[settings[column].path])
        if column == len(settings):
            return "" if each.value is None else f"{each.value:.4f}"
        return outcome_text(each)

    # --- Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.combinations)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENT
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self.text(index.row(), index.column()))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENT
        if role == Qt.ItemDataRole.ForegroundRole:
            if self.combinations[index.row()].value is None:
                return self._theme.tokens.color("muted")
            if index.row() == 0 and self._titles[index.column()] == self._metric_title:
                return self._theme.tokens.color("good")
        return None

    @property
    def _metric_title(self) -> str:
        return "" if self.findings is None else self.findings.metric_title


class TrialsTable(QTableView):
    """What was varied, what it came to, and how it ended; `chosen` carries the runs selected."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _TrialsModel(theme, self)
        self._is_filling = False
        self.setModel(self._model)
        self.setObjectName("trials_table")
        self.setAccessibleName("Trials, the best first")
        set_up_rows(self, theme)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        theme.changed.connect(self._fit)
        self._fit()

    def show_findings(self, findings: Findings) -> None:
        """Show the combinations of `findings`; those that are selected stay so."""
        before = self._model.findings
        selected = [dict(each.settings) for each in self.selection]
        self._is_filling = True
        self._model.show_findings(findings)
        if before is None or before.group.id != findings.group.id:
            selected = []
            fit_columns(self)
        for row, each in enumerate(findings.combinations):
            if dict(each.settings) in selected:
                self.selectRow(row)
        self._is_filling = False

    @property
    def selection(self) -> tuple[Combination, ...]:
        """The combinations that are selected, the best first."""
        rows = sorted({each.row() for each in self.selectionModel().selectedRows()})
        return tuple(self._model.combinations[row] for row in rows)

    def text(self, row: int) -> list[str]:
        """What a row says."""
        return [self._model.text(row, column) for column in range(self._model.columnCount())]

    def _fit(self) -> None:
        self.verticalHeader().setDefaultSectionSize(scaled(_ROW))
        fit_columns(self)

    def _on_selected(self) -> None:
        if not self._is_filling:
            results = [result for each in self.selection for result in each.results]
            self.chosen.emit(tuple(result.run for result in results if result.run))


def outcome_text(combination: Combination) -> str:
    """How the trials of a combination ended: why they failed, where they did."""
    words: dict[str, None] = {}
    for each in combination.results:
        end = "ended early" if each.pruned else str(each.outcome)
        if each.pruned or each.results:
            words[f"{end}, {counted(each.epochs, 'epoch')}"] = None
        else:
            message = " ".join(each.message.split())  # a cell has one line
            words[f"failed: {message}"] = None
    return "; ".join(words)
