"""What turns the rows of a table into inputs of a network: fitted on training rows, kept as JSON.

Numbers are filled and scaled, categories one-hot encoded, dates counted in days. A fitted
`Preparation` does the same to any later rows, by the names of their columns and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, DateOrder, Fill, Scaling, TargetKind
from desktop.document.schema import Classes, DataSchema, Numbers, Target
from desktop.document.spec import Spec
from desktop.document.text import natural
from desktop.engine.data_error import DataError
from desktop.engine.reports import ColumnFacts
from desktop.engine.row_reports import Cell, RowField
from desktop.engine.tables.columns import MOST_CATEGORIES
from desktop.engine.tables.dates import days
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.zero_copy import aligned_empty

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray, IntArray
    from desktop.engine.tables.target import TargetValues

MISSING = "(missing)"
MOST_FEATURES = 20_000
MOST_DECIMALS = 6
_BLOCK = 8192  # rows


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
    """How the target becomes what a network is trained on, and its answers values again.

    Either `classes` are the names of the classes, in the order of their indices, or a number
    becomes (value - offset) / scale.
    """

    name: str
    classes: tuple[str, ...] = ()
    offset: float = 0.0
    scale: float = 1.0

    @property
    def in_schema(self) -> Target:
        """What the schema of the data says of it."""
        if self.classes:
            return Classes(self.classes)
        return Numbers((self.name,), (self.offset,), (self.scale,))

    def encoded(self, y: IntArray | FloatArray) -> IntArray | FloatArray:
        """`y` as a network is trained on it: indices of classes, or float32 (rows, 1).

        Raises DataError for numbers that are too large.
        """
        if self.classes:
            return y
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: FloatArray = ((y - self.offset) / self.scale)[:, None].astype(np.float32)
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
        return "" if self.target.scale > 0 else "the target cannot be scaled so"

    def inputs(self, frame: pd.DataFrame, form: NumberFormat) -> FloatArray:
        """The rows of `frame` as inputs, float32 (rows, features).

        `form` is how numbers are written in columns of text. A column that is not there counts as
        missing in every row.
        """
        import pandas as pd

        result: FloatArray = aligned_empty((len(frame), len(self.features)), np.float32)
        empty = pd.Series([None] * len(frame), dtype="object")
        cells = [_cells(each, frame.get(each.name, empty), form) for each in self.columns]
        for start in range(0, len(frame), _BLOCK):  # a block stays in the processor's cache
            rows = slice(start, start + _BLOCK)
            place = 0
            for column, values in zip(self.columns, cells, strict=True):
                width = len(column.features)
                _encode(column, values[rows], result[rows, place : place + width])
                place += width
        return result

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


def fit_target(name: str, target: TargetValues, training: IntArray) -> PreparedTarget:
    """The preparation of the target called `name`, by its `training` rows. Raises DataError."""
    if target.kind is TargetKind.CLASSES:
        return PreparedTarget(name=name, classes=target.classes)
    values = target.y[training]
    with np.errstate(over="ignore", invalid="ignore"):
        offset, scale = float(values.mean()), float(values.std())
    if not np.isfinite([offset, scale]).all():
        raise DataError("The targets are too large to compute with: divide them")
    return PreparedTarget(name=name, offset=offset, scale=scale or 1.0)


def fit(
    frame: pd.DataFrame,
    facts: Sequence[ColumnFacts],
    target: PreparedTarget,
    form: NumberFormat,
) -> Preparation:
    """The preparation of the training rows in `frame`. Raises DataError if no input is left."""
    columns = tuple(
        _fitted(frame[each.name], each, form)
        for each in facts
        if each.kind is not ColumnKind.LEFT_OUT
    )
    if not columns:
        raise DataError(
            "No column is left as input: every one is left out or the target. Choose another "
            "target, or kinds for the columns on the page Data"
        )
    features = sum(len(column.features) for column in columns)
    if features > MOST_FEATURES:
        raise DataError(
            f"The columns make {features:,} inputs, more than {MOST_FEATURES:,}; leave out columns "
            "with many categories"
        )
    left_out = tuple(
        each.name for each in facts if each.kind is ColumnKind.LEFT_OUT and each.name != target.name
    )
    return Preparation(
        columns=columns,
        target=target,
        left_out=left_out,
        decimal=form.decimal,
        thousands=form.thousands,
    )


def identity(schema: DataSchema, x: FloatArray) -> Preparation:
    """The preparation of rows whose columns are the inputs as they are; `x` are training rows."""
    target = PreparedTarget(name="class", classes=schema.class_names)
    if isinstance(schema.target, Numbers):
        offset, scale = (*schema.target.offsets, 0.0)[0], (*schema.target.scales, 1.0)[0]
        target = PreparedTarget(name=schema.target.columns[0], offset=offset, scale=scale)
    return Preparation(
        columns=tuple(
            PreparedColumn(
                name=name, kind=ColumnKind.NUMBER, **_spread(values), fill=_median(values)
            )
            for name, values in zip(schema.features, x.T.astype(np.float64), strict=True)
        ),
        target=target,
    )


def _median(present: FloatArray) -> float:
    return float(np.median(present))


def _spread(present: FloatArray) -> dict[str, Any]:
    """What a `PreparedColumn` says about the training rows, of their numbers `present`."""
    some = present[:: max(1, len(present) // 1000)]
    decimals = next(
        (
            count
            for count in range(MOST_DECIMALS)
            if np.allclose(some, np.round(some, count), rtol=1e-6, atol=0.0)
        ),
        MOST_DECIMALS,
    )
    return {
        "low": float(present.min()),
        "high": float(present.max()),
        "decimals": decimals,
        "usual": _median(present),
    }


def _fitted(series: pd.Series[Any], facts: ColumnFacts, form: NumberFormat) -> PreparedColumn:
    drop = facts.fill is Fill.DROP_ROW
    if facts.kind in (ColumnKind.CATEGORY, ColumnKind.YES_NO):
        return _fitted_categories(series, facts, drop, form)
    values = cell_numbers(series, facts.kind, facts.date_order, form)
    missing = np.isnan(values)
    present = values[~missing] if missing.any() else values
    if not len(present):
        raise DataError(
            f'Column "{facts.name}" has no number in the training rows; leave it out, or make it a '
            "category"
        )
    fill = _median(present)
    if facts.fill is Fill.MOST_FREQUENT:
        distinct, counts = np.unique(present, return_counts=True)
        fill = float(distinct[counts.argmax()])
    offset, scale = 0.0, 1.0
    if facts.scaling is Scaling.STANDARDIZE:
        filled = values if present is values else np.where(missing, fill, values)
        offset, scale = float(filled.mean()), float(filled.std())
    elif facts.scaling is Scaling.ZERO_TO_ONE:
        offset = float(present.min())
        scale = float(present.max()) - offset
    if not (np.isfinite(scale) and scale > 0):
        scale = 1.0
    return PreparedColumn(
        name=facts.name,
        kind=facts.kind,
        offset=offset,
        scale=scale,
        fill=fill,
        drop=drop,
        **_spread(present),
        date_order=facts.date_order,
    )


def _fitted_categories(
    series: pd.Series[Any], facts: ColumnFacts, drop: bool, form: NumberFormat
) -> PreparedColumn:
    codes, texts = labels(series, form)
    counts: dict[str, int] = {}
    for text, count in zip(
        texts, np.bincount(codes[codes >= 0], minlength=len(texts)), strict=True
    ):
        counts[text] = counts.get(text, 0) + int(count)
    frequent_first = sorted(counts, key=lambda text: -counts[text])
    if facts.kind is ColumnKind.YES_NO and len(counts) > 2:
        raise DataError(
            f'Column "{facts.name}" has {len(counts):,} different values, so it cannot be yes/no; '
            "make it a category"
        )
    if not len(counts):
        raise DataError(f'Column "{facts.name}" has no value in the training rows; leave it out')
    categories = sorted(frequent_first[:MOST_CATEGORIES], key=natural)
    frequent = frequent_first[0]
    if facts.kind is ColumnKind.YES_NO:
        if len(categories) == 1:
            categories = ["", *categories]
        return PreparedColumn(
            name=facts.name,
            kind=facts.kind,
            fill=frequent,
            categories=tuple(categories),
            drop=drop,
            usual=frequent,
        )
    fill: str | None = frequent
    if facts.fill is Fill.OWN_CATEGORY:
        fill = None
        if (codes < 0).any():
            fill = MISSING
            categories.append(MISSING)
    return PreparedColumn(
        name=facts.name,
        kind=facts.kind,
        fill=fill,
        categories=tuple(categories),
        drop=drop,
        usual=frequent,
    )


def labels(series: pd.Series[Any], form: NumberFormat) -> tuple[IntArray, list[str]]:
    """The cells as texts without spaces around them, numbers in one way: 1 for 1.0 and 1,0.

    Given are the texts, some perhaps twice, and for each cell the number of its text, -1 where it
    is missing.
    """
    import pandas as pd

    def of(value: Any) -> str:
        text = str(value).strip()
        number = form.parse(text) if isinstance(value, str) else float(value)
        return f"{number:.12g}" if number == number else text

    if pd.api.types.is_bool_dtype(series):
        codes, values = series.factorize()
        return codes, [str(value) for value in values]
    codes, values = series.factorize()
    return codes, [of(value) for value in values]


def cell_numbers(
    series: pd.Series[Any], kind: ColumnKind, order: DateOrder | None, form: NumberFormat
) -> FloatArray:
    """The cells as float64; NaN where there is none."""
    import pandas as pd

    if kind is ColumnKind.DATE:
        return days(series, order)
    if not pd.api.types.is_numeric_dtype(series):
        cells = series.astype("object").where(series.notna(), None)
        numbers = {value: form.parse(str(value)) for value in cells.dropna().unique()}
        series = cells.map(numbers)
    values: FloatArray = series.to_numpy(np.float64, na_value=np.nan)
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def _missing(column: PreparedColumn, series: pd.Series[Any], form: NumberFormat) -> Any:
    if column.categories:
        return series.isna().to_numpy()
    return np.isnan(cell_numbers(series, column.kind, column.date_order, form))


def _cells(column: PreparedColumn, series: pd.Series[Any], form: NumberFormat) -> Any:
    """The numbers of `series`, NaN where there is none, or the places of its categories, or -1."""
    if not column.categories:
        return cell_numbers(series, column.kind, column.date_order, form)
    places = {category: place for place, category in enumerate(column.categories)}
    codes, texts = labels(series, form)
    missing = -1 if column.fill is None else places.get(str(column.fill), -1)
    return np.array([*(places.get(text, -1) for text in texts), missing])[codes]


def _encode(column: PreparedColumn, cells: Any, out: FloatArray) -> None:
    """Write the inputs that some of the `_cells` of `column` become to `out`."""
    if not column.categories:
        values = np.where(np.isnan(cells), float(column.fill or 0.0), cells)
        values -= column.offset
        values /= column.scale
        # What is too large for float32 stays finite: the largest there is.
        limit = float(np.finfo(np.float32).max)
        out[:, 0] = np.clip(values, -limit, limit, out=values)
    elif column.kind is ColumnKind.YES_NO:
        out[:, 0] = cells == 1
    else:
        out[:] = cells[:, None] == np.arange(out.shape[1])
