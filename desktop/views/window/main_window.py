"""The window: puts the parts together, and connects them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QStatusTipEvent,
)
from PySide6.QtWidgets import QMainWindow

from desktop.document.project import Project
from desktop.views.commands.actions import Actions
from desktop.views.commands.groups import Commands, HelpCommands, RunCommands, ViewCommands
from desktop.views.editor.health.lights import HealthLights
from desktop.views.editor.stack.menu import CommandActions
from desktop.views.files.project_files import ProjectFiles
from desktop.views.settings import Settings
from desktop.views.theme import Theme
from desktop.views.window import menu_bar
from desktop.views.window.docks import Docks
from desktop.views.window.first_network import FirstNetwork
from desktop.views.window.messages import Messages
from desktop.views.window.notice import Notice
from desktop.views.window.outdated import Outdated
from desktop.views.window.pages import Page, Pages
from desktop.views.window.status_bar import StatusBar
from desktop.views.window.tab_order import move_focus
from desktop.views.window.toolbar import Toolbar
from desktop.views.workspace import Workspace
from desktop.workers.collector import Collector
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.views.window.room import Room
    from desktop.workers.reports import DataSummary

_USUAL_SIZE = QSize(1440, 900)
_FRAME = QSize(16, 40)  # room for the frame around the window, whose size is not known before
DATA_DELAY = 250  # milliseconds from an edit of the data settings to loading them


class MainWindow(QMainWindow):
    """One window on one project. `closed` is emitted once nothing of it runs any more."""

    closed = Signal()

    def __init__(
        self, workspace: Workspace, session: Session, theme: Theme, settings: Settings
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.session = session
        self._theme = theme
        self._settings = settings
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.resize(_USUAL_SIZE.boundedTo(self.screen().availableSize() - _FRAME))
        self._collector: Collector | None = None
        self._room: Room | None = None
        self._data_timer = QTimer(self, singleShot=True, interval=DATA_DELAY)
        self._data_timer.timeout.connect(self._load_data)
        self._make_parts()
        self._make_commands()
        self._connect()
        self.docks.remember()
        if not self._restore_layout():
            self.docks.fit()
        self._retitle()

    def start(self) -> None:
        """Make the rest, then load TensorFlow and the data; call once the window is painted.

        In this order, because beside the two threads that load the rest would take several times
        as long, and the window would not answer meanwhile.
        """
        self._collector = Collector(self)
        self.session.runStarted.connect(self._collector.collect)  # the network before it is gone
        self.session.modelReset.connect(self._collector.collect)
        self.pages.prepare()
        self._prepare_runs()
        self._prepare_lessons()
        self.files.opened.connect(self.pages.evaluate.clear)
        self.files.opened.connect(self.pages.draw.images.clear_files)
        self.session.start()
        self.session.load_data(self.workspace.project.data)

    def _prepare_runs(self) -> None:
        from desktop.views.window.group_notices import GroupNotices
        from desktop.views.window.room import Room
        from desktop.views.window.run_notices import RunNotices

        self._room = Room(self.docks, self.pages)
        self._run_notices = RunNotices(self.pages.runs, self.session, self.files, self.notice)
        self._group_notices = GroupNotices(
            self.pages.groups, self.session.groups, self.files, self.notice
        )
        self.pages.groups.offer([self._actions["train_times"], self._actions["vary"]])

    def _prepare_lessons(self) -> None:
        from desktop.views.window.lessons import Lessons

        self.lessons = Lessons(self, self.docks, self.pages, self.toolbar, self.files, self.notice)

    # --- making the parts -------------------------------------------------------------------------

    def _make_parts(self) -> None:
        workspace, session, theme = self.workspace, self.session, self._theme
        self.pages = Pages(workspace, session, theme, self._settings, self)
        self.pages.setObjectName("pages")
        self.setCentralWidget(self.pages)
        self.notice = Notice(theme, self.pages)
        self.files = ProjectFiles(workspace, session, self._settings, self.notice, self)
        self._messages = Messages(workspace, session, self.pages, self.files, self.notice)
        self._outdated = Outdated(workspace, session, self.pages, self.notice)
        self._first_network = FirstNetwork(workspace, self)
        self.docks = Docks(self, workspace, theme)
        self.palette_view, self.stack = self.docks.palette, self.docks.stack
        self.properties, self.training = self.docks.properties, self.docks.training
        self.status = StatusBar(workspace, session, theme, self)
        self.lights = HealthLights(workspace, session, self)
        self.setStatusBar(self.status)

    def _make_commands(self) -> None:
        workspace, session, theme = self.workspace, self.session, self._theme
        view = ViewCommands(theme, self._settings, self.docks, self)
        view.zoomed.connect(self._on_zoomed)
        commands = Commands(
            self,
            self.files,
            workspace,
            RunCommands(workspace, session, self.files, self.pages, self.notice, theme),
            view,
            HelpCommands(session, self.pages, theme, self),
        )
        self.undo_action = workspace.undo_action(self)
        self.redo_action = workspace.redo_action(self)
        self._stack_actions = CommandActions(self.stack, theme, self)
        edits = self.undo_action, self.redo_action
        actions = self._actions = Actions(commands, workspace, session, theme)
        self.pages.offer(actions.__getitem__, self.files.may_discard_network)
        menu_bar.fill(self.menuBar(), actions, commands, edits, self._stack_actions, self.docks)
        self.toolbar = Toolbar(actions, edits, workspace, session, theme, self)
        self.addToolBar(self.toolbar)
        self.run_bar = self.toolbar.run_bar
        self._set_icons()

    def _connect(self) -> None:
        workspace, session = self.workspace, self.session
        workspace.projectChanged.connect(self._on_project_changed)
        workspace.fileChanged.connect(self._retitle)
        workspace.dirtyChanged.connect(self._retitle)
        self.files.saved.connect(self._on_saved)
        self.files.opened.connect(self._on_opened)
        self.files.dataUsed.connect(self._show_data_page)
        self.files.imagesChosen.connect(self._show_images)
        self._first_network.taken.connect(self.status.show_message)
        session.dataLoaded.connect(self._on_data_loaded)
        session.dataFailed.connect(self._show_data_page)  # which says why, and what can be done
        session.runStarted.connect(self._on_run_started)
        session.imageOpened.connect(self._show_draw_page)
        self.toolbar.data_button.clicked.connect(self._show_data_page)
        self.toolbar.problemsRequested.connect(self.status.problems.open_list)
        self.palette_view.layerActivated.connect(self.stack.add_layer)
        self.palette_view.layersReturned.connect(self.stack.remove_dragged)
        self.stack.selectedLayersChanged.connect(self.properties.show_layers)
        self.stack.selectedLayersChanged.connect(self._stack_actions.update)
        self.stack.editRequested.connect(self.properties.focus_form)
        self.properties.left.connect(self.stack.setFocus)
        self.lights.changed.connect(self.stack.set_health)
        self.lights.changed.connect(self._stack_actions.update)
        self.stack.healthRequested.connect(self._show_health)
        self.stack.message.connect(self._messages.show_stack_message)
        self.status.problems.layerRequested.connect(self.stack.select_layer)
        self.status.problems.trainingRequested.connect(self.training.focus_field)
        self._theme.changed.connect(self._set_icons)

    # --- keeping up with what happens -------------------------------------------------------------

    def _on_project_changed(self, before: Project, after: Project) -> None:
        if before.data != after.data:
            self._data_timer.start()

    def _on_data_loaded(self, summary: DataSummary) -> None:
        self.workspace.show_schema(summary.source, summary.schema)
        # On its own: the pages have enough to do with the data at once.
        QTimer.singleShot(0, self._first_network, self._first_network.use_if_untouched)

    def _load_data(self) -> None:
        self.session.load_data(self.workspace.project.data)

    def _show_health(self, layer: int) -> None:
        from desktop.views.editor.health.dialog import HealthDialog

        shown = self.findChild(HealthDialog) or HealthDialog(
            self.lights, self.workspace, self._theme, self
        )
        shown.show_layer(layer)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def _show_data_page(self) -> None:
        self.pages.show_page(Page.DATA)

    def _show_draw_page(self) -> None:
        self.pages.show_page(Page.DRAW)

    def _show_images(self, paths: list[Path]) -> None:
        """Show the images where there is room for them: not beside the paper to draw on."""
        summary = self.session.summary
        can_draw = summary is None or summary.is_drawable
        page, shown = (
            (Page.EVALUATE, self.pages.evaluate) if can_draw else (Page.DRAW, self.pages.draw)
        )
        shown.images.show_files(paths)
        self.pages.show_page(page)

    def _on_run_started(self) -> None:
        if self.pages.shown in (Page.DATA, Page.EVALUATE):
            self.pages.show_page(Page.TRAIN)

    def _on_opened(self) -> None:
        self.session.reset()
        self.stack.select_layer(-1)

    def _on_zoomed(self, percent: int) -> None:
        self.status.show_message(f"Zoom {percent} %")

    def _on_saved(self, path: str) -> None:
        self.status.show_message(f"Saved {path}")

    def _retitle(self) -> None:
        name = (self.workspace.name or "Untitled").replace("[*]", "[*][*]")
        self.setWindowTitle(f"{name}[*] – Layerwise")
        self.setWindowModified(self.workspace.dirty)

    def _set_icons(self) -> None:
        self.undo_action.setIcon(self._theme.icon("mdi6.undo"))
        self.redo_action.setIcon(self._theme.icon("mdi6.redo"))
        self._stack_actions.update()

    def _restore_layout(self) -> bool:
        """Whether the panels are as they were left."""
        layout = self._settings.layout
        if layout is None:
            return False
        self.restoreGeometry(layout[0])
        return self.docks.restore(layout[1])

    # --- Qt ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QStatusTipEvent):
            self.status.show_tip(event.tip())
            return True
        return super().event(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        return move_focus(self, forward=next)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_discard():
            event.ignore()
            return
        if self._room is not None:
            self._room.give_back()
        self._settings.layout = self.saveGeometry(), self.docks.save()
        self._settings.sync()
        self.hide()  # at once: the threads may take a moment to end
        self.session.close()
        if self._collector is not None:
            self._collector.close()
        event.accept()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = self._dropped_files(event)
        if not paths:
            return
        event.acceptProposedAction()
        if len(paths) == 1:
            self.files.open_path(paths[0])
        else:
            self.files.open_images(paths)

    @staticmethod
    def _dropped_files(event: QDropEvent) -> list[Path]:
        """The files that are dropped; none if one of them is not on this computer."""
        urls = event.mimeData().urls()
        if not all(url.isLocalFile() for url in urls):
            return []
        return [Path(url.toLocalFile()) for url in urls]
