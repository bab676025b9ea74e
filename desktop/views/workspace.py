"""The one place that changes the project: the current value, its history and its file."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence, QUndoCommand, QUndoStack

from desktop.document.analysis import Analysis, analyse
from desktop.document.data import DataSource
from desktop.document.data_files import project_folder, with_full_names
from desktop.document.project import Project, starter_project
from desktop.document.storage import read_project, write_project

D = TypeVar("D", bound=DataSource)

_EDIT_ID = 1  # commands of one id are offered to each other for merging


class Workspace(QObject):
    """Owns the project, the undo stack, the path and the dirty flag.

    Views read `project` and `analysis`, ask for changes with `edit`, and redraw on
    `projectChanged(before, after)`, which is emitted for every change: edit, undo, redo, new, open.
    `pathChanged(path | None)` and `dirtyChanged(bool)` tell what a window title shows.
    """

    projectChanged = Signal(object, object)
    pathChanged = Signal(object)
    dirtyChanged = Signal(bool)

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project if project is not None else starter_project()
        self._analysis: Analysis | None = None
        self._sources = {type(self._project.data): self._project.data}
        self._path: Path | None = None
        self._undo_stack = QUndoStack(self)
        self._undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def project(self) -> Project:
        return self._project

    @property
    def analysis(self) -> Analysis:
        """Shapes, parameters and problems of the current project; worked out once per project."""
        if self._analysis is None:
            self._analysis = analyse(self._project)
        return self._analysis

    @property
    def path(self) -> Path | None:
        """The file the project was opened from or saved to last; None if it has none yet."""
        return self._path

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
        """An action that does again what was undone."""
        action = self._undo_stack.createRedoAction(parent, "Redo")
        action.setObjectName("redo")
        action.setShortcuts(QKeySequence.keyBindings(QKeySequence.StandardKey.Redo))
        return action

    def new(self, project: Project) -> None:
        """Start over with `project`, without a file and without a history."""
        self._start(project, None)

    def open(self, path: Path, keep_path: bool = True) -> None:
        """Go on with the project in the file at `path`.

        Without `keep_path` it is taken as a pattern: saving asks for a file of its own.
        Raises ProjectFileError, and then everything is as it was.
        """
        self._start(read_project(path), path if keep_path else None)

    def save(self, path: Path | None = None) -> None:
        """Write the project to `path`, or to the file it came from.

        Raises ProjectFileError, and then the project stays dirty and the old file whole.
        """
        target = path if path is not None else self._path
        if target is None:
            raise ValueError("a project without a file needs a path to be saved to")
        write_project(target, self._project)
        self._set_path(target)
        self._undo_stack.setClean()

    def _start(self, project: Project, path: Path | None) -> None:
        self._undo_stack.clear()
        self._undo_stack.setClean()
        self._set_path(path)
        self._set_project(project)

    def _set_path(self, path: Path | None) -> None:
        if path != self._path:
            self._path = path
            self.pathChanged.emit(path)

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
        self, workspace: Workspace, text: str, before: Project, after: Project, key: str | None
    ) -> None:
        super().__init__(f"{text}\n{text.replace('&', '&&')}")  # for a list, and for a menu
        self.workspace = workspace
        self.before, self.after, self.key = before, after, key

    def undo(self) -> None:
        self.workspace._set_project(self.before)

    def redo(self) -> None:
        self.workspace._set_project(self.after)

    def id(self) -> int:
        return _EDIT_ID if self.key is not None else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other.key != self.key:
            return False
        self.after = other.after
        self.setText(f"{other.text()}\n{other.actionText()}")
        self.setObsolete(self.before == self.after)
        return True
