"""Some of many rows, of each class its share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.reports import IntArray

_SEED = 0  # the same rows in every run, whatever its seed


def shares(counts: IntArray, number: int) -> IntArray:
    """How many of `number` rows are of each class, if there are `counts` of them, shape (k,).

    The fractions that remain go to the largest.
    """
    exact = counts * (number / counts.sum())
    numbers: IntArray = exact.astype(np.int64)
    rest = number - int(numbers.sum())
    numbers[np.argsort(numbers - exact, kind="stable")[:rest]] += 1
    return numbers


def draw(y: NDArray[Any], numbers: IntArray, seed: int) -> IntArray:
    """Indices of random rows: of each class in `y` as many as `numbers` says, class by class."""
    random = np.random.default_rng(seed)
    counts = np.bincount(y)
    counts = counts[counts > 0]
    small = y.astype(np.min_scalar_type(int(y.max())))  # sorted by its bytes, which is quick
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(counts)
    return np.concatenate(
        [
            random.permutation(order[end - count : end])[:number]
            for end, count, number in zip(ends, counts, numbers, strict=True)
        ]
    )


def some_rows(y: NDArray[Any], number: int) -> IntArray:
    """Indices of `number` rows, always the same ones, rising; `number` is at most len(y).

    Class indices `y`, shape (n,), have their shares, and each class a row if there is room for
    that; of numbers, shape (n, columns), any rows are drawn.
    """
    if y.ndim > 1 or not np.issubdtype(y.dtype, np.integer):
        return np.sort(np.random.default_rng(_SEED).permutation(len(y))[:number])
    counts = np.bincount(y)
    numbers = shares(counts[counts > 0], number)
    if number >= len(numbers):
        for missing in np.flatnonzero(numbers == 0):
            numbers[numbers.argmax()] -= 1
            numbers[missing] = 1
    return np.sort(draw(y, numbers, _SEED))
