"""Statistics of the layers while a network is trained: a few rows that it is shown now and then.

To add a statistic, write a function like `gradient_norm` and enter it in `STATISTICS`: it is then
in the report of every measured epoch and has its series in the record of the run. Those of single
units are in `UNIT_STATISTICS`. What they mean for the training is judged in
`desktop.document.health`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.health import DEAD, GRADIENT, SATURATED, UPDATE, ZERO_OUTPUTS
from desktop.document.layers import Layer
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import trace
from desktop.engine import backend
from desktop.engine.batches import large_batch
from desktop.engine.control import Stopped
from desktop.engine.encoding import encode
from desktop.engine.programs import Program, configuration, read_variables, shared
from desktop.engine.reports import LayerStatistics, read_only
from desktop.engine.rows import Rows

logger = logging.getLogger(__name__)

MOST_ROWS = 256
SHARE = 32  # of the training rows one in so many, to take little time beside an epoch
LEAST_ROWS = 32  # if there are as many
MOST_UNITS = 256  # of a layer that have numbers of their own; the first ones
# Training rows times parameters of an epoch that takes tens of milliseconds or less. To measure
# the layers takes about two: after so few of these epochs it costs about 3 % of the training.
SHORT_EPOCH = 1e8
MEASURED_EVERY = 5, 30  # short epochs: in a short training, in a long one
MEASURED_TIMES = 5  # about, in between
COMPILED_FROM = 10  # probes: making a graph takes as long as about ten without it


@dataclass(frozen=True)
class LayerPass:
    """What one layer made of a batch: tensors.

    `name` is that of the layer in the stack, `spec` what the project says of it, `layer` the Keras
    layer, `output` has the shape of its output with the rows first. `gradients` are those of the
    loss with respect to the layer's trainable variables, in their order and shapes; zero where the
    loss does not depend on one.
    """

    name: str
    spec: Layer
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


def dead_share(layer: LayerPass) -> Any | None:
    """The share of the units that are 0 for every row, 0 to 1; None unless they can be dead."""
    tf, zero = backend.tensorflow(), zero_outputs(layer)
    return None if zero is None else tf.reduce_mean(tf.cast(zero == 1, tf.float32))


def saturated_share(layer: LayerPass) -> Any | None:
    """The share of all outputs that are saturated, 0 to 1; None if the function never is."""
    share = saturated_outputs(layer)
    return None if share is None else backend.tensorflow().reduce_mean(share)


def zero_outputs(layer: LayerPass) -> Any | None:
    """The share of each unit's outputs that are 0, (units,); None unless units can be dead.

    A unit is a place on the last axis; its outputs are those for all rows, in all other places.
    """
    return _share_of_units(layer.output == 0) if layer.spec.can_die else None


def saturated_outputs(layer: LayerPass) -> Any | None:
    """The share of each unit's outputs where its function is all but flat, (units,)."""
    function = layer.spec.nonlinearity
    if function is None or function.saturation is None:
        return None
    low, high = function.saturation
    return _share_of_units((layer.output < low) | (layer.output > high))


def _share_of_units(which: Any) -> Any:
    tf = backend.tensorflow()
    return tf.reduce_mean(tf.cast(which, tf.float32), axis=tuple(range(len(which.shape) - 1)))


# What is reported of each layer: a number, as a tensor of shape (), or None for layers without it.
STATISTICS: Mapping[str, Callable[[LayerPass], Any | None]] = {
    GRADIENT: gradient_norm,
    DEAD: dead_share,
    SATURATED: saturated_share,
}
# And of each unit of it: a tensor of shape (units,), or None.
UNIT_STATISTICS: Mapping[str, Callable[[LayerPass], Any | None]] = {
    ZERO_OUTPUTS: zero_outputs,
    SATURATED: saturated_outputs,
}


def measured_every(training_rows: int, parameters: int, epochs: int) -> int:
    """After how many epochs the layers are measured; by the project alone, for equal results."""
    if training_rows * parameters >= SHORT_EPOCH:
        return 1
    least, most = MEASURED_EVERY
    return min(max(least, epochs // MEASURED_TIMES), most)


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
        self._layers = [(info.name, info.layer) for info in trace(project)]
        self._batch = tuple(map(backend.tensorflow().convert_to_tensor, batch))
        self._compiled: Program | None = None

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

    @property
    def inputs(self) -> Any:
        """The rows that the network is shown: a tensor."""
        return self._batch[0]

    def compile(self, checkpoint: Callable[[], None]) -> None:
        """Make a graph of the statistics, unless there is one, for many looks to come.

        Networks that are alike share it. `checkpoint` is called every now and then. If it raises
        Stopped, that comes out, and nothing is made.
        """
        if self._compiled is not None:
            return
        signature = tuple(map(backend.tensorflow().type_spec_from_value, self._batch))
        key = (Probe, configuration(self._model), signature)
        try:
            self._compiled = shared(key, False, lambda: self._traced(checkpoint))
        except Stopped:
            raise
        except Exception:  # `statistics` tells why
            logger.debug("The statistics of the layers have no graph", exc_info=True)

    def _traced(self, checkpoint: Callable[[], None]) -> Program:
        tf, variables = backend.tensorflow(), self._model.variables

        def measure(batch: tuple[Any, ...], handles: Sequence[Any]) -> Any:
            return _measured(self._look(batch, read_variables(variables, handles), checkpoint))

        function = tf.function(measure, autograph=False)
        return Program(function.get_concrete_function(self._batch, self._handles()))

    def _handles(self) -> list[Any]:
        return [variable.value.handle for variable in self._model.variables]

    def look(self) -> Pass:
        """Run the batch through the network, forwards and backwards."""
        return self._look(
            self._batch, [variable.value.read_value() for variable in self._model.variables]
        )

    def _look(
        self,
        batch: tuple[Any, ...],
        values: Sequence[Any],
        checkpoint: Callable[[], None] = lambda: None,
    ) -> Pass:
        """`look` with other `values` of the model's variables, tensors in their order."""
        keras, tf = backend.keras(), backend.tensorflow()
        model = self._model
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        state = {id(each): value for each, value in zip(model.variables, values, strict=True)}
        weights = [state[id(variable)] for variable in model.trainable_variables]
        mapping = zip(model.variables, values, strict=True)
        # What layers and metrics want to change stays within the scope.
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                outputs: list[Any] = []
                # What `model` itself does, but for the outputs. Images stay as they are.
                for (_, spec), layer in zip(self._layers, model.layers, strict=True):
                    taken = outputs[-1] if outputs else x
                    outputs.append(layer(taken, training=not spec.augments))
                    checkpoint()
                loss = model.compute_loss(
                    x=x, y=y, y_pred=outputs[-1], sample_weight=sample_weight, training=True
                )
            checkpoint()
            gradients = tape.gradient(loss, weights, unconnected_gradients="zero")
            checkpoint()
        by_variable = {
            id(variable): tf.convert_to_tensor(gradient)  # rows of an embedding come one by one
            for variable, gradient in zip(model.trainable_variables, gradients, strict=True)
        }
        passes = []
        for (name, spec), layer, output in zip(self._layers, model.layers, outputs, strict=True):
            of_layer = tuple(by_variable[id(variable)] for variable in layer.trainable_variables)
            passes.append(LayerPass(name, spec, layer, output, of_layer))
        return Pass(tuple(passes), loss)

    def statistics(self, squares: NDArray[np.float64] | None = None) -> LayerStatistics:
        """The value of each of `STATISTICS` and `UNIT_STATISTICS` for each layer that has it.

        With the `squares` of a step (see StepsResult) also the size of the updates: log10 of the L2
        norm of what it added to all of a layer's weights over the norm of these before it.

        What is not finite is given as it is. Nothing is given, and the reason is logged, if the
        batch cannot be run through the network, for lack of memory for example: that is no reason
        to end a training.
        """
        try:
            if self._compiled is not None:
                measured = self._compiled.loop(self._batch, self._handles())
            else:
                measured = _measured(self.look())
            layers, units = (
                {name: {layer: value.numpy() for layer, value in of.items()} for name, of in kind}
                for kind in (part.items() for part in measured)
            )
        except Exception:
            logger.exception("The statistics of the layers could not be computed")
            return LayerStatistics()
        values = {n: {layer: float(x) for layer, x in of.items()} for n, of in layers.items()}
        if squares is not None:
            values[UPDATE] = self._update_ratios(squares)
        return LayerStatistics(
            values,
            {name: {layer: read_only(x) for layer, x in of.items()} for name, of in units.items()},
        )

    def _update_ratios(self, squares: NDArray[np.float64]) -> dict[str, float]:
        found, start = {}, 0
        for (name, _), layer in zip(self._layers, self._model.layers, strict=True):
            stop = start + len(layer.trainable_variables)
            if stop > start:
                with np.errstate(divide="ignore", invalid="ignore"):
                    added, before = squares[start:stop].sum(axis=0)
                    found[name] = float(np.log10(added / before) / 2)
            start = stop
        return found


def _measured(seen: Pass) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The statistics of the layers and of their units, as tensors."""
    units = {
        statistic: {name: shares[:MOST_UNITS] for name, shares in values.items()}
        for statistic, values in _values(UNIT_STATISTICS, seen.layers).items()
    }
    return _values(STATISTICS, seen.layers), units


def _values(
    statistics: Mapping[str, Callable[[LayerPass], Any | None]], layers: tuple[LayerPass, ...]
) -> dict[str, dict[str, Any]]:
    """The values of `statistics` for those of the `layers` that have them, by name."""
    return {
        statistic: {layer.name: value for layer in layers if (value := measure(layer)) is not None}
        for statistic, measure in statistics.items()
    }
