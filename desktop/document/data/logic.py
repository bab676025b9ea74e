"""Logic tables: a few rows that are edited by hand."""

from collections.abc import Callable
from itertools import product
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from desktop.document.data.base import DataSource
from desktop.document.schema import Classes, DataSchema, Range, RowCounts, RowKind


def _checked(row: tuple[float, ...]) -> tuple[float, ...]:
    """`row` with its target as a whole number."""
    if row[-1] not in (0, 1):
        raise ValueError(f"the target, which is last, must be 0 or 1, not {row[-1]:g}")
    return (*row[:-1], int(row[-1]))


Row = Annotated[tuple[float, ...], Field(min_length=3, max_length=4), AfterValidator(_checked)]


def _rows(inputs: int, target: Callable[..., bool]) -> tuple[Row, ...]:
    """The target of all combinations of that many inputs, in counting order."""
    combinations = product((0.0, 1.0), repeat=inputs)
    return tuple((*values, int(target(*values))) for values in combinations)


def _gates(inputs: int) -> dict[str, tuple[Row, ...]]:
    return {
        "AND": _rows(inputs, lambda *values: all(values)),
        "OR": _rows(inputs, lambda *values: any(values)),
        "NAND": _rows(inputs, lambda *values: not all(values)),
        "XOR" if inputs == 2 else "Parity": _rows(inputs, lambda *values: sum(values) % 2 == 1),
    }


GATES: dict[str, tuple[Row, ...]] = _gates(2)
GATES_OF_THREE: dict[str, tuple[Row, ...]] = _gates(3) | {
    "Majority": _rows(3, lambda *values: sum(values) >= 2)
}


class LogicTable(DataSource, tag="logic_table"):
    """Two or three inputs and one output: AND, OR, NAND, XOR, or a table of your own."""

    rows: tuple[Row, ...] = Field(
        GATES["AND"],
        min_length=1,
        max_length=16,
        title="Rows",
        description="Two or three inputs, and target (0 or 1)",
    )

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("all rows must have as many inputs: two, or three")
        return self

    @property
    def inputs(self) -> int:
        """How many inputs there are: 2 or 3."""
        return len(self.rows[0]) - 1

    @property
    def gate(self) -> str | None:
        """The name of the logic gate the rows are, or None."""
        gates = GATES if self.inputs == 2 else GATES_OF_THREE
        return next((name for name, rows in gates.items() if rows == self.rows), None)

    @property
    def title(self) -> str:
        return f"Logic table: {self.gate or 'own rows'}"

    @property
    def known_schema(self) -> DataSchema:
        inputs = [tuple(row[column] for row in self.rows) for column in range(self.inputs)]
        ranges: list[Range] = [(min(values), max(values)) for values in inputs]
        return DataSchema(
            input_shape=(self.inputs,),
            row=RowKind.POINT if self.inputs == 2 else RowKind.TABLE_ROW,
            target=Classes(("0", "1")),
            rows=RowCounts(len(self.rows)),
            value_range=(min(low for low, _ in ranges), max(high for _, high in ranges)),
            features=tuple(f"Input {number + 1}" for number in range(self.inputs)),
            feature_ranges=tuple(ranges),
        )
