"""Reports of made-up runs whose numbers the tests of charts know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.workers.reports import (
    EpochEnded,
    Outcome,
    Phase,
    Progress,
    RunEnded,
    RunStarted,
    WeightHistogram,
)

THIS = 0  # the best epoch is the one that has ended


class Reports(QObject):
    """The signals of a session that a page of charts listens to."""

    stateChanged = Signal(object)
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()


def histogram(
    layer: int = 1, weight: str = "kernel", values: Sequence[float] = (-1.0, 0.0, 0.5, 1.0)
) -> WeightHistogram:
    """The histogram of `values` in ten bins."""
    array = np.asarray(values, dtype=float)
    finite = array[np.isfinite(array)]
    counts, edges = np.histogram(finite, bins=10)
    return WeightHistogram(
        layer,
        f"Dense {layer + 1}",
        weight,
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
        run=run,
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
    )


def progress(at: Sequence[float], run: int = 1, **values: Sequence[float]) -> Progress:
    batch = {name: np.asarray(v, dtype=float) for name, v in values.items()}
    epoch = int(at[-1]) + 1
    return Progress(
        run, Phase.TRAINING, epoch, 1, 4, 0.5, 1.0, 1.0, {}, np.asarray(at, float), batch
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
        run, epoch, 0.1, logs, histograms(epoch, layers), epoch if best == THIS else best
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
        run, outcome, epoch, 1.0, message, monitor, best, early, best if early else None
    )
