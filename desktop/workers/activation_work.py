"""What there is to measure of activation functions, beside the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop.document.choices import ActivationFunction
from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.latest import Latest
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.activation_inputs import ActivationInputs
    from desktop.engine.gradient_depth import DeepStack
    from desktop.engine.network import Network
    from desktop.engine.rows import Dataset

INTERRUPTED = "stopped: other work would disturb it"

Current: TypeAlias = "Callable[[], tuple[Network | None, Dataset | None]]"


class ActivationWork(QObject):
    """Measures what activation functions cost, follows gradients, and reads what enters layers.

    `current` returns the network and the rows of the data in use, on any thread.

    Signals:
        measured: the cost of each ActivationFunction, as `relative_costs` returns it.
        followed: the DepthGradients of the DeepStack that was asked for last.
        inputsRead: the ActivationInputs of a layer of the current network.
        failed: why the cost could not be measured.
        followFailed: why the gradient could not be followed.
        readFailed: why the inputs could not be read.
    """

    measured = Signal(object)
    followed = Signal(object)
    inputsRead = Signal(object)
    failed = Signal(str)
    followFailed = Signal(str)
    readFailed = Signal(str)

    def __init__(self, threads: Threads, current: Current, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads, self._current = threads, current
        self._control = RunControl()
        self._depth = Latest(threads, tasks.gradients_through, self)
        self._depth.answered.connect(self.followed)
        self._depth.failed.connect(self.followFailed)
        self._inputs = Latest(threads, self._read, self)
        self._inputs.answered.connect(self._on_read)
        self._inputs.failed.connect(self.readFailed)
        self._is_measuring = False

    def measure(self) -> None:
        """Have the cost of every function measured, unless that is being done."""
        if not self._is_measuring:
            self._is_measuring = True
            self._control = RunControl()
            task = partial(tasks.activation_costs, self._control)
            self._threads.background(task, self._on_measured, self._on_failed)

    def follow(self, stack: DeepStack) -> None:
        """Have the gradient followed through `stack`."""
        self._depth.ask(stack)

    def read_inputs(self, layer: int) -> None:
        """Have read what enters the activation of the layer at that place of the network."""
        if None not in self._current():
            self._inputs.ask(layer)

    def _read(self, layer: int) -> tuple[Network | None, ActivationInputs | None]:
        """On the thread."""
        network, dataset = self._current()
        if network is None or dataset is None or layer >= len(network.project.layers):
            return network, None
        return network, tasks.activation_inputs(network, dataset, layer)

    def _on_read(self, answer: tuple[Network | None, ActivationInputs | None]) -> None:
        network, inputs = answer
        if inputs is not None and network is self._current()[0]:
            self.inputsRead.emit(inputs)

    def stop(self) -> None:
        """Stop measuring the cost, which other work would disturb."""
        self._control.stop()

    def _on_measured(self, costs: Mapping[ActivationFunction, float] | None) -> None:
        self._is_measuring = False
        if costs is not None:
            self.measured.emit(costs)
        else:
            self.failed.emit(INTERRUPTED)

    def _on_failed(self, message: str) -> None:
        self._is_measuring = False
        self.failed.emit(message)
