"""What a network and its hidden units make of a plane, to be drawn behind the points."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from desktop.document.layers import Family
from desktop.document.project import Project
from desktop.document.schema import Classes, DataSchema, Range
from desktop.document.trace import LayerInfo, trace
from desktop.engine import backend
from desktop.engine.encoding import class_probabilities
from desktop.engine.prediction import PredictionError
from desktop.engine.reports import FloatArray, HiddenUnits, LayerUnits, Surface, read_only

SIDE = 60  # points of the grid in each direction
UNIT_SIDE = 30  # the same for hidden units
MOST_UNITS = 64  # of a layer


class SurfacePredictor:
    """Asks `model`, which was made from `project` for data like `schema`, about points of a plane.

    Safe to use on one thread while another trains the model: the forward passes are graphs of their
    own that read the weights there are at the time. Raises PredictionError if the network does
    not take points.
    """

    def __init__(self, model: Any, project: Project, schema: DataSchema | None) -> None:
        schema = schema or project.data.known_schema
        shape = tuple(model.inputs[0].shape[1:])
        if shape != (2,) or schema is None:
            raise PredictionError(f"The network takes {shape}, not the coordinates of a point")
        self.project, self._model, self._schema = project, model, schema
        self._hidden = _hidden(trace(project, schema))

    def predict(self, extent: Range, epoch: int = 0) -> Surface:
        """The prediction over the square that `extent` bounds in both directions.

        Raises PredictionError if the outputs are neither of the classes nor a single number.
        """
        outputs = self._outputs(_grid(extent, SIDE)).numpy()
        values = outputs
        if isinstance(self._schema.target, Classes):
            values = class_probabilities(outputs, self.project, self._schema)
        if values is None or (values is outputs and outputs.shape[1] != 1):
            raise PredictionError("The outputs of the network are no prediction for a point")
        values = values.astype(np.float32).reshape(SIDE, SIDE, -1)
        return Surface(read_only(values), extent, values.shape[2] > 1, epoch)

    def hidden_units(self, extent: Range, epoch: int = 0) -> HiddenUnits:
        """The outputs of the hidden units over that square; no layer if none is hidden."""
        outputs = self._hidden_outputs(_grid(extent, UNIT_SIDE)) if self._hidden else ()
        layers = []
        for info, output in zip(self._hidden, outputs, strict=True):
            values = output.numpy().T.reshape(-1, UNIT_SIDE, UNIT_SIDE)
            units = info.output_shape[0] if info.output_shape else len(values)
            layers.append(LayerUnits(info.name, units, read_only(values)))
        return HiddenUnits(tuple(layers), extent, epoch)

    @cached_property
    def _outputs(self) -> Any:
        return self._graph(lambda x: self._model(x, training=False))

    @cached_property
    def _hidden_outputs(self) -> Any:
        wanted = {info.index for info in self._hidden}

        def outputs(x: Any) -> list[Any]:
            found = []
            for index, layer in enumerate(self._model.layers[: max(wanted) + 1]):
                x = layer(x, training=False)
                if index in wanted:
                    found.append(x[:, :MOST_UNITS])
            return found

        return self._graph(outputs)

    def _graph(self, function: Any) -> Any:
        tf = backend.tensorflow()
        return tf.function(function, input_signature=[tf.TensorSpec((None, 2), tf.float32)])


def _grid(extent: Range, side: int) -> FloatArray:
    """Evenly spaced points of the square, (side², 2), x rising first."""
    steps = np.linspace(*extent, side, dtype=np.float32)
    points: FloatArray = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    return points


def _hidden(layers: tuple[LayerInfo, ...]) -> tuple[LayerInfo, ...]:
    """Those with units, and functions of these, that come before the layer of the outputs."""
    flat = [info for info in layers if info.output_shape and len(info.output_shape) == 1]
    output = max((info.index for info in flat if info.layer.units_field), default=0)
    return tuple(
        info
        for info in flat
        if info.index < output
        and (info.layer.units_field or info.layer.family is Family.ACTIVATION)
    )
