"""What the `Stepper` tells the outside: frozen values that any thread may keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.document.schema import DataSchema
from desktop.engine.reports import FloatArray, IntArray, Surface


@dataclass(frozen=True)
class Parameter:
    """One weight of a Dense layer: that of the 0-based `source` among its inputs, or the bias.

    `name` tells it from all others of the network, `symbol` from those of its unit.
    """

    name: str
    symbol: str
    layer: int  # place in the stack, from 0
    unit: int
    source: int | None  # None for the bias


@dataclass(frozen=True)
class DenseValues:
    """A Dense layer and what it makes of the rows that are shown.

    `inputs` are (rows, n), `sums` and `outputs`, before and after the activation, (rows, units).
    `on_data` if the inputs are those of the network, `is_last` if it is the last Dense layer.
    """

    index: int  # place in the stack, from 0
    name: str
    activation: str
    inputs: FloatArray
    sums: FloatArray
    outputs: FloatArray
    on_data: bool
    is_last: bool


@dataclass(frozen=True)
class Update:
    """What the last step did to the parameters; all arrays are (parameters,).

    `gradient` is that of the loss of the batch, which had these `rows`, 0-based. If `is_plain`, the
    values after it are those before less `learning_rate` times the gradient, which is what
    stochastic gradient descent does; other optimizers have rules of their own.
    """

    rows: IntArray
    before: FloatArray
    gradient: FloatArray
    after: FloatArray
    learning_rate: float
    optimizer: str
    is_plain: bool


@dataclass(frozen=True)
class StepState:
    """The network after so many steps.

    `metrics` are Keras's on all training rows, "loss" among them. `x`, `outputs` (what the network
    says of the target), `targets` and the values of `layers` are of the first rows, `total` is how
    many there are. `correct` of all rows are predicted correctly; None where the target is numbers.
    `taken` rows of the epoch after `epoch` were used. `values` (parameters,) are those of
    `parameters`, `path` (k, parameters) what they were one after another, up to now.
    `refused` if a step was not taken, as weights would not have been finite.
    """

    schema: DataSchema
    seed: int
    epoch: int
    taken: int
    total: int
    metrics: Mapping[str, float]
    correct: int | None
    separable: bool | None
    x: FloatArray
    targets: FloatArray
    outputs: FloatArray
    layers: tuple[DenseValues, ...]
    parameters: tuple[Parameter, ...]
    values: FloatArray
    path: FloatArray
    update: Update | None
    surface: Surface | None
    refused: bool

    @property
    def has_hidden_layer(self) -> bool:
        """Whether a Dense layer comes before the last one."""
        return len(self.layers) > 1


@dataclass(frozen=True)
class SurfaceQuestion:
    """The loss over which two of the parameters, which differ, and where."""

    first: int
    second: int
    first_range: tuple[float, float]
    second_range: tuple[float, float]


@dataclass(frozen=True)
class LossSurface:
    """The loss over two weights, the others being what they are.

    `values` are (side, side), rising with the second parameter from row to row, with the first from
    column to column. It is the mean over the first `rows` training rows.
    """

    question: SurfaceQuestion
    values: FloatArray
    rows: int
