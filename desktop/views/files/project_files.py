"""Opening and saving the project and its network, and never losing either on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop.document.data import DataSource, sources_for
from desktop.document.project import Project, starter_project
from desktop.document.storage import EXTENSION, ProjectFileError
from desktop.document.text import counted
from desktop.views.files.kinds import (
    FileKind,
    kind_of,
    looks_like_test_file,
    open_filter,
    what_to_do_with,
)
from desktop.views.files.menus import ExamplesMenu, RecentMenu, example_title
from desktop.views.settings import Settings
from desktop.views.widgets.file_questions import Button, FileQuestions
from desktop.views.window.notice import Notice
from desktop.views.workspace import FileState, Workspace
from desktop.workers.session import Session, State
from desktop.workers.tasks import OpenedModel

NO_IMAGES = (
    "{} is an image, and this project's data is not: choose image data on the Data page, then open "
    "it again"
)
ONLY_NUMBERS = (
    "{} was not opened: a network for this project's data predicts numbers, and images in files "
    "are predicted by class. Choose image data with classes on the Data page, then open it again"
)
SINGLY = "Only images can be opened several at a time: open {} alone"
STOP_FIRST = "{} was not opened: stop the training or evaluation first, then open it again"
LOADED = "The network of {} is in use: evaluate it, draw with it, or train it further"
WORTH_ASKING = 60  # seconds of training that are not discarded without asking


class ProjectFiles(QObject):
    """The file commands of one window.

    `saved` carries the path that was written; `opened` follows when another project is in place,
    `dataUsed` when the project has other data. `imagesChosen` carries the paths of images that are
    to be predicted as they are, `lessonChosen` the path of a lesson.
    """

    saved = Signal(str)
    opened = Signal()
    dataUsed = Signal()
    imagesChosen = Signal(list)
    lessonChosen = Signal(object)

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        settings: Settings,
        notice: Notice,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._session = session
        self._settings = settings
        self._notice = notice
        self._window = window
        self._ask = FileQuestions(window)
        session.modelOpened.connect(self._on_model_opened)
        session.modelOpenFailed.connect(self._show_error)
        session.imageOpened.connect(self._on_image_opened)
        session.pageOpened.connect(self._on_page_opened)
        session.imageOpenFailed.connect(self._show_error)

    def new(self) -> None:
        """Start over with a small project that trains within seconds."""
        if self.may_discard():
            self._workspace.new(starter_project())
            self.opened.emit()

    def open(self) -> None:
        """Ask for a file and open it."""
        path = self._ask.file_to_open(self.folder, open_filter())
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open the project or model at `path`, after asking about unsaved changes.

        Data becomes the project's, an image a drawing, or is predicted as it is; of any other file,
        say what it is and what can be opened.
        """
        kind = kind_of(path)
        if kind is FileKind.MODEL:
            self._open_model(path)
        elif kind is FileKind.LESSON:
            self.lessonChosen.emit(path)
        elif kind is FileKind.DATA:
            self._use_data(path)
        elif kind is FileKind.IMAGE:
            self._open_image(path)
        elif kind is FileKind.PROJECT:
            self._open_project(path)
        else:
            self._show_error(what_to_do_with(path))

    def _open_project(self, path: Path) -> None:
        if not self.may_discard():
            return
        try:
            self._workspace.open(path)
        except ProjectFileError as error:
            self._show_error(str(error))
            return
        self._settings.add_recent(path)
        self.opened.emit()

    def open_project(self, project: Project, name: str) -> None:
        """Continue with `project`, called `name`, after asking about unsaved changes."""
        if self.may_discard():
            self._workspace.new(project, name)
            self.opened.emit()

    def open_network(self, path: Path, name: str, data: DataSource) -> None:
        """Have the network of the run called `name` read, whose project has this `data`."""
        if self._session.open_model(path, data, name):
            self._notice.show_message(f"Loading the network of {name}…", "accent", cause="file")
        else:
            self._show_error(STOP_FIRST.format(f"The network of {name}"))

    def reload(self) -> None:
        """Open the project's file again, which another program has changed."""
        if self._workspace.path is not None:
            self.open_path(self._workspace.path)

    def _open_model(self, path: Path) -> None:
        """Have the model read; what there is stays until it has been."""
        if self._session.open_model(path, self._workspace.project.data):
            self._notice.show_message(f"Opening {path.name}…", "accent", cause="file")
        else:
            self._show_error(STOP_FIRST.format(path.name))

    def _on_model_opened(self, model: OpenedModel) -> None:
        self._notice.withdraw("file")
        if not self.may_discard():
            return
        if self._session.is_busy:
            self._show_error(STOP_FIRST.format(model.path.name))
            return
        self._workspace.new(model.project, model.name or model.path.stem)
        if not model.name:
            self._workspace.mark_unsaved()
            self._settings.add_recent(model.path)
        self.opened.emit()
        self._session.adopt(model.network, model.origin)
        if model.name:
            self._notice.show_message(LOADED.format(model.name), "good", cause="file")

    def open_images(self, paths: Sequence[Path]) -> None:
        """Have the images at `paths` predicted; of other files, say that they are opened singly."""
        others = [path.name for path in paths if kind_of(path) is not FileKind.IMAGE]
        schema = self._workspace.analysis.schema
        if others:
            self._show_error(SINGLY.format(others[0]))
        elif schema is not None and not schema.is_image:
            self._show_error(NO_IMAGES.format(paths[0].name))
        elif schema is not None and not schema.class_names:
            self._show_error(ONLY_NUMBERS.format(paths[0].name))
        else:
            self._notice.withdraw("file")
            self.imagesChosen.emit(list(paths))

    def _open_image(self, path: Path) -> None:
        """Have the image read as a drawing, which the page to draw on takes, or predicted."""
        schema, data = self._workspace.analysis.schema, self._workspace.project.data
        if schema is None or (data.takes_drawings(schema) and schema.class_names):
            self._session.open_image(path, schema)
        else:
            self.open_images([path])

    def _on_image_opened(self) -> None:
        self._notice.withdraw("file")

    def _on_page_opened(self, path: Path) -> None:
        self.open_images([path])

    def _use_data(self, path: Path) -> None:
        """Make the data at `path` the project's, read by the data source that can, or is chosen.

        What looks like the test rows of the data that there is may become that.
        """
        kinds, current = sources_for(path), self._workspace.project.data
        tested = None
        if type(current) in kinds and looks_like_test_file(path, current.file):
            tested = current.with_test_file(str(path))
        if tested is not None:
            answer = self._ask.use_as_test_file(path.name, current.title)
            if answer == Button.Yes:
                self._use(tested, f"Test with the rows in {path.name}")
            if answer != Button.No:
                return
        kind = kinds[0] if len(kinds) == 1 else self._ask.source_for(path.name, kinds, current)
        if kind is not None:
            data = self._workspace.last_used(kind).with_file(str(path))
            self._use(data, f"Use the data in {path.name}")

    def _use(self, data: DataSource, text: str) -> None:
        self._workspace.edit(text, self._workspace.project.replace(data=data))
        self.dataUsed.emit()

    def _show_error(self, message: str) -> None:
        self._notice.show_message(message, cause="file")

    def save(self) -> bool:
        """Save under the present name, or ask for one. Returns whether it was saved."""
        if self._workspace.path is None:
            return self.save_as()
        return self._save_to(self._workspace.path)

    def save_as(self) -> bool:
        """Ask for a name and save under it. Returns whether it was saved."""
        start = self._workspace.path or self.folder / f"{self._stem or 'untitled'}{EXTENSION}"
        path = self._ask.project_to_save(start)
        return path is not None and self._save_to(path)

    def save_network(self) -> Path | None:
        """Ask for a name and have the trained network saved under it, which takes a moment.

        Returns the path, or None if nothing is being saved. The session tells how it ended.
        """
        path = self._ask.model_to_save(self.folder / f"{self._stem or 'model'}.keras")
        return path if path is not None and self._session.save_model(path) else None

    def may_discard(self) -> bool:
        """Whether project and network may be discarded: they are saved, or the user said so."""
        return self._may_discard_project() and self.may_discard_network()

    def _may_discard_project(self) -> bool:
        if not self._workspace.dirty:
            return True
        answer = self._ask.save_changes()
        return self.save() if answer == Button.Save else answer == Button.Discard

    def may_discard_network(self) -> bool:
        """Whether the network may be discarded: little is lost, it is saved, or it was asked."""
        session = self._session
        if session.unsaved_seconds < WORTH_ASKING:
            return True
        minutes = round(session.unsaved_seconds / 60)
        took = f"Its training took {counted(minutes, 'minute')}"
        ask = self._ask.discard_training if session.is_running else self._ask.save_network
        answer = ask(took)
        if answer == Button.Save:
            return self._network_is_saved()
        return answer == Button.Discard

    def _network_is_saved(self) -> bool:
        """Have the network saved, and wait for that. Returns whether it was."""
        session = self._session
        if session.state is State.EVALUATING:
            session.stop()  # or it would be saved after that
        path = self.save_network()
        if path is None:
            return False
        loop = QEventLoop()

        def saved(name: str) -> None:
            if name == str(path):
                loop.exit(1)

        def failed(_message: str, name: str) -> None:
            if name == str(path):
                loop.exit(0)

        session.modelSaved.connect(saved)
        session.modelSaveFailed.connect(failed)
        is_saved = loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents) == 1
        session.modelSaved.disconnect(saved)
        session.modelSaveFailed.disconnect(failed)
        return is_saved

    @property
    def _stem(self) -> str:
        """The project's name as the beginning of a file name, or ""."""
        workspace = self._workspace
        if workspace.path is not None:
            return workspace.path.stem
        return re.sub(r"\W+", "-", workspace.name.lower())

    @property
    def folder(self) -> Path:
        """Where file dialogs start: beside the project, or at home."""
        return self._workspace.path.parent if self._workspace.path else Path.home()

    def make_menus(self) -> tuple[QMenu, QMenu]:
        """The menus "Open Recent" and "Open Example"."""
        recent = RecentMenu(self._settings, self._window)
        recent.chosen.connect(self.open_path)
        examples = ExamplesMenu(self._window)
        examples.chosen.connect(self._open_example)
        return recent, examples

    def _open_example(self, path: Path) -> None:
        if not self.may_discard():
            return
        try:
            self._workspace.open_example(path, example_title(path))
        except ProjectFileError as error:
            self._show_error(str(error))
        else:
            self.opened.emit()

    def _save_to(self, path: Path) -> bool:
        if path == self._workspace.path and self._workspace.file_state is FileState.NEWER:
            answer = self._ask.replace_newer(path.name)
            if answer != Button.Yes:
                return answer == Button.Save and self.save_as()
        try:
            self._workspace.save(path)
        except ProjectFileError as error:
            self._show_error(str(error))
            return False
        self._settings.add_recent(path)
        self.saved.emit(str(path))
        return True
