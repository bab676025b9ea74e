"""Reports of made-up runs whose numbers the tests of charts know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.document.project import Project
from desktop.workers.records import RunRecord, RunRecorder
from desktop.workers.reports import (
    EngineInfo,
    EpochEnded,
    Outcome,
    Phase,
    Progress,
    RunEnded,
    RunStarted,
    WeightHistogram,
)

ENGINE = EngineInfo("3.15", "2.21", "CPU")
THIS = 0  # the best epoch is the one that has ended


class Recorder(RunRecorder):
    """A recorder that is only asked once there is a run."""

    @property
    def kept(self) -> RunRecord:
        assert self.record is not None
        return self.record


class Reports(QObject):
    """The signals of a session that a page of charts listens to, and its record."""

    stateChanged = Signal(object)
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()
    modelAdopted = Signal(object)
    dataLoaded = Signal(object)
    surfacePredicted = Signal(object)
    unitsPredicted = Signal(object)
    summary = None  # of the data

    def __init__(self) -> None:
        super().__init__()
        recorder = self._recorder = RunRecorder()
        for signal in (self.runStarted, self.progress, self.epochEnded, self.runEnded):
            signal.connect(recorder)
        self.modelReset.connect(recorder.clear)

    @property
    def record(self) -> RunRecord | None:
        return self._recorder.record


def run_id(run: int) -> str:
    return f"run {run}"


def histogram(
    layer: int = 1,
    weight: str = "kernel",
    values: Sequence[float] = (-1.0, 0.0, 0.5, 1.0),
    path: str = "",
) -> WeightHistogram:
    """The histogram of `values` in ten bins."""
    array = np.asarray(values, dtype=float)
    finite = array[np.isfinite(array)]
    counts, edges = np.histogram(finite, bins=10)
    return WeightHistogram(
        layer,
        f"Dense {layer + 1}",
        weight,
        f"{layer}/{path or weight}",
        array.shape,
        counts,
        edges,
        float(finite.min()),
        float(finite.max()),
        float(finite.mean()),
        float(finite.std()),
        int((finite == 0).sum()),
        int(len(array) - len(finite)),
    )


def histograms(epoch: int, layers: int = 2) -> tuple[WeightHistogram, ...]:
    """A kernel and a bias for each layer; the kernels widen from epoch to epoch."""
    spread = np.linspace(-1, 1, 40) * (1 + 0.1 * epoch)
    return tuple(
        histogram(layer, weight, values)
        for layer in range(1, layers + 1)
        for weight, values in (("kernel", spread), ("bias", spread / 10))
    )


def started(
    run: int = 1,
    first: int = 0,
    epochs: int = 5,
    layers: int = 2,
    rows: int = 64,
    batch_size: int = 16,
    monitor: str = "val_loss",
    best: int | None = None,
) -> RunStarted:
    return RunStarted(
        run=run_id(run),
        first_epoch=first,
        epochs=epochs,
        steps_per_epoch=-(-rows // batch_size),
        parameters=100,
        training_rows=rows,
        validation_rows=16,
        seed=1,
        histograms=histograms(first, layers),
        batch_size=batch_size,
        monitor=monitor,
        best_epoch=best,
        project=Project(),
        engine=ENGINE,
    )


def progress(at: Sequence[float], run: int = 1, **values: Sequence[float]) -> Progress:
    batch = {name: np.asarray(v, dtype=float) for name, v in values.items()}
    epoch = int(at[-1]) + 1
    return Progress(
        run_id(run), Phase.TRAINING, epoch, 1, 4, 0.5, 1.0, 1.0, {}, np.asarray(at, float), batch
    )


def epoch_ended(
    epoch: int,
    logs: Mapping[str, float] | None = None,
    run: int = 1,
    layers: int = 2,
    best: int | None = THIS,
) -> EpochEnded:
    logs = {"loss": 1 / epoch, "val_loss": 1.1 / epoch} if logs is None else logs
    return EpochEnded(
        run_id(run), epoch, 0.1, logs, histograms(epoch, layers), epoch if best == THIS else best
    )


def ended(
    epoch: int = 5,
    run: int = 1,
    best: int | None = None,
    early: bool = False,
    outcome: Outcome = Outcome.FINISHED,
    message: str = "",
) -> RunEnded:
    monitor = "val_loss" if best is not None else ""
    return RunEnded(
        run_id(run), outcome, epoch, 1.0, message, monitor, best, early, best if early else None
    )
