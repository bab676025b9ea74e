"""A network of its own, trained step by step where the network of the window is trained."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.project import Project
from desktop.document.schema import Range
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.loss_surface import Stepping
    from desktop.engine.rows import Dataset
    from desktop.engine.step_reports import SurfaceQuestion
    from desktop.engine.stepper import Part

CHUNK = 0.04  # seconds of training after which the state is shown
_WAITING = 3  # steps that wait at most, while a key is held down


class StepWork(QObject):
    """Trains a copy of a project's network in single steps, and shows it after each.

    One thing is done at a time. Everything waits while the network of the window is trained, as
    making a network sets the random states that training draws from. `rows` returns the rows of the
    data in use.

    Signals:
        changed: the StepState, after whatever has changed the network.
        surfaceMade: the LossSurface that was asked for last.
        runningChanged: whether epoch after epoch is being trained.
        copied: the Network with the weights that were there when it was asked for.
        failed: why there is no such network, or a step could not be taken.
    """

    changed = Signal(object)
    surfaceMade = Signal(object)
    runningChanged = Signal(bool)
    copied = Signal(object)
    failed = Signal(str)

    def __init__(
        self, threads: Threads, rows: Callable[[], Dataset | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads, self._rows = threads, rows
        self._new: tuple[Project, Dataset, int | None] | None = None
        self._values: dict[int, float] = {}
        self._steps: deque[Part] = deque()
        self._surface: SurfaceQuestion | None = None
        self._stepping: Stepping | None = None
        self._is_copy_wanted = False
        self._is_busy = self._is_running = self._is_stopped = False
        self._life = 0  # of a network; what is told of one before it is late
        self.extent: Range | None = None  # of the plane over which the prediction is shown

    @property
    def is_running(self) -> bool:
        """Whether epoch after epoch is being trained."""
        return self._is_running

    def begin(self, project: Project, seed: int | None) -> bool:
        """Make a network of `project` with new weights; False if its data is not there.

        Without a `seed` it is that of the training settings, or a random one.
        """
        dataset = self._rows()
        self.discard()
        if dataset is None or dataset.source != project.data:
            return False
        self._new = project, dataset, seed
        self._next()
        return True

    def discard(self) -> None:
        """Forget the network, and all that was to be done with it."""
        self.stop()
        self._life += 1
        self._new = self._stepping = self._surface = None
        self._is_copy_wanted = False
        self._values.clear()
        self._steps.clear()

    def step(self, part: Part) -> None:
        """Train on one row, one batch, or to the end of the epoch."""
        if len(self._steps) < _WAITING and not self._is_running:
            self._steps.append(part)
            self._next()

    def run(self) -> None:
        """Train epoch after epoch, until `stop`."""
        if not self._is_running:
            self._is_running = True
            self.runningChanged.emit(True)
            self._next()

    def stop(self) -> None:
        """Train no further than the batch under way."""
        self._is_stopped = True
        if self._is_running:
            self._is_running = False
            self.runningChanged.emit(False)

    def set_values(self, values: Mapping[int, float]) -> None:
        """Give the parameters at these places other values."""
        self._values.update(values)
        self._next()

    def copy(self) -> None:
        """Make a network with these weights, which `copied` brings."""
        self._is_copy_wanted = True
        self._next()

    def ask_surface(self, question: SurfaceQuestion) -> None:
        """Have the loss computed; of many questions the last is answered."""
        self._surface = question
        self._next()

    # --- one thing at a time ----------------------------------------------------------------------

    def _next(self) -> None:
        if self._is_busy:
            return
        if self._new is not None:
            new, self._new = self._new, None
            self._do(partial(tasks.make_stepping, *new, self.extent), self._on_made)
        elif self._stepping is None:
            return
        elif self._values:
            values, self._values = self._values, {}
            self._do(partial(tasks.set_step_values, self._stepping, values, self.extent))
        elif self._steps:
            self._advance(self._steps.popleft())
        elif self._is_copy_wanted:
            self._is_copy_wanted = False
            self._do(partial(tasks.copy_network, self._stepping), self.copied.emit)
        elif self._surface is not None:
            question, self._surface = self._surface, None
            self._do(partial(tasks.loss_surface, self._stepping, question), self._on_surface)
        elif self._is_running:
            from desktop.engine.stepper import Part

            self._advance(Part.EPOCH)

    def _advance(self, part: Part) -> None:
        assert self._stepping is not None
        self._is_stopped = False
        # A single epoch is trained to its end, in parts that are shown.
        self._do(
            partial(
                tasks.advance,
                self._stepping,
                part,
                CHUNK,
                lambda: self._is_stopped,
                self.extent,
            ),
            partial(self._on_advanced, part),
        )

    def _do(self, task: Callable[[], Any], then: Callable[[Any], None] | None = None) -> None:
        self._is_busy = True
        self._threads.engine(
            task,
            partial(self._on_done, self._life, then or self._show),
            partial(self._on_failed, self._life),
        )

    def _on_done(self, life: int, then: Callable[[Any], None], result: Any) -> None:
        self._is_busy = False
        if life == self._life:
            then(result)
        self._next()

    def _on_failed(self, life: int, message: str) -> None:
        self._is_busy = False
        if life == self._life:
            self.stop()
            self.failed.emit(message)
        self._next()

    def _on_made(self, result: tuple[Stepping, Any]) -> None:
        self._stepping, state = result
        self.changed.emit(state)

    def _on_advanced(self, part: Part, result: tuple[bool, Any]) -> None:
        is_done, state = result
        if not is_done and not self._is_running and not self._is_stopped:
            self._steps.appendleft(part)
        if state.refused:
            self._steps.clear()
            self.stop()
        self.changed.emit(state)

    def _show(self, state: Any) -> None:
        self.changed.emit(state)

    def _on_surface(self, surface: Any) -> None:
        self.surfaceMade.emit(surface)
