"""What the columns of a table hold, and what becomes of each: found by the training rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, Fill, Scaling, TableSource
from desktop.engine.data_error import DataError
from desktop.engine.reports import ColumnFacts
from desktop.engine.tables.cells import CellType, cell_type

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50  # of one column; more are hardly ever learned from the rows there are
_ROWS_PER_CATEGORY = 3
_MOSTLY = 0.95  # the part of the cells that have to look alike
_COUNTER = re.compile(r"(?:.*[\W_])?(?:id|no|nr|index|key|row|number)", re.IGNORECASE)


def find_columns(
    frame: pd.DataFrame, source: TableSource, uses: Mapping[str, tuple[str, str]]
) -> tuple[ColumnFacts, ...]:
    """The facts of each column of `frame`, the training rows.

    `uses` says of columns that are no inputs what they are, and why. Raises DataError if the user
    decided on a column that is not there.
    """
    names = {str(name) for name in frame.columns}
    for decision in source.columns:
        if decision.name not in names:
            raise DataError(
                f'The table has no column "{decision.name}", for which a kind was chosen; its '
                f"columns are {', '.join(sorted(names))}"
            )
    return tuple(_facts(frame[name], source, uses.get(str(name))) for name in frame.columns)


def _facts(series: pd.Series[Any], source: TableSource, use: tuple[str, str] | None) -> ColumnFacts:
    name = str(series.name)
    missing = int(series.isna().sum())
    distinct = int(series.nunique())
    if use is not None:
        return ColumnFacts(name, ColumnKind.LEFT_OUT, use[1], missing, distinct, purpose=use[0])
    decision = source.column(name)
    kind, reason = _kind(series, missing, distinct)
    if decision.kind is not None:
        kind, reason = decision.kind, "chosen by you"
    fill = scaling = None
    if kind is not ColumnKind.LEFT_OUT:
        fill = decision.fill or _fill(kind)
        if kind in (ColumnKind.NUMBER, ColumnKind.DATE):
            scaling = decision.scaling or Scaling.STANDARDIZE
            if fill is Fill.OWN_CATEGORY:
                raise DataError(
                    f'Column "{name}" holds numbers, whose missing values cannot be a category of '
                    "their own; fill them with the median, or make the column a category"
                )
    return ColumnFacts(
        name, kind, reason, missing, distinct, fill, scaling, decision.kind is not None
    )


def _fill(kind: ColumnKind) -> Fill:
    match kind:
        case ColumnKind.CATEGORY:
            return Fill.OWN_CATEGORY
        case ColumnKind.YES_NO:
            return Fill.MOST_FREQUENT
        case _:
            return Fill.MEDIAN


def _kind(series: pd.Series[Any], missing: int, distinct: int) -> tuple[ColumnKind, str]:
    import pandas as pd

    present = series.dropna()
    rows = len(present)
    if not rows:
        return ColumnKind.LEFT_OUT, "every value is missing"
    if distinct == 1:
        return ColumnKind.LEFT_OUT, "every training row has the same value"
    if pd.api.types.is_numeric_dtype(series):
        if distinct == 2 and not missing:
            return ColumnKind.YES_NO, "two different numbers"
        if _counts_rows(present) and _COUNTER.fullmatch(str(series.name)):
            return ColumnKind.LEFT_OUT, "it counts the rows"
        return ColumnKind.NUMBER, "numbers"
    values = [str(value) for value in pd.unique(present)]
    types = [cell_type(value) for value in values[:1000]]
    share = types.count(CellType.NUMBER) / len(types)
    if share >= _MOSTLY:
        return ColumnKind.NUMBER, f"numbers, except {_examples(values, CellType.NUMBER)}"
    if types.count(CellType.DATE) >= _MOSTLY * len(types) and _are_dates(present):
        return ColumnKind.DATE, "dates"
    if distinct == 2 and not missing:
        return ColumnKind.YES_NO, "two different texts"
    if distinct <= MOST_CATEGORIES and distinct * _ROWS_PER_CATEGORY <= rows:
        return ColumnKind.CATEGORY, f"{distinct:,} different texts"
    return ColumnKind.LEFT_OUT, f"{distinct:,} different texts in {rows:,} rows"


def _examples(values: list[str], usual: CellType) -> str:
    others = [value for value in values if cell_type(value) is not usual][:3]
    return ", ".join(f'"{value:.30}"' for value in others)


def _counts_rows(present: pd.Series[Any]) -> bool:
    """Whether every number occurs once, and they are whole and rise without gaps to speak of."""
    values = present.to_numpy(np.float64)
    if len(np.unique(values)) < len(values) or np.any(values != np.floor(values)):
        return False
    return bool(np.all(np.isfinite(values)))


def _are_dates(present: pd.Series[Any]) -> bool:
    return bool(dates(present).notna().mean() >= _MOSTLY)


def dates(series: pd.Series[Any]) -> pd.Series[Any]:
    """`series` as dates; missing where a cell is none."""
    import pandas as pd

    texts = series.astype("object").where(series.notna(), None)
    return pd.to_datetime(texts, errors="coerce", format="mixed", utc=True)
