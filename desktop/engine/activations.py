"""Activation functions and their derivatives as Keras computes them, in NumPy and float64.

Charts and lessons need them without TensorFlow, on any thread, and at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from desktop.document.activations import default_parameters
from desktop.document.choices import ActivationFunction
from desktop.engine.reports import FloatArray

Elementwise: TypeAlias = Callable[[FloatArray], FloatArray]
Parameters: TypeAlias = Mapping[str, float | None]

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
# erf at points so close together that four terms of its Taylor series are enough between them: the
# error is 1e-11. From the last one on it is 1. SciPy's takes most of a second to import.
_ERF_STEPS, _ERF_END = 256, 6.0
_ERF_POINTS = np.linspace(0.0, _ERF_END, round(_ERF_END * _ERF_STEPS) + 1)
_ERF = np.array([math.erf(point) for point in _ERF_POINTS])


@dataclass(frozen=True)
class Activation:
    """A function of each value alone, and its derivative: arrays of any shape to the same shape.

    At a kink the derivative is the one that TensorFlow takes there.
    """

    value: Elementwise
    slope: Elementwise


def activation(function: ActivationFunction, **parameters: float | None) -> Activation:
    """`function` with `parameters` in place of those that it has by its name alone.

    Raises KeyError for softmax, which is no function of each value alone.
    """
    given = {**default_parameters(function), **parameters}
    if function is ActivationFunction.RELU:
        return _relu(given["negative_slope"] or 0.0, given["threshold"] or 0.0, given["max_value"])
    if function is ActivationFunction.LEAKY_RELU:
        return _relu(given["negative_slope"] or 0.0, 0.0, None)
    if function is ActivationFunction.ELU:
        return _elu(given["alpha"] or 0.0)
    return _PLAIN[function]


def softmax(logits: FloatArray, temperature: float = 1.0) -> FloatArray:
    """The probabilities of `logits`, over the last axis."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    result: FloatArray = powers / powers.sum(axis=-1, keepdims=True)
    return result


def softmax_slopes(logits: FloatArray, temperature: float = 1.0) -> FloatArray:
    """How each probability of `logits`, shape (n,), changes with each logit: (n, n), dp_i/dz_k."""
    p = softmax(logits, temperature)
    result: FloatArray = (np.diag(p) - np.outer(p, p)) / temperature
    return result


def softmax_of_one(others: int = 4, temperature: float = 1.0) -> Activation:
    """The probability of one class by its logit, while those of the `others` are 0."""

    def value(x: FloatArray) -> FloatArray:
        return _sigmoid(x / temperature - math.log(others))

    def slope(x: FloatArray) -> FloatArray:
        p = value(x)
        return p * (1 - p) / temperature

    return Activation(value, slope)


# --- the functions --------------------------------------------------------------------------------


def _relu(below: float, threshold: float, limit: float | None) -> Activation:
    """`below` is the slope under `threshold`, `limit` the largest output."""
    most = math.inf if limit is None else limit

    def value(x: FloatArray) -> FloatArray:
        passed = np.where(x > threshold, x, below * (x - threshold))
        return np.minimum(passed, most)

    def slope(x: FloatArray) -> FloatArray:
        return np.where(x > threshold, np.where(x < most, 1.0, 0.0), below)

    return Activation(value, slope)


def _elu(alpha: float) -> Activation:
    # At zero TensorFlow's own function, alpha 1, has the slope from above, which is 1 as well.
    return Activation(
        lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0))),
    )


def _selu_value(x: FloatArray) -> FloatArray:
    return _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def _selu_slope(x: FloatArray) -> FloatArray:
    return _SELU_SCALE * np.where(x < 0, _SELU_ALPHA * np.exp(np.minimum(x, 0)), 1.0)


def _sigmoid(x: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(x))  # no overflow on either side
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _sigmoid_slope(x: FloatArray) -> FloatArray:
    small = np.exp(-np.abs(x))
    result: FloatArray = small / np.square(1 + small)
    return result


def _silu_slope(x: FloatArray) -> FloatArray:
    return _sigmoid(x) + x * _sigmoid_slope(x)


def _erf(x: FloatArray) -> FloatArray:
    size = np.fmin(np.abs(x), _ERF_END)
    nearest = np.rint(size * _ERF_STEPS).astype(int)
    point, step = _ERF_POINTS[nearest], size - _ERF_POINTS[nearest]
    slope = 2 / math.sqrt(math.pi) * np.exp(-np.square(point))
    rest = 1 - step * (point - step * (2 * np.square(point) - 1) / 3)
    result: FloatArray = np.where(
        np.isnan(x), x, np.copysign(_ERF[nearest] + slope * step * rest, x)
    )
    return result


def _normal(x: FloatArray) -> FloatArray:
    """The distribution function of the standard normal distribution."""
    result: FloatArray = (1 + _erf(x / math.sqrt(2))) / 2
    return result


def _gelu_slope(x: FloatArray) -> FloatArray:
    density = np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)
    result: FloatArray = _normal(x) + x * density
    return result


_PLAIN: Mapping[ActivationFunction, Activation] = {
    ActivationFunction.LINEAR: Activation(np.array, np.ones_like),
    ActivationFunction.STEP: Activation(lambda x: (x > 0).astype(float), np.zeros_like),
    ActivationFunction.SELU: Activation(_selu_value, _selu_slope),
    ActivationFunction.GELU: Activation(lambda x: x * _normal(x), _gelu_slope),
    ActivationFunction.SILU: Activation(lambda x: x * _sigmoid(x), _silu_slope),
    ActivationFunction.SIGMOID: Activation(_sigmoid, _sigmoid_slope),
    ActivationFunction.HARD_SIGMOID: Activation(
        lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: np.where(np.abs(x) < 3, 1 / 6, 0.0)
    ),
    ActivationFunction.TANH: Activation(np.tanh, lambda x: 1 - np.square(np.tanh(x))),
    ActivationFunction.SOFTPLUS: Activation(lambda x: np.logaddexp(x, 0), _sigmoid),
    ActivationFunction.SOFTSIGN: Activation(
        lambda x: x / (1 + np.abs(x)), lambda x: 1 / np.square(1 + np.abs(x))
    ),
    ActivationFunction.EXPONENTIAL: Activation(np.exp, np.exp),
}
