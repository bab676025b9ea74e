"""Predictions for drawings and for rows of a table, beside the training."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.schema import DataSchema
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.network import Network


class Predictions(QObject):
    """Has drawings or rows predicted by the network that `current` returns, on any thread.

    `current` also returns what the data in use holds. `predict` gets both, the question, and the
    number of the request. If questions come faster than predictions, only the newest one is
    looked at. A prediction is always of the network there is when it is emitted.

    Signals:
        predicted: what `predict` returns, which knows its request. Nothing comes of None.
        failed: why there is none.
    """

    predicted = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        threads: Threads,
        current: Callable[[], tuple[Network | None, DataSchema | None]],
        predict: Callable[[Network | None, DataSchema | None, Any, int], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._current = current
        self._predict = predict
        self._requests = count(1)
        self._waiting: tuple[int, Any] | None = None  # the newest question
        self._lock = threading.Lock()

    def ask(self, question: Any) -> int:
        """Have `question` predicted, e.g. a drawing; returns its number."""
        request = next(self._requests)
        self._submit(request, question)
        return request

    def _submit(self, request: int, question: Any) -> None:
        with self._lock:
            is_idle = self._waiting is None
            self._waiting = request, question
        if is_idle:
            self._threads.background(self._predict_newest, self._on_predicted, self.failed.emit)

    def _predict_newest(self) -> tuple[Network | None, Any, Any] | None:
        """On the thread: look at the newest question, unless that was done."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        request, question = waiting
        network, schema = self._current()
        return network, question, self._predict(network, schema, question, request)

    def _on_predicted(self, answer: tuple[Network | None, Any, Any] | None) -> None:
        if answer is None:
            return
        network, question, prediction = answer
        if prediction is None:
            return
        if network is self._current()[0]:
            self.predicted.emit(prediction)
        elif self._waiting is None:  # the network is another one by now
            self._submit(prediction.request, question)
