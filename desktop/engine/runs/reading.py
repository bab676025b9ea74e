"""What the folder of a run says, as a record or as a line of a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from desktop.engine.curves import Curves
from desktop.engine.kept_files import DamagedError, UnreadableError, unreadable
from desktop.engine.records import RunRecord
from desktop.engine.reports import EpochEnded
from desktop.engine.runs import folder as files
from desktop.engine.runs.folder import RunFile
from desktop.engine.runs.histogram_file import read_histograms
from desktop.engine.runs.statistics_file import read_statistics
from desktop.engine.runs.summary import RunSummary, best_values, summary_of

MAX_ARRAYS = 200_000_000  # bytes of a file of arrays, once they are read


def record_in(folder: Path, *, with_histograms: bool = True) -> RunRecord:
    """The record of the run in `folder`, with its own epochs alone. Raises DamagedError.

    Histograms of its weights, and what was measured of single units, are read `with_histograms`.
    """
    file = files.read_file(folder)
    record = files.record_of(file, files.read_run_project(folder))
    ended = files.ending_of(file)
    for epoch in files.read_epochs(folder):
        best = ended.best_epoch if ended is not None else None
        record.add(EpochEnded(file.id, epoch.epoch, epoch.seconds, epoch.logs, (), best))
    if with_histograms:
        _add_arrays(folder / files.HISTOGRAMS, record.curves, read_histograms)
    read_layers = partial(read_statistics, with_units=with_histograms)
    _add_arrays(folder / files.STATISTICS, record.curves, read_layers)
    if ended is not None:
        record.add(ended)
    return record


def kept_record(path: Path) -> RunRecord | None:
    """The record of the run that the network in the file at `path` is kept with.

    It ends with the epoch that the weights are of. None for other files, and if it is damaged: the
    network can be used all the same.
    """
    origin = files.origin_of(path)
    if origin is None:
        return None
    try:
        record = record_in(path.parent)
    except DamagedError:
        return None
    record.curves.cut_after(origin.weights_epoch)
    return record


def _add_arrays(path: Path, curves: Curves, read: Callable[[Path, Curves], None]) -> None:
    """Have what the file at `path` holds added to `curves`, if it is there."""
    if not path.exists():
        return
    try:
        with ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > MAX_ARRAYS:
            raise DamagedError(f"{path.name} is too large")
        read(path, curves)
    except (OSError, MemoryError) as error:
        raise UnreadableError(f"{path.name} cannot be read: {error!s:.100}") from error
    except Exception as error:  # zipfile and NumPy raise all kinds
        raise DamagedError(f"{path.name} cannot be read: {error!s:.100}") from error


def summary_in(folder: Path, file: RunFile) -> RunSummary:
    """The line of the run in `folder`, whose run.json is `file`. Raises DamagedError."""
    epochs = files.read_epochs(folder)
    try:
        project = (folder / files.PROJECT).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise unreadable(files.PROJECT, error) from error
    seconds = sum(epoch.seconds for epoch in epochs)
    weights = files.weight_bytes(folder)
    return summary_of(file, len(epochs), seconds, best_values(epochs), weights, project)
