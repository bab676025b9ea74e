"""A thread that does one job after another."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

from PySide6.QtCore import QObject, QThread

Job: TypeAlias = Callable[[], None]

NICENESS = 5  # steps of priority below the window's; Linux gives such a thread a third of its share

logger = logging.getLogger(__name__)


class JobThread(QThread):
    """Runs the jobs it is given, in order, until `finish`.

    A job tells of its outcome, failures included, through signals; what it lets slip is logged,
    and the thread continues with the next job.

    With `yielding`, the thread and, on Linux, those it starts let the other threads go first: a
    processor they need for a moment is theirs at once.
    """

    def __init__(self, name: str, parent: QObject | None = None, *, yielding: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._yielding = yielding
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    def submit(self, job: Job) -> None:
        """Do `job` after those submitted before it. May be called from any thread."""
        self._jobs.put(job)

    def finish(self) -> None:
        """End the thread after the jobs submitted so far, and wait for it."""
        self._jobs.put(None)
        self.wait()

    def run(self) -> None:
        if self._yielding:
            self._yield()
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                logger.exception("A job on the thread %s failed", self.objectName())
            del job  # it may hold a model

    def _yield(self) -> None:
        if (
            sys.platform == "linux"
        ):  # where Qt's priorities have no effect, but a thread has its own
            thread = threading.get_native_id()
            nice = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, nice + NICENESS)  # 19 at most
        else:
            self.setPriority(QThread.Priority.LowPriority)
