"""Activation functions in NumPy are those of Keras, and so are their derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from desktop.document.activations import NOTES, default_parameters, layer_of, parameters_of
from desktop.document.choices import ActivationFunction
from desktop.document.layers import ELU, Activation, Layer, LeakyReLU, ReLU
from desktop.engine import backend
from desktop.engine.activation_facts import facts
from desktop.engine.activations import activation, softmax, softmax_of_one, softmax_slopes
from desktop.engine.builder import keras_object

POINTS = 1000
NEAR = {"rtol": 1e-6, "atol": 1e-8}  # TensorFlow keeps a slope, and √2, in float32 in any case
EACH = [function for function in ActivationFunction if function is not ActivationFunction.SOFTMAX]
WITH_PARAMETERS = (
    ReLU(negative_slope=0.1),
    ReLU(max_value=6.0),
    ReLU(threshold=1.5),
    ReLU(max_value=4.0, negative_slope=0.2, threshold=0.5),
    LeakyReLU(),
    LeakyReLU(negative_slope=0.0),
    ELU(alpha=0.3),
    ELU(alpha=2.0),
)


def by_keras(layer: Layer, x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """The outputs of the Keras layer, and the sum of their derivatives by each input."""
    tf = backend.tensorflow()
    built, inputs = keras_object(layer, dtype="float64"), tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = built(inputs)
    return outputs.numpy(), tape.gradient(outputs, inputs, unconnected_gradients="zero").numpy()


def points() -> np.ndarray[Any, Any]:
    """Most of them where functions bend, some far away, and the kink at zero."""
    rng = np.random.default_rng(3)
    near, far = rng.normal(0, 3, POINTS - 101), rng.uniform(-40, 40, 100)
    return np.concatenate([near, far, [0.0]])


@pytest.mark.parametrize("function", EACH)
def test_values_and_derivatives_are_those_of_keras(function: ActivationFunction) -> None:
    x = points()
    assert len(x) == POINTS
    values, slopes = by_keras(Activation(activation=function), x)
    ours = activation(function)
    np.testing.assert_allclose(ours.value(x), values, **NEAR)
    np.testing.assert_allclose(ours.slope(x), slopes, **NEAR)


@pytest.mark.parametrize("layer", WITH_PARAMETERS, ids=lambda layer: f"{layer!r}")
def test_so_they_are_with_other_parameters(layer: Layer) -> None:
    x = points()
    function = layer.nonlinearity
    assert function is not None
    ours = activation(function, **{f.name: getattr(layer, f.name) for f in parameters_of(function)})
    values, slopes = by_keras(layer, x)
    np.testing.assert_allclose(ours.value(x), values, **NEAR)
    np.testing.assert_allclose(ours.slope(x), slopes, **NEAR)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_softmax_and_its_derivatives_are_those_of_keras(temperature: float) -> None:
    tf, keras = backend.tensorflow(), backend.keras()
    logits = tf.constant(np.random.default_rng(4).normal(0, 3, (POINTS, 5)))
    with tf.GradientTape() as tape:
        tape.watch(logits)
        outputs = keras.activations.softmax(logits / temperature)
    jacobians = tape.batch_jacobian(outputs, logits).numpy()
    np.testing.assert_allclose(softmax(logits.numpy(), temperature), outputs.numpy(), rtol=1e-12)
    for row, expected in zip(logits.numpy(), jacobians, strict=True):
        np.testing.assert_allclose(softmax_slopes(row, temperature), expected, atol=1e-14)


def test_softmax_of_one_class_is_that_of_all() -> None:
    x = np.linspace(-9, 9, 50)
    one = softmax_of_one(others=4, temperature=2.0)
    for place, value, slope in zip(x, one.value(x), one.slope(x), strict=True):
        logits = np.array([place, 0, 0, 0, 0])
        assert value == pytest.approx(softmax(logits, 2.0)[0])
        assert slope == pytest.approx(softmax_slopes(logits, 2.0)[0, 0])


def test_defaults_are_those_of_the_function_of_that_name() -> None:
    keras = backend.keras()
    for function in ActivationFunction:
        defaults = default_parameters(function)
        if layer_of(function) is None or not defaults:
            continue
        x = np.linspace(-3, 8, 23)
        given = {name: value for name, value in defaults.items() if value is not None}
        call = getattr(keras.activations, str(function))
        np.testing.assert_allclose(call(x, **given), call(x))
    assert set(default_parameters(ActivationFunction.RELU)) == {
        "negative_slope",
        "threshold",
        "max_value",
    }
    assert set(default_parameters(ActivationFunction.ELU)) == {"alpha"}


@pytest.mark.parametrize(
    ("function", "low", "high", "steepest", "below", "above", "mean"),
    [
        (ActivationFunction.LINEAR, -math.inf, math.inf, 1, -math.inf, math.inf, 0),
        (ActivationFunction.STEP, 0, 1, 0, math.inf, -math.inf, 0.5),
        (ActivationFunction.RELU, 0, math.inf, 1, 0, math.inf, 0.399),
        (ActivationFunction.LEAKY_RELU, -math.inf, math.inf, 1, -math.inf, math.inf, 0.319),
        (ActivationFunction.SIGMOID, 0, 1, 0.25, -4.585, 4.585, 0.5),
        (ActivationFunction.HARD_SIGMOID, 0, 1, 1 / 6, -3, 3, 0.5),
        (ActivationFunction.TANH, -1, 1, 1, -2.65, 2.65, 0),
        (ActivationFunction.SELU, -1.758, math.inf, 1.758, -5.17, math.inf, 0),
        (ActivationFunction.GELU, -0.17, math.inf, 1.129, -3.1, math.inf, 0.282),
        (ActivationFunction.SOFTPLUS, 0, math.inf, 1, -4.595, math.inf, 0.806),
        (ActivationFunction.EXPONENTIAL, 0, math.inf, math.inf, -4.605, math.inf, 1.649),
    ],
)
def test_facts(
    function: ActivationFunction,
    low: float,
    high: float,
    steepest: float,
    below: float,
    above: float,
    mean: float,
) -> None:
    found = facts(activation(function), function.flat_slope)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.01)
    assert found.steepest == pytest.approx(steepest, abs=0.001)
    assert (found.flat_below, found.flat_above) == pytest.approx((below, above), abs=0.1)
    assert found.mean == pytest.approx(mean, abs=0.001)
    assert found.is_centered == (mean == 0)
    assert found.is_flat == (function is ActivationFunction.STEP)


@pytest.mark.parametrize("function", [ActivationFunction.SIGMOID, ActivationFunction.TANH])
def test_flat_is_where_outputs_are_saturated(function: ActivationFunction) -> None:
    assert function.saturation is not None
    low, high = function.saturation
    x = np.linspace(-8, 8, 4000)
    outputs, slopes = activation(function).value(x), activation(function).slope(x)
    is_saturated = (outputs < low) | (outputs > high)
    assert ((slopes < function.flat_slope) == is_saturated).all()
    assert 0 < is_saturated.sum() < len(x)


def test_gelu_knows_what_is_no_number_and_far_away() -> None:
    gelu = activation(ActivationFunction.GELU)
    x = np.array([[-np.inf, -40.0, -6.0], [np.nan, 40.0, 6.0]])
    with np.errstate(invalid="ignore"):
        values = gelu.value(x)
    assert np.isnan(values[0, 0]) and np.isnan(values[1, 0])  # as in Keras: infinity times 0
    np.testing.assert_allclose(values[:, 1:], [[0, 0], [40, 6]], atol=1e-7)


def test_every_function_is_described_in_two_sentences_each() -> None:
    assert set(NOTES) == set(ActivationFunction)
    for function, notes in NOTES.items():
        for text in (notes.strengths, notes.weaknesses, notes.use):
            assert text.endswith("."), function
            assert f"{text} ".count(". ") == 2, text
