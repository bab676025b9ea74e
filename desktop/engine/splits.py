"""Which rows are for training, validation and test; and their values scaled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import held_back
from desktop.engine.data_error import DataError
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.rows import Rows
from desktop.engine.shares import draw, shares
from desktop.engine.zero_copy import aligned_empty

LARGE = 100_000  # rows; scikit-learn's split of more takes longer than reading them


def training_and_validation(
    x: NDArray[Any], y: NDArray[Any], part: float, seed: int, divisor: float
) -> tuple[Rows, Rows | None]:
    """Images `x` of classes `y`, `part` of them for validation, values divided by `divisor`."""
    labels = y.astype(np.int64)
    if part == 0:
        return Rows(scaled(x, divisor), labels), None
    kept, held = split(labels, part, seed, "Validation split")
    # Splitting before scaling moves a quarter of the bytes.
    return (
        Rows(scaled(x[kept], divisor), labels[kept]),
        Rows(scaled(x[held], divisor), labels[held]),
    )


def scaled(x: NDArray[Any], divisor: float) -> FloatArray:
    """`x` / `divisor` as float32, in memory that TensorFlow can share."""
    result: FloatArray = aligned_empty(x.shape, np.float32)
    np.divide(x, np.float32(divisor), out=result, dtype=np.float32)
    return result


def split(
    y: NDArray[Any], part: float, seed: int, title: str, names: Sequence[str] = ()
) -> tuple[IntArray, IntArray]:
    """Indices of the rows that stay and of those held back: `part` of them, of every class alike.

    `title` is what the user calls `part`, and `names` the classes. Both keep the order of the rows.
    Every class is on both sides. Raises DataError if one cannot be.
    """
    from sklearn.model_selection import train_test_split

    of_class = np.bincount(y)
    labels = np.flatnonzero(of_class)
    counts = of_class[labels]
    rows, classes = len(y), len(labels)
    if counts.min() < 2:
        rare = labels[counts.argmin()]
        called = f'"{names[rare]:.40}"' if names else rare
        raise DataError(
            f"Class {called} has a single row, which cannot be split: set "
            f'"{title}" to 0, or use data with more rows of it'
        )
    held = held_back(part, rows)
    if min(held, rows - held) < classes:
        smallest, largest = classes / rows, 1 - (classes + 1) / rows
        raise DataError(
            f'"{title}" {part:g} would hold out {held} of {rows} rows and leave {rows - held}, '
            f"but each side needs one row of each of the {classes} classes: "
            + (
                f"choose a value between {smallest:.2g} and {largest:.2g}"
                if smallest < largest
                else "use data with more rows"
            )
        )
    if rows > LARGE:
        return sides(rows, draw(y, _at_least_one(counts, held), seed))
    staying, held_out = train_test_split(
        np.arange(rows), test_size=held, random_state=seed, stratify=y
    )
    _complete(y, held_out, staying)
    _complete(y, staying, held_out)
    return sides(rows, held_out)


def _complete(y: NDArray[Any], side: IntArray, other: IntArray) -> None:
    """Let `side` have a row of every class that only `other` has, for one of its commonest."""
    for label in np.setdiff1d(y[other], y[side]):
        labels, counts = np.unique(y[side], return_counts=True)
        given = np.flatnonzero(y[side] == labels[counts.argmax()])[0]
        taken = np.flatnonzero(y[other] == label)[0]
        side[given], other[taken] = other[taken], side[given]


def _at_least_one(counts: IntArray, held: int) -> IntArray:
    """How many rows of each class to hold out: its share, and one on both sides in any case."""
    return np.clip(shares(counts, held), 1, counts - 1)


def sides(rows: int, held_out: IntArray) -> tuple[IntArray, IntArray]:
    """The numbers 0 to `rows` - 1 that are not in `held_out`, and those that are, rising."""
    is_held = np.zeros(rows, bool)
    is_held[held_out] = True
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)
