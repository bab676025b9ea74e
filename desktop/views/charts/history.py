"""Everything the reports of the current training have said, kept for drawing and export."""

from __future__ import annotations

from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX, higher_is_better
from desktop.views.charts.batch_count import BatchCount
from desktop.views.charts.reservoir import CAPACITY, WeightStore
from desktop.views.charts.series import Series
from desktop.workers.reports import EpochEnded, Progress, RunEnded, RunStarted


class RunHistory:
    """The curves and weights of one model's training, over all runs since its weights were made.

    `steps`, `training` and `validation` map a metric (without "val_") to its points: x in epochs
    over the life of the model, y the value on single batches or Keras's for the whole epoch.
    `monitor` is the name of the value that the best epoch, `best_epoch`, is judged by, e.g.
    "val_loss". Reports of any other run than the current one are ignored; each `take_` method says
    whether its report counted. `revision` grows with every change.
    """

    def __init__(self, histogram_capacity: int = CAPACITY) -> None:
        self.weights = WeightStore(histogram_capacity)
        self.revision = 0
        self._forget()

    def _forget(self) -> None:
        self.steps: dict[str, Series] = {}
        self.training: dict[str, Series] = {}
        self.validation: dict[str, Series] = {}
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.batch_count = BatchCount()
        self.origin = 0  # epochs before the first point
        self.monitor = LOSS
        self.best_epoch: int | None = None
        self.weights.clear()
        self.revision += 1

    # --- reports ------------------------------------------------------------------------------

    def clear(self) -> None:
        """Back to the state before any training."""
        self._forget()

    def take_started(self, report: RunStarted) -> None:
        """A run of new weights begins a new history; any other continues this one.

        It begins where the last one ended or, with other settings, anew the epoch that that one
        broke off.
        """
        goes_on = report.first_step > 0
        if self.started is None or (report.first_epoch == 0 and not goes_on):
            self._forget()
            self.origin = report.first_epoch
        elif not goes_on:
            for group in (self.steps, self.training, self.validation):
                for series in group.values():
                    series.cut_after(report.first_epoch)
            self.weights.cut_after(report.first_epoch)
        self.batch_count.begin(report)
        self.started, self.ended = report, None
        self.monitor, self.best_epoch = report.monitor, report.best_epoch
        if not goes_on:
            self.weights.add(report.first_epoch, report.histograms)
        self.revision += 1

    def take_progress(self, report: Progress) -> bool:
        if not self._is_current(report.run):
            return False
        for metric, values in report.batch_values.items():
            if len(values):
                self.steps.setdefault(metric, Series()).extend(report.at, values)
        self.revision += 1
        return True

    def take_epoch(self, report: EpochEnded) -> bool:
        if not self._is_current(report.run):
            return False
        for name, value in report.logs.items():
            group = self.validation if name.startswith(VALIDATION_PREFIX) else self.training
            series = group.setdefault(name.removeprefix(VALIDATION_PREFIX), Series())
            series.cut_after(report.epoch - 0.5)
            series.extend(report.epoch, value)
        self.best_epoch = report.best_epoch
        self.weights.add(report.epoch, report.histograms)
        self.revision += 1
        return True

    def take_ended(self, report: RunEnded) -> bool:
        if not self._is_current(report.run):
            return False
        self.ended = report
        self.revision += 1
        return True

    def _is_current(self, run: int) -> bool:
        return self.started is not None and self.started.run == run

    # --- what follows from them ---------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        return self.started is None

    @property
    def is_running(self) -> bool:
        return self.started is not None and self.ended is None

    @property
    def has_points(self) -> bool:
        return any(map(len, (*self.steps.values(), *self.training.values())))

    @property
    def planned_end(self) -> int:
        """The epoch the current run is to end with."""
        return 0 if self.started is None else self.started.first_epoch + self.started.epochs

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
        names = dict.fromkeys((*self.training, *self.validation, *self.steps))
        order = {LOSS: 0, LEARNING_RATE: 2}
        return tuple(sorted(names, key=lambda name: order.get(name, 1)))

    @property
    def stopped_early_epoch(self) -> int | None:
        """The epoch after which EarlyStopping ended the run, if it did."""
        return self.ended.epoch if self.ended is not None and self.ended.stopped_early else None

    def series(self, name: str) -> Series | None:
        """The epoch values of e.g. "accuracy" or "val_accuracy"."""
        group = self.validation if name.startswith(VALIDATION_PREFIX) else self.training
        return group.get(name.removeprefix(VALIDATION_PREFIX))

    def best(self, name: str) -> tuple[int, float] | None:
        """The epoch and value at which e.g. "val_loss" was best; None without finite values.

        For the monitor that is the best epoch, of however small an improvement others may be.
        """
        series = self.series(name)
        extremes = None if series is None else series.extremes()
        if series is None or extremes is None:
            return None
        if name == self.monitor and self.best_epoch is not None:
            point = series.at(self.best_epoch)
            return point and (self.best_epoch, point[1])
        value = extremes[higher_is_better(name)]
        index = int((series.y == value).argmax())
        return int(series.x[index]), value
