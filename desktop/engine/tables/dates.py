"""The dates of a column: in which order they are written, and what day each is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import DateOrder

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray

_DAY = 86_400.0  # seconds
_SAMPLE = 1000  # texts in which the ways of writing dates are looked for first
_DATE = re.compile(
    r"""(?: (?P<year>\d{4})(?P<by>[-/.])\d{1,2}(?P=by)\d{1,2}
          | (?P<first>\d{1,2})(?P<sign>[-/.])(?P<second>\d{1,2})(?P=sign)(?P<last>\d{4}|\d{2})
          | \d{1,2}(?P<before>[- ])(?P<month>[A-Za-z]{3,9})(?P<after>[- ,]{1,2})(?P<named>\d{2,4})
        )?
        (?P<between>[T ])?
        (?: (?P<hour>\d{1,2}):\d{2} (?P<seconds>:\d{2} (?P<fraction>\.\d{1,9})? )?
            (?P<gap>\s?) (?P<half>[AaPp][Mm])? (?P<zone> Z | \s?[-+]\d{2}:?\d{2} )? )?""",
    re.VERBOSE,
)


def find_order(texts: Iterable[str]) -> DateOrder | None:
    """What comes first in `texts`; None if every one of them can be read in both ways.

    A number above 12 can only be a day.
    """
    for text in texts:
        found = _DATE.fullmatch(text.strip())
        if found is not None and found["first"] is not None:
            if int(found["first"]) > 12:
                return DateOrder.DAY_FIRST
            if int(found["second"]) > 12:
                return DateOrder.MONTH_FIRST
    return None


def usual_order(texts: Iterable[str]) -> DateOrder | None:
    """What mostly comes first in dates written like `texts`; None if none has days and months.

    That is the day, except between slashes, as dates are written in the United States.
    """
    for text in texts:
        found = _DATE.fullmatch(text.strip())
        if found is not None and found["first"] is not None:
            slash = found["sign"] == "/"
            return DateOrder.MONTH_FIRST if slash else DateOrder.DAY_FIRST
    return None


def days(series: pd.Series[Any], order: DateOrder | None) -> FloatArray:
    """The cells of `series` in days since the beginning of 1970, UTC; NaN where there is no date.

    A time without a date is its part of a day.
    """
    import pandas as pd

    codes, texts = pd.factorize(series.astype("object").where(series.notna(), None))
    distinct = pd.Series([str(text).strip() for text in texts], dtype="object")
    values = np.full(len(distinct) + 1, np.nan)  # the last one for missing cells, of code -1
    values[:-1] = _parse(distinct, order)
    result: FloatArray = values[codes]
    return result


def _parse(texts: pd.Series[Any], order: DateOrder | None) -> FloatArray:
    """Days of distinct `texts`: in the formats of the first ones, then of all that are left."""
    result = np.full(len(texts), np.nan)
    for looked_at in (texts.iloc[:_SAMPLE], texts):
        left = looked_at[np.isnan(result[: len(looked_at)])]
        for form in dict.fromkeys(_format(text, order) for text in left):
            if form:
                still = np.flatnonzero(np.isnan(result))
                result[still] = _parse_as(texts.iloc[still], form)
        if not np.isnan(result).any():
            break
    return result


def _parse_as(texts: pd.Series[Any], form: str) -> FloatArray:
    """Days of those `texts` that are in the format `form` of strptime; NaN for the others."""
    import pandas as pd

    if "%d" not in form:
        texts, form = "1970-01-01 " + texts, f"%Y-%m-%d {form}"
    moments = pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.as_unit("s")
    start = pd.Timestamp(0, tz="UTC").as_unit("s")
    seconds: FloatArray = (moments - start).dt.total_seconds().to_numpy(np.float64)
    return seconds / _DAY


def _format(text: str, order: DateOrder | None) -> str:
    """The format of strptime that `text` is written in; "" if it is no date."""
    found = _DATE.fullmatch(text)
    if found is None or not text:
        return ""
    form = ""
    if found["year"]:
        form = found["by"].join(("%Y", "%m", "%d"))
    elif found["first"]:
        parts = ["%d", "%m"] if order is not DateOrder.MONTH_FIRST else ["%m", "%d"]
        form = found["sign"].join((*parts, _year(found["last"])))
    elif found["named"]:
        month = "%b" if len(found["month"]) == 3 else "%B"
        form = f"%d{found['before']}{month}{found['after']}{_year(found['named'])}"
    if not found["hour"]:
        return form if not found["between"] else ""
    form += (found["between"] or "") + ("%I" if found["half"] else "%H") + ":%M"
    form += (":%S" if found["seconds"] else "") + (".%f" if found["fraction"] else "")
    zone = found["zone"] or ""
    gap = found["gap"] if found["half"] or zone else ""
    form += gap + ("%p" if found["half"] else "")
    return form + (" " * (len(zone) - len(zone.lstrip())) + "%z" if zone else "")


def _year(text: str) -> str:
    return "%Y" if len(text) == 4 else "%y"
