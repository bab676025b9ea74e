"""Predictions all over a plane, beside the training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.schema import Range
from desktop.engine.reports import Surface
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.network import Network


class Surfaces(QObject):
    """Has the plane predicted by the network that `current` returns, on any thread.

    One prediction is made at a time; of what is asked for meanwhile, only the last is done next.

    Signals:
        predicted: a Surface of the current network.
    """

    predicted = Signal(object)

    def __init__(
        self,
        threads: Threads,
        current: Callable[[], Network | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._current = current
        self._is_busy = False
        self._waiting: Range | None = None

    def ask(self, extent: Range) -> None:
        """Have the square predicted that `extent` bounds in both directions."""
        if self._is_busy:
            self._waiting = extent
            return
        network = self._current()
        if network is not None:
            self._is_busy = True
            done = partial(self._on_predicted, network)
            task = partial(tasks.predict_surface, network, extent)
            self._threads.background(task, done, partial(self._on_predicted, network, None))

    def _on_predicted(self, network: Network, surface: Surface | None, _failure: str = "") -> None:
        self._is_busy = False
        if surface is not None and network is self._current():
            self.predicted.emit(surface)
        if self._waiting is not None:
            extent, self._waiting = self._waiting, None
            self.ask(extent)
