"""What a network makes of the plane, beside the training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.schema import Range
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.network import Network


class Surfaces(QObject):
    """Has `task` done for the network that `current` returns, on any thread.

    The task gets the network and the square of the plane. One is done at a time; of what is asked
    for meanwhile, only the last is done next.

    Signals:
        predicted: what the task returned, of the current network; not if that is None.
    """

    predicted = Signal(object)

    def __init__(
        self,
        threads: Threads,
        current: Callable[[], Network | None],
        task: Callable[[Network, Range], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._current = current
        self._task = task
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
            task = partial(self._task, network, extent)
            self._threads.background(task, done, partial(self._on_predicted, network, None))

    def _on_predicted(self, network: Network, result: Any, _failure: str = "") -> None:
        self._is_busy = False
        if result is not None and network is self._current():
            self.predicted.emit(result)
        if self._waiting is not None:
            extent, self._waiting = self._waiting, None
            self.ask(extent)
