"""Layers that rearrange values without changing them."""

from math import prod
from typing import ClassVar

from pydantic import Field, field_validator

from desktop.document.layers.base import Family, Layer, Shape, ShapeError
from desktop.document.text import shape_text


class Flatten(Layer):
    """Lays an image out as one vector, as Dense needs it."""

    family: ClassVar[Family] = Family.RESHAPING
    rearranges: ClassVar[bool] = True
    works_ahead: ClassVar[bool] = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


class Reshape(Layer):
    """Gives its input another shape with the same number of values."""

    family: ClassVar[Family] = Family.RESHAPING
    rearranges: ClassVar[bool] = True
    works_ahead: ClassVar[bool] = True
    target_shape: tuple[int, ...] = Field(
        (-1,),
        min_length=1,
        max_length=6,
        title="Target shape",
        description="Sizes of the new axes; one of them may be -1: whatever is left",
    )

    @field_validator("target_shape")
    @classmethod
    def _sizes(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < -1 or size == 0 for size in value) or value.count(-1) > 1:
            raise ValueError("sizes must be 1 or more, and at most one of them may be -1")
        return value

    def output_shape(self, shape: Shape) -> Shape:
        total, known = prod(shape), prod(size for size in self.target_shape if size != -1)
        free = -1 in self.target_shape
        if total % known if free else total != known:
            raise ShapeError(
                f"Reshape cannot make {shape_text(self.target_shape)} of {shape_text(shape)}: "
                f"{total} values do not fit"
            )
        return tuple(total // known if size == -1 else size for size in self.target_shape)

    def details(self) -> str:
        return shape_text(self.target_shape)
