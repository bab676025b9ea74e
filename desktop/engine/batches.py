"""The rows as training takes them: batch after batch, in an order given by seed and epoch."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from desktop.engine import backend
from desktop.engine.augmentation import Augmentation
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.rows import Rows
from desktop.engine.zero_copy import zero_copy_tensor
from desktop.machine import physical_memory

MEMORY_SHARE = 0.5  # of the machine's memory: larger data is read batch by batch
MAX_BATCH = 1024
BATCH_VALUES = 1 << 24  # numbers that the layers may put out for one batch: 64 MiB of float32


def large_batch(model: Any) -> int:
    """How many rows to show `model` at a time when it does not learn: as many as is fast.

    The outputs of all layers have to fit into memory.
    """
    per_row = sum(prod(size or 1 for size in layer.output.shape) for layer in model.layers)
    return int(np.clip(BATCH_VALUES // max(per_row, 1), 1, MAX_BATCH))


class Batches:
    """`rows` with their encoded `targets` in batches of `batch_size`; the last may be short.

    With a `seed` the rows come in a new order every epoch. The order of epoch e follows from the
    seed and e alone, so that a run that was split in two does what one long run does. (Arrays
    given to `fit` after `set_random_seed` come in one and the same order in every epoch.)

    The inputs of batches that are read go through `augmentation`, if that is set.

    Where `is_in_memory`, `tensors` holds all of inputs, targets and, if the rows have them, sample
    weights. Elsewhere there is only `dataset`, which reads them as they are needed: on a GPU, as
    Keras does, and for data too large to keep.
    """

    def __init__(
        self,
        rows: Rows,
        targets: FloatArray | IntArray,
        batch_size: int,
        seed: int | None = None,
    ) -> None:
        self.rows, self.batch_size, self._seed = len(rows), batch_size, seed
        weights = () if rows.sample_weight is None else (rows.sample_weight,)
        self._arrays = (rows.x, targets, *weights)
        self._epoch = self._trained = 0
        self.augmentation: Augmentation | None = None
        self.is_too_large = not _fits(sum(part.nbytes for part in self._arrays))
        self.is_in_memory = not self.is_too_large and backend.info().device == "CPU"
        self.tensors = tuple(map(zero_copy_tensor, self._arrays)) if self.is_in_memory else ()

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return -(-self.rows // self.batch_size)

    @property
    def full_steps(self) -> int:
        """Batches in an epoch that are not short."""
        return self.rows // self.batch_size

    def begin(self, epoch: int, trained: int = 0) -> None:
        """Let the next batches be those of the 0-based `epoch` of the model's life.

        The first `trained` of them are not needed any more: where rows are read batch by batch,
        those batches are left empty.
        """
        self._epoch, self._trained = epoch, trained

    def order(self, epoch: int | None = None) -> IntArray:
        """The rows in the order of `epoch`, by default the one that was begun, int32 (n,)."""
        if self._seed is None:
            return np.arange(self.rows, dtype=np.int32)
        epoch = self._epoch if epoch is None else epoch
        order = np.random.default_rng([self._seed, epoch]).permutation(self.rows)
        return order.astype(np.int32)

    def at(self, step: int) -> tuple[Any, ...]:
        """The arrays of the 0-based batch `step` of the epoch."""
        chosen = self.order()[step * self.batch_size : (step + 1) * self.batch_size]
        return tuple(part[chosen] for part in self._arrays)

    @property
    def dataset(self) -> Any:
        """A `tf.data.Dataset` of the batches, in the order of the epoch it is iterated in."""
        tf = backend.tensorflow()
        if self.is_in_memory and self._seed is None:
            dataset = tf.data.Dataset.range(self.steps).map(self._slice)
        else:
            signature = [
                tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in self._arrays
            ]
            if self.augmentation is not None:
                signature[0] = tf.TensorSpec((None, *self.augmentation.output_shape), tf.float32)
            dataset = tf.data.Dataset.from_generator(self._read, output_signature=tuple(signature))
            dataset = dataset.apply(tf.data.experimental.assert_cardinality(self.steps))
        return dataset.prefetch(tf.data.AUTOTUNE)

    def _slice(self, step: Any) -> tuple[Any, ...]:
        start = step * self.batch_size
        return tuple(part[start : start + self.batch_size] for part in self.tensors)

    def _read(self) -> Iterator[tuple[Any, ...]]:
        order = self.order()
        for step, start in enumerate(range(0, self.rows, self.batch_size)):
            stop = start if step < self._trained else start + self.batch_size
            inputs, *others = (part[order[start:stop]] for part in self._arrays)
            if self.augmentation is not None:
                inputs = self.augmentation.batch(inputs, self._epoch, start // self.batch_size)
            yield inputs, *others


def _fits(size: int) -> bool:
    """Whether arrays of `size` bytes may stay in memory all the time."""
    memory = physical_memory()
    return memory is None or size <= MEMORY_SHARE * memory
