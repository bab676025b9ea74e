"""Says that what a page shows is of other layers or data than those of the project now."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.views.window.notice import Notice
from desktop.views.window.pages import Page, Pages
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

CAUSE = "outdated"
Said = tuple[tuple[Page, ...], str, str]  # where, while training, and after it

LAYERS: Said = (
    (Page.TRAIN, Page.EVALUATE, Page.DRAW),
    "The layers have changed since training began; it continues with those from before.",
    "The layers have changed since this network was trained; Train makes a new one.",
)
DATA: Said = (
    (Page.TRAIN,),  # the other pages say it themselves
    "The data has changed since training began; it continues with the data from before.",
    "The data has changed since this network was trained; Train makes a new one.",
)


class Outdated(QObject):
    """Shows a message while the layers or the data differ from those of the network. Closed by the
    user, it stays away until they have been the same again."""

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
        built, project = self._session.model_project, self._workspace.project
        change = None
        if built is not None and built.data != project.data:
            change = DATA
        elif built is not None and built.layers != project.layers:
            change = LAYERS
        self._closed = self._closed and change is not None
        text = ""
        if change is not None and not self._closed:
            pages, training, trained = change
            if self._pages.shown in pages:
                text = training if self._session.is_running else trained
        if text == self._said:
            return
        self._said = text
        if text:
            self._notice.show_message(text, "warning", cause=CAUSE)
        else:
            self._notice.withdraw(CAUSE)
