"""What one chart shows of a history, as numbers on the chart's scale."""

from __future__ import annotations

import numpy as np

from desktop.document.metrics import LOSS
from desktop.views.charts.history import RunHistory
from desktop.views.charts.ranges import epoch_span, log10, value_range
from desktop.views.charts.series import Floats, Series
from desktop.views.charts.smoothing import Smoothed

Points = tuple[Floats, Floats]
Span = tuple[float, float]
STEPS, TRAINING, VALIDATION = NAMES = ("steps", "training", "validation")
EDGE_MARKS = 100  # marks of values off the scale, at most, for each line


class CurveContent:
    """One metric of a history with a smoothing weight, a scale and a way to treat outliers."""

    def __init__(self, history: RunHistory) -> None:
        self.history = history
        self.metric_name = LOSS
        self.smoothing = 0.0
        self.logarithmic = False
        self.ignore_outliers = True
        self._smoothed: dict[str, Smoothed] = {}

    def copy(self) -> CurveContent:
        """The same content with settings of its own."""
        twin = CurveContent(self.history)
        twin.metric_name, twin.smoothing = self.metric_name, self.smoothing
        twin.logarithmic, twin.ignore_outliers = self.logarithmic, self.ignore_outliers
        return twin

    @property
    def full_span(self) -> Span:
        """All epochs there are to show."""
        h = self.history
        return epoch_span(h.origin, h.last_x, h.planned_end, h.is_running)

    def source(self, name: str) -> Series | None:
        """The points behind the line `name`, one of `NAMES`; None if there are none."""
        group: dict[str, Series] = getattr(self.history, name)
        series = group.get(self.metric_name)
        return series if series is not None and len(series) else None

    def line(self, name: str, view: Span, columns: int) -> tuple[Points, Points | None]:
        """A line over the epochs of `view` for a plot `columns` pixels wide.

        With smoothing the first part is smoothed and the second as measured; else that is None.
        """
        source = self.source(name)
        if source is None:
            return (np.empty(0), np.empty(0)), None
        points = self._scaled(source.decimate(*view, columns))
        smoothed = self._smooth(name, source)
        if smoothed is None:
            return points, None
        return self._scaled(smoothed.decimate(*view, columns)), points

    def value_range(self, view: Span) -> Span:
        """The range of values to show for the epochs of `view`, on the chart's scale."""
        epochs = [s.sample(*view, 4000) for n in (TRAINING, VALIDATION) if (s := self.source(n))]
        steps = [s.sample(*view, 4000) for s in [self.source(STEPS)] if s]
        values = [np.concatenate([*group, np.empty(0)]) for group in (epochs, steps)]
        if self.logarithmic:
            values = [log10(v) for v in values]
        return value_range(
            *values, ignore_outliers=self.ignore_outliers, logarithmic=self.logarithmic
        )

    def off_scale(self, view: Span, y: Span) -> list[tuple[str, float, float]]:
        """What lines cannot show: any value that is not finite, epoch values beyond the range `y`.

        As (line, epoch, value on the chart's scale).
        """
        marks: list[tuple[str, float, float]] = []
        for name in NAMES:
            source = self.source(name)
            if source is None:
                continue
            xs, ys = source.non_finite if name == STEPS else (source.x, source.y)
            values = log10(ys) if self.logarithmic else ys
            off = ~((values >= y[0]) & (values <= y[1])) & (xs >= view[0]) & (xs <= view[1])
            where = np.flatnonzero(off)
            where = where[:: max(1, -(-len(where) // EDGE_MARKS))]
            marks += [(name, float(xs[i]), float(values[i])) for i in where]
        return marks

    def next_epoch(self, x: float | None, direction: int) -> float | None:
        """The nearest point left (-1) or right (1) of `x`, or the first (-2) or last (2) of all."""
        source = self.source(TRAINING) or self.source(VALIDATION) or self.source(STEPS)
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

    def _smooth(self, name: str, source: Series) -> Series | None:
        if self.smoothing <= 0:
            self._smoothed.clear()
            return None
        known = self._smoothed.get(name)
        if known is None or known.source is not source or known.weight != self.smoothing:
            known = self._smoothed[name] = Smoothed(source, self.smoothing)
        return known.series()

    def _scaled(self, points: Points) -> Points:
        if not self.logarithmic:
            return points
        x, y = points
        y = log10(y)
        return x, np.where(np.isfinite(y), y, np.nan)
