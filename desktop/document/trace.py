"""The shape of one row on its way through the stack."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Layer, Shape, ShapeError
from desktop.document.project import Project
from desktop.document.schema import DataSchema, RowKind

_PROBABILITIES = (0.0, 1.0)


@dataclass(frozen=True)
class LayerInfo:
    """What one layer of a stack gets and makes.

    Shapes have no batch axis. `input_shape` and `input_row`, what a row has become where the layer
    gets it, are None after a layer that cannot work, and where the data is not known yet;
    `output_shape` is None where the layer cannot work, `error` then says why.
    """

    index: int
    layer: Layer
    input_row: RowKind | None
    input_shape: Shape | None
    output_shape: Shape | None
    parameters: int
    trainable_parameters: int
    error: str | None = None

    @property
    def name(self) -> str:
        """What messages call this layer: its class and its 1-based place in the stack."""
        return f"{self.layer.tag} {self.index + 1}"


def trace(project: Project, schema: DataSchema | None = None) -> tuple[LayerInfo, ...]:
    """Follow the shape of one row through the stack.

    `schema` is what the data was found to hold; None takes what the source itself knows.
    """
    infos: list[LayerInfo] = []
    known = schema or project.data.known_schema
    shape: Shape | None = known.input_shape if known is not None else None
    row = known.row if known is not None else None
    for index, layer in enumerate(project.layers):
        if shape is None or row is None:
            infos.append(LayerInfo(index, layer, None, None, None, 0, 0))
            continue
        try:
            output = layer.output_shape(shape)
        except ShapeError as error:
            infos.append(LayerInfo(index, layer, row, shape, None, 0, 0, str(error)))
            shape = None
            continue
        count = layer.parameter_count(shape)
        state = layer.state_count(shape)
        infos.append(LayerInfo(index, layer, row, shape, output, count, count - state))
        shape, row = output, _output_row(layer, row, shape, output)
    return tuple(infos)


def _output_row(layer: Layer, row: RowKind, taken: Shape, made: Shape) -> RowKind:
    """What `layer` makes of a `row` whose shape it changes from `taken` to `made`."""
    if len(made) == 1:
        return row if taken == made else RowKind.TABLE_ROW
    if layer.input_row is not None:
        return layer.input_row
    return row if len(taken) > 1 else RowKind.IMAGE


def output_activation(layers: tuple[LayerInfo, ...]) -> tuple[int, ActivationFunction]:
    """The function that shapes the output, and the index of the layer that applies it.

    `layers` is not empty.
    """
    for info in reversed(layers):
        function, weights = info.layer.nonlinearity, info.trainable_parameters
        if function is not None and (weights or function is not ActivationFunction.LINEAR):
            return info.index, function
        if info.layer.output_range(_PROBABILITIES) != _PROBABILITIES:
            break
    return layers[-1].index, ActivationFunction.LINEAR
