"""Opening and saving the project and its network, and never losing either on the way."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from desktop.document.data import Mnist
from desktop.document.project import starter_project
from desktop.document.storage import EXTENSION, ProjectFileError
from desktop.paths import resources
from desktop.views.notice import Notice
from desktop.views.settings import Settings
from desktop.views.workspace import Workspace
from desktop.workers.session import Session, State

MODEL_FILTER = "Keras models (*.keras)"
WORTH_ASKING = 60  # seconds of training that are not given up unasked
PROJECT_FILTER = f"Layerwise projects (*{EXTENSION});;All files (*)"
EXAMPLES = (  # from the smallest network to the largest; others follow
    "perceptron",
    "xor",
    "digits",
    "mnist-softmax",
    "mnist-hidden-128",
    "mnist-hidden-128-128",
    "mnist-convolutional",
)
_Button = QMessageBox.StandardButton


def example_title(path: Path) -> str:
    """ "MNIST: hidden 128-128" for mnist-hidden-128-128.layerwise."""
    first, _, rest = path.stem.partition("-")
    name = first.upper() if first in ("mnist", "xor") else first.capitalize()
    return f"{name}: {rest.replace('hidden-', 'hidden ')}" if rest else name


def _place(example: Path) -> tuple[int, str]:
    """Where an example stands in the menu."""
    known = example.stem in EXAMPLES
    return EXAMPLES.index(example.stem) if known else len(EXAMPLES), example.stem


class ProjectFiles(QObject):
    """The file commands of one window.

    `saved` carries the path that was written; `opened` follows when another project is in place.
    """

    saved = Signal(str)
    opened = Signal()

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

    def new(self) -> None:
        """Start over with a small project that trains within seconds."""
        if self.may_discard():
            self._workspace.new(starter_project())
            self.opened.emit()

    def open(self) -> None:
        """Ask for a project file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open project", str(self.folder), PROJECT_FILTER
        )
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Open the project at `path`, after asking about unsaved changes."""
        if not self.may_discard():
            return
        try:
            self._workspace.open(path)
        except ProjectFileError as error:
            self._notice.show_message(str(error), cause="file")
            return
        self._settings.add_recent(path)
        self.opened.emit()

    def open_dropped(self, path: Path) -> None:
        """Open what was dropped on the window: a project, or MNIST as an .npz file."""
        if path.suffix.lower() != ".npz":
            self.open_path(path)
            return
        project = self._workspace.project.replace(data=Mnist(path=str(path)))
        self._workspace.edit(f"Use the data in {path.name}", project)

    def save(self) -> bool:
        """Save under the present name, or ask for one. Returns whether it was saved."""
        if self._workspace.path is None:
            return self.save_as()
        return self._save_to(self._workspace.path)

    def save_as(self) -> bool:
        """Ask for a name and save under it. Returns whether it was saved."""
        start = self._workspace.path or self.folder / f"untitled{EXTENSION}"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save project", str(start), PROJECT_FILTER
        )
        if not name:
            return False
        path = self._with_extension(Path(name), EXTENSION)
        return path is not None and self._save_to(path)

    def save_network(self) -> Path | None:
        """Ask for a name and have the trained network saved under it, which takes a moment.

        Returns the path, or None if nothing is being saved. The session tells how it ended.
        """
        stem = self._workspace.path.stem if self._workspace.path else "model"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save trained model", str(self.folder / f"{stem}.keras"), MODEL_FILTER
        )
        path = self._with_extension(Path(name), ".keras") if name else None
        return path if path is not None and self._session.save_model(path) else None

    def _with_extension(self, path: Path, extension: str) -> Path | None:
        """`path`, chosen in a dialog, with `extension` added if it has another.

        The dialog has not asked about a file of that name: None if it shall not be replaced.
        """
        if path.suffix.lower() == extension:
            return path
        path = path.with_name(path.name + extension)
        if not path.exists():
            return path
        answer = QMessageBox.question(
            self._window,
            "Replace the file?",
            f"{path.name} exists already. Replace it?",
            _Button.Yes | _Button.No,
            _Button.No,
        )
        return path if answer == _Button.Yes else None

    def may_discard(self) -> bool:
        """Whether project and network may be given up: they are saved, or the user said so."""
        return self._may_discard_project() and self.may_discard_network()

    def _may_discard_project(self) -> bool:
        if not self._workspace.dirty:
            return True
        box = self._question("Save the changes to this project?")
        box.setObjectName("unsaved_changes")
        box.setInformativeText("If you do not save them, they are lost.")
        answer = box.exec()
        return self.save() if answer == _Button.Save else answer == _Button.Discard

    def may_discard_network(self) -> bool:
        """Whether the network may be given up: little is lost, it is saved, or the user said so."""
        session = self._session
        if session.unsaved_seconds < WORTH_ASKING:
            return True
        minutes = round(session.unsaved_seconds / 60)
        took = f"Its training took {minutes} minute{'s' * (minutes != 1)}"
        if session.is_running:
            box = self._question("Give up the network?")
            box.setInformativeText(
                f"{took} so far. To keep it, cancel, stop the training, and save."
            )
            box.setStandardButtons(_Button.Discard | _Button.Cancel)
            box.setDefaultButton(_Button.Cancel)
        else:
            box = self._question("Save the trained network?")
            box.setInformativeText(f"{took}. If you do not save it, what it learnt is lost.")
        box.setObjectName("unsaved_network")
        answer = box.exec()
        if answer == _Button.Save:
            return self._network_is_saved()
        return answer == _Button.Discard

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

    def _question(self, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(text)
        box.setStandardButtons(_Button.Save | _Button.Discard | _Button.Cancel)
        box.setDefaultButton(_Button.Save)
        return box

    @property
    def folder(self) -> Path:
        """Where file dialogs start: beside the project, or at home."""
        return self._workspace.path.parent if self._workspace.path else Path.home()

    def make_menus(self) -> tuple[QMenu, QMenu]:
        """The menus "Open Recent" and "Open Example"."""
        recent = QMenu("Open &Recent", self._window)
        recent.aboutToShow.connect(self._fill_recent)
        recent.triggered.connect(self._on_recent)
        self._recent = recent
        examples = QMenu("Open E&xample", self._window)
        for path in sorted((resources() / "projects").glob(f"*{EXTENSION}"), key=_place):
            action = examples.addAction(example_title(path))
            action.setData(str(path))
        examples.triggered.connect(self._on_example)
        return recent, examples

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self._settings.recent:
            self._recent.addAction(str(path)).setData(str(path))
        if self._recent.isEmpty():
            self._recent.addAction("Nothing opened yet").setEnabled(False)

    def _on_recent(self, action: QAction) -> None:
        self.open_path(Path(action.data()))

    def _on_example(self, action: QAction) -> None:
        if not self.may_discard():
            return
        try:
            # Without its path, so that saving asks for a name and the example stays as it is.
            self._workspace.open(Path(action.data()), keep_path=False)
        except ProjectFileError as error:
            self._notice.show_message(str(error), cause="file")
        else:
            self.opened.emit()

    def _save_to(self, path: Path) -> bool:
        try:
            self._workspace.save(path)
        except ProjectFileError as error:
            self._notice.show_message(str(error), cause="file")
            return False
        self._settings.add_recent(path)
        self.saved.emit(str(path))
        return True
