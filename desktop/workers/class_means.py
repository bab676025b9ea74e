"""The mean row of each class, worked out beside the training when it is requested."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.reports import ClassMeans, SplitSummary


class ClassMeansMaker(QObject):
    """Works out one ClassMeans at a time; what was requested before is stopped.

    Signals:
        made: a ClassMeans.
        failed: why there is none.
    """

    made = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._control = RunControl()

    def ask(self, split: SplitSummary) -> None:
        """Have the means of the classes in `split` worked out."""
        self.stop()
        self._control = RunControl()
        task = partial(tasks.class_means, split, self._control)
        self._threads.background(task, self._on_made, self.failed.emit)

    def stop(self) -> None:
        """Stop what is running."""
        self._control.stop()

    def _on_made(self, means: ClassMeans | None) -> None:
        if means is not None:
            self.made.emit(means)
