"""Predictions for drawings, beside the training."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.schema import DataSchema
from desktop.engine.reports import Prediction
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.drawing import Raster
    from desktop.engine.network import Network


class Predictions(QObject):
    """Has drawings recognized by the network that `current` returns, on any thread.

    `current` also returns what the data in use holds. Without a network, a prediction is no more
    than the image that one for this data gets. If drawings come faster than predictions, only the
    newest one is looked at. A prediction is always of the network there is when it is emitted.

    Signals:
        predicted: a Prediction.
        failed: why there is none.
    """

    predicted = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        threads: Threads,
        current: Callable[[], tuple[Network | None, DataSchema | None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._current = current
        self._requests = count(1)
        self._waiting: tuple[int, Raster] | None = None  # the newest drawing
        self._lock = threading.Lock()

    def ask(self, drawing: Raster) -> int:
        """Have `drawing` recognized, shape (height, width), ink 255 on 0; returns its number."""
        request = next(self._requests)
        self._submit(request, drawing)
        return request

    def _submit(self, request: int, drawing: Raster) -> None:
        with self._lock:
            is_idle = self._waiting is None
            self._waiting = request, drawing
        if is_idle:
            self._threads.background(self._predict_newest, self._on_predicted, self.failed.emit)

    def _predict_newest(self) -> tuple[Network | None, Raster, Prediction] | None:
        """On the thread: look at the newest drawing, if nobody has yet."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None:
            return None
        request, drawing = waiting
        network, schema = self._current()
        return network, drawing, tasks.predict(network, schema, drawing, request)

    def _on_predicted(self, answer: tuple[Network | None, Raster, Prediction] | None) -> None:
        if answer is None:
            return
        network, drawing, prediction = answer
        if network is self._current()[0]:
            self.predicted.emit(prediction)
        elif self._waiting is None:  # the network is another one by now
            self._submit(prediction.request, drawing)
