"""Exponential moving averages that start unbiased and step over what is not a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desktop.workers.records import Floats, Series

BLOCK = 16


@dataclass(frozen=True)
class Memory:
    """What an average knows of the points before: the biased mean, and how many finite ones."""

    mean: float = 0.0
    count: int = 0


def smooth(y: Floats, weight: float, memory: Memory | None = None) -> tuple[Floats, Memory]:
    """The debiased exponential moving average of `y`, shape (n,), and the memory to continue with.

    With weight w: m_i = w m_(i-1) + (1 - w) y_i from m_0 = 0, and s_i = m_i / (1 - w^i), the bias
    correction of Adam (Kingma and Ba, 2015, section 3). Points that are not finite are returned as
    they are and leave the average and its count alone. `weight` is from 0 (no smoothing) to less
    than 1.
    """
    memory = memory or Memory()
    result = np.array(y, dtype=np.float64)
    good = np.isfinite(result)
    values = result[good]
    if not len(values) or weight <= 0.0:
        return result, memory
    means = _running((1.0 - weight) * values, weight, memory.mean)
    counts = memory.count + np.arange(1, len(values) + 1)
    result[good] = means / (1.0 - weight**counts)
    return result, Memory(float(means[-1]), int(counts[-1]))


def _running(values: Floats, weight: float, start: float) -> Floats:
    """s_i = weight s_(i-1) + values_i, without a Python step per value.

    Each block of 16 is one product with a triangle of powers; what a block hands to the next is the
    same recurrence with weight^16 over a sixteenth of the values.
    """
    count = len(values)
    if count <= BLOCK:
        result = np.empty(count)
        for index in range(count):
            start = weight * start + values[index]
            result[index] = start
        return result
    padded = np.zeros(-(-count // BLOCK) * BLOCK)
    padded[:count] = values
    power = np.arange(BLOCK)
    distance = power[None, :] - power[:, None]
    triangle = np.where(distance >= 0, weight ** np.maximum(distance, 0), 0.0)
    local = padded.reshape(-1, BLOCK) @ triangle
    ends = _running(local[:, -1].copy(), weight**BLOCK, start)
    local += np.append(start, ends[:-1])[:, None] * weight ** (power + 1)
    return local.ravel()[:count]


class Smoothed:
    """A smoothed copy of a series that follows it as it grows."""

    def __init__(self, source: Series, weight: float) -> None:
        self.source = source
        self.weight = weight
        self._start_anew()

    def _start_anew(self) -> None:
        self._result = Series(limit=2**62)
        self._memory = Memory()
        self._generation = self.source.generation

    def series(self) -> Series:
        """The smoothed points, brought up to date; costs as much as what is new."""
        if self._generation != self.source.generation:
            self._start_anew()
        done = len(self._result)
        if len(self.source) > done:
            y, self._memory = smooth(self.source.y[done:], self.weight, self._memory)
            self._result.extend(self.source.x[done:], y)
        return self._result
