"""Statistics of the layers while a network is trained: a few rows that it is shown now and then.

To add a statistic, write a function like `gradient_norm` and enter it in `STATISTICS`: it is then
in the report of every epoch and has its series in the record of the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import trace
from desktop.engine import backend
from desktop.engine.batches import large_batch
from desktop.engine.encoding import encode
from desktop.engine.rows import Rows

logger = logging.getLogger(__name__)

MOST_ROWS = 256
SHARE = 32  # of the training rows one in so many, to take little time beside an epoch
LEAST_ROWS = 32  # if there are as many
COMPILED_FROM = 10  # probes: making a graph takes as long as about ten without it


@dataclass(frozen=True)
class LayerPass:
    """What one layer made of a batch: tensors.

    `name` is that of the layer in the stack, `layer` the Keras layer, `output` has the shape of its
    output with the rows first. `gradients` are those of the loss with respect to the layer's
    trainable variables, in their order and shapes; zero where the loss does not depend on one.
    """

    name: str
    layer: Any
    output: Any
    gradients: tuple[Any, ...]


@dataclass(frozen=True)
class Pass:
    """What a network made of a batch: each of its layers, and the loss, a tensor of shape ()."""

    layers: tuple[LayerPass, ...]
    loss: Any


def gradient_norm(layer: LayerPass) -> Any | None:
    """The L2 norm of all of the layer's gradients together, √Σg²; None if nothing is trainable.

    In float64: squares of the small gradients of a deep network would vanish in float32.
    """
    tf = backend.tensorflow()
    if not layer.gradients:
        return None
    squares = [tf.reduce_sum(tf.square(tf.cast(part, tf.float64))) for part in layer.gradients]
    return tf.sqrt(tf.add_n(squares))


# What is reported of each layer: a number, as a tensor of shape (), or None for layers without it.
STATISTICS: Mapping[str, Callable[[LayerPass], Any | None]] = {"gradient_norm": gradient_norm}


class Probe:
    """A fixed `batch` (inputs, targets, perhaps sample weights) to look through `model` with.

    The network is in training mode: dropout drops and batch normalization uses the statistics of
    the batch, so that the gradients are those that a training step on these rows begins with. The
    loss is the one that is minimized, with sample weights and the penalties of regularizers; the
    gradients are not clipped yet. A look leaves the model as it was: weights, moving statistics,
    metrics and random numbers.
    """

    def __init__(self, model: Any, project: Project, batch: tuple[NDArray[Any], ...]) -> None:
        self._model = model
        self._names = [info.name for info in trace(project)]
        self._batch = tuple(map(backend.tensorflow().convert_to_tensor, batch))
        self._compiled: Callable[[], Any] | None = None

    @classmethod
    def of_rows(
        cls, model: Any, project: Project, schema: DataSchema, rows: Rows, seed: int
    ) -> Probe:
        """A probe of some of the training `rows`, always the same ones for a `seed`.

        `schema` is what the data was found to hold.
        """
        count = min(MOST_ROWS, max(LEAST_ROWS, len(rows) // SHARE), large_batch(model), len(rows))
        chosen = np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False))
        targets = encode(rows.y[chosen], project, schema)
        weights = () if rows.sample_weight is None else (rows.sample_weight[chosen],)
        return cls(model, project, (rows.x[chosen], targets, *weights))

    def compile(self, checkpoint: Callable[[], None]) -> None:
        """Make a graph of the statistics, unless there is one, for many looks to come.

        `checkpoint` is called every now and then. What it raises comes out, and nothing is made.
        """
        if self._compiled is None:
            tf = backend.tensorflow()
            function = tf.function(lambda: self._measure(checkpoint), autograph=False)
            self._compiled = function.get_concrete_function()

    def look(self, checkpoint: Callable[[], None] = lambda: None) -> Pass:
        """Run the batch through the network, forwards and backwards."""
        keras, tf = backend.keras(), backend.tensorflow()
        model = self._model
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(self._batch)
        variables = model.trainable_variables
        weights = [variable.value.read_value() for variable in variables]
        mapping = zip(variables, weights, strict=True)
        # What layers and metrics want to change stays within the scope.
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                outputs: list[Any] = []
                for layer in model.layers:  # what `model` itself does, but for the outputs
                    outputs.append(layer(outputs[-1] if outputs else x, training=True))
                    checkpoint()
                loss = model.compute_loss(
                    x=x, y=y, y_pred=outputs[-1], sample_weight=sample_weight, training=True
                )
            checkpoint()
            gradients = tape.gradient(loss, weights, unconnected_gradients="zero")
            checkpoint()
        by_variable = {
            id(variable): tf.convert_to_tensor(gradient)  # rows of an embedding come one by one
            for variable, gradient in zip(variables, gradients, strict=True)
        }
        return Pass(
            tuple(
                LayerPass(
                    name,
                    layer,
                    output,
                    tuple(by_variable[id(variable)] for variable in layer.trainable_variables),
                )
                for name, layer, output in zip(self._names, model.layers, outputs, strict=True)
            ),
            loss,
        )

    def statistics(self) -> dict[str, dict[str, float]]:
        """The value of each of `STATISTICS` for each layer that has it, by name.

        What is not finite is given as it is. Nothing is given, and the reason is logged, if the
        batch cannot be run through the network, for lack of memory for example: that is no reason
        to end a training.
        """
        try:
            measured = self._compiled() if self._compiled is not None else self._measure()
            return {
                statistic: {name: float(value) for name, value in values.items()}
                for statistic, values in measured.items()
            }
        except Exception:
            logger.exception("The statistics of the layers could not be computed")
            return {}

    def _measure(self, checkpoint: Callable[[], None] = lambda: None) -> dict[str, dict[str, Any]]:
        """The statistics as tensors."""
        layers = self.look(checkpoint).layers
        measured = {
            statistic: {layer.name: measure(layer) for layer in layers}
            for statistic, measure in STATISTICS.items()
        }
        return {
            statistic: {name: value for name, value in values.items() if value is not None}
            for statistic, values in measured.items()
        }
