"""Layers that change images at random while training: augmentation.

Keras takes one number for a range around 0, or up to it. Here a range always has both ends, and a
single number is turned into the two that Keras makes of it.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from desktop.document.choices import FillMode, Interpolation
from desktop.document.layers.base import Family, Shape, require_rank
from desktop.document.layers.regularization import _Random
from desktop.document.schema import Range, RowKind
from desktop.document.spec import ADVANCED


def _ordered(ends: Range) -> Range:
    if ends[0] > ends[1]:
        raise ValueError("the first number must not be larger than the second")
    return ends


def _around_zero(value: Any) -> Any:
    return (-abs(value), abs(value)) if _is_number(value) else _as_tuple(value)


def _from_zero(value: Any) -> Any:
    return (0.0, value) if _is_number(value) else _as_tuple(value)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # JSON has lists


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _range(low: float, high: float, expand: Callable[[Any], Any], **more: float) -> Any:
    """The annotation of a range within `low` to `high`; `expand` makes one of a single number."""
    end = Annotated[float, Field(le=high, **(more or {"ge": low}))]
    return Annotated[tuple[end, end], BeforeValidator(expand), AfterValidator(_ordered)]


Signed: TypeAlias = _range(-1, 1, _around_zero)  # type: ignore[valid-type]
Zoom: TypeAlias = _range(-1, 1, _around_zero, gt=-1)  # type: ignore[valid-type]
Share: TypeAlias = _range(0, 1, _from_zero)  # type: ignore[valid-type]
Values: TypeAlias = Annotated[tuple[float, float], AfterValidator(_ordered)]


def _value_range(description: str) -> Any:
    return Field((0.0, 255.0), title="Value range", description=description)


class _Augmentation(_Random):
    family: ClassVar[Family] = Family.AUGMENTATION
    input_rank: ClassVar[int | None] = 3
    input_row: ClassVar[RowKind | None] = RowKind.IMAGE
    augments: ClassVar[bool] = True
    max_xla_batch: ClassVar[int] = 0

    def output_shape(self, shape: Shape) -> Shape:
        require_rank(self, shape)
        return shape


class _Warp(_Augmentation):
    fill_mode: FillMode = Field(
        FillMode.REFLECT,
        title="Fill mode",
        description="What is put where the image has moved away",
        json_schema_extra=ADVANCED,
    )
    interpolation: Interpolation = Field(
        Interpolation.BILINEAR,
        title="Interpolation",
        description="How a pixel is made of those around its old place",
        json_schema_extra=ADVANCED,
    )
    fill_value: float = Field(
        0.0,
        title="Fill value",
        description='The value that fill mode "constant" puts there',
        json_schema_extra=ADVANCED,
    )

    @property
    def unused(self) -> frozenset[str]:
        return frozenset() if self.fill_mode == FillMode.CONSTANT else frozenset({"fill_value"})


class RandomRotation(_Warp):
    """Rotates each image by a random angle while training."""

    factor: Signed = Field(
        (-0.05, 0.05),
        title="Factor",
        description="Range of the angle, in full turns: 0.05 is up to 18 degrees either way",
    )

    def details(self) -> str:
        return _spread(self.factor, 360, "°")


class RandomTranslation(_Warp):
    """Moves each image up or down and sideways by a random distance while training."""

    height_factor: Signed = Field(
        (-0.1, 0.1),
        title="Height factor",
        description="Range of the distance down, as a fraction of the height; negative is up",
    )
    width_factor: Signed = Field(
        (-0.1, 0.1),
        title="Width factor",
        description="Range of the distance to the right, as a fraction of the width",
    )

    def details(self) -> str:
        return _both(_spread(self.height_factor), _spread(self.width_factor))


class RandomZoom(_Warp):
    """Makes each image larger or smaller by a random factor while training."""

    height_factor: Zoom = Field(
        (-0.1, 0.1),
        title="Height factor",
        description="Range of the change in height; positive makes what is shown smaller",
    )
    width_factor: Zoom | None = Field(
        None,
        title="Width factor",
        description="Range of the change in width",
        json_schema_extra={"none": "As the height"},
    )

    def details(self) -> str:
        return _both(_spread(self.height_factor), _spread(self.width_factor or self.height_factor))


class RandomShear(_Warp):
    """Slants each image to a random side while training."""

    x_factor: Share = Field(
        (0.0, 0.0),
        title="X factor",
        description="Range of the slant sideways, to either side: 0.2 is two pixels in ten rows",
    )
    y_factor: Share = Field(
        (0.0, 0.0),
        title="Y factor",
        description="Range of the slant up or down, as above with columns",
    )

    def details(self) -> str:
        return _both(_spread(self.x_factor), _spread(self.y_factor))


class RandomElasticTransform(_Warp):
    """Distorts each image by small random shifts of its pixels while training."""

    factor: Share = Field(
        (0.0, 1.0),
        title="Factor",
        description="Range of the probability that an image is distorted",
    )
    scale: Share = Field(
        (0.0, 1.0), title="Scale", description="Range of the strength, one for each batch"
    )
    value_range: Values = _value_range(
        "Smallest and largest value of the images; others are cut off"
    )

    def details(self) -> str:
        return _spread(self.scale)


class RandomContrast(_Augmentation):
    """Makes the contrast of each image higher or lower by a random factor while training."""

    factor: Share = Field(
        (0.1, 0.1),
        title="Factor",
        description="By how much the contrast is lowered at most, and by how much it is raised",
    )
    value_range: Values = _value_range(
        "Smallest and largest value of the images; others are cut off"
    )

    def details(self) -> str:
        down, up = self.factor
        return f"{1 - down:.4g} to {1 + up:.4g}"


class RandomErasing(_Augmentation):
    """Overwrites a random rectangle of each image while training."""

    factor: Share = Field(
        (0.0, 1.0),
        title="Factor",
        description="Range of the probability that an image is changed",
    )
    scale: Share = Field(
        (0.02, 0.33),
        title="Scale",
        description="Range of the height and width of the rectangle, as the squares of fractions",
    )
    fill_value: float | None = Field(
        None,
        title="Fill value",
        description="The value that is put there",
        json_schema_extra={"none": "Random"},
    )
    value_range: Values = _value_range("Smallest and largest value that is put there")

    def details(self) -> str:
        return _spread(self.scale)


def _spread(ends: Range, factor: float = 100, unit: str = " %") -> str:
    """A range in a few words: "± 10 %", "0 to 10 %"."""
    low, high = (f"{end * factor:.4g}" for end in ends)
    if low == high:
        return f"{high}{unit}"
    return f"± {high}{unit}" if ends[0] == -ends[1] else f"{low} to {high}{unit}"


def _both(one: str, other: str) -> str:
    return one if one == other else f"{one} · {other}"
