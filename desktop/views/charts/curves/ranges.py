"""How much of the axes a chart should show."""

from __future__ import annotations

import math

import numpy as np

from desktop.workers.records import Floats

_STEPS = (1, 2, 3, 5, 8)
SLACK = 1.2  # times as long as it needs to be may an axis that stands still become


def epoch_span(origin: int, last: float, planned_end: int, running: bool) -> tuple[float, float]:
    """The epochs to show, from `origin` on: all there are when done, with some room while running.

    While running the end moves in few, large steps, so that the axis does not creep.
    """
    reach = max(last - origin, 0.0)
    if not running:
        return float(origin), origin + max(reach, 0.1)
    end = next(
        step * 10**power
        for power in range(16)
        for step in _STEPS
        if step * 10**power > reach or step * 10**power >= planned_end - origin
    )
    return float(origin), float(origin + min(end, max(planned_end - origin, reach, 1)))


def value_range(
    epochs: Floats, steps: Floats, *, ignore_outliers: bool = True, logarithmic: bool = False
) -> tuple[float, float]:
    """The y range that shows the epoch values and the bulk of the step values, both shape (n,).

    Values are on the axis's scale (logarithms, if it is logarithmic). Without outliers, steps count
    between their 2nd and 98th percentile, and epoch values as long as they are within
    fifty times the 80 % spread of the others. A little room is added; a range of values that are
    never negative does not start below zero.
    """
    epochs, steps = epochs[np.isfinite(epochs)], steps[np.isfinite(steps)]
    if ignore_outliers:
        if len(steps) >= 20:
            steps = np.percentile(steps, (2, 98))
        if len(epochs) >= 5:
            low, high = np.percentile(epochs, (10, 90))
            room = 50 * (high - low)
            if room > 0:
                epochs = epochs[(epochs >= low - room) & (epochs <= high + room)]
    values = np.concatenate((epochs, steps))
    if not len(values):
        return (-1.0, 0.0) if logarithmic else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or max(abs(high) * 0.1, 1e-6)
    start = low - room
    if not logarithmic and low >= 0:
        start = max(start, 0.0)
    return start, high + room


def steady(shown: tuple[float, float], wanted: tuple[float, float]) -> tuple[float, float]:
    """The range `shown` as long as `wanted` lies in it and fills most of it, else `wanted`.

    So an axis stands still while a few values come and go.
    """
    inside = shown[0] <= wanted[0] and wanted[1] <= shown[1]
    return shown if inside and shown[1] - shown[0] <= SLACK * (wanted[1] - wanted[0]) else wanted


def cut(points: tuple[Floats, Floats], low: float, high: float) -> tuple[Floats, Floats]:
    """The line through `points`, x and y of shape (n,), as far as it is from `low` to `high`.

    It ends at points on these borders, with gaps (NaN) for what lies beyond.
    """
    x, y = points
    places = [np.arange(len(x), dtype=np.float64)]
    xs, ys = [x], [np.where((y >= low) & (y <= high), y, np.nan)]
    for border in (low, high):
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (border - y[:-1]) / (y[1:] - y[:-1])  # of the way to the next point
        crossing = np.flatnonzero((share > 0) & (share < 1))
        share = share[crossing]
        places.append(crossing + share)
        xs.append(x[crossing] + share * (x[crossing + 1] - x[crossing]))
        ys.append(np.full(len(crossing), border))
    order = np.argsort(np.concatenate(places), kind="stable")
    return np.concatenate(xs)[order], np.concatenate(ys)[order]


def log10(values: Floats) -> Floats:
    """Base-10 logarithms of shape (n,): -inf for zero and below, which a log axis cannot show."""
    result = np.full(values.shape, -math.inf)
    positive = values > 0
    np.log10(values, where=positive, out=result)
    result[np.isnan(values)] = np.nan
    return result


def nearest(x: Floats, y: Floats) -> float:
    """How far the line through these points, each (n,), passes by (0, 0); infinite for no line."""
    if not len(x):
        return math.inf
    dx, dy = np.diff(x, append=x[-1:]), np.diff(y, append=y[-1:])
    length = dx * dx + dy * dy
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(length > 0, -(x * dx + y * dy) / length, 0.0).clip(0, 1)
        distance = np.hypot(x + share * dx, y + share * dy)
    return float(np.nanmin(distance, initial=math.inf))
