"""The groups that are kept, with what is known of those that are running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document.comparison import SEED, difference_text, differences
from desktop.views.widgets.results import duration
from desktop.workers.groups import GroupWork
from desktop.workers.reports import Outcome
from desktop.workers.trials import (
    REPEAT,
    Group,
    GroupEnded,
    GroupProgress,
    GroupStarted,
    GroupSummary,
)

_SETTLED = 30  # milliseconds without another change, after which the list is read again
RUNNING, PAUSED, WAITING, ELSEWHERE, OPEN = (
    "running",
    "paused",
    "waiting",
    "running in another program",
    "stopped",
)


FIRST = "first group"  # what the oldest group differs in


@dataclass(frozen=True)
class GroupRow:
    """A group as a line of the list; `group` is None until it has been read.

    `changed` says what differs from the project of the group before it.
    """

    summary: GroupSummary
    group: Group | None
    changed: str
    state: str
    total: int | None

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def name(self) -> str:
        return self.summary.file.name or "Untitled"

    @property
    def is_under_way(self) -> bool:
        """Whether it is trained, or waits for that, here or elsewhere."""
        return self.state in (RUNNING, PAUSED, WAITING, ELSEWHERE)

    @property
    def can_resume(self) -> bool:
        """Whether there is something left to do, and nobody does it."""
        return self.state == OPEN

    @property
    def done_text(self) -> str:
        done = self.summary.done
        return f"{done:,}" if self.total is None else f"{done:,} of {self.total:,}"


class Listing(QObject):
    """Keeps `rows`, the latest group first, up to date while groups are trained.

    Signals:
        changed: there are other rows, or one of them says something else.
    """

    changed = Signal()

    def __init__(self, work: GroupWork, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self.is_read = False
        self._summaries: tuple[GroupSummary, ...] = ()
        self._groups: dict[str, Group] = {}
        self._asked: dict[str, GroupSummary] = {}  # as they were when they were read
        self._changes: dict[tuple[str, str], str] = {}  # by the ids of a group and that before it
        self._totals: dict[str, int | None] = {}
        self._left: float | None = None  # seconds, of the running one
        self._due = QTimer(self, singleShot=True, interval=_SETTLED)
        self._due.timeout.connect(work.list_groups)
        work.listed.connect(self._on_listed)
        work.groupRead.connect(self._on_read)
        work.queued.connect(self._on_queued)
        work.started.connect(self._on_started)
        work.progressed.connect(self._on_progress)
        work.ended.connect(self._on_ended)
        work.pausedChanged.connect(self.changed)

    def look(self) -> None:
        """Read the list of groups again."""
        self._due.start()

    @property
    def rows(self) -> tuple[GroupRow, ...]:
        before = (*self._summaries[1:], None)
        return tuple(map(self._row, self._summaries, before))

    @property
    def under_way(self) -> GroupRow | None:
        """The group that is being trained here."""
        first = next(iter(self.work.groups), None)
        return next((row for row in self.rows if row.id == first), None)

    @property
    def waiting(self) -> int:
        """How many groups wait for that one."""
        return max(len(self.work.groups) - 1, 0)

    @property
    def time_left(self) -> str:
        """How long the running group will take; "" while that is not known."""
        return "" if self._left is None else f"about {duration(self._left)} left"

    def _row(self, summary: GroupSummary, before: GroupSummary | None) -> GroupRow:
        file = summary.file
        planned = len(file.seeds) if file.kind == REPEAT else file.trials
        total = self._totals.get(file.id) or planned
        if file.ended is Outcome.FINISHED:  # of a grid, what was planned is not in its file
            total = summary.done
        changed = FIRST if before is None else self._changed(file.id, before.id)
        return GroupRow(summary, self._groups.get(file.id), changed, self._state(summary), total)

    def _changed(self, group: str, before: str) -> str:
        """What differs between the projects of two groups but the seed; "" until both are read."""
        known = self._changes.get((group, before))
        one, other = self._groups.get(before), self._groups.get(group)
        if known is None and one is not None and other is not None:
            found = [d for d in differences(one.project, other.project) if d.setting != SEED]
            known = self._changes[group, before] = difference_text(found) or "nothing"
        return known or ""

    def _state(self, summary: GroupSummary) -> str:
        mine = self.work.groups
        if summary.id in mine:
            if self.work.is_paused:
                return PAUSED
            return RUNNING if summary.id == mine[0] else WAITING
        if summary.file.ended is not None:
            return str(summary.file.ended)
        return ELSEWHERE if summary.is_running else OPEN

    # --- what is told -------------------------------------------------------------------------

    def _on_listed(self, summaries: Sequence[GroupSummary]) -> None:
        self.is_read = True
        self._summaries = tuple(summaries)
        for summary in summaries:
            before = self._asked.get(summary.id)
            if before is None or (before.file, before.done) != (summary.file, summary.done):
                self._asked[summary.id] = summary
                self.work.read(summary.id)
        self.changed.emit()

    def _on_read(self, group: Group) -> None:
        self._groups[group.id] = group
        self.changed.emit()

    def _on_queued(self, group: Group) -> None:
        self._groups[group.id] = group
        self.look()

    def _on_started(self, report: GroupStarted) -> None:
        self._totals[report.group], self._left = report.total, None
        self.look()

    def _on_progress(self, report: GroupProgress) -> None:
        self._totals[report.group], self._left = report.total, report.seconds_left
        self.look()

    def _on_ended(self, report: GroupEnded) -> None:
        self._left = None
        self.look()
