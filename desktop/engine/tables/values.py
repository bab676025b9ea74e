"""The cells of a table as texts and as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, DateOrder
from desktop.engine.tables.dates import days
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.threads import in_threads

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray, IntArray

_LOOK = 100  # cells in which texts that are no numbers are looked for first


def rows_of(frame: pd.DataFrame, rows: IntArray, form: NumberFormat) -> pd.DataFrame:
    """What `frame.iloc[rows]` holds, found on all processors; its rows are counted from 0.

    A column of texts is one of numbers if it has nothing but numbers in these `rows`, written as
    `form` says: a single text in another row makes pandas read every cell as a text.
    """
    import pandas as pd

    def taken(name: str) -> pd.Series[Any]:
        return _as_numbers(pd.Series(frame[name].array.take(rows), copy=False), form)

    names = list(frame.columns)
    return pd.DataFrame(dict(zip(names, in_threads(taken, names), strict=True)), copy=False)


def _as_numbers(series: pd.Series[Any], form: NumberFormat) -> pd.Series[Any]:
    """`series` as float64 if it has texts, and each of them is a number."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series):
        return series
    present = series.dropna()
    for some in (present.iloc[:_LOOK], present):  # most texts are seen to be none in a few cells
        texts = [str(value) for value in some.unique()]
        if not texts or not all(form.pattern.fullmatch(text.strip()) for text in texts):
            return series
    numbers: pd.Series[Any] = series.map({text: form.parse(text) for text in texts})
    return numbers.astype(np.float64)


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
