"""What a network makes of the plane, beside the training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.schema import Range
from desktop.workers.latest import Latest
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
        self._current, self._task = current, task
        self._latest = Latest(threads, self._predict, self)
        self._latest.answered.connect(self._on_answered)

    def ask(self, extent: Range) -> None:
        """Have the square predicted that `extent` bounds in both directions."""
        if self._current() is not None:
            self._latest.ask(extent)

    def _predict(self, extent: Range) -> tuple[Network | None, Any]:
        """On the thread."""
        network = self._current()
        return network, None if network is None else self._task(network, extent)

    def _on_answered(self, answer: tuple[Network | None, Any]) -> None:
        network, result = answer
        if result is not None and network is self._current():
            self.predicted.emit(result)
