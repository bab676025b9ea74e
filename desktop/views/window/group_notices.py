"""What the panel of groups asks of the rest of the window, and what it has to say there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from desktop.document.text import counted
from desktop.views.files.project_files import ProjectFiles
from desktop.views.pages.groups.panel import GroupsPanel
from desktop.views.window.notice import Notice
from desktop.workers.groups import GroupWork
from desktop.workers.reports import Outcome
from desktop.workers.trials import GroupEnded

_CAUSE, _DELETED = "groups", "deleted groups"


class GroupNotices(QObject):
    """Opens projects of groups, and shows messages about groups."""

    def __init__(
        self, panel: GroupsPanel, work: GroupWork, files: ProjectFiles, notice: Notice
    ) -> None:
        super().__init__(notice)
        self._work, self._notice = work, notice
        panel.projectChosen.connect(files.open_project)
        panel.deleted.connect(self._on_deleted)
        work.failed.connect(self._on_failed)
        work.warned.connect(self._on_warned)
        work.ended.connect(self._on_ended)

    def _on_deleted(self, groups: Sequence[str]) -> None:
        text = f"{counted(len(groups), 'group')} moved to the trash, for 30 days; the runs stay"
        undo = [("Undo", partial(self._restore, groups))]
        self._notice.show_message(text, "accent", undo, cause=_DELETED)

    def _restore(self, groups: Sequence[str]) -> None:
        self._notice.withdraw(_DELETED)
        self._work.restore(groups)

    def _on_failed(self, text: str) -> None:
        self._notice.show_message(text, cause=_CAUSE)

    def _on_warned(self, text: str) -> None:
        self._notice.show_message(text, "warning", cause=_CAUSE)

    def _on_ended(self, report: GroupEnded) -> None:
        if report.outcome is Outcome.FAILED:
            self._notice.show_message(f"The group ended: {report.message}", cause=_CAUSE)
