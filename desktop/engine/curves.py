"""How the values and weights of a network went, over all runs since its weights were made."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX, higher_is_better
from desktop.engine.batch_count import BatchCount
from desktop.engine.reports import EpochEnded, FloatArray, Progress, RunStarted
from desktop.engine.reservoir import CAPACITY, Reservoir, WeightStore
from desktop.engine.series import Series


class Curves:
    """The values and weights of one network, by epochs over its life.

    `steps`, `training` and `validation` map a metric (without "val_") to its points: x in epochs, y
    the value on single batches or Keras's for the whole epoch. `statistics` maps a statistic and
    the name of a layer, e.g. ("gradient_norm", "Dense 2"), to the values at the ends of epochs;
    `units` maps them to the values of the layer's units, (units,), at some of them.
    `origin` is the number of epochs before the first point.
    """

    def __init__(self, origin: int = 0, histogram_capacity: int = CAPACITY) -> None:
        self.origin = origin
        self.steps: dict[str, Series] = {}
        self.training: dict[str, Series] = {}
        self.validation: dict[str, Series] = {}
        self.statistics: dict[tuple[str, str], Series] = {}
        self.units: dict[tuple[str, str], Reservoir[FloatArray]] = {}
        self.weights = WeightStore(histogram_capacity)
        self.batch_count = BatchCount()

    def copy(self) -> Curves:
        """A copy of the curves, to be continued independently."""
        twin = Curves(self.origin)
        for name in ("steps", "training", "validation", "statistics"):
            group: dict[Any, Series] = getattr(self, name)
            setattr(twin, name, {key: series.copy() for key, series in group.items()})
        twin.units = {key: reservoir.copy() for key, reservoir in self.units.items()}
        twin.weights, twin.batch_count = self.weights.copy(), self.batch_count.copy()
        return twin

    # --- reports ------------------------------------------------------------------------------

    def begin(self, report: RunStarted) -> None:
        """A run goes on from here: in the epoch that an earlier one broke off, or with a new one.

        A new one takes the place of what was trained of it before.
        """
        if report.first_step == 0:
            self.cut_after(report.first_epoch)
            self.weights.add(report.first_epoch, report.histograms)
        self.batch_count.begin(report)

    def cut_after(self, epoch: int) -> None:
        """Leave out what was after `epoch`."""
        groups = (self.steps, self.training, self.validation, self.statistics)
        for series in chain.from_iterable(group.values() for group in groups):
            series.cut_after(epoch)
        for reservoir in self.units.values():
            reservoir.cut_after(epoch)
        self.weights.cut_after(epoch)

    def add_batches(self, report: Progress) -> None:
        """Take over the values on single batches."""
        for metric, values in report.batch_values.items():
            if len(values):
                self.steps.setdefault(metric, Series()).extend(report.at, values)

    def add_epoch(self, report: EpochEnded) -> None:
        """Take over the values and the weights of an epoch."""
        for name, value in report.logs.items():
            group = self.validation if name.startswith(VALIDATION_PREFIX) else self.training
            series = group.setdefault(name.removeprefix(VALIDATION_PREFIX), Series())
            series.cut_after(report.epoch - 0.5)
            series.extend(report.epoch, value)
        for statistic, values in report.statistics.layers.items():
            for layer, value in values.items():
                series = self.statistics.setdefault((statistic, layer), Series())
                series.extend(report.epoch, value)
        for statistic, shares in report.statistics.units.items():
            for layer, of_units in shares.items():
                self.units.setdefault((statistic, layer), Reservoir()).add(report.epoch, of_units)
        self.weights.add(report.epoch, report.histograms)

    # --- what follows from them ---------------------------------------------------------------

    @property
    def measured_epochs(self) -> tuple[int, ...]:
        """The epochs at whose end the layers were measured, ascending."""
        if not self.statistics:
            return ()
        epochs = np.concatenate([series.x for series in self.statistics.values()])
        return tuple(np.unique(epochs).astype(int).tolist())

    @property
    def last_measured(self) -> int | None:
        """The last of these epochs; None if there is none."""
        ends = [series.x[-1] for series in self.statistics.values() if len(series.x)]
        return int(max(ends)) if ends else None

    def statistics_history(self, most: int = 60) -> list[tuple[int, dict[str, dict[str, float]]]]:
        """Epochs and what was measured then: all, or about `most` of them; always the last."""
        epochs = self.measured_epochs
        shown = (*epochs[: -1 : -(-len(epochs) // most)], epochs[-1]) if epochs else ()
        return [(epoch, self.statistics_at(epoch)) for epoch in shown]

    def statistics_at(self, epoch: int) -> dict[str, dict[str, float]]:
        """What was measured at the end of `epoch`: statistic, layer and value."""
        found: dict[str, dict[str, float]] = {}
        for (statistic, layer), series in self.statistics.items():
            point = series.at(epoch)
            if point is not None and point[0] == epoch:
                found.setdefault(statistic, {})[layer] = point[1]
        return found

    @property
    def last_x(self) -> float:
        """How far the points reach, in epochs."""
        groups = (self.steps, self.training, self.validation)
        ends = [s.x[-1] for group in groups for s in group.values() if len(s)]
        return float(max(ends, default=self.origin))

    @property
    def epoch(self) -> int:
        """The last complete epoch."""
        ends = [s.x[-1] for s in self.training.values() if len(s)]
        return int(max(ends, default=self.origin))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics reported so far: loss first, the learning rate last."""
        return in_order((*self.training, *self.validation, *self.steps))

    def best(self, name: str) -> tuple[int, float] | None:
        """The epoch and value at which e.g. "val_loss" was best; None without finite values."""
        series = self.series(name)
        extremes = None if series is None else series.extremes()
        if series is None or extremes is None:
            return None
        value = extremes[higher_is_better(name)]
        index = int((series.y == value).argmax())
        return int(series.x[index]), value

    def series(self, name: str) -> Series | None:
        """The epoch values of e.g. "accuracy" or "val_accuracy"."""
        group = self.validation if name.startswith(VALIDATION_PREFIX) else self.training
        return group.get(name.removeprefix(VALIDATION_PREFIX))


def in_order(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """Each of `metrics` once: loss first, the learning rate last."""
    order = {LOSS: 0, LEARNING_RATE: 2}
    return tuple(sorted(dict.fromkeys(metrics), key=lambda name: order.get(name, 1)))
