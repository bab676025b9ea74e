"""Points that only ever grow at the end, ready to be drawn at any zoom in a fraction of a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
BLOCK = 64  # points summarized by one pair of extremes; a power of two
LIMIT = 1 << 20  # points kept; beyond it, neighbors are averaged


class Buffer:
    """A one-dimensional array that doubles its capacity when it is full."""

    def __init__(self, capacity: int = 256) -> None:
        self._data = np.empty(capacity, dtype=np.float64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Floats:
        """The values so far, shape (n,): a view, valid until the next change."""
        return self._data[: self._size]

    @property
    def capacity(self) -> int:
        return len(self._data)

    def extend(self, values: Floats) -> None:
        size = self._size + len(values)
        if size > len(self._data):
            capacity = len(self._data)
            while capacity < size:
                capacity *= 2
            data = np.empty(capacity, dtype=np.float64)
            data[: self._size] = self._data[: self._size]
            self._data = data
        self._data[self._size : size] = values
        self._size = size

    def cut(self, size: int) -> None:
        """Keep the first `size` values."""
        self._size = min(self._size, size)


class Series:
    """Points (x, y) with ascending x; y may be NaN or infinite.

    At most `limit` points are kept: when there are more, each pair of neighbors becomes its mean,
    so old points grow coarser and new ones stay exact. `generation` changes whenever points that
    were there before have gone or changed.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._x, self._y = Buffer(), Buffer()
        self._low, self._high = Buffer(16), Buffer(16)
        self._odd = Buffer(16)  # positions of the points that are not finite
        self.generation = 0
        # The extremes found last, and for which length and generation.
        self._extremes: tuple[tuple[int, int], tuple[float, float] | None] | None = None

    def __len__(self) -> int:
        return len(self._x)

    @property
    def x(self) -> Floats:
        return self._x.values

    @property
    def y(self) -> Floats:
        return self._y.values

    @property
    def non_finite(self) -> tuple[Floats, Floats]:
        """The points that cannot be drawn as they are: x and y (NaN or infinite), each (k,)."""
        odd = self._odd.values.astype(np.intp)
        return self.x[odd], self.y[odd]

    def copy(self) -> Series:
        """The same points, to be changed on their own."""
        twin = Series(self._limit)
        twin.extend(self.x, self.y)
        return twin

    def extend(self, x: ArrayLike, y: ArrayLike) -> None:
        """Add points after the last one; both arguments have shape (k,)."""
        xs = np.atleast_1d(np.asarray(x, dtype=np.float64))
        ys = np.atleast_1d(np.asarray(y, dtype=np.float64))
        start = len(self)
        self._x.extend(xs)
        self._y.extend(ys)
        self._odd.extend((start + np.flatnonzero(~np.isfinite(ys))).astype(np.float64))
        if len(self) > self._limit:
            self._thin()
        self._summarize()

    def cut_after(self, x: float) -> None:
        """Drop the points beyond `x`."""
        keep = int(np.searchsorted(self.x, x, side="right"))
        if keep == len(self):
            return
        self._x.cut(keep)
        self._y.cut(keep)
        self._low.cut(keep // BLOCK)
        self._high.cut(keep // BLOCK)
        self._odd.cut(int(np.searchsorted(self._odd.values, keep)))
        self.generation += 1

    def at(self, x: float) -> tuple[float, float] | None:
        """The point nearest to `x`, or None if there are no points."""
        if not len(self):
            return None
        right = min(int(np.searchsorted(self.x, x)), len(self) - 1)
        left = max(right - 1, 0)
        index = left if abs(self.x[left] - x) <= abs(self.x[right] - x) else right
        return float(self.x[index]), float(self.y[index])

    def extremes(self) -> tuple[float, float] | None:
        """The lowest and highest finite y, or None if there is none."""
        state = len(self), self.generation
        if self._extremes is None or self._extremes[0] != state:
            self._extremes = state, self._find_extremes()
        return self._extremes[1]

    def _find_extremes(self) -> tuple[float, float] | None:
        tail = _finite(self.y[len(self._low) * BLOCK :])
        low = np.fmin.reduce(np.append(self._low.values, np.fmin.reduce(tail, initial=np.nan)))
        high = np.fmax.reduce(np.append(self._high.values, np.fmax.reduce(tail, initial=np.nan)))
        return None if np.isnan(low) else (float(low), float(high))

    def sample(self, x0: float, x1: float, most: int) -> Floats:
        """At most about `most` evenly spaced y values from x0 to x1."""
        first, last = np.searchsorted(self.x, (x0, x1))
        step = max(1, int(last - first) // most)
        return self.y[first : last + 1 : step]

    def decimate(self, x0: float, x1: float, columns: int) -> tuple[Floats, Floats]:
        """The points from x0 to x1 as a polyline for a plot `columns` pixels wide.

        Few points are returned as they are, with one neighbor on either side. Many are grouped,
        and each group contributes its lowest and highest value, so that no peak is lost. Groups
        start at multiples of their size, a power of two: they stay put while points arrive. Values
        that are not finite come back as NaN, a gap in the line.
        """
        first = max(int(np.searchsorted(self.x, x0)) - 1, 0)
        last = min(int(np.searchsorted(self.x, x1, side="right")) + 1, len(self))
        count = last - first
        if count <= 2 * columns:
            return self.x[first:last].copy(), _finite(self.y[first:last])
        size = 1 << int(np.ceil(np.log2(count / columns)))
        start = first // size * size
        if size >= BLOCK:
            blocks = slice(start // BLOCK, last // BLOCK)
            low, high = self._low.values[blocks], self._high.values[blocks]
            x = self.x[start : last // BLOCK * BLOCK : BLOCK]
            rest = _finite(self.y[last // BLOCK * BLOCK : last])
            if len(rest):
                low = np.append(low, np.fmin.reduce(rest))
                high = np.append(high, np.fmax.reduce(rest))
                x = np.append(x, self.x[last - 1])
            size //= BLOCK
        else:
            x = self.x[start:last]
            low = high = _finite(self.y[start:last])
        groups = np.arange(0, len(x), size)
        xs = np.repeat(x[groups], 2)
        xs[-1] = x[-1]  # the line reaches the last point
        ys = np.empty(2 * len(groups))
        ys[0::2] = np.fmin.reduceat(low, groups)
        ys[1::2] = np.fmax.reduceat(high, groups)
        return xs, ys

    def _summarize(self) -> None:
        """Extremes of the blocks that have become full."""
        done, full = len(self._low), len(self) // BLOCK
        if full > done:
            block = _finite(self.y[done * BLOCK : full * BLOCK]).reshape(-1, BLOCK)
            self._low.extend(np.fmin.reduce(block, axis=1))
            self._high.extend(np.fmax.reduce(block, axis=1))

    def _thin(self) -> None:
        even = len(self) // 2 * 2
        with np.errstate(invalid="ignore"):  # inf - inf among the odd ones
            x = np.append(self.x[:even].reshape(-1, 2).mean(axis=1), self.x[even:])
            y = np.append(self.y[:even].reshape(-1, 2).mean(axis=1), self.y[even:])
        for buffer in (self._x, self._y, self._low, self._high, self._odd):
            buffer.cut(0)
        self._x.extend(x)
        self._y.extend(y)
        self._odd.extend(np.flatnonzero(~np.isfinite(y)).astype(np.float64))
        self.generation += 1


def _finite(y: NDArray[Any]) -> Floats:
    """A copy of `y` with NaN for everything that is not finite."""
    return np.where(np.isfinite(y), y, np.nan)
