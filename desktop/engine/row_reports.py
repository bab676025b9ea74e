"""What the engine tells about predictions for rows of a table: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from desktop.document.data import ColumnKind
from desktop.document.text import counted, some

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A cell: a number (of a date, days since 1970), or the name of a category; None if it is missing.
Cell: TypeAlias = float | str | None


@dataclass(frozen=True)
class RowField:
    """A column that a row has a cell of.

    Of the training rows, `low` and `high` are the smallest and largest number (for dates: days
    since 1970), with so many `decimals`, and `usual` is the median or most frequent cell. Of a
    category, `choices` are the names.
    """

    name: str
    kind: ColumnKind
    usual: Cell
    low: float = 0.0
    high: float = 1.0
    decimals: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowExample:
    """A test row as it was read, and its true target; `row` counts from 1."""

    row: int
    cells: Mapping[str, Cell]
    target: str


# A row by its columns.
Row: TypeAlias = Mapping[str, Cell]


@dataclass(frozen=True)
class RowPrediction:
    """What the network makes of one row.

    `probabilities` and `scores` are as in `Prediction`. Where the target is numbers, `numbers` are
    those that are predicted, in the unit of the table; NaN where training diverged.
    """

    request: int
    probabilities: NDArray[np.floating[Any]] | None
    scores: NDArray[np.floating[Any]] | None
    numbers: tuple[float, ...]
    classes: tuple[str, ...]
    targets: tuple[str, ...]  # the names of the numbers
    epoch: int
    is_trained: bool = True
    is_loaded: bool = False


@dataclass(frozen=True)
class TableMatch:
    """How the columns of a table fit those that a network was trained with.

    `filled` counts the missing cells of each column, `unreadable` those that should be numbers or
    dates but are not, `unseen` those of each category that no training row had.
    """

    rows: int
    used: int  # columns that are inputs
    by_position: bool
    has_target: bool
    missing_columns: tuple[str, ...]
    extra_columns: tuple[str, ...]
    filled: Mapping[str, int]
    unreadable: Mapping[str, int]
    unseen: Mapping[str, Mapping[str, int]]

    @property
    def sentences(self) -> tuple[str, ...]:
        """It in plain words for rows to be predicted, the most important first."""
        how = "by position" if self.by_position else "by name"
        target = "the target, which is not used" if self.has_target else "no target"
        lines = [
            f"{counted(self.rows, 'row')} with {counted(self.used, 'column')} matched {how}, and "
            + target,
            *self.differences,
        ]
        if self.filled:
            lines.append(_cells("missing, filled as in training", self.filled))
        return tuple(lines)

    @property
    def differences(self) -> tuple[str, ...]:
        """In what the table is unlike the training rows, in plain words."""
        lines = []
        if self.missing_columns:
            lines.append(
                f"{counted(len(self.missing_columns), 'column')} missing, filled as missing "
                f"values: {some(self.missing_columns)}"
            )
        if self.extra_columns:
            lines.append(
                f"{counted(len(self.extra_columns), 'column')} not used, as the training rows have "
                f"no such column: {some(self.extra_columns)}"
            )
        for name, counts in self.unseen.items():
            cells = [f'"{value:.40}" ({count:,})' for value, count in counts.items()]
            total = sum(counts.values())
            lines.append(
                f'Column "{name}" has {counted(total, "cell")} with categories that no training '
                f"row had: {some(cells)}"
            )
        if self.unreadable:
            lines.append(_cells("not numbers or dates, filled as missing", self.unreadable))
        return tuple(lines)


def _cells(what: str, found: Mapping[str, int]) -> str:
    columns = [f"{name} ({count:,})" for name, count in found.items()]
    return f"{counted(sum(found.values()), 'cell')} {what}: {some(columns)}"
