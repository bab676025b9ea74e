"""Layers that slide a small window of weights over an image."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from desktop.document.choices import ActivationFunction, Padding
from desktop.document.layers.base import Family, Shape, ShapeError, require_rank, window_output
from desktop.document.layers.core import _Weighted
from desktop.document.schema import RowKind

Size = Annotated[int, Field(ge=1, le=1000)]


class Conv2D(_Weighted):
    """Slides small filters over an image and reports where each one matches."""

    family: ClassVar[Family] = Family.CONVOLUTION
    input_rank: ClassVar[int | None] = 3
    input_row: ClassVar[RowKind | None] = RowKind.IMAGE
    units_field: ClassVar[str | None] = "filters"
    activation_field: ClassVar[str | None] = "activation"
    is_linear: ClassVar[bool] = True
    max_xla_batch: ClassVar[int] = 0
    kernel_rank: ClassVar[int] = 4
    filters: int = Field(
        32,
        ge=1,
        le=10_000,
        title="Filters",
        description="Number of filters, each of which detects one pattern",
    )
    kernel_size: tuple[Size, Size] = Field(
        (3, 3), title="Kernel size", description="Height and width of each filter, in pixels"
    )
    strides: tuple[Size, Size] = Field(
        (1, 1), title="Strides", description="Step of the window down and across, in pixels"
    )
    padding: Padding = Field(
        Padding.VALID,
        title="Padding",
        description='"same" pads with zeros, so that the image keeps its size',
    )
    activation: ActivationFunction = Field(
        ActivationFunction.LINEAR,
        title="Activation",
        description="Function applied to every output",
    )
    dilation_rate: tuple[Size, Size] = Field(
        (1, 1),
        title="Dilation rate",
        description="Distance between the pixels a filter looks at",
        json_schema_extra={"advanced": True},
    )
    groups: int = Field(
        1,
        ge=1,
        title="Groups",
        description="Channels are split into this many groups, each with filters of its own",
        json_schema_extra={"advanced": True},
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.filters % self.groups:
            raise ValueError(
                f"filters ({self.filters}) must be a multiple of groups ({self.groups})"
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("strides and dilation_rate cannot both be larger than 1")
        return self

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(self, shape)
        if shape[-1] % self.groups:
            raise ShapeError(
                f"Conv2D splits its input into {self.groups} groups, but {shape[-1]} channels "
                "cannot be divided by that"
            )
        size = window_output(
            self, shape, self.kernel_size, self.strides, self.padding, self.dilation_rate
        )
        return (*size, self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        return self._with_bias((*self.kernel_size, shape[-1] // self.groups, self.filters))

    def details(self) -> str:
        height, width = self.kernel_size
        return f"{self.filters} · {height}×{width} · {self.activation}"
