"""What can be done with groups: the actions, and when each can be used."""

from __future__ import annotations

from typing import Protocol

from desktop.views.pages.groups.listing import GroupRow
from desktop.views.widgets.table_actions import TableAction
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
        return "A running group cannot be deleted; cancel it first"
    return "" if rows else "Select a group first"


ACTIONS: tuple[TableAction[Doing, Rows], ...] = (
    TableAction(
        "group_compare",
        "&Compare",
        "Say whether the difference between two networks, trained several times each, is real",
        "mdi6.compare-horizontal",
        lambda to: to.compare(),
        _comparable,
        "C",
        in_bar=True,
    ),
    TableAction(
        "group_open",
        "&Open as Project",
        "Put the network and settings of this group in place of the project",
        "mdi6.folder-open-outline",
        lambda to: to.open_project(),
        _read,
        "O",
        in_bar=True,
        separator=True,
    ),
    TableAction(
        "group_runs",
        "&Show Runs",
        "Show the runs of this group in the table of runs",
        "mdi6.format-list-checks",
        lambda to: to.show_runs(),
        _read,
        "R",
        in_bar=True,
    ),
    TableAction(
        "group_resume",
        "R&esume",
        "Train what is left of this group",
        "mdi6.play",
        lambda to: to.resume(),
        _resumable,
        "G",
        in_bar=True,
        separator=True,
    ),
    TableAction(
        "group_rename",
        "Re&name",
        "Change the name of the group",
        "mdi6.form-textbox",
        lambda to: to.rename(),
        _one,
        "F2",
        in_bar=True,
    ),
    TableAction(
        "group_delete",
        "&Delete",
        "Move the selected groups to the trash; their runs stay",
        "mdi6.trash-can-outline",
        lambda to: to.delete(),
        _deletable,
        "Del",
        in_bar=True,
    ),
)
