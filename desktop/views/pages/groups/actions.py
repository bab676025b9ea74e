"""What can be done with groups: one table, from which bar, context menu and keys derive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.views.pages.groups.listing import GroupRow
from desktop.views.theme import Theme
from desktop.views.widgets.text import plain
from desktop.workers.trials import REPEAT

Rows = tuple[GroupRow, ...]


class Doing(Protocol):
    """Who does it, with the groups that are selected."""

    def compare(self) -> None: ...
    def open_project(self) -> None: ...
    def show_runs(self) -> None: ...
    def resume(self) -> None: ...
    def rename(self) -> None: ...
    def delete(self) -> None: ...
    def can_compare(self) -> bool: ...


@dataclass(frozen=True)
class GroupAction:
    """One of them. `rule` says why it cannot be done now, "" if it can. `id` is the objectName."""

    id: str
    text: str
    tip: str
    icon: str
    run: Callable[[Doing], object]
    rule: Callable[[Doing, Rows], str]
    key: str = ""
    separator: bool = False


def _one(_doing: Doing, rows: Rows) -> str:
    return "" if len(rows) == 1 else "Select one group"


def _comparable(doing: Doing, rows: Rows) -> str:
    if not doing.can_compare():
        return "Train two networks several times each first"
    chosen = [row for row in rows if row.summary.file.kind == REPEAT]
    return "" if chosen and len(chosen) == len(rows) else "Select one or two repeats"


def _read(doing: Doing, rows: Rows) -> str:
    return _one(doing, rows) or ("" if rows[0].group is not None else "The group is being read")


def _resumable(doing: Doing, rows: Rows) -> str:
    if why := _one(doing, rows):
        return why
    return "" if rows[0].can_resume else f"This group is {rows[0].state}"


def _deletable(_doing: Doing, rows: Rows) -> str:
    if any(row.is_under_way for row in rows):
        return "A group under way cannot be deleted; cancel it first"
    return "" if rows else "Select a group first"


ACTIONS: tuple[GroupAction, ...] = (
    GroupAction(
        "group_compare",
        "&Compare",
        "Say whether the difference between two networks, trained several times each, is real",
        "mdi6.compare-horizontal",
        lambda to: to.compare(),
        _comparable,
        "C",
    ),
    GroupAction(
        "group_open",
        "&Open as Project",
        "Put the network and settings of this group in place of the project",
        "mdi6.folder-open-outline",
        lambda to: to.open_project(),
        _read,
        "O",
        separator=True,
    ),
    GroupAction(
        "group_runs",
        "&Show Runs",
        "Show the runs of this group in the table of runs",
        "mdi6.format-list-checks",
        lambda to: to.show_runs(),
        _read,
        "R",
    ),
    GroupAction(
        "group_resume",
        "R&esume",
        "Train what is left of this group",
        "mdi6.play",
        lambda to: to.resume(),
        _resumable,
        "G",
        separator=True,
    ),
    GroupAction(
        "group_rename",
        "Re&name",
        "Change the name of the group",
        "mdi6.form-textbox",
        lambda to: to.rename(),
        _one,
        "F2",
    ),
    GroupAction(
        "group_delete",
        "&Delete",
        "Move the selected groups to the trash; their runs stay",
        "mdi6.trash-can-outline",
        lambda to: to.delete(),
        _deletable,
        "Del",
    ),
)


class GroupActions(QObject):
    """A QAction for each entry of the table, with the keys while `table` has the focus."""

    def __init__(self, doing: Doing, table: QWidget, theme: Theme) -> None:
        super().__init__(table)
        self._doing, self._theme = doing, theme
        self._actions = {spec.id: self._make(spec, table) for spec in ACTIONS}
        theme.changed.connect(self._redraw)
        self._redraw()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _make(self, spec: GroupAction, table: QWidget) -> QAction:
        action = QAction(spec.text, table)
        action.setObjectName(spec.id)
        action.setShortcut(QKeySequence(spec.key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: spec.run(self._doing))
        table.addAction(action)
        return action

    def update(self, rows: Rows) -> None:
        """Apply the rules to the groups that are selected."""
        for spec in ACTIONS:
            action, why_not = self._actions[spec.id], spec.rule(self._doing, rows)
            action.setEnabled(not why_not)
            tip = f"{spec.tip} ({spec.key})"
            action.setToolTip(plain(f"{tip}\n{why_not}" if why_not else tip))
            action.setStatusTip(why_not or spec.tip)

    def in_bar(self) -> list[tuple[QAction, bool]]:
        """All of them, and whether there is a gap before each."""
        return [(self._actions[spec.id], spec.separator) for spec in ACTIONS]

    def fill(self, menu: QMenu) -> None:
        """Put all of them into `menu`."""
        for spec in ACTIONS:
            if spec.separator:
                menu.addSeparator()
            menu.addAction(self._actions[spec.id])

    def _redraw(self) -> None:
        for spec in ACTIONS:
            self._actions[spec.id].setIcon(self._theme.icon(spec.icon))
