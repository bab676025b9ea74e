"""Layers that bring values into a range that trains well."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from desktop.document.constraints import AnyConstraint
from desktop.document.initializers import AnyInitializer, Ones, Zeros
from desktop.document.layers.base import (
    Family,
    Layer,
    Shape,
    check_weight_settings,
    normalized_axis,
)
from desktop.document.regularizers import AnyRegularizer
from desktop.document.schema import Range
from desktop.document.spec import ADVANCED


class BatchNormalization(Layer):
    """Shifts and scales each channel to mean 0 and variance 1, measured on the batch."""

    family: ClassVar[Family] = Family.NORMALIZATION
    is_linear: ClassVar[bool] = True
    normalizes: ClassVar[bool] = True
    momentum: float = Field(
        0.99,
        ge=0,
        le=1,
        title="Momentum",
        description="How slowly the moving mean and variance follow",
    )
    epsilon: float = Field(
        0.001, gt=0, title="Epsilon", description="Added to the variance, against division by 0"
    )
    center: bool = Field(True, title="Center", description="Learn an offset (beta)")
    scale: bool = Field(True, title="Scale", description="Learn a factor (gamma)")
    axis: int = Field(
        -1,
        title="Axis",
        description="Axis that is normalized; -1 is the last, the channels",
        json_schema_extra=ADVANCED,
    )
    beta_initializer: AnyInitializer = Field(
        Zeros(), title="Beta initializer", description="Initial values", json_schema_extra=ADVANCED
    )
    gamma_initializer: AnyInitializer = Field(
        Ones(), title="Gamma initializer", description="Initial values", json_schema_extra=ADVANCED
    )
    moving_mean_initializer: AnyInitializer = Field(
        Zeros(),
        title="Moving mean initializer",
        description="Initial values",
        json_schema_extra=ADVANCED,
    )
    moving_variance_initializer: AnyInitializer = Field(
        Ones(),
        title="Moving variance initializer",
        description="Initial values",
        json_schema_extra=ADVANCED,
    )
    beta_regularizer: AnyRegularizer | None = Field(
        None, title="Beta regularizer", description="Penalty", json_schema_extra=ADVANCED
    )
    gamma_regularizer: AnyRegularizer | None = Field(
        None, title="Gamma regularizer", description="Penalty", json_schema_extra=ADVANCED
    )
    beta_constraint: AnyConstraint | None = Field(
        None,
        title="Beta constraint",
        description="Constraint after every step",
        json_schema_extra=ADVANCED,
    )
    gamma_constraint: AnyConstraint | None = Field(
        None,
        title="Gamma constraint",
        description="Constraint after every step",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _weights_suit(self) -> Self:
        for weight in ("beta", "gamma", "moving_mean", "moving_variance"):
            check_weight_settings(self, weight, 1)
        return self

    def output_shape(self, shape: Shape) -> Shape:
        normalized_axis(self, shape, self.axis)
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        size = (shape[normalized_axis(self, shape, self.axis)],)
        return {name: size for name, used in self._trained() if used}

    def state_shapes(self, shape: Shape) -> dict[str, Shape]:
        size = (shape[normalized_axis(self, shape, self.axis)],)
        return {"moving_mean": size, "moving_variance": size}

    def _trained(self) -> tuple[tuple[str, bool], ...]:
        return ("gamma", self.scale), ("beta", self.center)


class Rescaling(Layer):
    """Multiplies by a factor and adds an offset: 1/255 turns pixels into 0 to 1."""

    family: ClassVar[Family] = Family.NORMALIZATION
    is_linear: ClassVar[bool] = True
    works_ahead: ClassVar[bool] = True
    scale: float = Field(1.0, title="Scale", description="Every value is multiplied by this")
    offset: float = Field(0.0, title="Offset", description="Added after multiplying")

    def output_range(self, values: Range) -> Range | None:
        low, high = sorted(end * self.scale + self.offset for end in values)
        return low, high  # a negative factor reverses them

    def details(self) -> str:
        offset = f" {self.offset:+g}" if self.offset else ""
        return f"× {self.scale:.4g}{offset}"
