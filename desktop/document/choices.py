"""Settings that are one word out of a few. The values are Keras's own identifiers."""

from __future__ import annotations

from enum import StrEnum


class ActivationFunction(StrEnum):
    """A function applied to every output of a layer (softmax: to all of them together)."""

    LINEAR = "linear"
    STEP = "step"  # Heaviside; not Keras's, see the builder
    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    ELU = "elu"
    SELU = "selu"
    GELU = "gelu"
    SILU = "silu"
    SIGMOID = "sigmoid"
    HARD_SIGMOID = "hard_sigmoid"
    TANH = "tanh"
    SOFTPLUS = "softplus"
    SOFTSIGN = "softsign"
    SOFTMAX = "softmax"
    EXPONENTIAL = "exponential"

    @property
    def saturation(self) -> tuple[float, float] | None:
        """The outputs below and above which the function is all but flat; None if it never is."""
        return _SATURATION.get(self)

    @property
    def flat_slope(self) -> float:
        """The slope below which the function is all but flat: that at the ends of `saturation`."""
        return _FLAT_SLOPES.get(self, FLAT_SLOPE)


_SATURATION = {
    ActivationFunction.SIGMOID: (0.01, 0.99),
    ActivationFunction.HARD_SIGMOID: (0.01, 0.99),
    ActivationFunction.TANH: (-0.99, 0.99),
}
FLAT_SLOPE = 0.01  # of functions that have no such ends, or a corner there
_FLAT_SLOPES = {
    ActivationFunction.SIGMOID: 0.01 * 0.99,
    ActivationFunction.TANH: 1 - 0.99**2,
}


class Padding(StrEnum):
    """What a window does at the border: stay inside ("valid"), or pad with zeros ("same")."""

    VALID = "valid"
    SAME = "same"


class FillMode(StrEnum):
    """What is put where an image has moved away."""

    REFLECT = "reflect"
    CONSTANT = "constant"
    WRAP = "wrap"
    NEAREST = "nearest"


class Interpolation(StrEnum):
    """How a pixel is made of those around its old place."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"


class Metric(StrEnum):
    """A number that is reported in addition to the loss; it has no effect on training."""

    ACCURACY = "accuracy"
    TOP_K = "top_k_categorical_accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    AUC = "auc"
    MEAN_SQUARED_ERROR = "mean_squared_error"
    MEAN_ABSOLUTE_ERROR = "mean_absolute_error"
    ROOT_MEAN_SQUARED_ERROR = "root_mean_squared_error"

    @property
    def unit_power(self) -> int:
        """1 for a number in the unit of what is predicted, 2 in the square of it, 0 without."""
        return _UNIT_POWERS.get(self, 0)


_UNIT_POWERS = {
    Metric.MEAN_ABSOLUTE_ERROR: 1,
    Metric.ROOT_MEAN_SQUARED_ERROR: 1,
    Metric.MEAN_SQUARED_ERROR: 2,
}


class Direction(StrEnum):
    """Which way a monitored number improves."""

    AUTO = "auto"
    MIN = "min"
    MAX = "max"
