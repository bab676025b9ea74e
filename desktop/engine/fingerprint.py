"""What tells rows from others: numbers that are equal for the same rows, and for no others.

Not made to withstand anyone who looks for two data sets with the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20  # numbers worked on at a time

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Fingerprint:
    """`data` tells the rows of a data set from others, in whatever order and split they are;
    `split` tells which of them are for training, validation and test, and in which order; `test`
    tells the test rows alone, in whatever order, "" where there are none."""

    data: str
    split: str
    test: str = ""


def fingerprint_of(shape: tuple[int, ...], splits: Mapping[str, Hashes]) -> Fingerprint:
    """The fingerprint of rows of that shape, of which `splits` has a number each."""
    every = np.sort(np.concatenate(list(splits.values())))
    data = hashlib.sha256(repr(shape).encode())
    data.update(every.tobytes())
    split = hashlib.sha256()
    for name, rows in splits.items():
        split.update(f"{name} {len(rows)} ".encode())
        split.update(rows.tobytes())
    test = ""
    if "test" in splits:
        content = repr(shape).encode() + np.sort(splits["test"]).tobytes()
        test = hashlib.sha256(content).hexdigest()[:32]
    return Fingerprint(data.hexdigest()[:32], split.hexdigest()[:32], test)


def hashes_of_table(frame: Any) -> Hashes:
    """A number for each row of a pandas DataFrame."""
    import pandas

    return np.asarray(pandas.util.hash_pandas_object(frame, index=False), np.uint64)


def hashes_of_arrays(arrays: Sequence[NDArray[Any]]) -> Hashes:
    """A number for each row of `arrays`, whose numbers have 4 or 8 bytes, side by side.

    Sums of their words times fixed factors (M. Dietzfelbinger, "Universal Hashing and k-Wise
    Independent Random Variables via Integer Arithmetic without Primes", 1996).
    """
    parts = [_words(array) for array in arrays]
    factors = _mixed(np.arange(1, 1 + sum(part.shape[1] for part in parts), dtype=np.uint64))
    hashes: Hashes = np.zeros(len(parts[0]), np.uint64)
    first = 0
    for part in parts:
        columns = part.shape[1]
        own = factors[first : first + columns]
        step = max(_CHUNK // max(columns, 1), 1)
        for start in range(0, len(part), step):
            chunk = part[start : start + step]
            hashes[start : start + step] += chunk.astype(np.uint64) @ own
        first += columns
    return _mixed(hashes)


def _words(array: NDArray[Any]) -> NDArray[np.uint32]:
    """The bytes of `array`, shape (n, ...), as words, shape (n, words)."""
    flat = np.ascontiguousarray(array).reshape(len(array), -1)
    return flat.view(np.uint32)


def _mixed(numbers: Hashes) -> Hashes:
    """Each number with its bits spread (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom
    Number Generators", 2014: SplitMix64)."""
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)
