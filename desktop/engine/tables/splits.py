"""Which rows of a table are for training, validation and test."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from desktop.document.data import TargetKind, held_back
from desktop.engine.data_error import DataError
from desktop.engine.reports import IntArray
from desktop.engine.splits import sides, split
from desktop.engine.tables.target import TargetValues

_QUANTILES = 10
_TRIES = 50


class Fractions(Protocol):
    """What a data source says of its splits."""

    @property
    def validation_split(self) -> float: ...

    @property
    def test_split(self) -> float: ...

    @property
    def split_seed(self) -> int: ...


def parts(
    source: Fractions, target: TargetValues, rows: IntArray, groups: Any | None
) -> tuple[IntArray, IntArray, IntArray]:
    """Numbers of the training, validation and test rows among `rows`, each in rising order.

    Classes are in every part in equal shares, numbers by their quantiles. Rows of the same group,
    an int64 array over all rows, stay together. Raises DataError if a class does not reach every
    part.
    """
    rest, test = _divide(source, target, rows, groups, source.test_split, "Test split")
    training, validation = without_validation(source, target, rest, groups)
    return training, validation, test


def without_validation(
    source: Fractions, target: TargetValues, rows: IntArray, groups: Any | None
) -> tuple[IntArray, IntArray]:
    """The training and the validation rows among `rows`, as `parts` divides them."""
    if source.validation_split == 0:
        return rows, np.empty(0, np.int64)
    return _divide(source, target, rows, groups, source.validation_split, "Validation split")


def _divide(
    source: Fractions,
    target: TargetValues,
    rows: IntArray,
    groups: Any | None,
    part: float,
    title: str,
) -> tuple[IntArray, IntArray]:
    strata = _strata(target, rows, part)
    if groups is not None:
        return _divide_groups(source, target, rows, groups[rows], part, title)
    if target.kind is TargetKind.CLASSES:
        staying, held = split(strata, part, source.split_seed, title, target.classes)
    else:
        from sklearn.model_selection import train_test_split

        count = held_back(part, len(rows))
        if not 0 < count < len(rows):
            raise DataError(
                f'"{title}" {part:g} leaves no row on one side of {len(rows)}; use a table with '
                "more rows"
            )
        _, held = train_test_split(
            np.arange(len(rows)), test_size=count, random_state=source.split_seed, stratify=strata
        )
        staying, held = sides(len(rows), held)
    return rows[staying], rows[held]


def _strata(target: TargetValues, rows: IntArray, part: float) -> Any:
    """What has to be in both sides alike: classes, or tenths of the numbers. None if too few.

    Of several numbers in a row it is the first.
    """
    y = target.y[rows]
    if target.kind is TargetKind.CLASSES:
        return y
    y = y.reshape(len(y), -1)[:, 0]
    smaller = min(held_back(part, len(rows)), len(rows) - held_back(part, len(rows)))
    quantiles = min(_QUANTILES, smaller, len(rows) // 2)
    if quantiles < 2:
        return None
    edges = np.quantile(y, np.linspace(0, 1, quantiles + 1)[1:-1])
    strata = np.searchsorted(edges, y)
    _, strata, counts = np.unique(strata, return_inverse=True, return_counts=True)
    return strata if counts.min() >= 2 and len(counts) <= smaller else None


def _divide_groups(
    source: Fractions,
    target: TargetValues,
    rows: IntArray,
    groups: Any,
    part: float,
    title: str,
) -> tuple[IntArray, IntArray]:
    """Whole groups on either side, the number of rows as near to `part` as they allow."""
    from sklearn.model_selection import GroupShuffleSplit

    if len(np.unique(groups)) < 2:
        raise DataError(
            f'"{title}" needs at least two groups, but the rows have one; choose another column'
        )
    y = target.y[rows]
    best: tuple[float, IntArray, IntArray] | None = None
    wanted = set(np.unique(y)) if target.kind is TargetKind.CLASSES else set()
    shuffled = GroupShuffleSplit(_TRIES, test_size=part, random_state=source.split_seed)
    for staying, held in shuffled.split(rows, groups=groups):
        if wanted and not (set(y[staying]) == wanted == set(y[held])):
            continue
        off = abs(len(held) / len(rows) - part)
        if best is None or off < best[0]:
            best = (off, np.sort(staying), np.sort(held))
    if best is None:
        rare = min(wanted, key=lambda label: len(np.unique(groups[y == label])))
        raise DataError(
            f'"{title}": no division of the groups has every class on both sides; class '
            f'"{target.classes[int(rare)]:.40}" is in {len(np.unique(groups[y == rare]))} of them. '
            "Choose another group column, or another value"
        )
    return rows[best[1]], rows[best[2]]
