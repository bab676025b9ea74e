"""Says that what a page shows is of other layers than those in the stack now."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.views.notice import Notice
from desktop.views.pages.tabs import Page, Pages
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

CAUSE = "outdated"
PAGES = (Page.EVALUATE, Page.DRAW)  # where it is said
TRAINING = "The layers have changed since training began; it goes on with those from before."
TRAINED = "The layers have changed since this network was trained; Train makes a new one."


class Outdated(QObject):
    """Shows a message while the layers differ from those of the network. Closed by the user, it
    stays away until the layers have been the same again."""

    def __init__(
        self, workspace: Workspace, session: Session, pages: Pages, notice: Notice
    ) -> None:
        super().__init__(notice)
        self._workspace = workspace
        self._session = session
        self._pages = pages
        self._notice = notice
        self._said = ""
        self._closed = False
        workspace.projectChanged.connect(self._update)
        session.stateChanged.connect(self._update)
        session.modelReset.connect(self._update)
        pages.currentChanged.connect(self._update)
        notice.closed.connect(self._on_closed)

    def _on_closed(self, cause: str) -> None:
        if cause == CAUSE:
            self._closed = True

    def _update(self) -> None:
        session = self._session
        built = session.model_project
        changed = (
            built is not None
            and session.has_model
            and built.layers != self._workspace.project.layers
        )
        self._closed = self._closed and changed
        text = ""
        if changed and not self._closed and self._pages.shown in PAGES:
            text = TRAINING if session.is_running else TRAINED
        if text == self._said:
            return
        self._said = text
        if text:
            self._notice.show_message(text, "warning", cause=CAUSE)
        else:
            self._notice.withdraw(CAUSE)
