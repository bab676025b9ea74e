"""The loss of a network, as a function of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.engine import backend
from desktop.engine.reports import read_only
from desktop.engine.step_reports import LossSurface, SurfaceQuestion
from desktop.engine.stepper import Stepper, loss_at

SIDE = 41  # points of the grid in each direction
MOST_ROWS = 200  # that the loss is the mean of


class LossSurfaces:
    """Computes the loss of the network of `stepper` over two of its weights."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self._functions: dict[tuple[int, int], Any] = {}

    def over(self, question: SurfaceQuestion) -> LossSurface:
        """The loss over two parameters, the others being what they are."""
        key = question.first, question.second
        if key not in self._functions:
            self._functions[key] = self._function(*key)
        ranges = question.first_range, question.second_range
        across, up = (np.linspace(*each, SIDE, dtype=np.float32) for each in ranges)
        grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        weights = [variable.numpy() for variable in self._stepper.model.trainable_variables]
        losses = self._functions[key](grid, weights).numpy().reshape(SIDE, SIDE)
        rows = min(len(self._stepper.rows), MOST_ROWS)
        return LossSurface(question, read_only(losses), rows)

    def _function(self, first: int, second: int) -> Any:
        """From points, (n, 2), and all weights to losses, (n,), as one graph."""
        tf = backend.tensorflow()
        stepper = self._stepper
        batch = tuple(
            None if part is None else tf.constant(part)
            for part in stepper.batch(slice(0, MOST_ROWS))
        )
        places = [stepper.place(parameter) for parameter in (first, second)]

        def loss(point: Any, weights: list[Any]) -> Any:
            changed = list(weights)
            for (number, index), value in zip(places, tf.unstack(point), strict=True):
                changed[number] = tf.tensor_scatter_nd_update(changed[number], [index], [value])
            return loss_at(stepper.model, changed, batch, training=False)

        def losses(points: Any, weights: list[Any]) -> Any:
            return tf.vectorized_map(lambda point: loss(point, weights), points)

        shapes = [tf.TensorSpec(v.shape, tf.float32) for v in stepper.model.trainable_variables]
        return tf.function(
            losses,
            input_signature=[tf.TensorSpec((SIDE * SIDE, 2), tf.float32), shapes],
            autograph=False,
        )


@dataclass(frozen=True)
class Stepping:
    """A network that is trained step by step, and its loss surfaces."""

    stepper: Stepper
    surfaces: LossSurfaces
