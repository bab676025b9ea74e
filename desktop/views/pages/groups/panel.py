"""The panel of groups: a list of them, and what there is to see of those selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.document.comparison import SEED, difference_text, differences
from desktop.document.project import Project
from desktop.views.pages.groups.actions import ACTIONS
from desktop.views.pages.groups.against import AgainstView
from desktop.views.pages.groups.empty import EmptyGroups
from desktop.views.pages.groups.kinds import VIEWS
from desktop.views.pages.groups.listing import GroupRow, Listing
from desktop.views.pages.groups.progress import ProgressStrip
from desktop.views.pages.groups.table import GroupsTable
from desktop.views.pages.groups.view import GroupView
from desktop.views.theme import Theme
from desktop.views.widgets.action_bar import ActionBar
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.list_and_details import ListAndDetails
from desktop.views.widgets.table_actions import TableActions
from desktop.workers.session import Session
from desktop.workers.trials import REPEAT, Group


class GroupsPanel(QWidget):
    """All groups that are kept, the latest first; below them the results of those selected.

    Signals:
        projectChosen: this Project is to be opened, under this name.
        runsChosen: the runs of these ids, a tuple, are to be shown in the table of runs.
        deleted: groups of these ids, a tuple, went to the trash.
    """

    projectChosen = Signal(object, str)
    runsChosen = Signal(object)
    deleted = Signal(object)

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self._work, self._kept = session.groups, session.kept_runs
        self._views: dict[str, GroupView] = {}
        self._is_comparing = False  # though only one group is selected
        self._expected = 0  # how many of the next groups that are queued are to be shown
        self._wanted: list[str] = []  # the ids of those that are
        self.listing = Listing(self._work, self)
        self.progress = ProgressStrip(self.listing, theme, self)
        self.table = GroupsTable(theme, self)
        self.actions_of_groups = TableActions(ACTIONS, self, self.table, theme)
        self.action_bar = ActionBar(
            self.actions_of_groups.in_bar(), self.actions_of_groups.fill, theme, self
        )
        self.against = AgainstView(self._kept, theme, self)
        self.empty = EmptyGroups(theme, self)
        self._build()
        self._connect()
        self._show_rows()

    def _build(self) -> None:
        self.hint = muted_label("Select a group to see its results, or two to compare them.")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.details = QStackedWidget()
        self.details.addWidget(self.hint)
        self.details.addWidget(self.against)
        self._parts = ListAndDetails(
            self.empty, self.progress, self.table, self.action_bar, self.details, (2, 5)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._parts)

    def _connect(self) -> None:
        self.listing.changed.connect(self._show_rows)
        self.table.selected.connect(self._on_selected)
        self.table.clicked.connect(self._on_selected)  # also on what is selected already
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.table.groups.renamed.connect(self._rename)
        self.table.itemDelegate().closeEditor.connect(self._on_edited)
        self._work.queued.connect(self._on_queued)

    def offer(self, actions: Sequence[QAction]) -> None:
        """Let new groups be begun by `actions`, also where there is no group yet."""
        for action in actions:
            self.empty.offer(action)

    # --- what there is ------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether the panel says what to do instead of showing groups."""
        return self._parts.is_empty

    @property
    def rows(self) -> tuple[GroupRow, ...]:
        """The groups that are selected, from the top."""
        return self.table.selection

    def _show_rows(self) -> None:
        if self.table.state() is GroupsTable.State.EditingState:
            return  # a name is being written: `_on_edited` brings the rest
        rows = self.listing.rows
        self.table.show_rows(rows)
        self._parts.set_empty(not rows)
        self.empty.set_read(self.listing.is_read)
        if self._wanted and not self._expected and {*self._wanted} <= {row.id for row in rows}:
            wanted, self._wanted = self._wanted, []
            self.table.select(wanted)
        elif rows and not self.rows:
            self.table.select([rows[0].id])
        else:
            self._show_selection()

    def _on_edited(self) -> None:
        QTimer.singleShot(0, self, self._show_rows)

    # --- what is selected ---------------------------------------------------------------------

    def _on_selected(self) -> None:
        self._is_comparing = False
        self._show_selection()

    def _show_selection(self) -> None:
        rows = self.rows
        self.actions_of_groups.update(rows)
        if len(rows) > 1 or (rows and self._is_comparing):
            self.against.offer(self._repeats)
            self.details.setCurrentWidget(self.against)
        group = rows[0].group if len(rows) == 1 else None
        are_repeats = all(row.group and row.summary.file.kind == REPEAT for row in rows)
        if len(rows) == 2 and are_repeats:
            if not self._is_comparing:
                self._is_comparing = True
                self.against.choose(rows[1].id, rows[0].id)  # the earlier one first
        elif len(rows) == 1 and not self._is_comparing and group is not None:
            self._show_group(group)
        elif not self._is_comparing:
            self.details.setCurrentWidget(self.hint)

    def _show_group(self, group: Group) -> None:
        view = self._view(group.file.kind)
        if view is None:
            self.details.setCurrentWidget(self.hint)
            return
        view.show_group(group)
        self.details.setCurrentWidget(view)

    def _view(self, kind: str) -> GroupView | None:
        """The view of a kind of groups, made when it is first needed."""
        if kind not in self._views and kind in VIEWS:
            view = self._views[kind] = VIEWS[kind](self._session, self._theme, self)
            self.details.addWidget(view)
            view.projectChosen.connect(self._choose_project)
            view.runsChosen.connect(self.runsChosen)
            view.repeatsWanted.connect(self._repeat)
        return self._views.get(kind)

    @property
    def _repeats(self) -> list[Group]:
        """The repeats that have been read, the latest first."""
        groups = (row.group for row in self.listing.rows)
        return [group for group in groups if group is not None and group.file.kind == REPEAT]

    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self.table)
        menu.aboutToHide.connect(menu.deleteLater)
        self.actions_of_groups.fill(menu)
        menu.popup(self.table.viewport().mapToGlobal(position))

    # --- what is done with groups -------------------------------------------------------------

    def show_next(self, count: int = 1) -> None:
        """Show the groups that are requested next, as soon as all of them are queued."""
        self._expected, self._wanted = count, []

    def _on_queued(self, group: Group) -> None:
        if self._expected:
            self._expected -= 1
            self._wanted.append(group.id)

    def _choose_project(self, project: Project) -> None:
        self.projectChosen.emit(project, self.rows[0].name)

    def _repeat(self, projects: Sequence[Project], times: int) -> None:
        """Train what a view of a group proposes, e.g. the best of a search, several times."""
        row = self.rows[0]
        self.show_next(len(projects))
        for project in projects:
            found = differences(row.group.project, project) if row.group is not None else ()
            text = difference_text([each for each in found if each.setting != SEED])
            self._work.repeat(project, times, f"{row.name}: {text}" if text else row.name)

    def can_compare(self) -> bool:
        return len(self._repeats) > 1

    def compare(self) -> None:
        """Show the selected group against another one, which can be chosen."""
        chosen = [row.id for row in self.rows]
        others = [group.id for group in self._repeats if group.id not in chosen]
        second = chosen[0]
        first = chosen[1] if len(chosen) > 1 else others[0]
        self._is_comparing = True
        self.against.offer(self._repeats)
        self.against.choose(first, second)
        self.details.setCurrentWidget(self.against)

    def open_project(self) -> None:
        group = self.rows[0].group
        if group is not None:
            self.projectChosen.emit(group.project, self.rows[0].name)

    def show_runs(self) -> None:
        group = self.rows[0].id
        self.runsChosen.emit(tuple(r.id for r in self._kept.runs or () if r.group == group))

    def resume(self) -> None:
        self._work.resume_group(self.rows[0].id)

    def rename(self) -> None:
        self.table.edit_name(self.rows[0].id)

    def _rename(self, group: str, name: str) -> None:
        self._work.label(group, name=name)

    def delete(self) -> None:
        groups = tuple(row.id for row in self.rows)
        self._work.delete(groups)
        self.deleted.emit(groups)

    # --- Qt -----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._kept.watch(self, True)
        self.listing.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._kept.watch(self, False)
