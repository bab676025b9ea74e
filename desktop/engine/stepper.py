"""A small network that is trained one step at a time, and shown in full after each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from desktop.document.project import Project
from desktop.document.schema import Classes, Range
from desktop.document.trace import LayerInfo, trace
from desktop.engine import backend
from desktop.engine.batches import Batches
from desktop.engine.builder import build
from desktop.engine.encoding import class_probabilities, encode
from desktop.engine.network import Network
from desktop.engine.reports import FloatArray, IntArray, Surface, read_only
from desktop.engine.rows import Dataset
from desktop.engine.separable import is_separable
from desktop.engine.step_reports import DenseValues, Parameter, StepState, Update
from desktop.engine.surface import SurfacePredictor

MOST_ROWS = 1000  # that are shown
MOST_PARAMETERS = 500  # the first ones
MOST_POINTS = 400  # of the path
MOST_SEPARATED = 2000  # rows for which it is found out whether a line separates them


class Part(StrEnum):
    """How much to train."""

    ROW = "row"
    BATCH = "batch"
    EPOCH = "epoch"  # what is left of it


class Stepper:
    """The compiled `model` of `project`, with new weights, for the training rows of `dataset`.

    Each step is Keras's own `train_on_batch`. The rows come in the order of a training with `seed`,
    and steps of different sizes follow one another in it. Raises ProjectError if the network cannot
    be built. Use it on one thread; making one sets the global random states, as `build` does.
    """

    def __init__(self, project: Project, dataset: Dataset, seed: int) -> None:
        training, schema = project.training, dataset.schema
        self.project, self.schema, self.seed = project, schema, seed
        self._dataset = dataset
        self.model = build(project, seed, schema)
        self.rows = dataset.training_rows(training)
        self.targets = encode(self.rows.y, project, schema)
        order_seed = seed if training.shuffle else None
        self._batches = Batches(self.rows, self.targets, training.batch_size, order_seed)
        self._infos = _dense_layers(trace(project, schema))
        self.parameters = _parameters(self._infos, self.model)[:MOST_PARAMETERS]
        self.epoch = self.taken = 0
        self._refused = False
        self._update: Update | None = None
        self._path = [self.values]

    # --- training ---------------------------------------------------------------------------------

    def advance(
        self, part: Part, seconds: float = np.inf, is_stopped: Callable[[], bool] = lambda: False
    ) -> bool:
        """Train on the next row, the next batch, or the rest of the epoch; whether that is done.

        Of an epoch, one batch or more: after so many `seconds`, or once `is_stopped`, the rest is
        left for another call.
        """
        began = time.monotonic()
        size = 1 if part is Part.ROW else self.project.training.batch_size
        while True:
            is_over = part is not Part.EPOCH or self.taken + size >= len(self.rows)
            is_last = is_over or time.monotonic() - began >= seconds or is_stopped()
            self._step(size, is_last)
            if is_last or self._refused:
                return is_over or self._refused

    def _step(self, size: int, is_noted: bool) -> None:
        """Train on the next `size` rows of the epoch; what that did can be told if `is_noted`."""
        self._batches.begin(self.epoch)
        chosen = self._batches.order()[self.taken : self.taken + size]
        batch = self.batch(chosen)
        before, old = self.values, [variable.numpy() for variable in self._trainable]
        gradients = self._gradients(batch, old) if is_noted else None
        self.model.train_on_batch(*batch)
        finite = all(np.isfinite(variable.numpy()).all() for variable in self._trainable)
        self._refused = not finite
        if not finite:
            for variable, value in zip(self._trainable, old, strict=True):
                variable.assign(value)
            return
        self.taken += len(chosen)
        if self.taken >= len(self.rows):
            self.epoch, self.taken = self.epoch + 1, 0
        if gradients is not None:
            self._note(chosen, before, gradients)
        self._path.append(self.values)
        if len(self._path) > MOST_POINTS:  # every other one, but always the last
            self._path = self._path[::-2][::-1]

    def batch(self, chosen: IntArray | slice) -> tuple[Any, ...]:
        """Inputs, targets and weights (or None) of these training rows."""
        weights = self.rows.sample_weight
        return (
            self.rows.x[chosen],
            self.targets[chosen],
            None if weights is None else weights[chosen],
        )

    def _gradients(self, batch: tuple[Any, ...], weights: list[Any]) -> list[FloatArray]:
        """The gradient of the loss of `batch`, by automatic differentiation, for each weight.

        Random numbers and moving statistics stay as they are, so that the step has the same.
        """
        tf = backend.tensorflow()
        tensors = [tf.convert_to_tensor(weight) for weight in weights]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            loss = loss_at(self.model, tensors, batch, training=True)
        found = tape.gradient(loss, tensors, unconnected_gradients="zero")
        return [np.asarray(tf.convert_to_tensor(gradient)) for gradient in found]

    def _note(self, chosen: IntArray, before: FloatArray, gradients: list[FloatArray]) -> None:
        settings = self.project.training.optimizer
        rate = float(np.asarray(self.model.optimizer.learning_rate))
        gradient, after = self._gather(gradients), self.values
        plain = getattr(settings, "momentum", None) == 0 and settings.follows_size
        self._update = Update(
            rows=read_only(chosen),
            before=before,
            gradient=gradient,
            after=after,
            learning_rate=rate,
            optimizer=settings.optimizer,
            is_plain=plain and np.allclose(before - rate * gradient, after, rtol=1e-5, atol=1e-7),
        )

    # --- weights ----------------------------------------------------------------------------------

    @property
    def _trainable(self) -> list[Any]:
        return list(self.model.trainable_variables)

    @cached_property
    def _places(self) -> list[tuple[int, tuple[int, ...]]]:
        """For each parameter which trainable variable it is in, and where."""
        numbers = {id(variable): place for place, variable in enumerate(self._trainable)}
        found: list[tuple[int, tuple[int, ...]]] = []
        for each in self.parameters:
            layer = self.model.layers[each.layer]
            if each.source is None:
                found.append((numbers[id(layer.bias)], (each.unit,)))
            else:
                found.append((numbers[id(layer.kernel)], (each.source, each.unit)))
        return found

    def _gather(self, arrays: list[FloatArray]) -> FloatArray:
        values = [arrays[number][index] for number, index in self._places]
        return read_only(np.array(values, np.float32))

    @property
    def values(self) -> FloatArray:
        """Those of the parameters, float32 (parameters,)."""
        return self._gather([variable.numpy() for variable in self._trainable])

    def set_values(self, values: Mapping[int, float]) -> None:
        """Give the parameters at these places other values; the path begins anew."""
        variables = self._trainable
        arrays = [np.array(variable.numpy()) for variable in variables]
        for place, value in values.items():
            number, index = self._places[place]
            arrays[number][index] = value
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        self._update, self._refused, self._path = None, False, [self.values]

    def network(self) -> Network:
        """A copy as it is now, state of the optimizer included, as a network to be trained further.

        It counts as trained, and its epochs are those that were completed. Making it sets the
        global random states, as `build` does.
        """
        network = Network.new(self.project, self.seed, self._dataset)
        for here, there in (
            (self.model.variables, network.model.variables),
            (self.model.optimizer.variables, network.model.optimizer.variables),
        ):
            for variable, other in zip(here, there, strict=True):
                other.assign(variable)
        network.comes_from("", self.epoch, self.epoch)
        return network

    def place(self, parameter: int) -> tuple[int, tuple[int, ...]]:
        """Which trainable variable the parameter is in, and where."""
        return self._places[parameter]

    # --- what there is to see ---------------------------------------------------------------------

    def state(self, extent: Range | None = None) -> StepState:
        """The network as it is, with its prediction over the square of `extent`, if given."""
        layers, outputs = self._look(self.rows.x[:MOST_ROWS])
        targets = np.asarray(self.rows.y[:MOST_ROWS], np.float64).reshape(len(outputs), -1)
        probabilities = class_probabilities(outputs, self.project, self.schema)
        if probabilities is not None and probabilities.shape[1] == 2:
            outputs = probabilities[:, 1:]
        elif probabilities is not None:
            outputs = probabilities[np.arange(len(outputs)), self.rows.y[:MOST_ROWS]][:, None]
        self.model.reset_metrics()
        metrics = self.model.test_on_batch(*self.batch(slice(None)), return_dict=True)
        return StepState(
            schema=self.schema,
            seed=self.seed,
            epoch=self.epoch,
            taken=self.taken,
            total=len(self.rows),
            metrics={name: float(value) for name, value in metrics.items()},
            correct=self._correct(),
            separable=self._separable,
            x=read_only(self.rows.x[:MOST_ROWS]),
            targets=read_only(targets[:, 0]),
            outputs=read_only(outputs[:, 0]),
            layers=layers,
            parameters=self.parameters,
            values=self.values,
            path=read_only(np.stack(self._path)),
            update=self._update,
            surface=self._surface(extent) if extent is not None else None,
            refused=self._refused,
        )

    def _look(self, x: FloatArray) -> tuple[tuple[DenseValues, ...], FloatArray]:
        """What each Dense layer makes of the rows, and the outputs."""
        ops, layers = backend.keras().ops, []
        current = x
        for index, layer in enumerate(self.model.layers):
            outputs = layer(current, training=False)
            if (info := self._infos.get(index)) is not None:
                # Keras's Dense with another activation: the same kernel and bias.
                sums = ops.matmul(current, layer.kernel)
                sums = sums if layer.bias is None else ops.add(sums, layer.bias)
                layers.append(
                    DenseValues(
                        index=index,
                        name=info.name,
                        activation=str(info.layer.nonlinearity or "linear"),
                        inputs=read_only(np.asarray(current)),
                        sums=read_only(np.asarray(sums)),
                        outputs=read_only(np.asarray(outputs)),
                        on_data=index == min(self._infos) and np.array_equal(current, x),
                        is_last=index == max(self._infos),
                    )
                )
            current = outputs
        return tuple(layers), np.asarray(current)

    def _correct(self) -> int | None:
        if not isinstance(self.schema.target, Classes):
            return None
        outputs = np.asarray(self.model(self.rows.x, training=False))
        found = class_probabilities(outputs, self.project, self.schema)
        return None if found is None else int((found.argmax(axis=1) == self.rows.y).sum())

    @cached_property
    def _separable(self) -> bool | None:
        """Whether a line separates the classes; None where there are not two, or many rows."""
        target = self.schema.target
        if not isinstance(target, Classes) or len(target.names) != 2:
            return None
        if len(self.rows) > MOST_SEPARATED:
            return None
        return is_separable(self.rows.x, np.asarray(self.rows.y, np.int64))

    @cached_property
    def _predictor(self) -> SurfacePredictor:
        return SurfacePredictor(self.model, self.project, self.schema)

    def _surface(self, extent: Range) -> Surface | None:
        from desktop.engine.prediction import PredictionError

        try:
            return self._predictor.predict(extent, self.epoch)
        except PredictionError:
            return None


def loss_at(model: Any, weights: list[Any], batch: tuple[Any, ...], *, training: bool) -> Any:
    """Keras's loss of the compiled `model` on `batch`, penalties included, a scalar tensor.

    It is as if its trainable weights were `weights`. Nothing of the model changes.
    """
    x, y, sample_weight = batch
    mapping = zip(model.trainable_variables, weights, strict=True)
    with backend.keras().StatelessScope(state_mapping=mapping, collect_losses=True):
        outputs = model(x, training=training)
        return model.compute_loss(
            x=x, y=y, y_pred=outputs, sample_weight=sample_weight, training=training
        )


def _dense_layers(infos: tuple[LayerInfo, ...]) -> dict[int, LayerInfo]:
    """The layers with a weighted sum for each unit, of rows that are flat, by place."""
    return {
        info.index: info
        for info in infos
        if getattr(info.layer, "kernel_rank", None) == 2
        and info.output_shape is not None
        and len(info.output_shape) == 1
    }


def _parameters(infos: Mapping[int, LayerInfo], model: Any) -> tuple[Parameter, ...]:
    """All weights of these layers, unit by unit, the last layer first."""
    found = []
    for index in sorted(infos, reverse=True):
        layer = model.layers[index]
        inputs, units = layer.kernel.shape
        for unit in range(units):
            of_unit: list[int | None] = list(range(inputs))
            for source in [*of_unit, None] if layer.bias is not None else of_unit:
                symbol = "b" if source is None else f"w{source + 1}"
                name = symbol
                if len(infos) > 1 or units > 1:
                    name = f"{infos[index].name}, unit {unit + 1}: {symbol}"
                found.append(Parameter(name, symbol, index, unit, source))
    return tuple(found)
