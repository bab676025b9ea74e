"""Runs whose curves lie over one another, each in a color and dash of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from desktop.views.charts.looks import Look, Split
from desktop.views.charts.runs import Band, LineKey, ShownRuns
from desktop.workers.records import Floats, Recorded, Series

COLORS = ("class_1", "class_2", "class_3", "class_4", "class_5")
DASHES: tuple[tuple[float, ...], ...] = ((), (4.0, 2.0), (1.5, 1.5))
DIFFERENT = len(COLORS) * len(DASHES)  # runs that can be told apart
_MINUTE, _HOUR = 60.0, 3600.0


class Axis(StrEnum):
    """What curves are drawn over."""

    EPOCH = "epoch"
    STEP = "step"
    TIME = "time"


def run_look(number: int, name: str = "", color: str = "") -> Look:
    """How the curves of the run of this number are drawn; `color` is a token that was chosen."""
    token = color or COLORS[number % len(COLORS)]
    dash = DASHES[number // len(COLORS) % len(DASHES)]
    return Look(name, token, 2.0, dash, "")


@dataclass(frozen=True)
class Together:
    """Runs that are drawn as one line, their mean, with a band: the standard deviation around it.

    `id` is that of no run.
    """

    id: str
    runs: tuple[str, ...]
    look: Look


class ComparedRuns(ShownRuns):
    """Records with names and looks, by the ids of runs; over epochs, steps or time.

    A run has one line, of its validation rows, or training rows where there are no others; with
    `with_training` there are faint ones of the training rows, too. Runs that are `together` have
    one line for all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.axis = Axis.EPOCH
        self.with_training = False
        self.looks: Mapping[str, Look] = {}
        self.together: Mapping[str, Together] = {}
        self._means: dict[tuple[LineKey, str], tuple[object, Series, Band]] = {}
        self._mapped: dict[tuple[LineKey, str], tuple[Series, int, float, Series]] = {}
        self._second = 1.0  # how many of the axis's units a second is

    def show(
        self,
        records: Sequence[Recorded],
        looks: Mapping[str, Look],
        together: Sequence[Together] = (),
    ) -> None:
        """Show `records`; those without points yet, too."""
        self.records = tuple(records)
        self.looks = looks
        self.together = {each.id: each for each in together}
        self.set_axis(self.axis)

    def set_axis(self, axis: Axis) -> None:
        """Draw the curves over this axis."""
        self.axis = axis
        longest = max((float(_seconds(each)[-1]) for each in self.records), default=0.0)
        unit = _HOUR if longest > 2 * _HOUR else _MINUTE if longest > 2 * _MINUTE else 1.0
        self._second = 1 / unit
        times = {1.0: "seconds", _MINUTE: "minutes", _HOUR: "hours"}
        self.unit = times[unit] if axis is Axis.TIME else axis.value

    @property
    def marked(self) -> Recorded | None:
        return self.records[0] if len(self.records) == 1 and self.axis is Axis.EPOCH else None

    @property
    def keys(self) -> tuple[LineKey, ...]:
        owner = {run: each.id for each in self.together.values() for run in each.runs}
        ids = {each.id: owner.get(each.id, each.id) for each in self.records}
        training = [LineKey(ids[each.id], Split.TRAINING) for each in self.records]
        others = [LineKey(ids[each.id], self._main(each)) for each in self.records]
        return tuple(dict.fromkeys([*(training if self.with_training else ()), *others]))

    def runs_of(self, key: LineKey) -> tuple[str, ...]:
        """The ids of the runs that a line is of."""
        return self.together[key.run].runs if key.run in self.together else (key.run,)

    def key(self, split: str) -> LineKey:
        current = self.current
        return super().key(split if current is None else self._main(current))

    @staticmethod
    def _main(record: Recorded) -> Split:
        """What the line of a run is measured on."""
        return Split.VALIDATION if record.curves.validation else Split.TRAINING

    def series(self, key: LineKey, metric: str) -> Series | None:
        if key.run in self.together:
            return self._mean(key, metric)[0]
        source, record = super().series(key, metric), self.record(key.run)
        if source is None or record is None:
            return None
        if self.axis is Axis.EPOCH:
            return source
        if self.axis is Axis.STEP and not record.curves.batch_count.is_known:
            return None
        known = self._mapped.get((key, metric))
        factor = self._second if self.axis is Axis.TIME else 0.0
        if known is None or known[:3] != (source, len(source), factor):
            mapped = Series()
            mapped.extend(self._positions(record, source.x), source.y)
            known = self._mapped[key, metric] = source, len(source), factor, mapped
        return known[3]

    def band(self, key: LineKey, metric: str) -> Band | None:
        return self._mean(key, metric)[1] if key.run in self.together else None

    def _mean(self, key: LineKey, metric: str) -> tuple[Series | None, Band | None]:
        """The mean of runs over the epochs that at least two of them have, and its band."""
        pairs = [
            (source, shown)
            for run in self.together[key.run].runs
            if (source := super(ComparedRuns, self).series(LineKey(run, key.split), metric))
            and (shown := self.series(LineKey(run, key.split), metric))
        ]
        state = [(source, len(source), shown) for source, shown in pairs]
        known = self._means.get((key, metric))
        if known is None or known[0] != state:
            points: dict[float, list[tuple[float, float]]] = {}
            for source, shown in pairs:
                for epoch, x, y in zip(source.x, shown.x, shown.y, strict=True):
                    if np.isfinite(y):
                        points.setdefault(float(epoch), []).append((float(x), float(y)))
            several = [np.array(points[epoch]) for epoch in sorted(points)]
            several = [each for each in several if len(each) > 1]
            x, mean, deviation = (
                np.array([function(each) for each in several])
                for function in (_mean_x, _mean_y, _deviation)
            )
            series = Series()
            if len(x):
                series.extend(x, mean)
            known = state, series, Band(x, mean - deviation, mean + deviation)
            self._means[key, metric] = known
        return (known[1], known[2]) if len(known[1]) else (None, None)

    def _positions(self, record: Recorded, epochs: Floats) -> Floats:
        """Where on the axis the ends of these epochs are, shape (n,)."""
        if self.axis is Axis.STEP:
            return record.curves.batch_count.at(epochs).astype(np.float64)
        numbers = [float(record.first_epoch), *(float(each.epoch) for each in record.epochs)]
        return np.interp(epochs, numbers, _seconds(record)) * self._second

    def look(self, key: LineKey) -> Look:
        together = self.together.get(key.run)
        look = together.look if together else self.looks.get(key.run) or run_look(0)
        record = self.record(self.runs_of(key)[0])
        if record is not None and key.split is not self._main(record):
            return Look(f"{look.label}, training", look.token, 1.0, look.dash, "", 0.5)
        return look

    def label(self, key: LineKey) -> str:
        return self.look(key).label

    @property
    def is_running(self) -> bool:
        return super().is_running and self.axis is Axis.EPOCH

    @property
    def origin(self) -> int:
        return super().origin if self.axis is Axis.EPOCH else 0

    @property
    def last_x(self) -> float:
        ends = (
            float(series.x[-1])
            for key in self.keys
            for metric in self.metrics
            if (series := self.series(key, metric)) is not None
        )
        return max(ends, default=0.0)

    @property
    def planned_end(self) -> int:
        running = [record for record in self.records if record.is_running]
        return max((record.planned_end for record in running), default=0)


def _mean_x(points: Floats) -> float:
    return float(points[:, 0].mean())


def _mean_y(points: Floats) -> float:
    return float(points[:, 1].mean())


def _deviation(points: Floats) -> float:
    """The sample standard deviation."""
    return float(points[:, 1].std(ddof=1))


def _seconds(record: Recorded) -> Floats:
    """How long the run had taken at its beginning and at the end of each epoch, in seconds."""
    return np.cumsum([0.0, *(epoch.seconds for epoch in record.epochs)])
