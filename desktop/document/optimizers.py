"""Optimizers: how the weights follow the gradient. Names, fields and defaults are Keras's."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desktop.document.spec import ADVANCED, Spec, family_type


class Optimizer(Spec):
    """The base of all optimizers."""

    tag_key: ClassVar[str] = "optimizer"
    follows_size: ClassVar[bool] = False  # a gradient half as large makes a step half as large
    optimizer: str = ""
    learning_rate: float = Field(
        0.001,
        gt=0,
        title="Learning rate",
        description="Size of the steps; the first setting to tune",
    )
    weight_decay: float | None = Field(
        None,
        ge=0,
        title="Weight decay",
        description="Fraction of every weight subtracted at each step",
        json_schema_extra={"advanced": True, "none": "Off"},
    )
    clipnorm: float | None = Field(
        None,
        gt=0,
        title="Clip norm",
        description="Gradients of each weight with a larger norm are scaled down to it",
        json_schema_extra={"advanced": True, "none": "Off"},
    )

    @property
    def slots(self) -> int:
        """How many numbers Keras's optimizer keeps for each trainable weight."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent, optionally with momentum."""

    follows_size: ClassVar[bool] = True
    learning_rate: float = Field(
        0.01,
        gt=0,
        title="Learning rate",
        description="Size of the steps; the first setting to tune",
    )
    momentum: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Momentum",
        description="Fraction of the last step added to the next one",
    )
    nesterov: bool = Field(
        False, title="Nesterov", description="Take the gradient after the step of the momentum"
    )

    @property
    def slots(self) -> int:
        return int(self.momentum != 0)  # its velocity


class _Moments(Optimizer):
    beta_1: float = Field(
        0.9,
        ge=0,
        lt=1,
        title="Beta 1",
        description="Memory of the mean gradient",
        json_schema_extra=ADVANCED,
    )
    beta_2: float = Field(
        0.999,
        ge=0,
        lt=1,
        title="Beta 2",
        description="Memory of the squared gradient",
        json_schema_extra=ADVANCED,
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Prevents division by 0",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 2  # two moving averages


class Adam(_Moments):
    """Adapts the step of every weight to its gradients: a good first choice."""

    amsgrad: bool = Field(
        False,
        title="AMSGrad",
        description="Divide by the largest squared gradient so far",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return super().slots + self.amsgrad  # the largest squared gradient


class AdamW(Adam):
    """Adam with decoupled weight decay."""

    weight_decay: float = Field(  # Keras takes no None here; 0 switches it off
        0.004,
        ge=0,
        title="Weight decay",
        description="Fraction of every weight subtracted at each step",
    )


class Nadam(_Moments):
    """Adam with Nesterov momentum."""


class RMSprop(Optimizer):
    """Divides each step by a moving average of the gradient's magnitude."""

    rho: float = Field(0.9, ge=0, lt=1, title="Rho", description="Memory of the squared gradient")
    momentum: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Momentum",
        description="Fraction of the last step added to the next one",
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Prevents division by 0",
        json_schema_extra=ADVANCED,
    )
    centered: bool = Field(
        False,
        title="Centered",
        description="Normalize by the variance of the gradient",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 1 + (self.momentum != 0) + self.centered


class Adagrad(Optimizer):
    """Takes smaller steps for weights that have had large gradients."""

    initial_accumulator_value: float = Field(
        0.1,
        ge=0,
        title="Initial accumulator value",
        description="Initial value of the sums of squared gradients",
    )
    epsilon: float = Field(
        1e-7,
        gt=0,
        title="Epsilon",
        description="Prevents division by 0",
        json_schema_extra=ADVANCED,
    )

    @property
    def slots(self) -> int:
        return 1


if TYPE_CHECKING:
    AnyOptimizer = Optimizer
else:
    AnyOptimizer = family_type(Optimizer)
