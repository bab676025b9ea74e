"""The runs that charts draw."""

from __future__ import annotations

from typing import NamedTuple

from desktop.views.charts.looks import LOOKS, Look, Split
from desktop.workers.records import Floats, Recorded, Series, in_order


class LineKey(NamedTuple):
    """What a line of a chart shows: the id of a run, and its values on what."""

    run: str
    split: Split


class Band(NamedTuple):
    """A strip of a chart: positions, and its lower and upper edge there, each of shape (n,)."""

    x: Floats
    low: Floats
    high: Floats


class ShownRuns:
    """The records that the charts of a page draw, the current run's last."""

    unit = "epoch"  # of the horizontal axis

    def __init__(self, *records: Recorded) -> None:
        self.records = records

    @property
    def current(self) -> Recorded | None:
        """The run that words and marks are about; None if there is none."""
        return self.records[-1] if self.records else None

    @property
    def marked(self) -> Recorded | None:
        """The run whose best epoch and early stop are marked in the charts."""
        return self.current

    @property
    def keys(self) -> tuple[LineKey, ...]:
        """All lines that there may be."""
        return tuple(LineKey(record.id, split) for record in self.records for split in Split)

    def key(self, split: str) -> LineKey:
        """The line of the current run."""
        return LineKey(self.current.id if self.current is not None else "", Split(split))

    def record(self, run: str) -> Recorded | None:
        """The record of the run with this id; None if it is not shown."""
        return next((record for record in self.records if record.id == run), None)

    def series(self, key: LineKey, metric: str) -> Series | None:
        """The points of a metric (without "val_"); None if there are none."""
        record = self.record(key.run)
        if record is None:
            return None
        group: dict[str, Series] = getattr(record.curves, key.split)
        series = group.get(metric)
        return series if series is not None and len(series) else None

    def band(self, key: LineKey, metric: str) -> Band | None:
        """How far around a line the values of several runs are spread; None for a single run."""
        return None

    def look(self, key: LineKey) -> Look:
        """How a line is drawn."""
        return LOOKS[key.split]

    def label(self, key: LineKey) -> str:
        """What a line is called: with its run, if there are several."""
        label = LOOKS[key.split].label
        return label if len(self.records) == 1 else f"{label} ({key.run})"

    @property
    def is_running(self) -> bool:
        return any(record.is_running for record in self.records)

    @property
    def origin(self) -> int:
        """The epochs before the first point."""
        return min((record.curves.origin for record in self.records), default=0)

    @property
    def last_x(self) -> float:
        """How far the points reach, in epochs."""
        return max((record.curves.last_x for record in self.records), default=0.0)

    @property
    def planned_end(self) -> int:
        """The epoch that the longest run is to end with."""
        return max((record.planned_end for record in self.records), default=0)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics reported so far: loss first, the learning rate last."""
        return in_order(tuple(name for record in self.records for name in record.curves.metrics))
