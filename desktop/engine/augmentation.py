"""What the layers that augment make of rows, many batches at a time, before the steps that train.

One by one, as layers of a model, they take many times as long as the steps of a small network. Here
XLA compiles all of them to one function of thousands of rows. What moves pixels - rotation, shear,
elastic distortion and so on - becomes one map from the pixels of the result to places in the image,
so that each pixel is looked up once. What is drawn at random is drawn by Keras's layers themselves,
but for the elastic distortion: Keras's makes a graph for each image of a batch, and where it does
not know how many there are, it makes all of them from the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.augmentation import layers_ahead
from desktop.document.layers import Layer
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.programs import Program, shared
from desktop.engine.warp import SHIFTS, warped

CHUNK_ROWS = 8192  # about: so many at a time are fast
CHUNK_VALUES = 1 << 23  # numbers in them, at most: 32 MiB of float32
_DRAWS = 16  # more than any layer makes at a time
_MOST_CHUNKS = 1 << 24  # of an epoch that have numbers of their own


class Augmentation:
    """The first layers of `model`, up to the last that augments, for batches of `batch_size`.

    What is drawn for a batch depends on the seeds of the layers, on the number of the epoch and on
    that of the batch alone.
    """

    def __init__(self, model: Any, project: Project, batch_size: int) -> None:
        self.count = layers_ahead(project.layers)
        self._specs = project.layers[: self.count]
        self._layers = model.layers[: self.count]
        self.batch_size = batch_size
        self._seeds = [variable for layer in self._layers for variable in layer.variables]
        self._configuration = str([layer.get_config() for layer in self._layers])

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of a row that comes out."""
        return tuple(self._layers[-1].output.shape[1:])

    def chunk_steps(self, steps: int) -> int:
        """How many batches to make at a time, of an epoch that has `steps`: parts of like size."""
        shapes = [tuple(layer.output.shape[1:]) for layer in self._layers]
        rows = min(CHUNK_ROWS, CHUNK_VALUES // max(map(prod, shapes)))
        most = max(1, rows // self.batch_size)
        chunks = -(-steps // most)
        return -(-steps // chunks)

    def rows(
        self, program: Program, source: tuple[Any, Any], epoch: int, chunk: int, steps: int
    ) -> Any:
        """What `program` makes of the 0-based `chunk` of `epoch`, of `steps` batches: a tensor.

        `source` is a tensor of all rows and their order in the epoch. There are always as many rows
        as fill the batches: at the end of an epoch, the last one comes again and again.
        """
        tf = backend.tensorflow()
        first = tf.constant(chunk * steps * self.batch_size)
        return program.loop(source, first, self._drawn_from(epoch, chunk))

    def batch(self, rows: NDArray[Any], epoch: int, step: int) -> NDArray[Any]:
        """What is made of the `rows` of the 0-based batch `step` of `epoch`, up to a batch full."""
        tf, count = backend.tensorflow(), self.batch_size
        if not len(rows):
            return np.zeros((0, *self.output_shape), np.float32)
        with tf.device("CPU"):
            filled = tf.constant(rows[np.minimum(np.arange(count), len(rows) - 1)])
            source = filled, tf.range(count)
            made = self.program(source, 1).loop(
                source, tf.constant(0), self._drawn_from(epoch, step)
            )
        return np.asarray(made)[: len(rows)]

    def _drawn_from(self, epoch: int, chunk: int) -> list[Any]:
        """The states of the layers' seeds for a chunk. No two chunks draw the same."""
        tf = backend.tensorflow()
        place = _DRAWS * (epoch * _MOST_CHUNKS + chunk)
        return [tf.stack([seed.value[0], tf.constant(place, seed.dtype)]) for seed in self._seeds]

    def program(self, source: tuple[Any, Any], steps: int) -> Program:
        """What makes `steps` batches of rows at a time; shared by networks that are alike."""
        tf = backend.tensorflow()
        signature = tuple(map(tf.type_spec_from_value, source))
        key = (Augmentation, self._configuration, self.batch_size, steps, signature)
        return shared(key, True, lambda: self._traced(source, steps))

    def _traced(self, source: tuple[Any, Any], steps: int) -> Program:
        tf = backend.tensorflow()
        count = steps * self.batch_size
        shape = (count, *source[0].shape[1:])

        def make(source: tuple[Any, Any], first: Any, seeds: Sequence[Any]) -> Any:
            rows, order = source
            places = tf.minimum(first + tf.range(count), tf.size(order) - 1)
            chosen = tf.ensure_shape(tf.gather(rows, tf.gather(order, places)), shape)
            with backend.keras().StatelessScope(zip(self._seeds, seeds, strict=True)):
                return self._applied(tf.cast(chosen, tf.float32), steps)

        seeds = [tf.TensorSpec(seed.shape, seed.dtype) for seed in self._seeds]
        function = tf.function(make, autograph=False)
        return Program(function.get_concrete_function(source, tf.constant(0), seeds))

    def _applied(self, rows: Any, steps: int) -> Any:
        group: list[tuple[Layer, Any]] = []  # that move pixels in the same way
        for spec, layer in zip(self._specs, self._layers, strict=True):
            if group and not _go_together(group[0][0], spec):
                rows, group = warped(rows, group, steps), []
            if spec.tag in SHIFTS:
                group.append((spec, layer))
            else:
                rows = layer(rows, training=True)
        return warped(rows, group, steps) if group else rows


def augmentation_of(model: Any, project: Project, batch_size: int) -> Augmentation | None:
    """The augmentation of a network; None if it has none."""
    return Augmentation(model, project, batch_size) if layers_ahead(project.layers) else None


def _go_together(one: Layer, other: Layer) -> bool:
    """Whether two layers that move pixels can be one."""
    names = ("fill_mode", "interpolation", "fill_value")
    return other.tag in SHIFTS and all(getattr(one, n) == getattr(other, n) for n in names)
