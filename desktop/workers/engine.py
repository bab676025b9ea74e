"""Loading the engine itself: Keras and TensorFlow, which takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.reports import EngineInfo


class EngineLoader(QObject):
    """Loads TensorFlow, again if it could not be loaded before.

    Signals:
        ready: its EngineInfo.
        failed: why it could not be loaded.
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self.info: EngineInfo | None = None  # None until TensorFlow has loaded
        self.error = ""  # why it could not be loaded

    def load(self) -> None:
        """Load TensorFlow where the network is trained."""
        self.error = ""
        self._threads.engine(tasks.load_engine, self._on_loaded, self._on_failed)

    def _on_loaded(self, info: EngineInfo) -> None:
        self.info = info
        self.ready.emit(info)

    def _on_failed(self, message: str) -> None:
        self.error = message
        self.failed.emit(message)
