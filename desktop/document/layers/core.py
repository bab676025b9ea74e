"""Dense, and the activation as a layer of its own."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from desktop.document import choices
from desktop.document.constraints import AnyConstraint
from desktop.document.initializers import AnyInitializer, GlorotUniform, Zeros
from desktop.document.layers.base import Family, Layer, Shape, check_weight_settings
from desktop.document.regularizers import AnyRegularizer
from desktop.document.schema import Range
from desktop.document.spec import ADVANCED


class _Weighted(Layer):
    """What layers with a kernel and a bias have in common."""

    kernel_rank: ClassVar[int]  # how many axes the kernel has
    use_bias: bool = Field(
        True, title="Use bias", description="Add a trainable number to every output"
    )
    kernel_initializer: AnyInitializer = Field(
        GlorotUniform(),
        title="Kernel initializer",
        description="Initial values of the weights",
        json_schema_extra=ADVANCED,
    )
    bias_initializer: AnyInitializer = Field(
        Zeros(),
        title="Bias initializer",
        description="Initial values of the bias",
        json_schema_extra=ADVANCED,
    )
    kernel_regularizer: AnyRegularizer | None = Field(
        None,
        title="Kernel regularizer",
        description="Penalty on large weights (weight decay)",
        json_schema_extra=ADVANCED,
    )
    bias_regularizer: AnyRegularizer | None = Field(
        None,
        title="Bias regularizer",
        description="Penalty on a large bias",
        json_schema_extra=ADVANCED,
    )
    activity_regularizer: AnyRegularizer | None = Field(
        None,
        title="Activity regularizer",
        description="Penalty on large outputs",
        json_schema_extra=ADVANCED,
    )
    kernel_constraint: AnyConstraint | None = Field(
        None,
        title="Kernel constraint",
        description="Constraint on the weights after every step",
        json_schema_extra=ADVANCED,
    )
    bias_constraint: AnyConstraint | None = Field(
        None,
        title="Bias constraint",
        description="Constraint on the bias after every step",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _weights_suit(self) -> Self:
        check_weight_settings(self, "kernel", self.kernel_rank)
        check_weight_settings(self, "bias", 1)
        return self

    def _with_bias(self, kernel: Shape) -> dict[str, Shape]:
        shapes = {"kernel": kernel}
        if self.use_bias:
            shapes["bias"] = kernel[-1:]
        return shapes


class Dense(_Weighted):
    """Every output is a weighted sum of every input, plus a bias."""

    family: ClassVar[Family] = Family.CORE
    units_field: ClassVar[str | None] = "units"
    activation_field: ClassVar[str | None] = "activation"
    is_linear: ClassVar[bool] = True
    position_wise: ClassVar[bool] = True
    kernel_rank: ClassVar[int] = 2
    units: int = Field(64, ge=1, le=100_000, title="Units", description="Number of neurons")
    activation: choices.ActivationFunction = Field(
        choices.ActivationFunction.LINEAR,
        title="Activation",
        description="Function applied to each weighted sum",
    )

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return self._with_bias((shape[-1], self.units))

    def details(self) -> str:
        return f"{self.units} · {self.activation}"


class Activation(Layer):
    """Applies a function to its input."""

    family: ClassVar[Family] = Family.ACTIVATION
    activation_field: ClassVar[str | None] = "activation"
    is_linear: ClassVar[bool] = True
    activation: choices.ActivationFunction = Field(
        choices.ActivationFunction.RELU,
        title="Activation",
        description="Function applied to every value",
    )

    def output_range(self, values: Range) -> Range | None:
        return values if self.activation is choices.ActivationFunction.LINEAR else None

    def details(self) -> str:
        return str(self.activation)
