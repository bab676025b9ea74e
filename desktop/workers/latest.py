"""One question at a time, answered beside the training, and of those asked meanwhile the last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.workers.threads import Threads


class Latest(QObject):
    """Has `task` answer questions on the background thread; it may raise TaskError.

    While one is being answered, only the last of those that are asked is answered next.

    Signals:
        answered: what the task returned.
        failed: why it could not.
    """

    answered = Signal(object)
    failed = Signal(str)

    def __init__(
        self, threads: Threads, task: Callable[[Any], Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads, self._task = threads, task
        self._is_busy = self._is_waiting = False
        self._waiting: Any = None

    def ask(self, question: Any) -> None:
        """Have `question` answered."""
        if self._is_busy:
            self._is_waiting, self._waiting = True, question
            return
        self._is_busy = True
        self._threads.background(partial(self._task, question), self._on_done, self._on_failed)

    def _on_done(self, answer: Any) -> None:
        self._next()
        self.answered.emit(answer)

    def _on_failed(self, message: str) -> None:
        self._next()
        self.failed.emit(message)

    def _next(self) -> None:
        self._is_busy = False
        if self._is_waiting:
            question, self._is_waiting, self._waiting = self._waiting, False, None
            self.ask(question)
