"""The one place that changes the project: the current value, its history and its file."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence, QUndoCommand, QUndoStack

from desktop.document.analysis import Analysis, analyze
from desktop.document.data import DataSource
from desktop.document.data_files import project_folder, with_full_names
from desktop.document.first_network import first_project
from desktop.document.project import Project, starter_project
from desktop.document.schema import DataSchema
from desktop.document.storage import fingerprint, read_project, write_project
from desktop.machine import physical_memory

D = TypeVar("D", bound=DataSource)

_EDIT_ID = 1  # commands of one id are offered to each other for merging


class FileState(Enum):
    """What has become of the project's file since it was opened or saved here."""

    KNOWN = auto()
    NEWER = auto()  # another program wrote it
    MISSING = auto()


class Workspace(QObject):
    """Owns the project, the undo stack, the path and the dirty flag.

    Views read `project` and `analysis`, ask for changes with `edit`, and redraw on
    `projectChanged(before, after)`, which is emitted for every change: edit, undo, redo, new, open;
    and, with both alike, when it became known what the data holds. `fileChanged()`, after new, open
    and save, and `dirtyChanged(bool)` tell what a window title shows.
    """

    projectChanged = Signal(object, object)
    fileChanged = Signal()
    dirtyChanged = Signal(bool)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project if project is not None else starter_project()
        self._analysis: Analysis | None = None
        self._sources = {type(self._project.data): self._project.data}
        self._found: tuple[DataSource, DataSchema] | None = None  # what the data turned out to hold
        self._path: Path | None = None
        self._name = ""
        self._written: str | None = None  # the fingerprint of the file as it is known here
        self._undo_stack = QUndoStack(self)
        self._undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def analysis(self) -> Analysis:
        """Shapes, parameters and problems of the current project; worked out once per project."""
        if self._analysis is None:
            found, schema = self._found or (None, None)
            if found != self._project.data:
                schema = None
            self._analysis = analyze(self._project, schema, physical_memory())
        return self._analysis

    @property
    def first_project(self) -> Project | None:
        """The data with a sensible first network; None while it is not known what it holds."""
        schema = self.analysis.schema
        return first_project(self._project.data, schema) if schema is not None else None

    def show_schema(self, source: DataSource, schema: DataSchema) -> None:
        """Take note that `source` was found to hold what `schema` says."""
        self._found = source, schema
        if source == self._project.data and schema != self.analysis.schema:
            self._analysis = None
            self.projectChanged.emit(self._project, self._project)

    @property
    def path(self) -> Path | None:
        """The file the project was opened from or saved to last; None if it has none yet."""
        return self._path

    @property
    def name(self) -> str:
        """The project's name: that of its file, or of the example it began as, or ""."""
        return self._path.stem if self._path is not None else self._name

    @property
    def file_state(self) -> FileState:
        """What has become of the project's file; without a file, it is as it is known."""
        if self._path is None:
            return FileState.KNOWN
        found = fingerprint(self._path)
        if found is None:
            return FileState.MISSING
        return FileState.KNOWN if found == self._written else FileState.NEWER

    @property
    def folder(self) -> Path:
        """Where the project lies, through links; the current folder while it has no file."""
        return project_folder(self._path) if self._path is not None else Path.cwd()

    def last_used(self, kind: type[D]) -> D:
        """The settings that the data source `kind` had last, or its defaults."""
        source = self._sources.get(kind)
        return source if isinstance(source, kind) else kind()

    @property
    def dirty(self) -> bool:
        """Whether there is something that would be lost without saving."""
        return not self._undo_stack.isClean()

    @property
    def undo_stack(self) -> QUndoStack:
        return self._undo_stack

    def edit(self, text: str, project: Project, merge_key: str | None = None) -> bool:
        """Make `project` the current one, as one undo step called `text`.

        Consecutive edits with the same `merge_key` are one step, and none at all once they are back
        where they began. An equal project changes nothing. Says whether anything changed.
        A data file with a relative name is one beside the project, as in the project's file.
        """
        project = with_full_names(project, self.folder)
        if project == self._project:
            return False
        self._undo_stack.push(_Edit(self, text, self._project, project, merge_key))
        return True

    def use_first_network(self) -> None:
        """Use a first network for the data, if it is known what that holds."""
        project = self.first_project
        if project is not None:
            self.edit("Use a first network", project)

    def extend(self, project: Project) -> bool:
        """Make `project` the current one as a part of the last undo step.

        Says whether that was done: not if there is no such step, or it was undone.
        """
        if not self._undo_stack.canUndo() or self._undo_stack.canRedo():
            return False
        text = self._undo_stack.undoText()
        self._undo_stack.push(_Edit(self, text, self._project, project, None, extends=True))
        return True

    def undo(self) -> None:
        self._undo_stack.undo()

    def redo(self) -> None:
        self._undo_stack.redo()

    def undo_action(self, parent: QObject) -> QAction:
        """An action that undoes, and whose text names what: "Undo Add Dense"."""
        action = self._undo_stack.createUndoAction(parent, "Undo")
        action.setObjectName("undo")
        action.setShortcuts(QKeySequence.keyBindings(QKeySequence.StandardKey.Undo))
        return action

    def redo_action(self, parent: QObject) -> QAction:
        """An action that redoes what was undone."""
        action = self._undo_stack.createRedoAction(parent, "Redo")
        action.setObjectName("redo")
        action.setShortcuts(QKeySequence.keyBindings(QKeySequence.StandardKey.Redo))
        return action

    def new(self, project: Project, name: str = "") -> None:
        """Start over with `project`, called `name`, without a file and without a history."""
        self._start(project, name=name)

    def open(self, path: Path) -> None:
        """Continue with the project in the file at `path`.

        Raises ProjectFileError, and then everything is as it was.
        """
        written = fingerprint(path)  # first: what changes while it is read is a change
        self._start(read_project(path), path, written)

    def open_example(self, path: Path, name: str) -> None:
        """Start over with the project in the file at `path`, called `name`.

        Saving asks for a file of its own. Raises ProjectFileError, and then everything is as it
        was.
        """
        self._start(read_project(path), name=name)

    def save(self, path: Path | None = None) -> None:
        """Write the project to `path`, or to the file it came from.

        Raises ProjectFileError, and then the project stays dirty and the old file whole.
        """
        target = path if path is not None else self._path
        if target is None:
            raise ValueError("a project without a file needs a path to be saved to")
        self._written = write_project(target, self._project)
        self._path = target
        self._undo_stack.setClean()
        self.fileChanged.emit()

    def mark_unsaved(self) -> None:
        """Take the project for dirty until it is saved: its file is gone."""
        self._undo_stack.resetClean()

    def _start(
        self, project: Project, path: Path | None = None, written: str | None = None, name: str = ""
    ) -> None:
        self._undo_stack.clear()
        self._undo_stack.setClean()
        self._path, self._written, self._name = path, written, name
        self.fileChanged.emit()
        self._set_project(project)

    def _set_project(self, project: Project) -> None:
        before, self._project = self._project, project
        self._sources[type(project.data)] = project.data
        if before != project:
            self._analysis = None
            self.projectChanged.emit(before, project)

    def _clean_changed(self, clean: bool) -> None:
        self.dirtyChanged.emit(not clean)


class _Edit(QUndoCommand):
    """From one project to another. Both are values, so undo is putting the old one back."""

    def __init__(
        self,
        workspace: Workspace,
        text: str,
        before: Project,
        after: Project,
        key: str | None,
        extends: bool = False,
    ) -> None:
        super().__init__(f"{text}\n{text.replace('&', '&&')}")  # for a list, and for a menu
        self.workspace = workspace
        self.before, self.after, self.key, self.extends = before, after, key, extends

    def undo(self) -> None:
        self.workspace._set_project(self.before)

    def redo(self) -> None:
        self.workspace._set_project(self.after)

    def id(self) -> int:
        return _EDIT_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit):
            return False
        if not other.extends:
            if self.key is None or other.key != self.key:
                return False
            self.setText(f"{other.text()}\n{other.actionText()}")
        self.after = other.after
        self.setObsolete(self.before == self.after)
        return True
