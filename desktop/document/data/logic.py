"""Logic tables: a few rows that are edited by hand."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from desktop.document.data.base import DataSource
from desktop.document.schema import Classes, DataSchema, Range, RowCounts, RowKind

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
        description="First input, second input, and target (0 or 1)",
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
            features=("Input 1", "Input 2"),
            feature_ranges=tuple(ranges),
        )
