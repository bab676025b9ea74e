"""Activations that have settings of their own."""

from typing import ClassVar

from pydantic import Field

from desktop.document.choices import ActivationFunction
from desktop.document.layers.base import Family, Layer, Shape, normalized_axis


class ReLU(Layer):
    """Passes what is positive and sets the rest to zero."""

    family: ClassVar[Family] = Family.ACTIVATION
    max_value: float | None = Field(
        None,
        ge=0,
        title="Maximum value",
        description="Outputs are limited to this value",
        json_schema_extra={"none": "No limit"},
    )
    negative_slope: float = Field(
        0.0, ge=0, title="Negative slope", description="Slope below the threshold"
    )
    threshold: float = Field(
        0.0, ge=0, title="Threshold", description="Value from which inputs pass unchanged"
    )

    @property
    def nonlinearity(self) -> ActivationFunction | None:
        return ActivationFunction.RELU

    @property
    def can_die(self) -> bool:
        return self.negative_slope == 0

    def details(self) -> str:
        return "" if self.max_value is None else f"at most {self.max_value:g}"


class LeakyReLU(Layer):
    """Like ReLU, but lets a little of what is negative through, so that no neuron dies."""

    family: ClassVar[Family] = Family.ACTIVATION
    negative_slope: float = Field(
        0.3, ge=0, title="Negative slope", description="Slope for inputs below zero"
    )

    @property
    def nonlinearity(self) -> ActivationFunction | None:
        return ActivationFunction.LEAKY_RELU

    def details(self) -> str:
        return f"slope {self.negative_slope:g}"


class ELU(Layer):
    """Like ReLU, but falls smoothly toward -alpha below zero."""

    family: ClassVar[Family] = Family.ACTIVATION
    alpha: float = Field(1.0, ge=0, title="Alpha", description="How far outputs fall below zero")

    @property
    def nonlinearity(self) -> ActivationFunction | None:
        return ActivationFunction.ELU

    def details(self) -> str:
        return f"alpha {self.alpha:g}"


class Softmax(Layer):
    """Turns its inputs into probabilities that add up to one."""

    family: ClassVar[Family] = Family.ACTIVATION
    axis: int = Field(
        -1,
        title="Axis",
        description="Axis along which the probabilities add up to one; -1 is the last",
        json_schema_extra={"advanced": True},
    )

    def output_shape(self, shape: Shape) -> Shape:
        normalized_axis(self, shape, self.axis)
        return shape

    @property
    def nonlinearity(self) -> ActivationFunction | None:
        return ActivationFunction.SOFTMAX
