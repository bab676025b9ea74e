"""Blocks of fused steps in place of single ones, under Keras's own `fit`.

`fit` counts batches and calls its train function once for each. `Blocks` is a train function that
takes a whole block of steps at the first of its batches and has nothing to do at the others;
`block_callbacks` tells Keras's callbacks about blocks as Keras itself does with
`steps_per_execution`: begin at the first batch, end at the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine import backend, compiler_choice
from desktop.engine.augmented_rows import AugmentedRows
from desktop.engine.batches import Batches
from desktop.engine.compiler_choice import CompilerChoice
from desktop.engine.fused import MAX_STEPS, Compiler, FusedSteps
from desktop.engine.numerics import NonFiniteError

BLOCK_SECONDS = 0.05  # that a block should last: what stop and pause have to wait for
GROWTH = 8  # times as many steps as in the longest block so far, at most


@dataclass(frozen=True)
class Block:
    """Batches trained in one call: from the 0-based `first` of the epoch up to before `stop`.

    `logs` are Keras's running values after the last of them, and `metrics` the model's variables
    they are kept in; `means` holds the running means after each of them, (stop - first,), for the
    metrics that are means over rows.
    """

    first: int = 0
    stop: int = 0
    logs: Mapping[str, float] = field(default_factory=dict)
    means: Mapping[str, NDArray[np.floating[Any]]] = field(default_factory=dict)
    metrics: tuple[NDArray[Any], ...] = ()


class Blocks:
    """A train function for `fit`: `steps` over `batches`, a block at a time.

    The run makes `epochs`; `wait` is called when there is nothing to do but wait, and may raise.
    Steps whose numbers are not finite are not taken: NonFiniteError is raised once all before them
    have been. If an earlier run trained part of the first epoch, `done` is its last block there,
    and the epoch is resumed after it.

    `is_measured` says of an epoch whether its layers are to be measured. Then `squares` are those
    of its last batch (see StepsResult); else, and before that batch, they are None.
    """

    def __init__(
        self,
        steps: FusedSteps,
        choice: CompilerChoice,
        batches: Batches,
        epochs: int,
        wait: Callable[[], None],
        done: Block | None = None,
        is_measured: Callable[[int], bool] = lambda _: True,
    ) -> None:
        self.block = Block()
        self.squares: NDArray[np.float64] | None = None
        self._steps, self._choice, self._batches, self._wait = steps, choice, batches, wait
        self._is_measured = is_measured
        self.measures = True  # the layers in this epoch
        self._life = int(steps.model.optimizer.iterations)  # steps since the optimizer was made
        self._done = done or Block()  # in the next epoch
        self._skipped = 0  # batches of this epoch that an earlier run trained
        self._last = self._life + batches.steps * epochs - self._done.stop
        self._source: Any = None
        self._epoch, self._epochs = -1, epochs  # the one that is trained, and those to begin
        self._augmented = (
            AugmentedRows(steps.augmentation, batches, wait)
            if steps.augmentation is not None and batches.is_in_memory
            else None
        )
        self._next = 0
        self._pace: dict[Compiler, float] = {}  # seconds per step
        self._longest: dict[Compiler, int] = {}  # block
        self._refused = False  # the next step is a bad one
        self.taken = 0  # steps in this run

    @property
    def dataset(self) -> Any:
        """What to give to `fit`: the batches, or what counts them where they are at hand."""
        if self._batches.is_in_memory:
            return backend.tensorflow().data.Dataset.range(self._batches.steps)
        return self._batches.dataset

    def begin(self, epoch: int) -> None:
        """The 0-based `epoch` of the model's life begins."""
        done, self._done = self._done, Block()
        self._epoch, self._epochs = epoch, self._epochs - 1
        self._batches.begin(epoch, done.stop)
        self.measures = self._is_measured(epoch)
        self._next, self._skipped, self.squares = 0, done.stop, None
        self.block = replace(done, first=done.stop, means={})
        if done.stop:
            variables = self._steps.model.metrics_variables
            for variable, value in zip(variables, done.metrics, strict=True):
                variable.assign(value)
        if self._batches.is_in_memory:
            order = backend.tensorflow().constant(self._batches.order())
            self._source = (*self._batches.tensors, order)

    def __call__(self, iterator: Any) -> Mapping[str, float]:
        """Train the next batch of the epoch. Returns the running values after its block."""
        if self._next >= self.block.stop:
            self.block = self._train(self._source or iterator, self._next)
        elif self._next < self._skipped and self._source is None:
            self._wait()
            next(iterator)
        self._next += 1
        return self.block.logs

    def finish(self) -> None:
        """Wait until nothing is running any more."""
        if self._augmented is not None:
            self._augmented.finish()

    def _train(self, source: Any, first: int) -> Block:
        full, end = self._batches.full_steps, self._batches.steps
        if self._augmented is not None:
            chunk = self._augmented.at(self._epoch, first, self._epoch + self._epochs)
            _, *parts, order = source
            source = chunk.rows, *parts, backend.tensorflow().constant(chunk.first), order
            full, end = min(full, chunk.stop), chunk.stop
        compiler = Compiler.GRAPH
        if first < full:
            compiler = self._choice.at(self._life, source, self._wait)
        limit = (full if compiler is Compiler.XLA else end) - first
        if self._life < compiler_choice.XLA_FROM:
            limit = min(limit, compiler_choice.XLA_FROM - self._life)
        if self._refused:
            raise NonFiniteError(batch=self._batches.at(first))
        start = perf_counter()
        length = self._length(compiler, limit)
        is_last = first + length == self._batches.steps
        outcome = self._steps.run(compiler, source, first, length, is_last and self.measures)
        self._refused = outcome.refused
        if not outcome.steps:
            raise NonFiniteError(batch=self._batches.at(first))
        if length > 1 or not is_last or compiler not in self._pace:  # the call takes a while, too
            self._pace[compiler] = (perf_counter() - start) / outcome.steps
        self._longest[compiler] = max(outcome.steps, self._longest.get(compiler, 0))
        self.squares = outcome.squares
        self._life += outcome.steps
        self.taken += outcome.steps
        self._choice.begin(source, self._last)
        metrics = tuple(variable.numpy() for variable in self._steps.model.metrics_variables)
        return Block(first, first + outcome.steps, outcome.logs, outcome.means, metrics)

    def _length(self, compiler: Compiler, limit: int) -> int:
        """How many steps the next block should have, up to `limit`."""
        if compiler not in self._pace:
            return 1
        wanted = int(BLOCK_SECONDS / self._pace[compiler])
        return max(1, min(wanted, GROWTH * self._longest[compiler], limit, MAX_STEPS))


def block_callbacks(blocks: Blocks, callbacks: list[Any], model: Any, epochs: int) -> Any:
    """The Keras CallbackList with which `fit` calls `callbacks` once for each of `blocks`."""
    callback_list = backend.keras().callbacks.CallbackList

    class BlockCallbacks(callback_list):  # type: ignore[misc, valid-type]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            blocks.begin(epoch)
            super().on_epoch_begin(epoch, logs)

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if batch >= blocks.block.stop:
                super().on_train_batch_begin(batch, logs)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if batch == blocks.block.first:  # the block has just been trained
                super().on_train_batch_end(blocks.block.stop - 1, logs)

    return BlockCallbacks(
        callbacks,
        add_history=True,
        model=model,
        verbose=0,
        epochs=epochs,
        steps=blocks.dataset.cardinality().numpy(),
    )
