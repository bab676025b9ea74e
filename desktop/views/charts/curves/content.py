"""What one chart shows of runs, as numbers on the chart's scale."""

from __future__ import annotations

import numpy as np

from desktop.document.metrics import LOSS
from desktop.views.charts.curves.ranges import epoch_span, log10, value_range
from desktop.views.charts.curves.smoothing import Smoothed
from desktop.views.charts.looks import Split
from desktop.views.charts.runs import Band, LineKey, ShownRuns
from desktop.workers.records import Floats, Series

Points = tuple[Floats, Floats]
Span = tuple[float, float]
EDGE_MARKS = 100  # marks of values off the scale, at most, for each line


class CurveContent:
    """One metric of runs with a smoothing weight, a scale and a way to treat outliers."""

    def __init__(self, runs: ShownRuns) -> None:
        self.runs = runs
        self.metric_name = LOSS
        self.smoothing = 0.0
        self.logarithmic = False
        self.ignore_outliers = True
        self._smoothed: dict[LineKey, Smoothed] = {}

    def copy(self) -> CurveContent:
        """The same content with settings of its own."""
        twin = CurveContent(self.runs)
        twin.metric_name, twin.smoothing = self.metric_name, self.smoothing
        twin.logarithmic, twin.ignore_outliers = self.logarithmic, self.ignore_outliers
        return twin

    @property
    def full_span(self) -> Span:
        """All epochs there are to show."""
        runs = self.runs
        return epoch_span(runs.origin, runs.last_x, runs.planned_end, runs.is_running)

    def source(self, key: LineKey) -> Series | None:
        """The points behind a line; None if there are none."""
        return self.runs.series(key, self.metric_name)

    def line(self, key: LineKey, view: Span, columns: int) -> tuple[Points, Points | None]:
        """A line over the epochs of `view` for a plot `columns` pixels wide.

        With smoothing the first part is smoothed and the second as measured; else that is None.
        """
        source = self.source(key)
        if source is None:
            return (np.empty(0), np.empty(0)), None
        points = self._scaled(source.decimate(*view, columns))
        smoothed = self._smooth(key, source)
        if smoothed is None:
            return points, None
        return self._scaled(smoothed.decimate(*view, columns)), points

    def band(self, key: LineKey) -> Band | None:
        """The spread around a line on the chart's scale, where there is any to show."""
        band = self.runs.band(key, self.metric_name)
        if band is None or not self.logarithmic:
            return band
        low, high = log10(band.low), log10(band.high)
        seen = np.isfinite(high)
        floor = log10(band.low[band.low > 0]).min(initial=high[seen].min(initial=0.0))
        return Band(band.x[seen], np.where(np.isfinite(low), low, floor)[seen], high[seen])

    def value_range(self, view: Span) -> Span:
        """The range of values to show for the epochs of `view`, on the chart's scale."""
        groups: tuple[list[Floats], list[Floats]] = [], []
        for key in self.runs.keys:
            source = self.source(key)
            if source is not None:
                groups[key.split is Split.STEPS].append(source.sample(*view, 4000))
            if (band := self.runs.band(key, self.metric_name)) is not None:
                groups[0].extend((band.low, band.high))
        values = [np.concatenate([*group, np.empty(0)]) for group in groups]
        if self.logarithmic:
            values = [log10(v) for v in values]
        return value_range(
            *values, ignore_outliers=self.ignore_outliers, logarithmic=self.logarithmic
        )

    def off_scale(self, view: Span, y: Span) -> list[tuple[LineKey, float, float]]:
        """What lines cannot show: any value that is not finite, epoch values beyond the range `y`.

        As (line, epoch, value on the chart's scale).
        """
        marks: list[tuple[LineKey, float, float]] = []
        for key in self.runs.keys:
            source = self.source(key)
            if source is None:
                continue
            xs, ys = source.non_finite if key.split is Split.STEPS else (source.x, source.y)
            values = log10(ys) if self.logarithmic else ys
            off = ~((values >= y[0]) & (values <= y[1])) & (xs >= view[0]) & (xs <= view[1])
            where = np.flatnonzero(off)
            where = where[:: max(1, -(-len(where) // EDGE_MARKS))]
            marks += [(key, float(xs[i]), float(values[i])) for i in where]
        return marks

    def nearest_epoch(self, x: float) -> float | None:
        """The epoch of the current run with values nearest to `x`; None if there is none."""
        source = self.source(self.runs.key(Split.TRAINING))
        point = source.at(x) if source is not None else None
        return point[0] if point is not None else None

    def next_epoch(self, x: float | None, direction: int) -> float | None:
        """The nearest point left (-1) or right (1) of `x`, or the first (-2) or last (2) of all.

        Of the current run's epochs or, before the first one has ended, of its batches.
        """
        splits = Split.TRAINING, Split.VALIDATION, Split.STEPS
        sources = (self.source(self.runs.key(split)) for split in splits)
        source = next((each for each in sources if each is not None), None)
        if source is None:
            return None
        xs = source.x
        if abs(direction) == 2 or x is None:
            index = 0 if direction == -2 else len(xs) - 1
        elif direction > 0:
            index = min(int(np.searchsorted(xs, x + 1e-9, side="right")), len(xs) - 1)
        else:
            index = max(int(np.searchsorted(xs, x - 1e-9)) - 1, 0)
        return float(xs[index])

    def _smooth(self, key: LineKey, source: Series) -> Series | None:
        if self.smoothing <= 0:
            self._smoothed.clear()
            return None
        known = self._smoothed.get(key)
        if known is None or known.source is not source or known.weight != self.smoothing:
            known = self._smoothed[key] = Smoothed(source, self.smoothing)
        return known.series()

    def _scaled(self, points: Points) -> Points:
        if not self.logarithmic:
            return points
        x, y = points
        y = log10(y)
        return x, np.where(np.isfinite(y), y, np.nan)
