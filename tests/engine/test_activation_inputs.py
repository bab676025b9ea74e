"""What enters an activation is what its layer computes before it; reading changes nothing."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from desktop.document.activations import drawable_layers
from desktop.document.data import Digits
from desktop.document.initializers import Constant
from desktop.document.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    Reshape,
    Softmax,
)
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.activation_inputs import MOST_VALUES, read_inputs
from desktop.engine.datasets import load
from desktop.engine.network import Network
from desktop.engine.rows import Dataset

LAYERS = (
    Reshape(target_shape=(8, 8, 1)),
    Conv2D(filters=4, kernel_size=(3, 3), activation="tanh"),
    Flatten(),
    Dense(units=12, activation="relu", bias_initializer=Constant(value=-10.0)),
    Dropout(rate=0.5),
    Dense(units=6, activation="step"),
    BatchNormalization(),
    Activation(activation="sigmoid"),
    LeakyReLU(negative_slope=0.1),
    Dense(units=10, activation="linear"),
    Softmax(),
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(Digits())


@pytest.fixture(scope="module")
def network(dataset: Dataset) -> Network:
    return Network.new(Project(data=Digits(), layers=LAYERS), 3, dataset)


def before(network: Network, dataset: Dataset, index: int) -> Any:
    """What enters the layer at `index`."""
    inputs = network.probe_inputs(dataset)
    with backend.keras().StatelessScope():
        for layer in network.model.layers[:index]:
            inputs = layer(inputs, training=True)
    return np.asarray(inputs)


def test_layers_with_a_curve_are_offered(network: Network) -> None:
    assert [info.index for info in drawable_layers(network.project)] == [1, 3, 5, 7, 8]


def test_it_is_what_a_dense_layer_computes_before_its_activation(
    network: Network, dataset: Dataset
) -> None:
    found = read_inputs(network, dataset, 3)
    kernel, bias = network.model.layers[3].get_weights()
    values = before(network, dataset, 3) @ kernel + bias
    assert found.layer_name == "Dense 4" and found.function == "relu" and found.units == 12
    assert found.rows == len(values) and found.histogram.counts.sum() == values.size
    assert found.histogram.minimum == pytest.approx(values.min(), rel=1e-5)
    assert found.histogram.mean == pytest.approx(values.mean(), rel=1e-5)
    assert found.flat_share == 1 and found.flat_units == 12  # by the bias: all are dead


def test_of_a_convolution_its_outputs_are_the_activation_of_it(
    network: Network, dataset: Dataset
) -> None:
    found = read_inputs(network, dataset, 1)
    outputs = before(network, dataset, 2)
    assert found.units == 4 and found.histogram.counts.sum() == outputs.size
    assert np.tanh(found.histogram.maximum) == pytest.approx(outputs.max(), rel=1e-5)
    assert np.tanh(found.histogram.minimum) == pytest.approx(outputs.min(), rel=1e-5)


@pytest.mark.parametrize("index", [7, 8])
def test_of_a_layer_that_is_an_activation_it_is_the_input(
    network: Network, dataset: Dataset, index: int
) -> None:
    found, values = read_inputs(network, dataset, index), before(network, dataset, index)
    assert found.histogram.mean == pytest.approx(values.mean(), rel=1e-4, abs=1e-6)
    assert found.parameters == ({"negative_slope": 0.1} if index == 8 else {})


def test_reading_changes_nothing(network: Network, dataset: Dataset) -> None:
    weights = [weight.copy() for weight in network.model.get_weights()]
    states = random.getstate(), np.random.get_state()[1].tolist()
    seeds = [np.asarray(variable) for variable in network.model.non_trainable_variables]
    first = [read_inputs(network, dataset, info.index) for info in drawable_layers(network.project)]
    again = [read_inputs(network, dataset, info.index) for info in drawable_layers(network.project)]
    assert [each.flat_share for each in first] == [each.flat_share for each in again]
    assert states == (random.getstate(), np.random.get_state()[1].tolist())
    for old, new in zip(weights, network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    for old, variable in zip(seeds, network.model.non_trainable_variables, strict=True):
        np.testing.assert_array_equal(old, np.asarray(variable))


def test_of_large_outputs_the_first_rows_are_looked_at(dataset: Dataset) -> None:
    layers = (
        Reshape(target_shape=(8, 8, 1)),
        Conv2D(filters=200, kernel_size=(1, 1), activation="relu"),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    network = Network.new(Project(data=Digits(), layers=layers), 1, dataset)
    found = read_inputs(network, dataset, 1)
    assert found.rows < len(network.probe_inputs(dataset))
    assert found.histogram.counts.sum() <= MOST_VALUES
