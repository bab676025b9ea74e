"""The pages in the middle of the window, a tab each."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from desktop.views.pages.train.page import TrainPage
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.widgets.controls import TabBar
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.views.pages.data.page import DataPage
    from desktop.views.pages.draw.page import DrawPage
    from desktop.views.pages.evaluate.page import EvaluatePage
    from desktop.views.pages.groups.panel import GroupsPanel
    from desktop.views.pages.runs.page import RunsPage
    from desktop.views.window.learn import Learn, Parts
    from desktop.views.window.runs_and_groups import RunsAndGroups
    from desktop.workers.reports import DataSummary


class Page(IntEnum):
    """The pages, in the order of their tabs."""

    DATA, TRAIN, EVALUATE, DRAW, RUNS, LEARN = range(6)


TITLES = {page: page.name.capitalize() for page in Page}
PREDICT = "Predict"  # in place of Draw


def _scrolled(page: QWidget) -> QScrollArea:
    """`page` as it is, with scroll bars in a window that is too small for it."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area


class Pages(QTabWidget):
    """*Data*, *Train*, *Evaluate*, *Draw* (*Predict* for data that is not drawn), *Runs*, *Learn*.

    *Train* is shown first. The other pages, and the charts of *Train*, are made by `prepare`: the
    window can be seen sooner without them.
    """

    data: DataPage
    train: TrainPage
    evaluate: EvaluatePage
    runs: RunsPage
    groups: GroupsPanel
    draw: DrawPage
    learn: Learn
    parts: Parts
    _kept: RunsAndGroups

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        theme: Theme,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._session = workspace, session
        self._theme, self._settings = theme, settings
        self._action: Callable[[str], QAction] | None = None
        self._may_discard: Callable[[], bool] | None = None
        self.setTabBar(TabBar(self))
        self.tabBar().setAccessibleName("Pages")
        self.setDocumentMode(True)
        self.train = TrainPage(session, theme)
        for page in Page:
            widget = self.train if page is Page.TRAIN else QWidget(self)
            self.addTab(widget, TITLES[page])
        session.dataLoaded.connect(self._retitle)
        self.show_page(Page.TRAIN)

    def offer(self, action: Callable[[str], QAction], may_discard: Callable[[], bool]) -> None:
        """Let pages have buttons for the commands of the window; `action` finds one by its id.

        `may_discard` asks, where that is due, whether the network may be replaced.
        """
        self._action, self._may_discard = action, may_discard

    def prepare(self) -> None:
        """Make what the first painting does not show; once, before the session starts."""
        from desktop.views.course import Course
        from desktop.views.pages.data.page import DataPage
        from desktop.views.pages.draw.page import DrawPage
        from desktop.views.pages.evaluate.page import EvaluatePage
        from desktop.views.window.learn import Learn, Parts
        from desktop.views.window.runs_and_groups import RunsAndGroups

        self.data = DataPage(self._workspace, self._session, self._theme)
        self.evaluate = EvaluatePage(self._session, self._theme)
        self._kept = RunsAndGroups(self._session, self._theme, self._settings)
        self.runs, self.groups = self._kept.runs, self._kept.groups
        self.draw = DrawPage(self._session, self._theme)
        assert self._action is not None and self._may_discard is not None
        self.parts = Parts(
            self._workspace,
            self._session,
            self._theme,
            self._settings,
            self._action,
            self._may_discard,
            Course(self._settings, self),
        )
        self.learn = Learn(self.parts)
        shown = self.shown
        with QSignalBlocker(self):
            for page, widget in (
                (Page.DATA, self.data),
                (Page.EVALUATE, self.evaluate),
                (Page.DRAW, _scrolled(self.draw)),
                (Page.RUNS, _scrolled(self._kept)),
                (Page.LEARN, self.learn),
            ):
                empty = self.widget(page)
                self.removeTab(page)
                self.insertTab(page, widget, TITLES[page])
                if empty is not None:
                    empty.deleteLater()
            self.show_page(shown)
        self.train.prepare()

    def _retitle(self, summary: DataSummary) -> None:
        """Name the page to try the network on after what can be done there."""
        self.setTabText(Page.DRAW, TITLES[Page.DRAW] if summary.is_drawable else PREDICT)

    @property
    def shown(self) -> Page:
        """The page that can be seen."""
        return Page(self.currentIndex())

    def show_page(self, page: Page) -> None:
        """Bring `page` to the front."""
        self.setCurrentIndex(page)

    def show_groups(self) -> None:
        """Bring the groups of runs to the front."""
        self._kept.show_groups()
        self.show_page(Page.RUNS)
