"""Keras's progress, turned into reports.

A `Recorder` listens to `fit` through one Keras callback, which is called once for each block of
batches that were trained together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.batch_values import BatchValues
from desktop.engine.blocks import Block, Blocks
from desktop.engine.control import Clock, RunControl
from desktop.engine.histograms import weight_histograms
from desktop.engine.numerics import check_weights
from desktop.engine.plan import Plan
from desktop.engine.probe import Probe
from desktop.engine.reports import (
    EpochEnded,
    FloatArray,
    LayerStatistics,
    Phase,
    Progress,
    Report,
    read_only,
)

REPORT_SECONDS = 0.05  # between two Progress reports


@dataclass
class _Place:
    """Where the run is."""

    phase: Phase = Phase.TRAINING
    epoch: int = 0  # 0-based, over the life of the model
    step: int = 0
    share: float = 0.0  # of the epoch's work that is done
    logs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EpochPart:
    """What a run trained of an epoch that it did not complete."""

    block: Block  # the last one
    batches: BatchValues  # up to then
    seconds: float


class Recorder:
    """Follows one call of `fit`, sends Progress and EpochEnded, and stops it when asked to.

    `completed` is told the number of each epoch, over the life of the model, and its logs; it
    returns the number of the best one so far.
    `blocks` knows what was trained, `probe` gives EpochEnded the statistics of the layers. When
    stopped, training leaves `fit` by an exception from here. If the first epoch was partial by an
    earlier run, `partial` is that part of it.
    """

    def __init__(
        self,
        model: Any,
        project: Project,
        plan: Plan,
        sink: Callable[[Report], None],
        control: RunControl,
        clock: Clock,
        blocks: Blocks,
        probe: Probe,
        completed: Callable[[int, Mapping[str, float]], int | None],
        partial: EpochPart | None = None,
    ) -> None:
        self.plan = plan
        self._model, self._project = model, project
        self._sink, self._control, self._clock = sink, control, clock
        self._blocks, self._probe = blocks, probe
        self._completed, self._partial = completed, partial
        self._place = _Place(epoch=plan.first_epoch)
        self._last_report, self._last_fraction = -REPORT_SECONDS, 0.0
        self._batches = BatchValues()
        self._at: list[FloatArray] = []
        self._values: dict[str, list[FloatArray]] = {}
        self._epoch_start = 0.0
        self._is_complete = False  # the epoch that was partial last
        self._epoch_seconds: list[float] = []  # of whole epochs, with everything between them
        self._second_step: tuple[float, float] | None = None  # when, and share done by then
        self._learning_rate = 0.0

    @property
    def epoch(self) -> int:
        """The 1-based epoch in progress."""
        return self._place.epoch + 1

    @property
    def step(self) -> int:
        """The 1-based last batch of the phase in progress."""
        return self._place.step

    def callback(self) -> Any:
        """The Keras callback; it has to be the first one."""
        # Keras starts a pool of threads for kinds of batches that no callback follows.
        return backend.keras().callbacks.LambdaCallback(
            on_epoch_begin=self._on_epoch_begin,
            on_epoch_end=self._on_epoch_end,
            on_train_batch_begin=self._on_batch_begin,
            on_train_batch_end=self._on_train_batch_end,
            on_test_batch_begin=self._on_batch_begin,
            on_test_batch_end=self._on_test_batch_end,
            on_predict_batch_end=self._on_batch_begin,
        )

    def part(self) -> EpochPart | None:
        """What is trained of the epoch in progress, if anything is."""
        if self._partial is not None:
            return self._partial
        block = self._blocks.block
        if self._is_complete or not block.stop:
            return None
        return EpochPart(block, self._batches, self._clock.seconds() - self._epoch_start)

    def flush(self) -> None:
        """Report what has not been reported yet, if anything."""
        if self._at or self._fraction != self._last_fraction:
            self._report()

    # --- from Keras -------------------------------------------------------------------------------

    def _on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if epoch > self.plan.first_epoch:
            self._hold_epoch()
        now = self._clock.seconds()
        if epoch > self.plan.first_epoch:
            self._epoch_seconds.append(self._whole_epoch(now))
        self._epoch_start, self._is_complete = now, False
        self._place = _Place(epoch=epoch)
        self._batches = BatchValues()
        if self._partial is not None:
            partial, self._partial = self._partial, None
            self._epoch_start -= partial.seconds
            self._batches = partial.batches
            self._place.step, self._place.logs = partial.block.stop, partial.block.logs
            self._place.share = self._training_share_at(partial.block.stop)
        # As the epoch begins: ReduceLROnPlateau changes it at the end.
        self._learning_rate = float(str(np.float32(self._model.optimizer.learning_rate)))

    def _hold_epoch(self) -> None:
        """Let the epoch that is over be seen as long as is wanted, all of its batches reported.

        Not at its end: a stop would keep Keras's other callbacks from judging it.
        """
        if self._control.epoch_seconds:
            self.flush()
            self._control.hold_epoch(lambda: self._clock.seconds() - self._epoch_start)

    def _on_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._control.checkpoint()

    def _on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        plan, place, block = self.plan, self._place, self._blocks.block
        place.step = block.stop
        steps = np.arange(block.first, block.stop) + 1
        rows = np.minimum(steps * plan.batch_size, plan.training_rows)
        done = rows / plan.training_rows
        place.share, place.logs = self._training_share_at(block.stop), dict(logs)
        self._at.append(place.epoch + done)
        values = self._batches.add(rows, block.means)
        for name, value in logs.items():
            # What is no mean is only known at the end of the block.
            each = values.get(name, np.full(len(steps), value))
            self._values.setdefault(name, []).append(each)
        if self._second_step is None:  # the first block took the building of the steps with it
            self._second_step = self._clock.seconds(), place.share
        self._report_now_and_then()

    def _on_test_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        plan, place = self.plan, self._place
        place.phase, place.step = Phase.VALIDATION, batch + 1
        done = min(place.step * plan.validation_batch_size / plan.validation_rows, 1.0)
        place.share = plan.training_share + done * (1 - plan.training_share)
        self._report_now_and_then()

    def _on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        seconds = self._clock.seconds() - self._epoch_start
        self._place.share = 1.0
        number = epoch + 1
        logs = {**logs, "learning_rate": self._learning_rate}
        histograms = weight_histograms(self._model, self._project)
        blocks = self._blocks
        statistics = (
            self._probe.statistics(blocks.squares) if blocks.measures else LayerStatistics()
        )
        self._is_complete = True
        best = self._completed(number, logs)
        self._sink(EpochEnded(self.plan.run, number, seconds, logs, histograms, best, statistics))
        if any(histogram.non_finite for histogram in histograms):
            check_weights(self._model, self._project)

    # --- to the sink ------------------------------------------------------------------------------

    def _training_share_at(self, steps: int) -> float:
        """The part of an epoch's work that is done after so many training batches, 0 to 1."""
        plan = self.plan
        rows = min(steps * plan.batch_size, plan.training_rows)
        return rows / plan.training_rows * plan.training_share

    @property
    def _fraction(self) -> float:
        """The part of the run's work that is done, 0 to 1."""
        place, plan = self._place, self.plan
        return (place.epoch - plan.first_epoch + place.share) / plan.epochs

    def _report_now_and_then(self) -> None:
        if self._clock.seconds() - self._last_report >= REPORT_SECONDS:
            self._report()

    def _report(self) -> None:
        plan, place = self.plan, self._place
        self._last_report = now = self._clock.seconds()
        self._last_fraction = self._fraction
        steps = plan.steps if place.phase is Phase.TRAINING else plan.validation_steps
        at, values = self._at, self._values
        self._at, self._values = [], {}
        self._sink(
            Progress(
                run=plan.run,
                phase=place.phase,
                epoch=place.epoch + 1,
                step=place.step,
                steps=steps,
                fraction=self._last_fraction,
                seconds=now,
                seconds_left=self._seconds_left(now),
                logs=place.logs,
                at=_joined(at),
                batch_values={name: _joined(parts) for name, parts in values.items()},
            )
        )

    def _whole_epoch(self, now: float) -> float:
        """How long the epoch that ends now took; the first one without the building of the step."""
        if self._epoch_seconds or self._second_step is None:
            return now - self._epoch_start
        since, share = self._second_step
        return (now - since) / (1 - share) if share < 0.9 else now - self._epoch_start

    def _seconds_left(self, now: float) -> float | None:
        """From the latest whole epochs; in the first one, from the steps after the first."""
        place = self._place
        if self._epoch_seconds:
            latest = self._epoch_seconds[1:][-5:] or self._epoch_seconds
            per_epoch = sum(latest) / len(latest)
        else:
            if self._second_step is None:
                return None
            since, share = self._second_step
            if now - since < 0.2 or place.share <= share:
                return None
            per_epoch = (now - since) / (place.share - share)
        left = self.plan.epochs - (place.epoch - self.plan.first_epoch) - place.share
        return max(per_epoch * left, 0.0)


def _joined(parts: list[FloatArray]) -> FloatArray:
    return read_only(np.concatenate(parts) if parts else np.empty(0))
