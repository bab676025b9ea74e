"""How the values of a column are spread over the training rows, and how it goes with the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, TargetKind
from desktop.document.text import number_text
from desktop.engine.reports import ColumnFacts, ColumnStatistics, FloatArray, IntArray
from desktop.engine.tables.columns import MOST_CATEGORIES
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.target import TargetValues
from desktop.engine.tables.values import cell_numbers, labels
from desktop.engine.threads import in_threads

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 20_000  # that are looked at; more change no picture
BINS = 20
PEARSON, ETA, CRAMER = "Pearson's r", "correlation ratio η", "Cramér's V"


def with_statistics(
    columns: Sequence[ColumnFacts],
    training: pd.DataFrame,
    y: IntArray | FloatArray,
    target: TargetValues,
    form: NumberFormat,
) -> tuple[ColumnFacts, ...]:
    """`columns` with their statistics, over up to `MOST_ROWS` of the `training` rows.

    `y` is the target of each of them.
    """
    step = -(-len(training) // MOST_ROWS)
    return tuple(
        in_threads(
            lambda each: replace(
                each,
                statistics=_statistics(
                    each, training[each.name].iloc[::step], y[::step], target, form
                ),
            ),
            columns,
        )
    )


def _statistics(
    facts: ColumnFacts,
    series: pd.Series[Any],
    y: Any,
    target: TargetValues,
    form: NumberFormat,
) -> ColumnStatistics | None:
    import pandas as pd

    classes = target.kind is TargetKind.CLASSES
    if facts.target_kind is not None:
        if classes:
            of_class = np.bincount(y, minlength=len(target.classes)).tolist()
            return _bars(list(zip(target.classes, of_class, strict=True)), len(y), None, "")
        return _histogram(y, None, "")
    numeric = facts.kind in (ColumnKind.NUMBER, ColumnKind.DATE) or (
        facts.kind is ColumnKind.LEFT_OUT and pd.api.types.is_numeric_dtype(series)
    )
    if numeric:
        kind = ColumnKind.DATE if facts.kind is ColumnKind.DATE else ColumnKind.NUMBER
        values = cell_numbers(series, kind, facts.date_order, form)
        there = np.isfinite(values)
        values, y = values[there], y[there]
        if not len(values):
            return None
        together = correlation_ratio(values, y) if classes else pearson(values, y)
        measure = ETA if classes else PEARSON
        return _histogram(values, together, measure, dates=kind is ColumnKind.DATE)
    codes, names = labels(series, form)
    codes, y = codes[codes >= 0], y[codes >= 0]
    texts, same = np.unique(np.array([*names, ""], object)[:-1], return_inverse=True)
    if not (len(codes) and len(texts) <= MOST_CATEGORIES):
        return None
    codes = same[codes]
    counts = np.bincount(codes, minlength=len(texts))
    frequent = np.argsort(-counts, kind="stable").tolist()
    together = cramers_v(codes, y) if classes else correlation_ratio(y, codes)
    bars = [(str(texts[code]), int(counts[code])) for code in frequent]
    return _bars(bars, len(codes), together, CRAMER if classes else ETA)


def _bars(
    bars: list[tuple[str, int]], rows: int, together: float | None, measure: str
) -> ColumnStatistics:
    names, counts = zip(*bars, strict=True)
    return ColumnStatistics(rows, tuple(counts), tuple(names), "", together, measure)


def _histogram(
    values: FloatArray, together: float | None, measure: str, dates: bool = False
) -> ColumnStatistics:
    # In a range of half the size, because the difference of two large numbers may be infinite.
    counts, edges = np.histogram(values / 2, BINS)
    ends = [_text(edge * 2, dates) for edge in edges.tolist()]
    summary = f"{_text(values.min(), dates)} to {_text(values.max(), dates)}, median "
    summary += _text(float(np.median(values / 2)) * 2, dates)
    if not dates:
        summary += f", mean {number_text(float((values / 2).mean()) * 2)}"
    return ColumnStatistics(
        len(values),
        tuple(counts.tolist()),
        tuple(f"{low} to {high}" for low, high in pairwise(ends)),
        summary,
        together,
        measure,
    )


def _text(value: float, date: bool) -> str:
    if not date:
        return number_text(value)
    return str(np.datetime64(0, "D") + np.timedelta64(round(value), "D"))


def pearson(a: FloatArray, b: FloatArray) -> float | None:
    """Pearson's correlation coefficient of two numbers, -1 to 1: cov(a, b) / (sd(a) sd(b)).

    None where one of the two does not vary. K. Pearson, "Regression, heredity, and panmixia", 1896.
    """
    a, b = _standardized(a), _standardized(b)
    return float((a * b).mean()) if a.any() and b.any() else None


def correlation_ratio(values: FloatArray, groups: Any) -> float | None:
    """Fisher's correlation ratio η, 0 to 1: the root of SS_between / SS_total.

    How much of the variation of `values` is that between the means of the `groups`, integers
    (rows,). None where they do not vary. R. A. Fisher, "Statistical Methods for Research Workers",
    1925.
    """
    values = _standardized(values)
    if not values.any():
        return None
    codes = np.unique(groups, return_inverse=True)[1]
    counts = np.bincount(codes)
    between = float((np.bincount(codes, values) ** 2 / counts).sum())
    return float(np.sqrt(min(1.0, between / float((values**2).sum()))))


def cramers_v(a: Any, b: Any) -> float | None:
    """Cramér's V of two categories with bias correction, 0 to 1.

    The root of φ² / min(k - 1, r - 1), where φ² = χ² / n and the numbers of categories k and r are
    lessened by what chance alone makes of them. None if one of them has a single category. H.
    Cramér, "Mathematical Methods of Statistics", 1946; W. Bergsma, "A bias-correction for Cramér's
    V and Tschuprow's T", 2013.
    """
    a, b = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    n, k, r = len(a), int(a.max()) + 1, int(b.max()) + 1
    if min(k, r) < 2 or n < 2:
        return None
    table = np.zeros((k, r))
    np.add.at(table, (a, b), 1)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (k - 1) * (r - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(1.0, phi / least))) if least > 0 else None


def _standardized(values: Any) -> FloatArray:
    """Mean 0 and standard deviation 1; zeros where the numbers do not vary."""
    values = np.asarray(values, np.float64)
    values = values / (np.abs(values).max() or 1.0)
    spread = values.std()
    result: FloatArray = (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))
    return result
