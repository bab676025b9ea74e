"""Layers that make an image smaller by summing up neighboring pixels."""

from typing import ClassVar

from pydantic import Field

from desktop.document.choices import Padding
from desktop.document.layers.base import Family, Layer, Shape, require_rank, window_output
from desktop.document.layers.convolution import Size
from desktop.document.schema import Range, RowKind


class _Pooling2D(Layer):
    family: ClassVar[Family] = Family.POOLING
    input_rank: ClassVar[int | None] = 3
    input_row: ClassVar[RowKind | None] = RowKind.IMAGE
    works_ahead: ClassVar[bool] = True
    pool_size: tuple[Size, Size] = Field(
        (2, 2), title="Pool size", description="Height and width of the window, in pixels"
    )
    strides: tuple[Size, Size] | None = Field(
        None,
        title="Strides",
        description="Step of the window down and across, in pixels",
        json_schema_extra={"none": "As pool size"},
    )
    padding: Padding = Field(
        Padding.VALID,
        title="Padding",
        description='"valid" leaves out what does not fill a window; "same" keeps it',
    )

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(self, shape)
        strides = self.strides or self.pool_size
        size = window_output(self, shape, self.pool_size, strides, self.padding)
        return (*size, shape[-1])

    def output_range(self, values: Range) -> Range | None:
        return values

    def details(self) -> str:
        return f"{self.pool_size[0]}×{self.pool_size[1]}"


class MaxPooling2D(_Pooling2D):
    """Keeps the largest value of each window."""

    max_xla_batch: ClassVar[int] = 128


class AveragePooling2D(_Pooling2D):
    """Keeps the mean of each window."""

    is_linear: ClassVar[bool] = True


class GlobalAveragePooling2D(Layer):
    """Replaces each channel by its mean over the whole image."""

    family: ClassVar[Family] = Family.POOLING
    is_linear: ClassVar[bool] = True
    input_rank: ClassVar[int | None] = 3
    input_row: ClassVar[RowKind | None] = RowKind.IMAGE
    keepdims: bool = Field(
        False, title="Keep dimensions", description="Keep height and width, as axes of size 1"
    )

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(self, shape)
        return (1, 1, shape[-1]) if self.keepdims else (shape[-1],)

    def output_range(self, values: Range) -> Range | None:
        return values
