"""Logs for TensorBoard: of a run while it goes on, and of one that was kept without them."""

from __future__ import annotations

from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Any

from desktop.document.metrics import VALIDATION_PREFIX
from desktop.engine import backend
from desktop.engine.records import RunRecord
from desktop.engine.reports import EpochEnded, Outcome, WeightHistogram, run_start
from desktop.engine.tensorboard.event_file import (
    EPOCH,
    HISTOGRAM,
    TRAIN,
    VALIDATION,
    EventFile,
)


class RunLogs:
    """The logs of one run of `model`, which `record` is kept of, in the new folder `folder`.

    `train/` and `validation/` are written by `keras.callbacks.TensorBoard(histogram_freq=1)`;
    beside them are the norms of the gradients, layer by layer, and the settings of the run for the
    HParams page. Every method may raise what TensorFlow raises, and OSError. To be used where the
    network is trained, and closed.
    """

    def __init__(self, folder: Path, model: Any, record: RunRecord) -> None:
        self._callback = backend.keras().callbacks.TensorBoard(folder, histogram_freq=1)
        self._events = EventFile(folder)
        self._is_open = True
        try:
            self._events.session_begins(record.project, record.id, _began(record))
            self._events.flush()
            self._callback.set_model(model)
            self._callback.on_train_begin()
        except BaseException:
            self.close()
            raise

    def epoch_ended(self, report: EpochEnded) -> None:
        """An epoch of the run is over, and nothing has changed its learning rate yet."""
        step, logs = report.epoch - 1, dict(report.logs)
        validation = {
            name.removeprefix(VALIDATION_PREFIX): value
            for name, value in logs.items()
            if name.startswith(VALIDATION_PREFIX)
        }
        if validation:
            self._callback.on_test_end(validation)
        self._callback.on_epoch_end(step, logs)
        for statistic, values in report.statistics.layers.items():
            for layer, value in values.items():
                self._events.scalar(f"{statistic}/{layer}", value, step)
        self._events.flush()

    def end(self, outcome: Outcome) -> None:
        """The run is over."""
        self._events.session_ends(outcome)
        self.close()

    def close(self) -> None:
        """Write what is left, and leave the files."""
        if self._is_open:
            self._is_open = False
            try:
                self._callback.on_train_end()
            finally:
                self._events.close()


def write_record(folder: Path, record: RunRecord) -> None:
    """Write logs of what `record` has, as Keras's callback names and counts it. Raises OSError.

    Histograms have the bins of the record; those from before the first epoch have no step.
    """
    began = now = _began(record)
    with closing(EventFile(folder, began)) as events:
        events.session_begins(record.project, record.id, began)
        if record.outcome is not None:
            events.session_ends(record.outcome, began + record.seconds)
    spread: dict[int, list[WeightHistogram]] = {}
    for epoch, histogram in chain.from_iterable(record.curves.weights.histories):
        spread.setdefault(epoch, []).append(histogram)
    with ExitStack() as stack:
        files: dict[str, EventFile] = {}
        for each in record.epochs:
            now, step = now + each.seconds, each.epoch - 1
            for name, value in each.logs.items():
                group = VALIDATION if name.startswith(VALIDATION_PREFIX) else TRAIN
                if group not in files:
                    files[group] = EventFile(folder / group, began)
                    stack.callback(files[group].close)
                tag = EPOCH + name.removeprefix(VALIDATION_PREFIX)
                files[group].scalar(tag, value, step, now)
            for histogram in spread.get(each.epoch, ()):
                files[TRAIN].histogram(histogram.path + HISTOGRAM, histogram, step, now)


def _began(record: RunRecord) -> float:
    """When the run began, in seconds since 1970."""
    start = run_start(record.id)
    return start.timestamp() if start is not None else 0.0
