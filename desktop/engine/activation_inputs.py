"""What enters the activations of a network: the values that they are applied to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.activations import parameters_in
from desktop.document.choices import ActivationFunction
from desktop.document.layers import Layer
from desktop.document.trace import trace
from desktop.engine import backend
from desktop.engine.activations import activation
from desktop.engine.before_activation import BeforeActivation
from desktop.engine.histograms import histogram
from desktop.engine.reports import WeightHistogram

if TYPE_CHECKING:
    from desktop.engine.network import Network
    from desktop.engine.rows import Dataset

MOST_VALUES = 500_000  # that are looked at: of the first rows


@dataclass(frozen=True)
class ActivationInputs:
    """The distribution of what enters the activation of one layer, for the rows of the probe.

    `function` is applied with `parameters`. `flat_share` of the values, 0 to 1, are where its slope
    is below its `flat_slope`, and `flat_units` of the `units` (places on the last axis) are so for
    all rows.
    The weights were those after `epoch` epochs, or during the next one.
    """

    layer: int  # place in the stack, from 0
    layer_name: str
    function: ActivationFunction
    parameters: Mapping[str, float | None]
    histogram: WeightHistogram
    flat_share: float
    flat_units: int
    units: int
    rows: int
    epoch: int


def read_inputs(network: Network, dataset: Dataset, index: int) -> ActivationInputs:
    """What enters the activation of the layer at `index`; it is no softmax.

    Safe on one thread while another trains the network: it only reads the weights there are.
    """
    info, epoch = trace(network.project)[index], network.weights_epoch
    function = info.layer.nonlinearity
    assert function is not None
    inputs, layers = network.probe_inputs(dataset), network.project.layers
    values = np.asarray(_values(network.model, layers, inputs, index))
    values = values[: max(1, MOST_VALUES // max(1, values[0].size))]
    units = values.shape[-1]
    parameters = parameters_in(info.layer)
    slopes = activation(function, **parameters).slope(values.reshape(-1, units).astype(np.float64))
    flat = np.abs(slopes) < function.flat_slope
    return ActivationInputs(
        layer=index,
        layer_name=info.name,
        function=function,
        parameters=parameters,
        histogram=histogram(values, index, info.name, "input", "", values.shape),
        flat_share=float(flat.mean()),
        flat_units=int(flat.all(axis=0).sum()),
        units=units,
        rows=len(values),
        epoch=epoch,
    )


def _values(model: Any, layers: Sequence[Layer], inputs: Any, index: int) -> Any:
    """What the activation of the layer at `index` is applied to, the network being trained.

    Dropout drops and batch normalization uses the statistics of the batch, as in a step of the
    training; what they would change stays within the scope. Images are not augmented.
    """
    with backend.keras().StatelessScope():
        for spec, layer in zip(layers[:index], model.layers, strict=False):
            inputs = layer(inputs, training=not spec.augments)
    return BeforeActivation(model.layers[index], inputs.shape)(inputs)
