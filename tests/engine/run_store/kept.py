"""Runs for the store without any training: what their reports would say."""

from __future__ import annotations

import numpy as np

from desktop.document.project import Project, starter_project
from desktop.engine.fingerprint import Fingerprint
from desktop.engine.histograms import histogram
from desktop.engine.records import RunLabels, RunRecord
from desktop.engine.reports import (
    EngineInfo,
    EpochEnded,
    LayerStatistics,
    Outcome,
    RunEnded,
    RunStarted,
    WeightHistogram,
    new_run_id,
)
from desktop.engine.runs.store import RunStore
from desktop.engine.runs.writer import RunWriter

MARKS = Fingerprint("data", "split")


def spread(epoch: int) -> WeightHistogram:
    """A histogram that tells which epoch it is of."""
    values = np.linspace(-1, epoch, 50, dtype=np.float32)
    return histogram(values, 1, "Dense 2", "kernel", "dense/kernel", (5, 10))


def started(
    project: Project | None = None, epochs: int = 5, marks: Fingerprint = MARKS
) -> RunStarted:
    project = project or starter_project()
    return RunStarted(
        run=new_run_id(),
        first_epoch=0,
        epochs=epochs,
        steps_per_epoch=10,
        parameters=610,
        training_rows=100,
        validation_rows=20,
        seed=project.training.seed,
        histograms=(spread(0),),
        batch_size=10,
        monitor="val_loss",
        project=project,
        engine=EngineInfo("3.15", "2.21", "CPU"),
        fingerprint=marks,
    )


def epoch_ended(run: str, number: int, **logs: float) -> EpochEnded:
    values = {"loss": 1 / number, "val_loss": 2 / number, "val_accuracy": 1 - 0.5 / number}
    logs = {**values, **logs, "learning_rate": 0.001}
    measured = LayerStatistics(
        {
            "gradient_norm": {"Dense 2": 2.0 / number, "Dense 3": 1.0},
            "dead_share": {"Dense 2": 0.5},
        },
        {"zero_outputs": {"Dense 2": np.array([1, number / 8], np.float32)}},
    )
    return EpochEnded(run, number, 0.25, logs, (spread(number),), number, measured)


def run_ended(run: str, epoch: int, outcome: Outcome = Outcome.FINISHED) -> RunEnded:
    return RunEnded(run, outcome, epoch, 0.25 * epoch, "", "val_loss", epoch, False, None)


def keep(
    store: RunStore, project: Project | None = None, name: str = "", epochs: int = 3, **logs: float
) -> str:
    """A finished run in `store`; returns its id."""
    record = RunRecord(started(project, epochs))
    record.labels = RunLabels(name)
    writer = RunWriter(store, record)
    for number in range(1, epochs + 1):
        record.add(epoch_ended(record.id, number, **logs))
        writer.epoch_ended()
    record.add(run_ended(record.id, epochs))
    writer.end()
    writer.close()
    return record.id
