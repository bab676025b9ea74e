"""What there is to measure of activation functions, beside the training."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.choices import ActivationFunction
from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.latest import Latest
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.gradient_depth import DeepStack


class ActivationWork(QObject):
    """Measures what activation functions cost, and follows gradients through many layers.

    Signals:
        measured: the cost of each ActivationFunction, as `relative_costs` returns it.
        followed: the DepthGradients of the DeepStack that was asked for last.
        failed: why the cost could not be measured.
    """

    measured = Signal(object)
    followed = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._control = RunControl()
        self._depth = Latest(threads, tasks.gradients_through, self)
        self._depth.answered.connect(self.followed)
        self._is_measuring = False

    def measure(self) -> None:
        """Have the cost of every function measured, unless that is being done."""
        if not self._is_measuring:
            self._is_measuring = True
            task = partial(tasks.activation_costs, self._control)
            self._threads.background(task, self._on_measured, self._on_failed)

    def follow(self, stack: DeepStack) -> None:
        """Have the gradient followed through `stack`."""
        self._depth.ask(stack)

    def stop(self) -> None:
        """Stop what is under way, for good."""
        self._control.stop()

    def _on_measured(self, costs: Mapping[ActivationFunction, float] | None) -> None:
        self._is_measuring = False
        if costs is not None:
            self.measured.emit(costs)

    def _on_failed(self, message: str) -> None:
        self._is_measuring = False
        self.failed.emit(message)
