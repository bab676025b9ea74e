"""The window's toolbar."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from desktop.document.problems import Severity
from desktop.document.text import counted
from desktop.views.commands.actions import Actions
from desktop.views.theme import Theme, scaled
from desktop.views.widgets.text import plain
from desktop.views.window.data_button import DataButton
from desktop.views.window.docks import COMPACT, SMALL
from desktop.views.window.run_bar import RunBar
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


class Toolbar(QToolBar):
    """File and edit commands, the data, and training with how far it is.

    `problemsRequested()`: the errors that stand in the way of training are wanted.
    """

    problemsRequested = Signal()

    def __init__(
        self,
        actions: Actions,
        edits: tuple[QAction, QAction],
        workspace: Workspace,
        session: Session,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Toolbar", parent)
        self._workspace = workspace
        self._session = session
        self._theme = theme
        self._train = actions["train"]
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addActions([actions[name] for name in ("new", "open", "save")])
        self.addSeparator()
        self.addActions(edits)
        self.addSeparator()
        self.data_button = DataButton(workspace, session)
        self._data_action = self.addWidget(self.data_button)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        self.run_bar = RunBar(session)
        self._run_bar_action = self.addWidget(self.run_bar)
        self.errors_button = QToolButton()
        self.errors_button.setObjectName("errors")
        self.errors_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.errors_button.clicked.connect(self.problemsRequested)
        self._errors_action = self.addWidget(self.errors_button)
        self.addActions([actions[name] for name in ("train", "pause", "stop", "reset")])
        train = self.widgetForAction(self._train)
        assert isinstance(train, QToolButton)
        train.setProperty("role", "primary")
        train.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.train_button = train
        self._train.changed.connect(self._update_train)
        theme.changed.connect(self._fit)
        self._update_train()

    def _update_train(self) -> None:
        """The button has its own colors, and errors that disable it are named beside it."""
        self.train_button.setIcon(self._theme.icon("mdi6.play", "on_accent"))
        problems = self._workspace.analysis.problems
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        shown = errors > 0 and not self._session.is_running
        if shown:
            self.errors_button.setIcon(self._theme.icon("mdi6.alert-circle-outline", "bad"))
            self.errors_button.setText(f"{counted(errors, 'error')} to fix")
            self.errors_button.setToolTip(plain(self._train.statusTip()))
        self._errors_action.setVisible(shown)
        self._run_bar_action.setVisible(not shown)

    def _fit(self) -> None:
        """Leave room for the commands: the data has a page, too."""
        self.data_button.set_compact(self.width() < scaled(COMPACT))
        self._data_action.setVisible(self.width() >= scaled(SMALL))

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)
