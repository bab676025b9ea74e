"""The threads of a session, and the way back from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.workers.jobs import Job, JobThread
from desktop.workers.tasks import TaskError


def _ignore(_result: Any) -> None:
    """For a task that tells of its outcome by itself."""


class Threads(QObject):
    """Runs tasks on threads and hands their results to the GUI thread.

    `engine` is for everything that needs the network to itself, `background` for what must not wait
    for training, and `runs`, which starts when it is needed, for the store of runs, which waits for
    neither training nor data. Once closed, nothing is handed back any more.
    """

    _delivered = Signal(object, object)  # a method of an object on the GUI thread, its argument

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = JobThread("engine", self, yielding=True)
        self._background = JobThread("background", self)
        self._runs = JobThread("runs", self)
        self._closed = False
        self._delivered.connect(self._receive)

    @property
    def is_closed(self) -> bool:
        return self._closed

    def start(self) -> None:
        self._background.start()
        self._engine.start()

    def close(self) -> None:
        """Wait for the tasks submitted so far, and end the threads."""
        self._closed = True
        for thread in (self._engine, self._background, self._runs):
            if thread.isRunning():
                thread.finish()

    def engine(
        self,
        task: Callable[[], Any],
        done: Callable[[Any], None] = _ignore,
        failed: Callable[[str], None] = _ignore,
    ) -> None:
        """Run `task` where the network is trained; then call `done` or `failed` on the GUI thread.

        `failed` gets the message if the task raises TaskError.
        """
        self._engine.submit(self._job(task, done, failed))

    def background(
        self,
        task: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Run `task` beside the training; then call `done` or `failed` on the GUI thread."""
        self._background.submit(self._job(task, done, failed))

    def runs(
        self,
        task: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[str], object],
    ) -> None:
        """Run `task` with the store of runs; then call `done` or `failed` on the GUI thread."""
        if self._closed:
            return
        if not self._runs.isRunning():
            self._runs.start()
        self._runs.submit(self._job(task, done, failed))

    def deliver(self, method: Callable[[Any], object], value: Any) -> None:
        """Call `method` with `value` on the GUI thread. May be called from any thread."""
        self._delivered.emit(method, value)

    def _job(
        self,
        task: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[str], object],
    ) -> Job:
        def job() -> None:
            try:
                result = task()
            except TaskError as error:
                self.deliver(failed, str(error))
            else:
                self.deliver(done, result)

        return job

    def _receive(self, method: Callable[[Any], object], value: Any) -> None:
        if not self._closed:
            method(value)
