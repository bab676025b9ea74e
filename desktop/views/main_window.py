"""The window: puts the parts together and turns commands into edits and requests."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from desktop import __version__
from desktop.document.layers.base import shape_text
from desktop.document.project import Project
from desktop.views import actions
from desktop.views.actions import Menu
from desktop.views.messages import Messages
from desktop.views.notice import Notice
from desktop.views.outdated import Outdated
from desktop.views.pages.tabs import Page, Pages
from desktop.views.palette import Palette
from desktop.views.problems_bar import ProblemsBar
from desktop.views.project_files import ProjectFiles
from desktop.views.properties_panel import PropertiesPanel
from desktop.views.run_bar import RunBar
from desktop.views.settings import LAYOUT_VERSION, Settings
from desktop.views.shortcuts import ShortcutsDialog
from desktop.views.stack import StackView
from desktop.views.stack.commands import COMMANDS
from desktop.views.theme import SPACE_S, Mode, Theme
from desktop.views.training_panel import TrainingPanel
from desktop.views.workspace import Workspace
from desktop.workers.collector import Collector
from desktop.workers.reports import EngineInfo
from desktop.workers.session import Session, State

COMPACT = 1280  # pixels; in a narrower window panels and toolbar take less room
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
        self.resize(1440, 900)
        self._compact = False
        self._collector: Collector | None = None

        self._actions = actions.make_actions(self)
        self._data_timer = QTimer(self, singleShot=True, interval=DATA_DELAY)
        self._data_timer.timeout.connect(self._load_data)
        self._make_centre()
        self.files = ProjectFiles(workspace, session, settings, self.notice, self)
        self._messages = Messages(workspace, session, self.pages, self.files, self.notice)
        self._outdated = Outdated(workspace, session, self.pages, self.notice)
        self._make_docks()
        self._make_menus()
        self._make_toolbar()
        self._make_status_bar()
        self._connect()
        self._default_layout = self.saveState(LAYOUT_VERSION)
        if not self._restore_layout():
            self._fit_docks()
        self._compact = self.width() < COMPACT
        self._update_data_button()
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
        self.files.opened.connect(self.pages.evaluate.forget)
        self.session.start()
        self.session.load_data(self.workspace.project.data)

    # --- making the parts -------------------------------------------------------------------------

    def _make_centre(self) -> None:
        self.pages = Pages(self.workspace, self.session, self._theme)
        self.pages.setObjectName("pages")
        self.setCentralWidget(self.pages)
        self.notice = Notice(self._theme, self.pages)

    def _make_docks(self) -> None:
        self.palette_view = Palette(self._theme)
        self.stack = StackView(self.workspace, self._theme)
        self.properties = PropertiesPanel(self.workspace, self._theme)
        self.training = TrainingPanel(self.workspace, self._theme)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        layers = self._dock("Layers", self.palette_view, left)
        model = self._dock("Model", self.stack, left)
        properties = self._dock("Properties", self.properties, right)
        training = self._dock("Training", self.training, right)
        self.splitDockWidget(layers, model, Qt.Orientation.Horizontal)
        self.splitDockWidget(properties, training, Qt.Orientation.Vertical)
        self._docks = layers, model, properties, training

    def _fit_docks(self) -> None:
        """Give the docks their usual sizes, smaller ones in a small window."""
        layers, model, properties, training = self._docks
        widths = [150, 235, 262] if self._compact else [172, 272, 290]
        self.resizeDocks([layers, model, properties], widths, Qt.Orientation.Horizontal)
        self.resizeDocks([properties, training], [360, 440], Qt.Orientation.Vertical)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"{title.lower()}_dock")
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _make_menus(self) -> None:
        menus = {menu: self.menuBar().addMenu(menu.value) for menu in Menu}
        self.undo_action = self.workspace.undo_action(self)
        self.redo_action = self.workspace.redo_action(self)
        self._set_icons()
        menus[Menu.EDIT].addActions([self.undo_action, self.redo_action])
        for command in COMMANDS:
            if command.separator or command is COMMANDS[0]:
                menus[Menu.EDIT].addSeparator()
            # The key is only shown: it belongs to the stack, and to text fields where they are.
            action = menus[Menu.EDIT].addAction(f"{command.text}\t{command.key_text}")
            action.triggered.connect(getattr(self.stack, command.id))
        for spec in actions.ACTIONS:
            if spec.separator:
                menus[spec.menu].addSeparator()
            menus[spec.menu].addAction(self._actions[spec.id])
        for menu in self.files.make_menus():
            menus[Menu.FILE].insertMenu(self._actions["save"], menu)
        self._add_view_menus(menus[Menu.VIEW])

    def _add_view_menus(self, menu: QMenu) -> None:
        first = menu.actions()[0]
        themes = QMenu("&Theme", self)
        group = QActionGroup(self)
        for mode, text in (
            (Mode.SYSTEM, "&As the System"),
            (Mode.LIGHT, "&Light"),
            (Mode.DARK, "&Dark"),
        ):
            action = themes.addAction(text)
            action.setCheckable(True)
            action.setChecked(mode is self._theme.mode)
            action.setData(mode)
            group.addAction(action)
        group.triggered.connect(self._on_theme_chosen)
        menu.insertMenu(first, themes)
        for dock in self.findChildren(QDockWidget):
            menu.insertAction(first, dock.toggleViewAction())
        menu.insertSeparator(first)

    def _make_toolbar(self) -> None:
        bar = QToolBar("Toolbar")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)
        bar.addActions([self._actions[name] for name in ("new", "open", "save")])
        bar.addSeparator()
        bar.addActions([self.undo_action, self.redo_action])
        bar.addSeparator()
        self.data_button = QToolButton()
        self.data_button.setToolTip("Show the data page")
        self.data_button.clicked.connect(self._show_data_page)
        bar.addWidget(self.data_button)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        self.run_bar = RunBar(self.session)
        bar.addWidget(self.run_bar)
        bar.addActions([self._actions[name] for name in ("train", "pause", "stop", "reset")])
        train = bar.widgetForAction(self._actions["train"])
        assert isinstance(train, QToolButton)
        train.setProperty("role", "primary")
        train.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.train_button = train

    def _make_status_bar(self) -> None:
        self.problems_bar = ProblemsBar(self.workspace, self._theme)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.problems_bar, 1)
        self._device = QLabel("Loading TensorFlow…")
        self._device.setProperty("role", "small")
        self._device.setContentsMargins(0, 0, SPACE_S, 0)
        self.statusBar().addPermanentWidget(self._device)

    def _connect(self) -> None:
        workspace, session = self.workspace, self.session
        workspace.projectChanged.connect(self._on_project_changed)
        workspace.pathChanged.connect(self._retitle)
        workspace.dirtyChanged.connect(self._retitle)
        self.files.saved.connect(self._on_saved)
        self.files.opened.connect(self._on_opened)
        session.engineReady.connect(self._on_engine_ready)
        session.engineFailed.connect(self._on_engine_failed)
        session.stateChanged.connect(self._update_actions)
        session.dataLoading.connect(self._update_data_button)
        session.dataLoaded.connect(self._update_data_button)
        session.dataFailed.connect(self._on_data_failed)
        session.runStarted.connect(self._on_run_started)
        session.runEnded.connect(self._update_actions)
        session.modelReset.connect(self._update_actions)
        self.palette_view.layerActivated.connect(self.stack.add_layer)
        self.stack.selectedLayersChanged.connect(self.properties.show_layers)
        self.stack.editRequested.connect(self.properties.focus_form)
        self.stack.message.connect(self._messages.show_stack_message)
        self.problems_bar.layerRequested.connect(self.stack.select_layer)
        self.problems_bar.trainingRequested.connect(self.training.focus_field)
        self.pages.currentChanged.connect(self._update_actions)
        self._theme.changed.connect(self._on_theme_changed)

    # --- keeping up with what happens -------------------------------------------------------------

    def _on_project_changed(self, before: Project, after: Project) -> None:
        if before.data != after.data:
            self._data_timer.start()
        self._update_actions()

    def _load_data(self) -> None:
        self.session.load_data(self.workspace.project.data)

    def _update_data_button(self) -> None:
        source, summary = self.workspace.project.data, self.session.summary
        shape = shape_text(source.input_shape)
        text = f"Data: {source.title}"
        if summary is None:
            details = "not loaded" if self.session.data_error else "loading…"
        elif len(source.input_shape) > 1:
            details = f"{sum(split.rows for split in summary.splits):,} images {shape}"
        else:
            details = f"{summary.split('training').rows:,} rows of {shape}"
        self.data_button.setText(text if self._compact else f"{text} – {details}")
        self.data_button.setToolTip(f"{text} – {details}. Show the data page")
        self.data_button.setAccessibleName(f"{text} – {details}")
        self._update_actions()

    def _on_data_failed(self) -> None:
        self._update_data_button()
        self.pages.show_page(Page.DATA)  # which says why, and what can be done

    def _on_engine_ready(self, info: EngineInfo) -> None:
        self._device.setText(f"{info.device} · TensorFlow {info.tensorflow} · Keras {info.keras}")
        self._update_actions()

    def _on_engine_failed(self) -> None:
        self._device.setText("TensorFlow is not loaded")

    def _on_run_started(self) -> None:
        if self.pages.shown in (Page.DATA, Page.EVALUATE):
            self.pages.show_page(Page.TRAIN)

    def _on_opened(self) -> None:
        self.session.reset()
        self.stack.select_layer(-1)

    def _on_saved(self, path: str) -> None:
        self.statusBar().showMessage(f"Saved {path}", 4000)

    def _update_actions(self) -> None:
        session, project = self.session, self.workspace.project
        state = session.state
        running = session.is_running
        further = session.can_continue(project)
        busy = running or state is State.EVALUATING
        train = self._actions["train"]
        train.setEnabled(self.workspace.analysis.is_trainable and not busy)
        train.setText("&Train Further" if further and not busy else "&Train")
        pause = self._actions["pause"]
        pause.setEnabled(state in (State.TRAINING, State.PAUSED))
        paused = state is State.PAUSED
        pause.setText("&Resume" if paused else "&Pause")
        pause.setToolTip("Go on with the training (F6)" if paused else "Hold the training (F6)")
        pause.setIcon(self._theme.icon("mdi6.play-pause" if paused else "mdi6.pause"))
        self._actions["stop"].setEnabled(
            state in (State.WAITING, State.TRAINING, State.PAUSED, State.EVALUATING)
        )
        self._actions["reset"].setEnabled(session.model_project is not None and not busy)
        self._actions["evaluate"].setEnabled(session.has_model and state is State.IDLE)
        self._actions["save_model"].setEnabled(session.model_project is not None and not busy)

    def _retitle(self) -> None:
        path = self.workspace.path
        name = path.stem if path is not None else "Untitled"
        self.setWindowTitle(f"{name}[*] – Layerwise")
        self.setWindowModified(self.workspace.dirty)

    def _set_icons(self) -> None:
        actions.set_icons(self._actions, self._theme)
        self.undo_action.setIcon(self._theme.icon("mdi6.undo"))
        self.redo_action.setIcon(self._theme.icon("mdi6.redo"))

    def _on_theme_changed(self) -> None:
        self._set_icons()
        self._update_actions()

    # --- commands ---------------------------------------------------------------------------------

    def on_new(self) -> None:
        self.files.new()

    def on_open(self) -> None:
        self.files.open()

    def on_save(self) -> None:
        self.files.save()

    def on_save_as(self) -> None:
        self.files.save_as()

    def on_save_model(self) -> None:
        self.files.save_network()

    def on_quit(self) -> None:
        self.close()

    def on_train(self) -> None:
        project = self.workspace.project
        further = self.session.can_continue(project)
        if further or self.files.may_discard_network():
            self.session.train(project, further=further)

    def on_pause(self) -> None:
        if self.session.state is State.PAUSED:
            self.session.resume()
        else:
            self.session.pause()

    def on_stop(self) -> None:
        self.session.stop()

    def on_reset(self) -> None:
        if self.files.may_discard_network():
            self.session.reset()

    def on_evaluate(self) -> None:
        self.pages.show_page(Page.EVALUATE)
        self.session.evaluate()

    def on_reset_layout(self) -> None:
        self._settings.forget_layout()
        self.restoreState(self._default_layout, LAYOUT_VERSION)
        self._fit_docks()

    def on_about(self) -> None:
        info = self.session.info
        libraries = f"Keras {info.keras}, TensorFlow {info.tensorflow}" if info else "TensorFlow"
        QMessageBox.about(
            self,
            "About Layerwise",
            f"<h3>Layerwise {__version__}</h3><p>Stack Keras layers, watch the network learn, and "
            f"try it on digits you draw.</p><p>{libraries}. Works without a network; "
            "nothing you do here leaves this computer.</p>",
        )

    def on_keys(self) -> None:
        ShortcutsDialog(self).exec()

    def _show_data_page(self) -> None:
        self.pages.show_page(Page.DATA)

    def _on_theme_chosen(self, action: object) -> None:
        mode = Mode(action.data())  # type: ignore[attr-defined]
        self._settings.theme = mode
        self._theme.set_mode(mode)

    def _restore_layout(self) -> bool:
        """Whether the panels are as they were left."""
        layout: tuple[QByteArray, QByteArray] | None = self._settings.layout
        if layout is None:
            return False
        self.restoreGeometry(layout[0])
        return self.restoreState(layout[1], LAYOUT_VERSION)

    # --- Qt ---------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_discard():
            event.ignore()
            return
        self._settings.layout = self.saveGeometry(), self.saveState(LAYOUT_VERSION)
        self._settings.sync()
        self.hide()  # at once: the threads may take a moment to end
        self.session.close()
        if self._collector is not None:
            self._collector.close()
        event.accept()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < COMPACT
        if compact != self._compact:
            self._compact = compact
            self._fit_docks()
            self._update_data_button()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.files.open_dropped(path)

    @staticmethod
    def _dropped_file(event: QDropEvent) -> Path | None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            return Path(urls[0].toLocalFile())
        return None
