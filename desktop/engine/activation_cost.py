"""How long activation functions take on this machine, beside ReLU."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Activation
from desktop.engine import backend
from desktop.engine.builder import keras_object

SHAPE = (100_000, 10)  # a million values, of ten classes for softmax
ROUNDS = 20  # the shortest time of these counts: the others were held up


def relative_costs(checkpoint: Callable[[], None]) -> Mapping[ActivationFunction, float]:
    """The time each function takes, forwards and backwards, over that of ReLU.

    The functions take turns, so that all of them meet the machine in the same state. `checkpoint`
    is called in between; what it raises comes out.
    """
    tf = backend.tensorflow()
    values = tf.random.Generator.from_seed(1).normal(SHAPE)
    steps: dict[ActivationFunction, Any] = {}
    for function in ActivationFunction:
        steps[function] = _step(function)
        steps[function](values)  # makes the graph
        checkpoint()
    seconds = dict.fromkeys(steps, float("inf"))
    for _ in range(ROUNDS):
        for function, step in steps.items():
            start = time.perf_counter()
            step(values).numpy()
            seconds[function] = min(seconds[function], time.perf_counter() - start)
            checkpoint()
    relu = seconds[ActivationFunction.RELU]
    return {function: each / relu for function, each in seconds.items()}


def _step(function: ActivationFunction) -> Any:
    """A graph that applies `function` and follows the gradient back through it."""
    tf = backend.tensorflow()
    layer = keras_object(Activation(activation=function))

    def step(values: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(values)
            outputs = layer(values)
        # A sum alone leaves the graph: copying a million values would take longer than ReLU.
        gradient = tape.gradient(outputs, values, output_gradients=values)
        return tf.reduce_sum(gradient[:1]) + tf.reduce_sum(outputs[:1])

    return tf.function(step, autograph=False)
