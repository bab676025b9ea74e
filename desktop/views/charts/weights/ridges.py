"""Histograms of one weight through the epochs, brought onto one grid so that they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from desktop.workers.records import Floats
from desktop.workers.reports import WeightHistogram

Items = Sequence[tuple[int, WeightHistogram]]


@dataclass(frozen=True, eq=False)
class Ridges:
    """What is drawn: one ridge per kept epoch, the oldest first.

    `counts` has shape (epochs, bins): values per bin of the common grid, whose edges `grid` has
    shape (bins + 1,). `heights` has the same shape, from 0 to 1, 1 being `peak` values in a bin
    (their logarithms, if `logarithmic`).
    """

    epochs: tuple[int, ...]
    grid: Floats
    counts: Floats
    heights: Floats
    peak: float
    logarithmic: bool

    @property
    def centers(self) -> Floats:
        return (self.grid[1:] + self.grid[:-1]) / 2


def rebin(histogram: WeightHistogram, grid: Floats) -> Floats:
    """The counts of a histogram on another grid with edges (bins + 1,), shape (bins,).

    Counts are spread evenly over their bin, which keeps their sum as far as the grid reaches.
    Values that are all alike stay in one bin.
    """
    if histogram.minimum == histogram.maximum:
        total = float(histogram.counts.sum())
        result = np.zeros(len(grid) - 1)
        index = int(np.searchsorted(grid, histogram.minimum, side="right")) - 1
        result[min(max(index, 0), len(result) - 1)] = total
        return result
    below = np.concatenate(([0.0], np.cumsum(histogram.counts)))
    return np.diff(np.interp(grid, histogram.edges, below))


class RidgeCache:
    """Makes ridges of a weight's histograms and remembers what it rebinned."""

    def __init__(self, bins: int) -> None:
        self._bins = bins
        self._grid = np.empty(0)
        self._rows: dict[int, tuple[WeightHistogram, Floats]] = {}

    def ridges(self, items: Items, *, logarithmic: bool = False) -> Ridges:
        """The ridges of `items`, (epoch, histogram) with ascending epochs."""
        low, high = value_span([histogram for _, histogram in items])
        if not len(self._grid) or (low, high) != (self._grid[0], self._grid[-1]):
            self._grid = np.linspace(low, high, self._bins + 1)
            self._rows = {}
        known = self._rows
        self._rows = {}
        for epoch, histogram in items:
            row = known.get(epoch)
            if row is None or row[0] is not histogram:
                row = (histogram, rebin(histogram, self._grid))
            self._rows[epoch] = row
        counts = np.array([row for _, row in self._rows.values()]).reshape(-1, self._bins)
        # A weight that starts constant is one tall spike; it must not flatten all that follows.
        spread = [i for i, (_, h) in enumerate(items) if h.minimum < h.maximum]
        shown = counts[spread] if spread else counts
        peak = float(shown.max(initial=0.0)) or 1.0
        heights = np.log1p(counts) / np.log1p(peak) if logarithmic else counts / peak
        return Ridges(
            tuple(epoch for epoch, _ in items),
            self._grid,
            counts,
            np.minimum(heights, 1.0),
            peak,
            logarithmic,
        )


def value_span(histograms: Sequence[WeightHistogram]) -> tuple[float, float]:
    """The values that the grid covers: those of all histograms, and a little more."""
    filled = [h for h in histograms if h.counts.sum() > 0]
    low = min((h.minimum for h in filled), default=0.0)
    high = max((h.maximum for h in filled), default=0.0)
    if low == high:
        room = 0.1 * abs(low) or 0.1
        return low - room, high + room
    # In steps, so that the grid stays the same while the range creeps from epoch to epoch.
    step = 2.0 ** np.floor(np.log2((high - low) / 8))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def thin(count: int, most: int) -> list[int]:
    """At most `most` positions of `count`, evenly spread, the first and the last among them."""
    if count <= max(most, 2):
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values from low to high."""
    span = high - low
    if span <= 0 or most < 1:
        return []
    power = 10.0 ** np.floor(np.log10(span / most))
    for step in (1, 2, 2.5, 5, 10, 20):
        first, last = np.ceil(low / (step * power) - 1e-9), np.floor(high / (step * power) + 1e-9)
        if last - first + 1 <= most:
            return [float(f"{i * step * power:.10g}") + 0.0 for i in np.arange(first, last + 1)]
    return []
