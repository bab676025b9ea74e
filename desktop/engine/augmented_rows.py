"""The augmented rows of each epoch, made on a thread of their own while the steps train."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.engine import backend
from desktop.engine.augmentation import Augmentation
from desktop.engine.batches import Batches


@dataclass(frozen=True)
class Chunk:
    """The `rows`, a tensor, of some batches of an epoch: from the 0-based `first` to before `stop`.

    There may be more rows at their end, which are not to be used.
    """

    rows: Any
    first: int
    stop: int


class AugmentedRows:
    """What `augmentation` makes of the rows of `batches`, which are in memory.

    They come a chunk at a time, and the next one is made ahead. `wait` is called when there is
    nothing to do but wait, and may raise.
    """

    def __init__(
        self, augmentation: Augmentation, batches: Batches, wait: Callable[[], None]
    ) -> None:
        self._augmentation, self._batches, self._wait = augmentation, batches, wait
        self._steps = augmentation.chunk_steps(batches.steps)
        self._program = augmentation.program(self._source(0), self._steps)
        self._makings: dict[tuple[int, int], _Making] = {}  # by epoch and chunk; two at most

    def at(self, epoch: int, step: int, last_epoch: int) -> Chunk:
        """The chunk with the 0-based batch `step` of `epoch`; the run ends with `last_epoch`."""
        place = epoch, step // self._steps
        following = self._after(place)
        wanted = [place] if following[0] > last_epoch else [place, following]
        for old in set(self._makings) - set(wanted):
            self._makings.pop(old).join()
        making = self._begun(place)
        while not making.done.wait(0.02):
            self._wait()
        for each in wanted[1:]:
            self._begun(each)
        if making.error is not None:
            raise making.error
        first = place[1] * self._steps
        return Chunk(making.rows, first, min(first + self._steps, self._batches.steps))

    def finish(self) -> None:
        """Wait until nothing is being made any more."""
        while self._makings:
            self._makings.popitem()[1].join()

    def _after(self, place: tuple[int, int]) -> tuple[int, int]:
        epoch, chunk = place
        is_last = (chunk + 1) * self._steps >= self._batches.steps
        return (epoch + 1, 0) if is_last else (epoch, chunk + 1)

    def _begun(self, place: tuple[int, int]) -> _Making:
        if place not in self._makings:
            epoch, chunk = place
            self._makings[place] = making = _Making(
                lambda: self._augmentation.rows(
                    self._program, self._source(epoch), epoch, chunk, self._steps
                )
            )
            making.start()
        return self._makings[place]

    def _source(self, epoch: int) -> tuple[Any, Any]:
        order = backend.tensorflow().constant(self._batches.order(epoch))
        return self._batches.tensors[0], order


class _Making(threading.Thread):
    """Makes rows; when it is `done` there are `rows` or an `error`."""

    def __init__(self, make: Callable[[], Any]) -> None:
        super().__init__(name="augmentation")
        self.done = threading.Event()
        self.rows: Any = None
        self.error: Exception | None = None
        self._make: Callable[[], Any] | None = make

    def run(self) -> None:
        assert self._make is not None
        try:
            self.rows = self._make()
        except Exception as error:
            self.error = error
        finally:
            self._make = None
            self.done.set()
