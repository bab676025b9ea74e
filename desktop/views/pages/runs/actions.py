"""What can be done with runs: one table, from which bar, context menu and keys derive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.text import plain
from desktop.workers.summaries import RunSummary

Runs = tuple[RunSummary, ...]


class Doing(Protocol):
    """Who does it, with the runs that are selected."""

    def compare(self) -> None: ...
    def open_project(self) -> None: ...
    def load_network(self) -> None: ...
    def load_best(self) -> None: ...
    def rename(self) -> None: ...
    def edit_labels(self) -> None: ...
    def toggle_stars(self) -> None: ...
    def delete(self) -> None: ...
    def export_table(self) -> None: ...
    def show_folder(self) -> None: ...
    def open_tensorboard(self) -> None: ...
    def open_logs(self) -> None: ...
    def has_weights(self, run: RunSummary, *, best: bool) -> bool: ...


@dataclass(frozen=True)
class RunAction:
    """One of them. `rule` says why it cannot be done now, "" if it can. `id` is the objectName."""

    id: str
    text: str
    tip: str
    icon: str
    run: Callable[[Doing], object]
    rule: Callable[[Doing, Runs], str]
    key: str = ""
    in_bar: bool = False
    separator: bool = False


def _any(_doing: Doing, _runs: Runs) -> str:
    return ""


def _some(_doing: Doing, runs: Runs) -> str:
    return "" if runs else "Select a run first"


def _one(_doing: Doing, runs: Runs) -> str:
    return "" if len(runs) == 1 else "Select one run"


def _changeable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "A run from logs cannot be changed") or _some(doing, runs)


def _renamable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "A run from logs cannot be changed") or _one(doing, runs)


def _openable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "Logs do not hold the project") or _one(doing, runs)


def _servable(doing: Doing, runs: Runs) -> str:
    return _no_logs(runs, "Logs made elsewhere: start TensorBoard on them yourself") or _some(
        doing, runs
    )


def _no_logs(runs: Runs, why_not: str) -> str:
    return why_not if any(run.is_read_only for run in runs) else ""


def _several(_doing: Doing, runs: Runs) -> str:
    return "" if len(runs) > 1 else "Select two runs, or the runs of two networks"


def _deletable(doing: Doing, runs: Runs) -> str:
    if why_not := _no_logs(runs, "A run from logs is not deleted; it is gone with the window"):
        return why_not
    if any(run.outcome is None for run in runs):
        return "A run under way cannot be deleted; stop it first"
    return _some(doing, runs)


def _last(doing: Doing, runs: Runs) -> str:
    return _weights(doing, runs, best=False)


def _best(doing: Doing, runs: Runs) -> str:
    return _weights(doing, runs, best=True)


def _weights(doing: Doing, runs: Runs, *, best: bool) -> str:
    if len(runs) != 1:
        return _one(doing, runs)
    if why_not := _no_logs(runs, "Logs do not hold the trained network"):
        return why_not
    if doing.has_weights(runs[0], best=best):
        return ""
    if best and doing.has_weights(runs[0], best=False):
        return "The best epoch was the last one: load the network"
    if runs[0].outcome is None:
        return "The run is under way"
    return "Its weights are not kept any more; runs with a star keep theirs"


ACTIONS: tuple[RunAction, ...] = (
    RunAction(
        "run_compare",
        "&Compare",
        "Say what differs between two runs, or the runs of two networks, and what came of it",
        "mdi6.compare-horizontal",
        lambda to: to.compare(),
        _several,
        "C",
        in_bar=True,
    ),
    RunAction(
        "run_open",
        "&Open as Project",
        "Put the network and settings of this run in place of the project",
        "mdi6.folder-open-outline",
        lambda to: to.open_project(),
        _openable,
        "O",
        in_bar=True,
        separator=True,
    ),
    RunAction(
        "run_load",
        "&Load Network",
        "Use the trained network of this run: evaluate it, draw with it, train it further",
        "mdi6.brain",
        lambda to: to.load_network(),
        _last,
        "L",
        in_bar=True,
    ),
    RunAction(
        "run_load_best",
        "Load Network of &Best Epoch",
        "Use the network as it was after its best epoch",
        "mdi6.flag-outline",
        lambda to: to.load_best(),
        _best,
        "B",
    ),
    RunAction(
        "run_star",
        "&Star",
        "Star the selected runs, or take the stars away; weights of starred runs are kept",
        "mdi6.star-outline",
        lambda to: to.toggle_stars(),
        _changeable,
        "S",
        in_bar=True,
        separator=True,
    ),
    RunAction(
        "run_rename",
        "&Rename",
        "Change the name of the run",
        "mdi6.form-textbox",
        lambda to: to.rename(),
        _renamable,
        "F2",
    ),
    RunAction(
        "run_labels",
        "&Notes, Tags, Color…",
        "Write notes and tags, and choose a color",
        "mdi6.note-edit-outline",
        lambda to: to.edit_labels(),
        _changeable,
        "N",
        in_bar=True,
    ),
    RunAction(
        "run_folder",
        "Show &Folder",
        "Show the files of the run in the file manager",
        "mdi6.folder-search-outline",
        lambda to: to.show_folder(),
        _one,
        "F",
        separator=True,
    ),
    RunAction(
        "run_tensorboard",
        "Open in &TensorBoard",
        "Show the selected runs in TensorBoard, in the browser",
        "mdi6.chart-multiple",
        lambda to: to.open_tensorboard(),
        _servable,
        "T",
    ),
    RunAction(
        "runs_logs",
        "Open Lo&g Folder…",
        "Show runs that keras.callbacks.TensorBoard wrote logs of elsewhere, e.g. in logs/; a "
        "folder can be dropped here, too",
        "mdi6.folder-plus-outline",
        lambda to: to.open_logs(),
        _any,
        "G",
    ),
    RunAction(
        "runs_export",
        "&Export Table…",
        "Save the runs that are shown, in this order, as a CSV file",
        "mdi6.tray-arrow-down",
        lambda to: to.export_table(),
        _any,
        "E",
    ),
    RunAction(
        "run_delete",
        "&Delete",
        "Move the selected runs to the trash",
        "mdi6.trash-can-outline",
        lambda to: to.delete(),
        _deletable,
        "Del",
        in_bar=True,
        separator=True,
    ),
)


class RunActions(QObject):
    """A QAction for each entry of the table, with the keys while `table` has the focus."""

    def __init__(self, doing: Doing, table: QWidget, theme: Theme) -> None:
        super().__init__(table)
        self._doing, self._theme = doing, theme
        self._runs: Runs = ()
        self._actions = {spec.id: self._make(spec, table) for spec in ACTIONS}
        theme.changed.connect(self._redraw)
        self._redraw()
        self.update(())

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, spec: RunAction, table: QWidget) -> QAction:
        action = QAction(spec.text, table)
        action.setObjectName(spec.id)
        if spec.key:
            action.setShortcut(QKeySequence(spec.key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: spec.run(self._doing))
        table.addAction(action)
        return action

    def update(self, runs: Runs) -> None:
        """Apply the rules to the runs that are selected."""
        self._runs = runs
        for spec in ACTIONS:
            action, why_not = self._actions[spec.id], spec.rule(self._doing, runs)
            action.setEnabled(not why_not)
            tip = f"{spec.tip} ({spec.key})" if spec.key else spec.tip
            action.setToolTip(plain(f"{tip}\n{why_not}" if why_not else tip))
            action.setStatusTip(why_not or spec.tip)

    def in_bar(self) -> list[tuple[QAction, bool]]:
        """Those that have a button, and whether there is a gap before it."""
        return [(self._actions[spec.id], spec.separator) for spec in ACTIONS if spec.in_bar]

    def fill(self, menu: QMenu) -> None:
        """Put all of them into `menu`."""
        for spec in ACTIONS:
            if spec.separator:
                menu.addSeparator()
            menu.addAction(self._actions[spec.id])

    def _redraw(self) -> None:
        for spec in ACTIONS:
            self._actions[spec.id].setIcon(self._theme.icon(spec.icon))
