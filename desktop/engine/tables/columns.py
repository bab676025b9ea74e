"""What the columns of a table hold, and what becomes of each: found by the training rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import (
    ColumnKind,
    DateOrder,
    Fill,
    Scaling,
    TableSource,
    TargetKind,
    fills,
)
from desktop.engine.data_error import DataError
from desktop.engine.reports import ColumnFacts, FloatArray
from desktop.engine.tables.cells import CellType, cell_type
from desktop.engine.tables.dates import days, find_order, usual_order
from desktop.engine.threads import in_threads

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50  # of one column; more are hardly ever learned from the rows there are
_ROWS_PER_CATEGORY = 3
_LOOK, _MANY = 10_000, 1000  # so many different numbers in so many rows need no counting
_MOSTLY = 0.95  # the part of the cells that have to look alike
_COUNTER = re.compile(r"(?:.*[\W_])?(?:no|nr|index|row|number)", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?:.*[\W_])?(?i:id|key)|.*[a-z]I[dD]")
_NUMBERED = re.compile(r"Column \d+")


@dataclass(frozen=True)
class Use:
    """What a column is used for that is no input, and why."""

    purpose: str
    reason: str
    target_kind: TargetKind | None = None


def find_columns(
    frame: pd.DataFrame, training: pd.DataFrame, source: TableSource, uses: Mapping[str, Use]
) -> tuple[tuple[ColumnFacts, ...], tuple[str, ...]]:
    """The facts of each column of `frame`, by its `training` rows; and what has to be asked.

    `uses` says of columns that are no inputs what they are. Raises DataError if the user decided on
    a column that is not there.
    """
    names = [str(name) for name in frame.columns]
    for decision in source.columns:
        if decision.name not in names:
            raise DataError(
                f'The table has no column "{decision.name}", for which a kind was chosen; its '
                f"columns are {', '.join(sorted(names))}"
            )
    found = in_threads(
        lambda name: _facts(
            training[name], frame[name], source, uses.get(name), _is_unnamed(name, names)
        ),
        names,
    )
    facts, questions = zip(*found, strict=True)
    return facts, tuple(filter(None, questions))


def _facts(
    series: pd.Series[Any],
    all_rows: pd.Series[Any],
    source: TableSource,
    use: Use | None,
    unnamed: bool,
) -> tuple[ColumnFacts, str]:
    """The facts of one column, by its training rows; and what has to be asked, "" for nothing."""
    name = str(series.name)
    missing = int(series.isna().sum())
    distinct = _count_distinct(series)
    if use is not None:
        facts = ColumnFacts(
            name,
            ColumnKind.LEFT_OUT,
            use.reason,
            missing,
            distinct,
            decided=("target_kind",) if use.target_kind and source.target_kind else (),
            purpose=use.purpose,
            target_kind=use.target_kind,
        )
        return facts, ""
    decision = source.column(name)
    kind, reason = _kind(series, missing, distinct, unnamed)
    if decision.kind is not None:
        reason = "chosen by you" + ("" if decision.kind is kind else f"; found: {kind}, {reason}")
        kind = decision.kind
    fill = scaling = order = None
    question = ""
    if kind is not ColumnKind.LEFT_OUT:
        fill = decision.fill or _fill(kind)
        _refuse_fill(name, kind, fill)
    if kind in (ColumnKind.NUMBER, ColumnKind.DATE):
        scaling = decision.scaling or Scaling.STANDARDIZE
    if kind is ColumnKind.DATE:
        order = decision.date_order or _date_order(series, all_rows)
        if order is None and (order := usual_order(_distinct(series))) is not None:
            question = (
                f'The dates in column "{name}" can be read with the day or the month first, such '
                f'as "{_distinct(series)[0]:.20}"; they are read {order}'
            )
        if order is not None and decision.date_order is None:
            reason += f", {order}"
    facts = ColumnFacts(
        name, kind, reason, missing, distinct, fill, scaling, order, decision.decided
    )
    return facts, question


def _is_unnamed(name: str, names: list[str]) -> bool:
    """Whether this column alone has no name, as that of row names in what R writes."""
    numbered = [bool(_NUMBERED.fullmatch(each)) for each in names]
    return bool(_NUMBERED.fullmatch(name)) and sum(numbered) == 1 < len(names)


def _refuse_fill(name: str, kind: ColumnKind, fill: Fill) -> None:
    if fill not in fills(kind):
        allowed = ", ".join(f'"{each}"' for each in fills(kind))
        raise DataError(
            f'Missing values of column "{name}" cannot be filled by "{fill}", as its kind is '
            f"{kind}; choose {allowed}"
        )


def _distinct(series: pd.Series[Any]) -> list[str]:
    import pandas as pd

    return [str(value).strip() for value in pd.unique(series.dropna())]


def _date_order(series: pd.Series[Any], all_rows: pd.Series[Any]) -> DateOrder | None:
    """What comes first in the dates: by the training rows, or if they leave it open, by others."""
    return find_order(_distinct(series)) or find_order(_distinct(all_rows))


def _count_distinct(series: pd.Series[Any]) -> int:
    """How many different values there are. Numbers are not all counted where there are many."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series):
        some = int(series.iloc[:_LOOK].nunique())
        if some > _MANY:
            return some
    return int(series.nunique())


def _fill(kind: ColumnKind) -> Fill:
    match kind:
        case ColumnKind.CATEGORY:
            return Fill.OWN_CATEGORY
        case ColumnKind.YES_NO:
            return Fill.MOST_FREQUENT
        case _:
            return Fill.MEDIAN


def _kind(
    series: pd.Series[Any], missing: int, distinct: int, unnamed: bool
) -> tuple[ColumnKind, str]:
    import pandas as pd

    rows = len(series) - missing
    if not rows:
        return ColumnKind.LEFT_OUT, "every value is missing"
    if distinct == 1:
        return ColumnKind.LEFT_OUT, "every training row has the same value"
    if pd.api.types.is_numeric_dtype(series):
        if pd.api.types.is_bool_dtype(series):
            return ColumnKind.YES_NO, "true and false"
        if distinct == 2 and not missing:
            return ColumnKind.YES_NO, "two different numbers"
        name = str(series.name)
        is_identifier = bool(_IDENTIFIER.fullmatch(name))
        if is_identifier or unnamed or _COUNTER.fullmatch(name):
            present = series.dropna()
            if _are_numbered(present):
                if is_identifier:
                    return ColumnKind.LEFT_OUT, "every row has another number, as in an ID"
                if counts_up(present.to_numpy(np.float64)):
                    return ColumnKind.LEFT_OUT, "it counts the rows"
        return ColumnKind.NUMBER, "numbers"
    present = series.dropna()
    values = [str(value) for value in pd.unique(present)]
    types = [cell_type(value) for value in values[:1000]]
    share = types.count(CellType.NUMBER) / len(types)
    if share >= _MOSTLY:
        others = _examples(values, CellType.NUMBER)
        return ColumnKind.NUMBER, f"numbers, except {others}" if others else "numbers, as texts"
    if types.count(CellType.DATE) >= _MOSTLY * len(types) and _are_dates(values[:1000]):
        return ColumnKind.DATE, "dates"
    if distinct == 2 and not missing:
        return ColumnKind.YES_NO, "two different texts"
    if distinct <= MOST_CATEGORIES and distinct * _ROWS_PER_CATEGORY <= rows:
        return ColumnKind.CATEGORY, f"{distinct:,} different texts"
    return ColumnKind.LEFT_OUT, f"{distinct:,} different texts in {rows:,} rows"


def _examples(values: list[str], usual: CellType) -> str:
    others = [value for value in values if cell_type(value) is not usual][:3]
    return ", ".join(f'"{value:.30}"' for value in others)


def _are_dates(texts: list[str]) -> bool:
    import pandas as pd

    order = find_order(texts) or usual_order(texts)
    return bool(np.isfinite(days(pd.Series(texts, dtype="object"), order)).mean() >= _MOSTLY)


def _are_numbered(present: pd.Series[Any]) -> bool:
    """Whether the numbers are whole and each occurs once."""
    values = present.to_numpy(np.float64)
    whole = bool(np.all(np.isfinite(values)) and np.all(values == np.floor(values)))
    return whole and len(np.unique(values)) == len(values)


def counts_up(values: FloatArray) -> bool:
    """Whether whole numbers rise by 1, but for rows that are held out: up to as many again."""
    return bool(np.all(np.diff(values) > 0) and np.ptp(values) < 2 * len(values))
