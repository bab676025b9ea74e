"""What can be told of an activation function from its values alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.document.choices import FLAT_SLOPE
from desktop.engine.activations import Activation
from desktop.engine.reports import FloatArray

CENTERED = 0.01  # of the mean, at most

_END, _STEP = 60.0, 0.005  # of the inputs that are looked at
_FAR = 1e6
_NEAR_ZERO = np.array([-1e-9, 1e-9])  # where slopes may jump
_GROWTH = 10.0  # times: of a function that goes on growing, from `_END` to `_FAR`


@dataclass(frozen=True)
class ActivationFacts:
    """What the outputs and slopes of a function are.

    Outputs are between `low` and `high`, ±inf without a limit. `steepest` is the largest slope,
    inf without a limit. The function is all but flat for all inputs below `flat_below` and above
    `flat_above`; -inf and inf where that is nowhere so, and the other way around for a function
    that is flat everywhere. `mean` is that of the outputs for inputs of mean 0 and variance 1
    (standard normal).
    """

    low: float
    high: float
    steepest: float
    flat_below: float
    flat_above: float
    mean: float

    @property
    def is_flat(self) -> bool:
        """Whether there is no slope anywhere."""
        return self.flat_below == math.inf

    @property
    def is_centered(self) -> bool:
        """Whether positive and negative outputs balance."""
        return abs(self.mean) < CENTERED


def facts(activation: Activation, flat_slope: float = FLAT_SLOPE) -> ActivationFacts:
    """What can be told of `activation`, which is all but flat below `flat_slope`."""
    x = np.linspace(-_END, _END, round(2 * _END / _STEP) + 1)
    far = np.array([-_FAR, _FAR])
    with np.errstate(over="ignore"):
        values, slopes = activation.value(x), activation.slope(x)
        far_values, far_slopes = activation.value(far), activation.slope(far)
        steepest = max(slopes.max(), activation.slope(_NEAR_ZERO).max())
    low, high = float(values.min()), float(values.max())
    ends = zip(far_values, values[[0, -1]], strict=True)
    grows = [abs(end) > _GROWTH * max(abs(near), 1.0) for end, near in ends]
    for is_growing, end in zip(grows, far_values, strict=True):
        if is_growing:
            low, high = (low, math.inf) if end > 0 else (-math.inf, high)
    flat = np.abs(slopes) < flat_slope
    is_unlimited = max(np.abs(far_slopes)) > _GROWTH * max(steepest, 1.0)
    return ActivationFacts(
        low=low,
        high=high,
        steepest=math.inf if is_unlimited else float(steepest),
        flat_below=math.inf if flat.all() else _flat_until(x, flat, -math.inf),
        flat_above=-math.inf if flat.all() else _flat_until(x[::-1], flat[::-1], math.inf),
        mean=_mean(activation),
    )


def _flat_until(x: FloatArray, flat: NDArray[np.bool_], otherwise: float) -> float:
    """The last of `x`, from its beginning, up to which all is `flat`."""
    steep = np.flatnonzero(~flat)
    return float(x[steep[0]]) if steep[0] > 0 else otherwise


def _mean(activation: Activation) -> float:
    """Of the outputs for standard normal inputs, by the midpoint rule."""
    x = np.arange(-10, 10, _STEP) + _STEP / 2
    weights = np.exp(-np.square(x) / 2)
    return float(np.average(activation.value(x), weights=weights))
