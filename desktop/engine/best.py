"""Which epoch of a network is the best one, and its weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import Direction
from desktop.document.metrics import direction
from desktop.document.project import Project


@dataclass
class Best:
    """The epoch in which `monitor` was best so far.

    As for Keras's EarlyStopping, an epoch has to be better than the best one by more than
    `min_delta`, and the first `start_from_epoch` epochs do not count.
    """

    monitor: str
    direction: Direction
    min_delta: float = 0.0
    start_from_epoch: int = 0
    value: float | None = None
    epoch: int | None = None

    def add(self, epoch: int, logs: Mapping[str, float]) -> bool:
        """Judge the `logs` of the 1-based `epoch`; returns whether it is the best one now."""
        value = logs.get(self.monitor)
        if value is None or not math.isfinite(value) or epoch <= self.start_from_epoch:
            return False
        if self.value is not None:
            gain = self.value - value if self.direction is Direction.MIN else value - self.value
            if gain <= self.min_delta:
                return False
        self.value, self.epoch = value, epoch
        return True


@dataclass(frozen=True)
class StoppingCourse:
    """What EarlyStopping makes of the epochs of a run.

    `best_epoch` is None before a finite value. `left` is how many epochs without improvement are
    still tolerated after each epoch; it is `patience` after an improvement. `ends_after` is the
    epoch after which it ends the training, None if it does not.
    """

    best_epoch: int | None
    left: tuple[int, ...]
    ends_after: int | None


def stopping_course(
    stopping: EarlyStopping, epochs: Sequence[int], values: Sequence[float]
) -> StoppingCourse:
    """What `stopping` makes of the `values` of its monitor after these 1-based `epochs`."""
    mode = direction(stopping.monitor, stopping.mode)
    best = Best(stopping.monitor, mode, stopping.min_delta, stopping.start_from_epoch)
    wait, left, ends = 0, list[int](), None
    for epoch, value in zip(epochs, values, strict=True):
        if best.add(epoch, {stopping.monitor: value}):
            wait = 0
        elif epoch > stopping.start_from_epoch:
            wait += 1
        left.append(max(0, stopping.patience - wait))
        if ends is None and wait and wait >= stopping.patience and epoch > 1:
            ends = epoch
    return StoppingCourse(best.epoch, tuple(left), ends)


def _judge(project: Project, validated: bool) -> Best:
    stopping = project.training.early_stopping
    if stopping is None:
        return Best("val_loss" if validated else "loss", Direction.MIN)
    mode = direction(stopping.monitor, stopping.mode)
    return Best(stopping.monitor, mode, stopping.min_delta, stopping.start_from_epoch)


class EpochLogs:
    """The logs of all epochs of a network, the best of them, and its weights if a run wants them.

    The best epoch is judged by the monitor of EarlyStopping, if the run has it, else by the loss on
    the validation rows, if there are any, else by the loss: always over the life of the network.
    """

    def __init__(self) -> None:
        self._logs: dict[int, Mapping[str, float]] = {}
        self.best = Best("loss", Direction.MIN)
        self._kept: Best | None = None  # the best epoch among those whose weights could be kept
        self._weights: list[Any] = []  # of that epoch

    def begin(self, project: Project, validated: bool) -> Best:
        """A run of `project` begins, `validated` if it has validation rows; returns `best`."""
        self.best = _judge(project, validated)
        for epoch, logs in self._logs.items():
            self.best.add(epoch, logs)
        stopping = project.training.early_stopping
        if stopping is None or not stopping.restore_best_weights:
            self._kept, self._weights = None, []
        elif self._kept is None or self._kept.epoch != self.best.epoch:
            self._kept, self._weights = replace(self.best, value=None, epoch=None), []
        else:
            self._kept = replace(self.best)
        return self.best

    def add(self, epoch: int, logs: Mapping[str, float], model: Any) -> None:
        """Judge the `logs` of the 1-based `epoch` that `model` has completed."""
        self._logs[epoch] = logs
        self.best.add(epoch, logs)
        if self._kept is not None and self._kept.add(epoch, logs):
            self._weights = model.get_weights()

    def restore(self, model: Any) -> int | None:
        """Give `model` the weights of the best epoch; returns that, or None if there is no need.

        If its weights were not kept, as there was no EarlyStopping then, it is the best epoch
        since.
        """
        epoch = self._kept.epoch if self._kept is not None else None
        if epoch is None or epoch >= max(self._logs):
            return None
        model.set_weights(self._weights)
        return epoch
