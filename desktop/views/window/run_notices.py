"""What the page *Runs* asks of the rest of the window, and what it has to say there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.document.storage import ProjectFileError
from desktop.document.text import counted
from desktop.views.files.project_files import ProjectFiles
from desktop.views.pages.runs.page import RunsPage
from desktop.views.window.notice import Notice
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary

if TYPE_CHECKING:
    from desktop.workers.tensorboard import LoggedRun

_CAUSE, _DELETED = "runs", "deleted runs"
_MOST = 3  # warnings that are shown at a time


class RunNotices(QObject):
    """Opens projects and networks of runs, and shows messages about runs."""

    def __init__(
        self, page: RunsPage, session: Session, files: ProjectFiles, notice: Notice
    ) -> None:
        super().__init__(notice)
        self._page, self._files, self._notice = page, files, notice
        page.projectWanted.connect(self._open_project)
        page.networkWanted.connect(self._load_network)
        page.deleted.connect(self._on_deleted)
        kept, board = session.kept_runs, session.tensorboard
        kept.said.connect(self._on_said)
        kept.failed.connect(self._on_failed)
        kept.exported.connect(self._on_exported)
        board.logsRead.connect(self._on_logs_read)
        board.logsFailed.connect(self._on_failed)

    def _open_project(self, run: RunSummary) -> None:
        try:
            project = run.project
        except ProjectFileError as error:
            self._on_failed(f"The project of this run cannot be opened: {error}")
        else:
            self._files.open_project(project, run.name)

    def _load_network(self, run: RunSummary, path: Path) -> None:
        try:
            self._files.open_network(path, run.name or run.data, run.project.data)
        except ProjectFileError as error:
            self._on_failed(f"The network of this run cannot be loaded: {error}")

    def _on_deleted(self, count: int) -> None:
        if count:
            text = f"{counted(count, 'run')} moved to the trash, for 30 days"
            undo = [("Undo", self._page.undo)]
            self._notice.show_message(text, "accent", undo, cause=_DELETED)
        else:
            self._notice.withdraw(_DELETED)

    def _on_said(self, text: str) -> None:
        self._notice.show_message(text, "warning", cause=_CAUSE)

    def _on_failed(self, text: str) -> None:
        self._notice.show_message(text, cause=_CAUSE)

    def _on_logs_read(self, runs: tuple[LoggedRun, ...]) -> None:
        missing = [f"{run.summary.name}: {each}" for run in runs for each in run.warnings]
        if missing:
            more = f"; and {len(missing) - _MOST:,} more" if len(missing) > _MOST else ""
            self._on_said(f"{'; '.join(missing[:_MOST])}{more}")
        else:
            self._notice.withdraw(_CAUSE)  # that others could not be read

    def _on_exported(self, path: str) -> None:
        self._notice.show_message(f"The table of runs was saved to {path}", "good", cause=_CAUSE)
