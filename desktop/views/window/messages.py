"""What the session and the files have to say, as messages over the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.document.project import Project
from desktop.machine import outer_environment
from desktop.views.files.project_files import ProjectFiles
from desktop.views.files.watch import FileWatch
from desktop.views.window.notice import Notice
from desktop.views.window.pages import Page, Pages
from desktop.views.workspace import FileState, Workspace
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.workers.reports import RunEnded, RunStarted

BOARD = "tensorboard"


class Messages(QObject):
    """Shows a message where no page says it, and withdraws it once its cause is gone."""

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        pages: Pages,
        files: ProjectFiles,
        notice: Notice,
    ) -> None:
        super().__init__(notice)
        self._pages = pages
        self._notice = notice
        self._session = session
        self._ended: RunEnded | None = None
        session.engineReady.connect(self._on_engine_ready)
        session.engineFailed.connect(self._on_engine_failed)
        session.runStarted.connect(self._on_run_started)
        session.runEnded.connect(self._on_run_ended)
        session.runNotKept.connect(self._on_run_not_kept)
        session.modelReset.connect(self._on_reset)
        session.modelSaved.connect(self._on_model_saved)
        session.modelSaveFailed.connect(self._on_model_save_failed)
        session.tensorboard.starting.connect(self._on_tensorboard_starting)
        session.tensorboard.opened.connect(self._on_tensorboard_opened)
        session.tensorboard.failed.connect(self._on_tensorboard_failed)
        workspace.projectChanged.connect(self._on_project_changed)
        workspace.fileChanged.connect(self._on_file)
        self._workspace = workspace
        self._files = files
        watch = FileWatch(workspace, self)
        watch.changed.connect(self._on_file_state)
        files.opened.connect(self._on_files_done)
        files.saved.connect(self._on_files_done)
        pages.currentChanged.connect(self._on_page)

    def show_stack_message(self, text: str) -> None:
        """Say what could not be done with the layers."""
        self._notice.show_message(text, cause="stack")

    def _on_engine_ready(self) -> None:
        self._notice.withdraw("engine")

    def _on_engine_failed(self, message: str) -> None:
        self._notice.show_message(f"{message}. Train tries again.", cause="engine")

    def _on_run_started(self, report: RunStarted) -> None:
        self._notice.withdraw("run", "model", "kept")
        if report.note:
            self._notice.show_message(report.note, "accent", cause="run")

    def _on_run_ended(self, report: RunEnded) -> None:
        from desktop.workers.reports import Outcome

        self._ended = report
        self._notice.withdraw("run")
        if report.message and not self._page_says_it():
            level = "bad" if report.outcome is Outcome.FAILED else "accent"
            self._notice.show_message(report.message, level, cause="run")

    def _on_run_not_kept(self, message: str) -> None:
        self._notice.show_message(message, "warning", cause="kept")

    def _on_tensorboard_starting(self) -> None:
        self._notice.show_message(
            "TensorBoard starts and opens in the browser in a few seconds.", "accent", cause=BOARD
        )

    def _on_tensorboard_opened(self, address: str) -> None:
        with outer_environment():
            is_open = QDesktopServices.openUrl(QUrl(address))
        where = f"TensorBoard is at {address} until Layerwise is closed."
        if is_open:
            self._notice.show_message(where, "good", cause=BOARD)
        else:
            self._notice.show_message(
                f"{where} No browser could be opened.", "warning", cause=BOARD
            )

    def _on_tensorboard_failed(self, message: str) -> None:
        self._notice.show_message(message, cause=BOARD)

    def _page_says_it(self) -> bool:
        """Whether *Train* is shown, with what ended the last run early: not why it failed."""
        from desktop.workers.reports import Outcome

        record = self._session.record
        ended = record.ended if record is not None else None
        failed = ended is not None and ended.outcome is Outcome.FAILED
        return self._pages.shown is Page.TRAIN and ended is self._ended and not failed

    def _on_page(self) -> None:
        if self._ended is not None and self._page_says_it():
            self._notice.withdraw("run")

    def _on_reset(self) -> None:
        self._notice.withdraw("run", "model")

    def _on_model_saved(self, path: str) -> None:
        self._notice.show_message(f"The trained network was saved to {path}", "good", cause="model")

    def _on_model_save_failed(self, message: str, _path: str) -> None:
        self._notice.show_message(message, cause="model")

    def _on_project_changed(self, before: Project, after: Project) -> None:
        if before != after:
            self._notice.withdraw("stack")

    def _on_files_done(self) -> None:
        self._notice.withdraw("file")

    def _on_file(self) -> None:
        self._notice.withdraw("disk")

    def _on_file_state(self, state: FileState) -> None:
        path = self._workspace.path
        if path is None or state is FileState.KNOWN:
            self._notice.withdraw("disk")
        elif state is FileState.NEWER:
            self._notice.show_message(
                f"{path.name} was changed by another program. Reload it, or keep what you have "
                "here: saving asks before it replaces that version.",
                "warning",
                [("Reload", self._files.reload)],
                cause="disk",
            )
        else:
            self._workspace.mark_unsaved()
            self._notice.show_message(
                f"{path.name} was removed or renamed by another program. Save to write it again.",
                "warning",
                [("Save", self._files.save)],
                cause="disk",
            )
