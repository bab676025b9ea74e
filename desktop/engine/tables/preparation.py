"""What turns the rows of a table into inputs of a network, kept as JSON.

Numbers are filled and scaled, categories one-hot encoded, dates counted in days. A fitted
`Preparation` does the same to any later rows, by the names of their columns and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, DateOrder
from desktop.document.schema import Classes, Numbers, Target
from desktop.document.spec import Spec
from desktop.engine.data_error import DataError
from desktop.engine.row_reports import Cell, RowField
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.values import cell_numbers, labels
from desktop.engine.threads import in_threads
from desktop.engine.zero_copy import aligned_empty

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray, IntArray

MISSING = "(missing)"
MOST_DECIMALS = 6
_TOGETHER = 500_000  # numbers that are prepared at a time


class PreparedColumn(Spec):
    """How one column becomes one or more inputs.

    Numbers and dates (in days since 1970) become (value - offset) / scale; `fill` stands for a
    missing one. Categories become a one-hot vector over `categories`; a value that is not among
    them is all zeros. Of the two `categories` of yes/no the second is 1. `drop` says that rows with
    a missing cell are not trained with. `date_order` says how dates are read.

    Of the training rows, `low` and `high` are the smallest and largest number, with up to
    `decimals` decimals, and `usual` is the median or the most frequent category.
    """

    name: str
    kind: ColumnKind
    offset: float = 0.0
    scale: float = 1.0
    fill: float | str | None = None
    categories: tuple[str, ...] = ()
    drop: bool = False
    low: float = 0.0
    high: float = 1.0
    decimals: int = 0
    usual: float | str = 0.0
    date_order: DateOrder | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs it becomes."""
        if self.kind is ColumnKind.CATEGORY:
            return tuple(f"{self.name} = {category}" for category in self.categories)
        if self.kind is ColumnKind.YES_NO:
            return (f"{self.name} = {self.categories[1]}",)
        return (self.name,)

    def problem(self) -> str:
        """Why no column can be prepared so; "" if it can be."""
        is_number = self.kind in (ColumnKind.NUMBER, ColumnKind.DATE)
        if is_number == bool(self.categories) or is_number == isinstance(self.usual, str):
            return f"is not what a column of the kind {self.kind} is"
        if is_number and (self.scale <= 0 or isinstance(self.fill, str)):
            return "cannot be scaled or filled so"
        if self.kind is ColumnKind.YES_NO and len(self.categories) != 2:
            return "is yes/no, but does not have two values"
        return "" if 0 <= self.decimals <= MOST_DECIMALS else "has no such number of decimals"


class PreparedTarget(Spec):
    """How the target becomes what a network is trained on, and its outputs values again.

    Either `classes` are the names of the classes, in the order of their indices, or the number in
    each column becomes (value - offset) / scale, with its own of `offsets` and `scales`.
    """

    name: str
    classes: tuple[str, ...] = ()
    offsets: tuple[float, ...] = (0.0,)
    scales: tuple[float, ...] = (1.0,)

    @property
    def in_schema(self) -> Target:
        """What the schema of the data says of it."""
        if self.classes:
            return Classes(self.classes)
        return Numbers(self.columns, self.offsets, self.scales)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the numbers."""
        if len(self.scales) == 1:
            return (self.name,)
        return tuple(f"{self.name} {number + 1}" for number in range(len(self.scales)))

    def encoded(self, y: IntArray | FloatArray) -> IntArray | FloatArray:
        """`y` as a network is trained on it: indices of classes, or float32 (rows, columns).

        Raises DataError for numbers that are too large.
        """
        if self.classes:
            return y
        with np.errstate(over="ignore", invalid="ignore"):
            values = y.reshape(len(y), len(self.scales)) - np.array(self.offsets)
            scaled: FloatArray = (values / np.array(self.scales)).astype(np.float32)
        if not np.isfinite(scaled).all():
            raise DataError("Some targets are too large to compute with: divide them")
        return scaled


class Preparation(Spec):
    """The columns that are used, in the order of the inputs, and the target.

    `left_out` are the other columns of the table. `decimal` and `thousands` are the signs in its
    numbers.
    """

    columns: tuple[PreparedColumn, ...]
    target: PreparedTarget
    left_out: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""

    @property
    def features(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return tuple(name for column in self.columns for name in column.features)

    def problem(self) -> str:
        """Why nothing can be prepared so, as when it comes from a file; "" if it can be."""
        for column in self.columns:
            if problem := column.problem():
                return f'the column "{column.name}" {problem}'
        if len({column.name for column in self.columns}) < len(self.columns):
            return "two columns have the same name"
        scales = self.target.scales
        fits = len(scales) == len(self.target.offsets) and min(scales, default=0.0) > 0
        return "" if fits else "the target cannot be scaled so"

    def inputs(self, frame: pd.DataFrame, form: NumberFormat) -> FloatArray:
        """The rows of `frame` as inputs, float32 (rows, features).

        `form` is how numbers are written in columns of text. A column that is not there counts as
        missing in every row.
        """
        return self.inputs_of_parts(frame, form, [np.arange(len(frame))])[0]

    def inputs_of_parts(
        self, frame: pd.DataFrame, form: NumberFormat, parts: Sequence[IntArray]
    ) -> list[FloatArray]:
        """As `inputs`, for the rows whose numbers stand in each of `parts`."""
        import pandas as pd

        empty = pd.Series([None] * len(frame), dtype="object")
        cells = in_threads(
            lambda column: _cells(column, frame.get(column.name, empty), form), self.columns
        )
        results: list[FloatArray] = [
            aligned_empty((len(rows), len(self.features)), np.float32) for rows in parts
        ]

        widths = [len(column.features) for column in self.columns]

        def encode(block: tuple[IntArray, FloatArray]) -> None:
            rows, out = block
            by_feature = np.empty((out.shape[1], len(rows)), np.float32)
            place = 0
            for column, values, width in zip(self.columns, cells, widths, strict=True):
                _encode(column, values.take(rows), by_feature[place : place + width])
                place += width
            out[:] = by_feature.T

        # An odd number: where it is a power of two, all features of a row have to share a few
        # places in the processor's cache, which makes the copy five times slower.
        size = _TOGETHER // max(1, sum(widths)) | 1
        blocks = [
            (rows[start : start + size], result[start : start + size])
            for rows, result in zip(parts, results, strict=True)
            for start in range(0, len(rows), size)
        ]
        in_threads(encode, blocks)
        return results

    def complete(self, frame: pd.DataFrame, form: NumberFormat) -> Any:
        """Which rows of `frame` have all values that must not be missing: bool (rows,)."""
        keep = np.ones(len(frame), bool)
        for column in self.columns:
            if column.drop and column.name in frame.columns:
                keep &= ~_missing(column, frame[column.name], form)
        return keep

    def unseen(self, frame: pd.DataFrame, form: NumberFormat) -> dict[str, dict[str, int]]:
        """By column, the categories in `frame` that no training row had, and how many cells."""
        found = {}
        for column in self.columns:
            if column.categories and column.name in frame.columns:
                codes, texts = labels(frame[column.name], form)
                counts: dict[str, int] = {}
                for code, text in enumerate(texts):
                    if text not in column.categories:
                        counts[text] = counts.get(text, 0) + int((codes == code).sum())
                if counts:
                    found[column.name] = counts
        return found

    def cells(self, frame: pd.DataFrame, form: NumberFormat) -> list[dict[str, Cell]]:
        """The cells of each row of `frame` that are used, by column; None where one is missing."""
        rows: list[dict[str, Cell]] = [{} for _ in range(len(frame))]
        for column in self.columns:
            series = frame[column.name]
            if column.categories:
                codes, texts = labels(series, form)
                cells: list[Cell] = [texts[code] if code >= 0 else None for code in codes]
            else:
                values = cell_numbers(series, column.kind, column.date_order, form)
                cells = [float(value) if np.isfinite(value) else None for value in values]
            for row, cell in zip(rows, cells, strict=True):
                row[column.name] = cell
        return rows

    @property
    def fields(self) -> tuple[RowField, ...]:
        """What a single row is asked for."""
        return tuple(
            RowField(
                column.name,
                column.kind,
                column.usual,
                column.low,
                column.high,
                column.decimals,
                tuple(name for name in column.categories if name not in ("", MISSING)),
            )
            for column in self.columns
        )

    def unreadable(self, frame: pd.DataFrame, form: NumberFormat) -> dict[str, int]:
        """By column, how many cells of `frame` should be numbers or dates, but are not."""
        found = {}
        for column in self.columns:
            if not column.categories and column.name in frame.columns:
                series = frame[column.name]
                bad = (
                    np.isnan(cell_numbers(series, column.kind, column.date_order, form))
                    & series.notna().to_numpy()
                )
                if count := int(bad.sum()):
                    found[column.name] = count
        return found


def _missing(column: PreparedColumn, series: pd.Series[Any], form: NumberFormat) -> Any:
    if column.categories:
        return series.isna().to_numpy()
    return np.isnan(cell_numbers(series, column.kind, column.date_order, form))


def _cells(column: PreparedColumn, series: pd.Series[Any], form: NumberFormat) -> Any:
    """The numbers of `series`, or the places of its categories, -1 for none; all filled."""
    if not column.categories:
        if column.kind is ColumnKind.NUMBER and series.dtype.kind == "i":
            return series.to_numpy()  # nothing is missing, and a copy would be large
        values = cell_numbers(series, column.kind, column.date_order, form)
        missing = np.isnan(values)
        return np.where(missing, float(column.fill or 0.0), values) if missing.any() else values
    places = {category: place for place, category in enumerate(column.categories)}
    codes, texts = labels(series, form)
    fill = -1 if column.fill is None else places.get(str(column.fill), -1)
    return np.array([*(places.get(text, -1) for text in texts), fill], np.int16)[codes]


def _encode(column: PreparedColumn, cells: Any, out: FloatArray) -> None:
    """Write the inputs that some `cells` of `column` become to `out`, (inputs, cells).

    The numbers in `cells` are overwritten.
    """
    if not column.categories:
        cells = cells.astype(np.float64, copy=False)
        cells -= column.offset
        cells /= column.scale
        # What is too large for float32 stays finite: the largest there is.
        limit = float(np.finfo(np.float32).max)
        out[0] = np.clip(cells, -limit, limit, out=cells)
    elif column.kind is ColumnKind.YES_NO:
        out[0] = cells == 1
    else:
        out[:] = cells == np.arange(len(out), dtype=cells.dtype)[:, None]
