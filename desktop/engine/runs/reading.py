"""What the folder of a run says, as a record or as a line of a table."""

from __future__ import annotations

from pathlib import Path

from desktop.engine.records import RunRecord
from desktop.engine.reports import EpochEnded
from desktop.engine.runs import folder as files
from desktop.engine.runs.folder import DamagedRunError, RunFile
from desktop.engine.runs.histogram_file import read_histograms
from desktop.engine.runs.summary import RunSummary, best_values, summary_of


def record_in(folder: Path, *, with_histograms: bool = True) -> RunRecord:
    """The record of the run in `folder`, with its own epochs alone. Raises DamagedRunError."""
    file = files.read_file(folder)
    record = files.record_of(file, files.read_run_project(folder))
    ended, path = files.ending_of(file), folder / files.HISTOGRAMS
    for epoch in files.read_epochs(folder):
        best = ended.best_epoch if ended is not None else None
        record.add(EpochEnded(file.id, epoch.epoch, epoch.seconds, epoch.logs, (), best))
    if with_histograms and path.exists():
        try:
            for number, histogram in read_histograms(path):
                record.curves.weights.add(number, [histogram])
        except Exception as error:  # zipfile and NumPy raise all kinds
            raise DamagedRunError(f"{path.name} cannot be read: {error!s:.100}") from error
    if ended is not None:
        record.add(ended)
    return record


def summary_in(folder: Path, file: RunFile) -> RunSummary:
    """The line of the run in `folder`, whose run.json is `file`. Raises DamagedRunError."""
    epochs = files.read_epochs(folder)
    try:
        project = (folder / files.PROJECT).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise files.unreadable(files.PROJECT, error) from error
    seconds = sum(epoch.seconds for epoch in epochs)
    weights = files.weight_bytes(folder)
    return summary_of(file, len(epochs), seconds, best_values(epochs), weights, project)
