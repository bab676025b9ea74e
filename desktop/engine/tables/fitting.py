"""Fits what prepares the rows of a table on its training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ColumnKind, Fill, Scaling, TargetKind
from desktop.document.schema import DataSchema, Numbers
from desktop.document.text import natural
from desktop.engine.data_error import DataError
from desktop.engine.reports import ColumnFacts
from desktop.engine.tables.columns import MOST_CATEGORIES
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import (
    MISSING,
    MOST_DECIMALS,
    Preparation,
    PreparedColumn,
    PreparedTarget,
)
from desktop.engine.tables.values import cell_numbers, labels
from desktop.engine.threads import in_threads

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray, IntArray
    from desktop.engine.tables.target import TargetValues

MOST_FEATURES = 20_000


def fit_target(name: str, target: TargetValues, training: IntArray) -> PreparedTarget:
    """The preparation of the target called `name`, by its `training` rows. Raises DataError."""
    if target.kind is TargetKind.CLASSES:
        return PreparedTarget(name=name, classes=target.classes)
    values = target.y[training]
    with np.errstate(over="ignore", invalid="ignore"):
        offsets, scales = np.atleast_1d(values.mean(axis=0)), np.atleast_1d(values.std(axis=0))
    if not np.isfinite([offsets, scales]).all():
        raise DataError("The targets are too large to compute with: divide them")
    scales = np.where(scales > 0, scales, 1.0)
    return PreparedTarget(name=name, offsets=tuple(offsets.tolist()), scales=tuple(scales.tolist()))


def fit(
    training: pd.DataFrame,
    facts: Sequence[ColumnFacts],
    target: PreparedTarget,
    form: NumberFormat,
) -> Preparation:
    """What prepares the rows of a table, by those for `training`.

    Raises DataError if no input is left.
    """
    columns = tuple(
        in_threads(
            lambda each: _fitted(training[each.name], each, form),
            [each for each in facts if each.kind is not ColumnKind.LEFT_OUT],
        )
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
        numbers = schema.target
        target = PreparedTarget(
            name=numbers.columns[0],
            offsets=numbers.offsets or (0.0,),
            scales=numbers.scales or (1.0,),
        )
    return Preparation(
        columns=tuple(
            PreparedColumn(
                name=name,
                kind=ColumnKind.NUMBER,
                **_spread(values, median := _median(values)),
                fill=median,
            )
            for name, values in zip(schema.features, x.T.astype(np.float64), strict=True)
        ),
        target=target,
    )


def _median(present: FloatArray) -> float:
    """What `np.median` finds, many times faster: it sorts one value to its place instead of three.

    `present` has at least one value and no NaN.
    """
    middle = len(present) // 2
    ordered = np.partition(present, middle)
    upper = float(ordered[middle])
    return upper if len(present) % 2 else (float(ordered[:middle].max()) + upper) / 2


def _spread(present: FloatArray, median: float) -> dict[str, Any]:
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
        "usual": median,
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
    fill = median = _median(present)
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
        **_spread(present, median),
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
    fill: str | None = frequent
    if facts.kind is ColumnKind.YES_NO:
        if len(categories) == 1:
            categories = ["", *categories]
    elif facts.fill is Fill.OWN_CATEGORY:
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
