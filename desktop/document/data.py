"""Where the rows come from. What a source is made of is known here, without loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from desktop.document.spec import Spec, family_type


class DataSource(Spec):
    """The base of all data sources.

    `input_shape` is the shape of one row without the batch axis; `classes` are the names of what a
    row can be; `value_range` is what the network gets to see.
    """

    tag_key: ClassVar[str] = "source"
    source: str = ""

    @property
    def title(self) -> str:
        """What the user calls this data."""
        raise NotImplementedError

    @property
    def input_shape(self) -> tuple[int, ...]:
        raise NotImplementedError

    @property
    def classes(self) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def value_range(self) -> tuple[float, float]:
        raise NotImplementedError

    @property
    def training_rows(self) -> int:
        """About how many rows the network is trained on; no batch can be larger."""
        raise NotImplementedError

    @property
    def has_validation(self) -> bool:
        """Whether some rows are kept apart for validation."""
        return False


_DIGITS = tuple(str(digit) for digit in range(10))


class _Images(DataSource):
    """What image sources share: part of the training rows for validation, and scaled pixels."""

    pixel_maximum: ClassVar[float]
    validation_split: float = Field(
        0.1,
        ge=0,
        le=0.9,
        title="Validation split",
        description="Part of the training rows kept apart to watch the training, 0 to 1",
    )
    scale_pixels: bool = Field(
        True, title="Scale pixels", description="Divide pixels by the largest value: 0 to 1"
    )

    @property
    def classes(self) -> tuple[str, ...]:
        return _DIGITS

    @property
    def value_range(self) -> tuple[float, float]:
        return 0.0, 1.0 if self.scale_pixels else self.pixel_maximum

    @property
    def has_validation(self) -> bool:
        return self.validation_split > 0


class Digits(_Images, tag="digits"):
    """1,797 handwritten digits of 8 × 8 pixels that come with the program."""

    pixel_maximum: ClassVar[float] = 16.0
    test_split: float = Field(
        0.2,
        gt=0,
        le=0.9,
        title="Test split",
        description="Part of all rows kept for the final test, 0 to 1",
    )
    split_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Split seed",
        description="Decides which rows go where; the same seed gives the same split",
        json_schema_extra={"advanced": True},
    )

    @property
    def title(self) -> str:
        return "Handwritten digits"

    @property
    def training_rows(self) -> int:
        return round(1797 * (1 - self.test_split) * (1 - self.validation_split))

    @property
    def input_shape(self) -> tuple[int, ...]:
        return 8, 8


class Mnist(_Images, tag="mnist"):
    """70,000 handwritten digits of 28 × 28 pixels: 60,000 for training, 10,000 for the test."""

    pixel_maximum: ClassVar[float] = 255.0
    path: str | None = Field(
        None,
        title="File",
        description="mnist.npz as Keras keeps it; empty: the one in Keras's data folder",
        json_schema_extra={"none": "Keras's data folder"},
    )

    @property
    def title(self) -> str:
        return "MNIST"

    @property
    def training_rows(self) -> int:
        return round(60_000 * (1 - self.validation_split))

    @property
    def input_shape(self) -> tuple[int, ...]:
        return 28, 28


Row = tuple[float, float, Annotated[int, Field(ge=0, le=1)]]

GATES: dict[str, tuple[Row, ...]] = {
    "AND": ((0.0, 0.0, 0), (0.0, 1.0, 0), (1.0, 0.0, 0), (1.0, 1.0, 1)),
    "OR": ((0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 1)),
    "NAND": ((0.0, 0.0, 1), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)),
    "XOR": ((0.0, 0.0, 0), (0.0, 1.0, 1), (1.0, 0.0, 1), (1.0, 1.0, 0)),
}


class LogicTable(DataSource, tag="logic_table"):
    """Two inputs and one output, four rows: AND, OR, NAND, XOR, or a table of your own."""

    rows: tuple[Row, ...] = Field(
        GATES["AND"],
        min_length=1,
        max_length=16,
        title="Rows",
        description="First input, second input, and what the network is to answer (0 or 1)",
    )

    @property
    def gate(self) -> str | None:
        """The name of the logic gate the rows are, or None."""
        return next((name for name, rows in GATES.items() if rows == self.rows), None)

    @property
    def title(self) -> str:
        return f"Logic table: {self.gate or 'own rows'}"

    @property
    def training_rows(self) -> int:
        return len(self.rows)

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (2,)

    @property
    def classes(self) -> tuple[str, ...]:
        return "0", "1"

    @property
    def value_range(self) -> tuple[float, float]:
        inputs = [value for row in self.rows for value in row[:2]]
        return min(inputs), max(inputs)


if TYPE_CHECKING:
    AnyDataSource = DataSource
else:
    AnyDataSource = family_type(DataSource)
