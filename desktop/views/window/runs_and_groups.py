"""The page *Runs*: the table of runs, or the groups of runs, by a switch."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.views.pages.groups.panel import GroupsPanel
from desktop.views.pages.runs.page import RunsPage
from desktop.views.settings import Settings
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.controls import TabBar
from desktop.workers.session import Session


class RunsAndGroups(QWidget):
    """Shows one of two; `switch` says which."""

    def __init__(
        self, session: Session, theme: Theme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.runs = RunsPage(session, theme, settings)
        self.groups = GroupsPanel(session, theme)
        self.switch = TabBar(self)
        self.switch.setAccessibleName("What the page shows")
        self.switch.setDrawBase(False)
        self.switch.setExpanding(False)
        self._stack = QStackedWidget()
        for title, widget in (("Runs", self.runs), ("Groups", self.groups)):
            self.switch.addTab(title)
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_XS, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.switch)
        column.addWidget(self._stack, 1)
        self.switch.currentChanged.connect(self._stack.setCurrentIndex)
        self.groups.runsChosen.connect(self._show_runs)

    def show_groups(self) -> None:
        """Bring the groups to the front."""
        self.switch.setCurrentIndex(self._stack.indexOf(self.groups))

    def _show_runs(self, runs: Sequence[str]) -> None:
        self.switch.setCurrentIndex(self._stack.indexOf(self.runs))
        self.runs.table.select(runs)
