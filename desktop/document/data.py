"""Where the rows come from, and how they are split."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from desktop.document.schema import Classes, DataSchema, Range, RowCounts, RowKind
from desktop.document.spec import Spec, family_type


class DataSource(Spec):
    """The base of all data sources. It says nothing that it does not know without reading."""

    tag_key: ClassVar[str] = "source"
    source: str = ""

    @property
    def title(self) -> str:
        """What the user calls this data."""
        raise NotImplementedError

    @property
    def known_schema(self) -> DataSchema | None:
        """What the source holds, as far as that is known before it is read; None if it is not."""
        return None

    @property
    def has_validation(self) -> bool:
        """Whether some rows are held out for validation."""
        return False


_DIGITS = Classes(tuple(str(digit) for digit in range(10)))


def held_back(part: float, rows: int) -> int:
    """How many of `rows` rows `part` of them is, rounded up as scikit-learn does."""
    return ceil(part * rows)


class _Images(DataSource):
    """What image sources share: part of the training rows for validation, and scaled pixels."""

    pixel_maximum: ClassVar[float]
    validation_split: float = Field(
        0.1,
        ge=0,
        le=0.9,
        title="Validation split",
        description="Part of the training rows held out for validation, 0 to 1",
    )
    scale_pixels: bool = Field(
        True, title="Scale pixels", description="Divide pixels by the largest value: 0 to 1"
    )

    def _schema(self, shape: tuple[int, int], training: int, test: int) -> DataSchema:
        """Of pictures of one digit each, `training` of them for training and validation."""
        validation = held_back(self.validation_split, training)
        highest = 1.0 if self.scale_pixels else self.pixel_maximum
        return DataSchema(
            input_shape=shape,
            row=RowKind.PICTURE,
            target=_DIGITS,
            rows=RowCounts(training - validation, validation, test),
            value_range=(0.0, highest),
        )

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
    def known_schema(self) -> DataSchema:
        test = held_back(self.test_split, 1797)
        return self._schema((8, 8), 1797 - test, test)


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
    def known_schema(self) -> DataSchema:
        return self._schema((28, 28), 60_000, 10_000)


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
    def known_schema(self) -> DataSchema:
        inputs = [tuple(row[column] for row in self.rows) for column in range(2)]
        ranges: list[Range] = [(min(values), max(values)) for values in inputs]
        return DataSchema(
            input_shape=(2,),
            row=RowKind.POINT,
            target=Classes(("0", "1")),
            rows=RowCounts(len(self.rows)),
            value_range=(min(low for low, _ in ranges), max(high for _, high in ranges)),
            features=("First input", "Second input"),
            feature_ranges=tuple(ranges),
        )


if TYPE_CHECKING:
    AnyDataSource = DataSource
else:
    AnyDataSource = family_type(DataSource)
