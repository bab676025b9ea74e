"""What the commands of the window do, in groups like its menus; files have their own module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QWidget

from desktop import __version__
from desktop.document.project import Project
from desktop.views.commands.pace_menu import PaceMenu
from desktop.views.commands.shortcuts import ShortcutsDialog
from desktop.views.files.project_files import ProjectFiles
from desktop.views.settings import Settings
from desktop.views.theme import Mode, Theme, zoom
from desktop.views.window.docks import Docks
from desktop.views.window.notice import Notice
from desktop.views.window.pages import Page, Pages
from desktop.views.workspace import Workspace
from desktop.workers.session import Session, State

if TYPE_CHECKING:
    from desktop.document.space import Space
    from desktop.views.pages.groups.sweep.dialog import Wanted
    from desktop.views.window.explain import Explain

_BEGUN = "The networks are being trained. Their results are on the page Runs, under Groups."


class RunCommands:
    """Training and evaluation."""

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        files: ProjectFiles,
        pages: Pages,
        notice: Notice,
        theme: Theme,
    ) -> None:
        self._workspace = workspace
        self._theme = theme
        self._notice = notice
        self._session = session
        self._files = files
        self._pages = pages

    def train(self) -> None:
        """Train the project: from the weights there are, or from new ones."""
        self._train(self._workspace.project)

    def train_epoch(self) -> None:
        """Train the project for one epoch, or complete the one that was stopped."""
        project = self._workspace.project
        self._train(project.replace(training=project.training.replace(epochs=1)))

    def _train(self, project: Project) -> None:
        resume = self._session.can_continue(project)
        if resume or self._files.may_discard_network():
            self._session.train(project, resume=resume)

    def train_times(self) -> None:
        """Ask how often to train the project, and do that in worker processes."""
        from desktop.views.pages.groups.dialog import RepeatDialog

        dialog = RepeatDialog(self._workspace.project, self._session.groups, self._pages)
        dialog.accepted_for.connect(self._repeat)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _repeat(self, project: Project, times: int) -> None:
        self._pages.groups.show_next()
        self._pages.show_groups()
        self._session.groups.repeat(project, times, self._workspace.name or "Untitled")

    def pause(self) -> None:
        """Pause the training, or resume it."""
        if self._session.state is State.PAUSED:
            self._session.resume()
        else:
            self._session.pause()

    def stop(self) -> None:
        self._session.stop()

    def reset(self) -> None:
        """Discard the trained weights."""
        if self._files.may_discard_network():
            self._session.reset()

    def pace_menu(self, parent: QWidget) -> QMenu:
        """The choice of how long every epoch is shown at least."""
        return PaceMenu(self._session, parent)

    def evaluate(self) -> None:
        self._pages.show_page(Page.EVALUATE)
        self._session.evaluate()

    def vary(self) -> None:
        """Ask what to vary, and train that in processes of its own."""
        from desktop.views.pages.groups.sweep.dialog import VaryDialog

        schema = self._workspace.analysis.schema
        assert schema is not None  # a rule sees to it
        dialog = VaryDialog(self._workspace.project, schema, self._theme, self._pages.window())
        if self._session.groups.groups:
            dialog.method.fix_workers(self._session.groups.workers)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._sweep(dialog.wanted))
        dialog.open()

    def _sweep(self, wanted: Wanted | None) -> None:
        if wanted is None:
            return
        method = wanted.method
        if not self._session.groups.groups:
            self._session.groups.workers = method.workers
        self._begin_sweep(
            wanted.project, wanted.space, method.metric, method.trials, method.minutes
        )

    def _begin_sweep(
        self,
        project: Project,
        space: Space,
        metric: str,
        trials: int | None = None,
        minutes: float | None = None,
    ) -> None:
        """Vary `space`, and show what comes of it; beside a page of Learn, say where."""
        self._pages.groups.show_next()
        self._session.groups.sweep(
            project,
            space,
            metric,
            trials=trials,
            minutes=minutes,
            name=self._workspace.name or "Untitled",
        )
        if self._pages.shown is Page.LEARN:
            show = [("Show Results", self._pages.show_groups)]
            self._notice.show_message(_BEGUN, "accent", show, cause="groups")
        else:
            self._pages.show_groups()

    def compare_activations(self) -> None:
        """Train the network with each of the usual activation functions."""
        from desktop.document.space import ACTIVATIONS, presets
        from desktop.workers.sweeps import judging_metrics

        project = self._workspace.project
        space = presets(project)[ACTIVATIONS]  # a rule sees to it that there is one
        self._begin_sweep(project, space, judging_metrics(project)[0])

    def open_tensorboard(self) -> None:
        """Show the last run in TensorBoard."""
        record = self._session.record
        if record is not None:
            self._session.tensorboard.open([record.id])


class ViewCommands(QObject):
    """Theme, zoom and layout. `zoomed(percent)`: everything has another size."""

    zoomed = Signal(int)

    def __init__(self, theme: Theme, settings: Settings, docks: Docks, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._settings = settings
        self._docks = docks
        self._window = window

    def reset_layout(self) -> None:
        """Put all panels where they belong."""
        self._settings.forget_layout()
        self._docks.reset()

    def zoom_in(self) -> None:
        """Show everything a step larger."""
        self._zoom(zoom.next_step(self._theme.zoom, 1))

    def zoom_out(self) -> None:
        """Show everything a step smaller."""
        self._zoom(zoom.next_step(self._theme.zoom, -1))

    def actual_size(self) -> None:
        """Show everything in its usual size."""
        self._zoom(zoom.USUAL)

    def _zoom(self, percent: int) -> None:
        if percent == self._theme.zoom:
            return
        self._settings.zoom = percent
        with self._docks.zooming():
            self._theme.set_zoom(percent)
        self.zoomed.emit(percent)

    def theme_menu(self) -> QMenu:
        """The choice of the theme."""
        menu = QMenu("&Theme", self._window)
        group = QActionGroup(self)
        for mode, text in (
            (Mode.SYSTEM, "&As the System"),
            (Mode.LIGHT, "&Light"),
            (Mode.DARK, "&Dark"),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(mode is self._theme.mode)
            action.setData(mode)
            group.addAction(action)
        group.triggered.connect(self._on_theme_chosen)
        return menu

    def _on_theme_chosen(self, action: QAction) -> None:
        mode = Mode(action.data())
        self._settings.theme = mode
        self._theme.set_mode(mode)


class HelpCommands:
    """What there is to know."""

    def __init__(self, session: Session, pages: Pages, theme: Theme, window: QWidget) -> None:
        self._session, self._pages = session, pages
        self._theme, self._window = theme, window

    @cached_property
    def _explain(self) -> Explain:
        from desktop.views.window.explain import Explain

        return Explain(self._theme, self._window)

    def explain(self) -> None:
        """Explain the terms at the control with the focus; open the glossary if it has none."""
        widget = QApplication.focusWidget()
        if widget is None or not self._explain.show_for(widget):
            self.glossary()

    def whats_this(self) -> None:
        """Let the user click at something to have its terms explained."""
        self._explain.start()

    def glossary(self) -> None:
        """Show all terms."""
        from desktop.views.window.learn import GLOSSARY

        self._pages.show_page(Page.LEARN)
        self._pages.learn.show_section(GLOSSARY).setFocus()

    def about(self) -> None:
        info = self._session.info
        libraries = f"Keras {info.keras}, TensorFlow {info.tensorflow}" if info else "TensorFlow"
        QMessageBox.about(
            self._window,
            "About Layerwise",
            f"<h3>Layerwise {__version__}</h3><p>Stack Keras layers, train them on data of your "
            f"own, watch the network learn, and try it.</p><p>{libraries}. Works without an "
            "internet connection: nothing you do here leaves this computer, and data is downloaded "
            "only where you press a button that says so.</p><p>The digit model learned MNIST (Y. "
            "LeCun, C. Cortes, C. Burges; CC BY-SA 3.0) and Pen-Based Recognition of Handwritten "
            "Digits (E. Alpaydin, F. Alimoglu; CC BY 4.0).</p>",
        )

    def keys(self) -> None:
        ShortcutsDialog(self._window).exec()


@dataclass(frozen=True)
class Commands:
    """All groups; an action's spec says which method it runs."""

    window: QWidget
    files: ProjectFiles
    workspace: Workspace
    run: RunCommands
    view: ViewCommands
    help: HelpCommands
