"""The page *Runs*: the table of all runs that are kept, and what there is to see of some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QTabWidget, QVBoxLayout, QWidget

from desktop.views.pages.runs.actions import ACTIONS
from desktop.views.pages.runs.bars import FilterBar
from desktop.views.pages.runs.curves import CurvesPanel
from desktop.views.pages.runs.details import RunDetails
from desktop.views.pages.runs.doing import RunsDoing
from desktop.views.pages.runs.empty import EmptyRuns
from desktop.views.pages.runs.history import History
from desktop.views.pages.runs.swatches import swatch
from desktop.views.pages.runs.table import RunsTable
from desktop.views.pages.runs.weights import RunWeights
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.widgets.action_bar import ActionBar
from desktop.views.widgets.controls import TabBar
from desktop.views.widgets.list_and_details import ListAndDetails
from desktop.views.widgets.table_actions import TableActions
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary
from desktop.workers.tensorboard import holds_logs

if TYPE_CHECKING:
    from desktop.workers.tensorboard import LoggedRun

_SETTLED = 60  # milliseconds without another selection, after which it is shown


class RunsPage(QWidget):
    """All runs that are kept, the latest first; below them curves and details of those selected.

    The list is kept up to date while the page can be seen.

    Signals:
        projectWanted: the project of this RunSummary is to be opened.
        networkWanted: the network of this RunSummary is to be loaded, from this path.
        deleted: so many runs went to the trash; 0 if that is no longer the last thing done.
        compared: the comparison of these RunSummary is shown, a tuple.
        roomWanted: whether the page is to have all of the window.
    """

    projectWanted = Signal(object)
    networkWanted = Signal(object, object)
    deleted = Signal(int)
    compared = Signal(object)
    roomWanted = Signal(bool)

    def __init__(
        self, session: Session, theme: Theme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept, self._board = session.kept_runs, session.tensorboard
        self.history = History(self._kept, self)
        self.table = RunsTable(theme, settings, self)
        self.doing = RunsDoing(session, self.history, self.table, theme)
        self.actions_of_runs = TableActions(ACTIONS, self.doing, self.table, theme)
        self.actions_of_runs.update(())
        open_logs = self.actions_of_runs["runs_logs"]
        self.filter_bar = FilterBar(self.table, open_logs, theme, self)
        self.action_bar = ActionBar(
            self.actions_of_runs.in_bar(), self.actions_of_runs.fill, theme, self
        )
        self.curves = CurvesPanel(self._kept, theme, self)
        self.details = RunDetails(self._kept, theme, self)
        self.weights = RunWeights(self._kept, theme, self)
        self.empty = EmptyRuns(open_logs, theme, self)
        self.addAction(self.filter_bar.find_action)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self._show_selection)
        self._is_held_up = False  # by the editing of a name
        self.setAcceptDrops(True)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setTabBar(TabBar(self.tabs))
        self.tabs.tabBar().setAccessibleName("What is shown of the selected runs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.curves, "Curves")
        self.tabs.addTab(self.details, "Details")
        self.tabs.addTab(self.weights, "Weights")
        self.tabs.setCornerWidget(self.curves.controls)
        self.tabs.currentChanged.connect(self._on_tab)
        self._parts = ListAndDetails(
            self.empty, self.filter_bar, self.table, self.action_bar, self.tabs, (1, 1)
        )
        self.splitter = self._parts.splitter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._parts)
        self._parts.below.hide()

    def _connect(self) -> None:
        self._kept.listed.connect(self._on_listed)
        self._kept.failed.connect(self.empty.show_failure)
        self._board.logsRead.connect(self._on_logs_read)
        self.table.selected.connect(self._settle.start)
        self.table.edited.connect(self._on_edited)
        self.table.starClicked.connect(self._toggle_star)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.doubleClicked.connect(self._show_details)
        self.table.runs.renamed.connect(self._rename)
        self.filter_bar.test_box.toggled.connect(self._show_test)
        self.filter_bar.room_button.toggled.connect(self.roomWanted)
        self.curves.looksChanged.connect(self._show_swatches)
        self.curves.runClicked.connect(self.table.go_to)
        self.details.compared.connect(self.compared)
        self.doing.comparisonWanted.connect(self._show_details)
        self.doing.projectWanted.connect(self.projectWanted)
        self.doing.networkWanted.connect(self.networkWanted)
        self.history.changed.connect(self._on_changed)
        self.history.deleted.connect(self.deleted)
        self._theme.changed.connect(self._show_swatches)

    @property
    def is_empty(self) -> bool:
        """Whether the page says what to do instead of showing runs."""
        return self._parts.is_empty

    # --- what there is ------------------------------------------------------------------------

    def _on_listed(self, runs: tuple[RunSummary, ...]) -> None:
        if self.table.state() is RunsTable.State.EditingState:
            self._is_held_up = True
            return
        self._is_held_up = False
        was_empty, columns = not self.table.runs.all, self.table.runs.columns
        self.table.runs.show(runs)
        if was_empty and self.table.runs.columns is columns:  # others are fitted already
            self.table.fit_columns()
        self.empty.show_none()
        self._parts.set_empty(not runs)
        self.filter_bar.say_count()
        self._settle.start()

    def _on_logs_read(self, runs: tuple[LoggedRun, ...]) -> None:
        self.filter_bar.box.clear()
        self.table.select([run.id for run in runs])

    def _on_edited(self) -> None:
        if self._is_held_up:
            QTimer.singleShot(0, self, self._show_again)

    def _show_again(self) -> None:
        if self._kept.runs is not None:
            self._on_listed(self._kept.runs)

    def _show_test(self, on: bool) -> None:
        self.details.with_test = on
        self.table.runs.set_with_test(on)
        self._show_selection()

    # --- what is selected ---------------------------------------------------------------------

    def _show_selection(self) -> None:
        runs = self.table.selection
        self.actions_of_runs.update(runs)
        self.curves.show_runs(runs)
        before = self.table.runs.before(runs[0]) if len(runs) == 1 else None
        self.details.show_runs(runs, before)
        self.weights.show_run(runs[0] if len(runs) == 1 else None)
        self.tabs.setTabText(1, "Comparison" if len(runs) > 1 else "Details")
        if runs and self._parts.below.isHidden():
            half = self.splitter.height() // 2
            self._parts.below.show()
            self.splitter.setSizes([half, half])
            self.table.scrollTo(self.table.currentIndex())
        elif not runs:
            self._parts.below.hide()

    def _show_details(self) -> None:
        self.tabs.setCurrentWidget(self.details)

    def _on_tab(self) -> None:
        self.curves.controls.setVisible(self.tabs.currentWidget() is self.curves)

    def _show_swatches(self) -> None:
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        swatches = {run: swatch(look, tokens, ratio) for run, look in self.curves.looks.items()}
        self.table.runs.show_swatches(swatches)

    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self.table)
        menu.aboutToHide.connect(menu.deleteLater)
        self.actions_of_runs.fill(menu)
        menu.popup(self.table.viewport().mapToGlobal(position))

    # --- what is changed ----------------------------------------------------------------------

    def _rename(self, run: str, name: str) -> None:
        shown = self.table.runs.run(run)
        if shown is not None:
            self.history.label("Rename a run", [shown], name=name)

    def _toggle_star(self, run: str) -> None:
        shown = self.table.runs.run(run)
        if shown is not None and not shown.is_read_only:
            self.doing.star((shown,))

    def _on_changed(self) -> None:
        self.deleted.emit(0)

    def undo(self) -> None:
        """Undo what was done last with runs."""
        self.history.stack.undo()

    # --- Qt -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # Undo and redo are the project's where there is nothing of the page's own.
            undo = event.matches(_KEY.Undo) and self.history.stack.canUndo()
            redo = event.matches(_KEY.Redo) and self.history.stack.canRedo()
            if undo or redo:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(_KEY.Undo):
            self.history.stack.undo()
        elif event.matches(_KEY.Redo):
            self.history.stack.redo()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_logs(event) is None:
            event.ignore()  # the window may know what to do with it
        else:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped_logs(event)
        if folder is not None:
            event.acceptProposedAction()
            self._board.read_logs(folder)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._kept.watch(self, True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._kept.watch(self, False)


def _dropped_logs(event: QDropEvent) -> Path | None:
    """The folder that is dropped, if it is one with logs of TensorBoard, on this computer."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if holds_logs(path) else None


_KEY = QKeySequence.StandardKey
