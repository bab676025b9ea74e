"""The gradient through many layers is the one that Keras computes."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction
from desktop.document.initializers import GlorotUniform, HeUniform, Initializer, Orthogonal
from desktop.engine import backend, gradient_depth
from desktop.engine.activation_cost import relative_costs
from desktop.engine.builder import keras_object
from desktop.engine.control import RunControl, Stopped
from desktop.engine.gradient_depth import (
    DEPTH,
    INITIALIZERS,
    ROWS,
    DeepStack,
    gradients_through,
)

SIGMOID, RELU = ActivationFunction.SIGMOID, ActivationFunction.RELU


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_it_is_the_gradient_of_a_network_of_keras(initializer: type[Initializer]) -> None:
    keras, tf = backend.keras(), backend.tensorflow()
    functions = (SIGMOID, RELU, ActivationFunction.TANH)
    stack = DeepStack(functions, width=16, initializer=initializer, gain=1.3, seed=5)
    found = gradients_through(stack)
    rng = np.random.default_rng(stack.seed)  # the same numbers, in the same order
    inputs, upstream = rng.standard_normal((2, ROWS, stack.width))
    kernels = [gradient_depth._weights(stack, rng) for _ in range(DEPTH)]
    for function, sizes in zip(functions, found.sizes, strict=True):
        model = keras.Sequential(
            [keras.Input((16,), dtype="float64")]
            + [keras.layers.Dense(16, str(function), dtype="float64") for _ in range(DEPTH)]
        )
        for layer, kernel in zip(model.layers, kernels, strict=True):
            layer.set_weights([kernel, np.zeros(16)])
        outputs = [tf.constant(inputs)]
        with tf.GradientTape() as tape:
            tape.watch(outputs[0])
            for layer in model.layers:
                outputs.append(layer(outputs[-1]))
        gradients = tape.gradient(outputs[-1], outputs, output_gradients=tf.constant(upstream))
        expected = [float(tf.sqrt(tf.reduce_mean(g**2))) for g in reversed(gradients)]
        np.testing.assert_allclose(sizes, np.array(expected) / expected[0], rtol=1e-6)


def test_weights_start_as_keras_starts_them() -> None:
    for initializer in (GlorotUniform, HeUniform, Orthogonal):
        stack = DeepStack((RELU,), 64, initializer)
        ours = gradient_depth._weights(stack, np.random.default_rng(1))
        theirs = np.asarray(keras_object(initializer(seed=1))((64, 64)))
        assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
        if initializer is not Orthogonal:
            assert ours.max() == pytest.approx(theirs.max(), rel=0.01)


def test_sigmoid_loses_the_gradient_that_relu_keeps() -> None:
    found = gradients_through(DeepStack((SIGMOID, RELU), 64, HeUniform))
    sigmoid, relu = found.sizes
    assert len(sigmoid) == DEPTH + 1 and sigmoid[0] == relu[0] == 1
    assert sigmoid[-1] < 1e-8 and 0.1 < relu[-1] < 10
    assert np.array_equal(gradients_through(found.stack).sizes, found.sizes)
    louder = gradients_through(DeepStack((SIGMOID, RELU), 64, HeUniform, gain=2.0))
    assert louder.sizes[1][-1] > 1000 * relu[-1]


def test_nothing_passes_a_step_and_too_much_an_exponential() -> None:
    functions = ActivationFunction.STEP, ActivationFunction.EXPONENTIAL
    step, exponential = gradients_through(DeepStack(functions, 32, GlorotUniform)).sizes
    assert not step[1:].any()
    assert not np.isfinite(exponential[-1])


def test_the_cost_of_every_function_is_measured_beside_relu() -> None:
    costs = relative_costs(lambda: None)
    assert set(costs) == set(ActivationFunction)
    assert costs[RELU] == 1 and min(costs.values()) > 0


def test_measuring_can_be_stopped() -> None:
    control = RunControl()
    control.stop()
    with pytest.raises(Stopped):
        relative_costs(control.checkpoint)
