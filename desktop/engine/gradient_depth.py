"""What becomes of the gradient on its way back through many layers: computed, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from desktop.document.choices import ActivationFunction
from desktop.document.initializers import GlorotUniform, HeUniform, Initializer, Orthogonal
from desktop.engine.activations import activation
from desktop.engine.reports import FloatArray, read_only

DEPTH = 20  # layers
ROWS = 64  # random inputs

# What the weights can start by, and the variance of one times the width of the layer.
_VARIANCES: Mapping[type[Initializer], float] = {
    GlorotUniform: 1.0,  # 2 / (fan in + fan out), both being the width
    HeUniform: 2.0,
    Orthogonal: 1.0,
}
INITIALIZERS = tuple(_VARIANCES)


@dataclass(frozen=True)
class DeepStack:
    """A stack of DEPTH dense layers that are `width` units wide, with bias 0.

    The weights start by `initializer`, one of INITIALIZERS, times `gain`. `functions` are the
    activations to compare, on the same weights and inputs; not softmax. All random numbers follow
    from `seed`.
    """

    functions: tuple[ActivationFunction, ...]
    width: int
    initializer: type[Initializer]
    gain: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class DepthGradients:
    """For each function of `stack` the size of the gradient after 0 to DEPTH layers, (DEPTH + 1,).

    It is the root mean square over rows and units, over that of the gradient that enters at the
    output: the first is 1. It is not finite where numbers became too large.
    """

    stack: DeepStack
    sizes: tuple[FloatArray, ...]


def gradients_through(stack: DeepStack) -> DepthGradients:
    """Send random inputs through `stack`, and a random gradient back."""
    rng = np.random.default_rng(stack.seed)
    inputs = rng.standard_normal((ROWS, stack.width))
    gradient = rng.standard_normal((ROWS, stack.width))
    weights = [_weights(stack, rng) for _ in range(DEPTH)]
    return DepthGradients(
        stack,
        tuple(_sizes(function, inputs, gradient, weights) for function in stack.functions),
    )


def _weights(stack: DeepStack, rng: np.random.Generator) -> FloatArray:
    shape = stack.width, stack.width
    if stack.initializer.makes_matrix:
        q, r = np.linalg.qr(rng.standard_normal(shape))
        return np.asarray(stack.gain * q * np.sign(np.diag(r)))
    limit = np.sqrt(3 * _VARIANCES[stack.initializer] / stack.width)
    return np.asarray(stack.gain * rng.uniform(-limit, limit, shape))


def _sizes(
    function: ActivationFunction,
    inputs: FloatArray,
    gradient: FloatArray,
    weights: list[FloatArray],
) -> FloatArray:
    chosen, slopes = activation(function), []
    with np.errstate(over="ignore", invalid="ignore"):
        for kernel in weights:
            sums = inputs @ kernel
            slopes.append(chosen.slope(sums))
            inputs = chosen.value(sums)
        sizes = [_size(gradient)]
        for kernel, slope in zip(reversed(weights), reversed(slopes), strict=True):
            gradient = (gradient * slope) @ kernel.T
            sizes.append(_size(gradient))
        return read_only(np.array(sizes) / sizes[0])


def _size(gradient: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(gradient))))
