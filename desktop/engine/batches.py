"""The rows as `fit` takes them: batch after batch, in an order that follows from seed and epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from desktop.engine import backend
from desktop.engine.reports import FloatArray, IntArray


class Batches:
    """Inputs `x` and targets `y`, n rows each, in batches of `batch_size`; the last may be short.

    With a `seed` the rows come in a new order every epoch. The order of epoch e follows from the
    seed and e alone, so that a run that was split in two does what one long run does. (Arrays
    given to `fit` after `set_random_seed` come in one and the same order in every epoch.)
    """

    def __init__(
        self, x: FloatArray, y: FloatArray | IntArray, batch_size: int, seed: int | None = None
    ) -> None:
        tf = backend.tensorflow()
        self._rows, self._seed = len(y), seed
        with tf.device("CPU"):
            inputs, targets = tf.constant(x), tf.constant(y)
            order = tf.Variable(np.arange(self._rows), trainable=False)

        def batch(index: Any) -> tuple[Any, Any]:
            start = index * batch_size
            rows = order[start : tf.minimum(start + batch_size, self._rows)]
            return tf.gather(inputs, rows), tf.gather(targets, rows)

        steps = tf.data.Dataset.range(-(-self._rows // batch_size))
        self._order = order
        self.dataset: Any = steps.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(
            tf.data.AUTOTUNE
        )

    def order(self, epoch: int) -> IntArray:
        """The rows in the order of the 0-based `epoch`, counted over the life of the model."""
        if self._seed is None:
            return np.arange(self._rows)
        return np.random.default_rng([self._seed, epoch]).permutation(self._rows)

    def callback(self) -> Any:
        """The Keras callback that gives every epoch its order."""
        return backend.keras().callbacks.LambdaCallback(on_epoch_begin=self._on_epoch_begin)

    def _on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        # Safe: the batches of an epoch have all been made by the time the next one begins.
        if self._seed is not None:
            self._order.assign(self.order(epoch))
