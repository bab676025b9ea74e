"""A thread that does one job after another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

from PySide6.QtCore import QObject, QThread

Job: TypeAlias = Callable[[], None]

logger = logging.getLogger(__name__)


class JobThread(QThread):
    """Runs the jobs it is given, in order, until `finish`.

    A job tells of its outcome, failures included, through signals; what it lets slip is logged,
    and the thread goes on with the next job.
    """

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    def submit(self, job: Job) -> None:
        """Do `job` after those submitted before it. May be called from any thread."""
        self._jobs.put(job)

    def finish(self) -> None:
        """End the thread after the jobs submitted so far, and wait for it."""
        self._jobs.put(None)
        self.wait()

    def run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                logger.exception("A job on the thread %s failed", self.objectName())
            del job  # it may hold a model
