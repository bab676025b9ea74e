"""Notices when another program changes or removes the file of the project."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from desktop.views.workspace import FileState, Workspace

SETTLING = 100  # milliseconds after a change, for a file that is replaced is gone for a moment


class FileWatch(QObject):
    """Looks at the project's file whenever it may have changed.

    `changed(state)` tells that it is newer, missing, or again what it was.
    """

    changed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._state = FileState.KNOWN
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_event)
        self._watcher.directoryChanged.connect(self._on_event)
        self._timer = QTimer(self, singleShot=True, interval=SETTLING)
        self._timer.timeout.connect(self.check)
        workspace.fileChanged.connect(self._on_file)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_application_state)

    def check(self) -> None:
        """Look now."""
        self._watch()
        state = self._workspace.file_state
        if state is not self._state:
            self._state = state
            self.changed.emit(state)

    def _watch(self) -> None:
        """Watch the file, or its folder as long as it is missing."""
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:  # a file that was replaced must be added again
            self._watcher.removePaths(watched)
        path = self._workspace.path
        if path is not None and path.exists():
            self._watcher.addPath(str(path))
        elif path is not None and path.parent.exists():
            self._watcher.addPath(str(path.parent))

    def _on_file(self) -> None:
        self._timer.stop()
        self._state = FileState.KNOWN
        self._watch()

    def _on_event(self, _path: str) -> None:
        self._timer.start()

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        # Some network disks tell nothing of changes: look when the user comes back.
        if state is Qt.ApplicationState.ApplicationActive:
            self.check()
