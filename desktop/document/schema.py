"""What a data source turned out to hold.

A source of the document says where the rows come from. What they are like is known beforehand for
the sources that come with the program, and has to be read from the file for all others: until then
the schema is None, "not known yet".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from desktop.document.text import one_line

Range: TypeAlias = tuple[float, float]


class RowKind(StrEnum):
    """What one row is."""

    IMAGE = "image"  # (height, width) or (height, width, channels)
    TABLE_ROW = "table row"  # (features,)
    POINT = "point"  # (2,), coordinates in a plane
    SEQUENCE = "sequence"  # (steps,) or (steps, features)


class Ink(StrEnum):
    """Whether images are drawings: ink on plain paper, as MNIST's digits are."""

    NONE = "none"  # photographs and other pictures
    LIGHT = "light on dark"
    DARK = "dark on light"


@dataclass(frozen=True)
class Classes:
    """Every row belongs to one of the classes called `names`."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Numbers:
    """Every row has a number for each of `columns`, to be predicted as a quantity.

    A network is trained on (value - offset) / scale, by column. Empty `offsets` and `scales` are 0
    and 1: it is trained on the values themselves.
    """

    columns: tuple[str, ...]
    offsets: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()

    def in_unit(self, values: Iterable[Any]) -> tuple[Any, ...]:
        """The numbers that a network is trained on `values` for, by column: of one row, or arrays
        of many."""
        count = len(self.columns)
        scales, offsets = self.scales or (1.0,) * count, self.offsets or (0.0,) * count
        each = zip(values, scales, offsets, strict=True)
        return tuple(value * scale + offset for value, scale, offset in each)

    @property
    def is_scaled(self) -> bool:
        """Whether a network is trained on other numbers than the data has."""
        return any(self.offsets) or any(scale != 1 for scale in self.scales)


Target: TypeAlias = Classes | Numbers


def shown_names(target: Target) -> tuple[str, ...]:
    """The names of the classes or columns of `target`, each as a line."""
    return tuple(map(one_line, target.names if isinstance(target, Classes) else target.columns))


@dataclass(frozen=True)
class RowCounts:
    """How many rows each split has; 0 where there is no such split."""

    training: int
    validation: int = 0
    test: int = 0


@dataclass(frozen=True)
class LinearFit:
    """A linear model of the target that predicts better than nonlinear ones do.

    `error` and `nonlinear_error` are the root mean squared errors of both in a cross-validation on
    training rows, in the unit of the target. `l1` and `l2` are the penalties that suit the linear
    model, as Keras adds them to the mean squared error of the numbers that a network is trained on.
    """

    error: float
    nonlinear_error: float
    l1: float
    l2: float


@dataclass(frozen=True)
class DataSchema:
    """The rows of a source, without the rows.

    `input_shape` is the shape of one row without the batch axis. `value_range` is the smallest and
    the largest value among all inputs as the network gets them; of images, black and white. A table
    names its columns in `features`, as many as there are, and may give each a range of its own in
    `feature_ranges`.
    Where images are drawings, `ink` says so: what is drawn is prepared like them. `linear` is there
    where it was found that a linear model is best.
    """

    input_shape: tuple[int, ...]
    row: RowKind
    target: Target
    rows: RowCounts
    value_range: Range
    features: tuple[str, ...] = ()
    feature_ranges: tuple[Range, ...] = ()
    ink: Ink = Ink.NONE
    linear: LinearFit | None = None

    @property
    def is_image(self) -> bool:
        """Whether a row is an image."""
        return self.row is RowKind.IMAGE

    @property
    def is_grayscale(self) -> bool:
        """Whether the network's input is a grayscale image."""
        return is_grayscale(self.input_shape)

    @property
    def has_symbols(self) -> bool:
        """Whether every class is a single character, of which an image may show several."""
        return bool(self.class_names) and all(len(name) == 1 for name in self.class_names)

    @property
    def is_of_digits(self) -> bool:
        """Whether the rows are grayscale images of the digits 0 to 9, in this order."""
        return self.is_grayscale and self.class_names == tuple("0123456789")

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, to be shown; empty where the target is numbers."""
        return shown_names(self.target) if isinstance(self.target, Classes) else ()

    @property
    def outputs(self) -> int:
        """How many classes, or numbers, a row can be told by."""
        match self.target:
            case Classes(names):
                return len(names)
            case Numbers(columns):
                return len(columns)


def is_grayscale(shape: tuple[int, ...]) -> bool:
    """Whether this is the shape of a grayscale image: (height, width) or (height, width, 1)."""
    return len(shape) in (2, 3) and min(shape[:2]) > 1 and shape[2:] in ((), (1,))


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether this is the shape of an image, grayscale or (height, width, 3) in color."""
    return is_grayscale(shape) or (shape[2:] == (3,) and is_grayscale(shape[:2]))
