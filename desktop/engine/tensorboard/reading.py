"""Logs that Keras's callback wrote elsewhere, read as runs that nobody can change.

How large they may be is bounded, since anyone may have made them.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from desktop.document.files import reason
from desktop.document.text import counted
from desktop.engine.curves import Curves
from desktop.engine.records import EpochRecord, RunLabels
from desktop.engine.reports import (
    EpochEnded,
    LayerStatistics,
    Outcome,
    RunEnded,
    WeightHistogram,
    run_id,
)
from desktop.engine.runs.summary import LoggedSummary, best_values
from desktop.engine.tensorboard.event_file import EVENTS, TRAIN, VALIDATION
from desktop.engine.tensorboard.event_values import LogsError, Values, read_events

MAX_BYTES = 500_000_000  # of all event files below a folder
MAX_RUNS = 1_000
MAX_LOOKED_AT = 1_000  # files and folders that are looked through for event files


@dataclass(frozen=True)
class LoggedRun:
    """A run that the logs in `folder` are of, as a `RunRecord` and its line in the table show it.

    `curves` are those of its epochs, with histograms where there are some. `warnings` say what is
    missing. What was trained is not known: `summary.project` raises ProjectFileError.
    """

    folder: Path
    summary: LoggedSummary
    epochs: tuple[EpochRecord, ...]
    curves: Curves
    warnings: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def labels(self) -> RunLabels:
        return RunLabels(self.summary.name)

    @property
    def seconds(self) -> float:
        return self.summary.seconds

    @property
    def first_epoch(self) -> int:
        return 0

    @property
    def ended(self) -> RunEnded | None:
        return None  # how is not known

    @property
    def is_running(self) -> bool:
        return False

    @property
    def planned_end(self) -> int:
        return self.epochs[-1].epoch if self.epochs else 0

    @property
    def monitor(self) -> str:
        return ""  # not known

    @property
    def best_epoch(self) -> int | None:
        return None

    @property
    def stopped_early_epoch(self) -> int | None:
        return None

    def best(self, name: str) -> tuple[int, float] | None:
        return self.curves.best(name)


def holds_logs(folder: Path) -> bool:
    """Whether there are event files in `folder` or below it, among the first files there.

    This takes milliseconds, whatever the folder holds.
    """
    try:
        found = islice(folder.rglob("*"), MAX_LOOKED_AT)
        return any(fnmatch(path.name, EVENTS) for path in found)
    except OSError:
        return False


def read_logs(folder: Path) -> tuple[LoggedRun, ...]:
    """The runs whose logs are in `folder` or below it, by name. Raises LogsError.

    A run has its event files in one folder, or in `train` and `validation` below that. What comes
    after a damaged place of a file is left out, and the run says so.
    """
    runs: dict[Path, list[Path]] = {}
    total = 0
    try:
        if not folder.is_dir():
            raise LogsError(f"{folder} is no folder; choose the one that `log_dir` named")
        for path in sorted(folder.rglob(EVENTS)):
            if path.is_file():
                total += path.stat().st_size
                parent = path.parent
                is_part = parent != folder and parent.name in (TRAIN, VALIDATION)
                runs.setdefault(parent.parent if is_part else parent, []).append(path)
    except OSError as error:
        raise LogsError(f"{folder} cannot be read: {reason(error)}") from error
    if not runs:
        raise LogsError(
            f"There are no logs of TensorBoard in {folder}: no file with tfevents in its name"
        )
    if total > MAX_BYTES or len(runs) > MAX_RUNS:
        raise LogsError(
            f"The logs in {folder} are too large, {counted(len(runs), 'run')} of "
            f"{total / 1e6:,.0f} MB; at most {MAX_RUNS:,} of {MAX_BYTES / 1e6:,.0f} MB are read: "
            "choose the folder of one run"
        )
    return tuple(_run(place, paths, folder) for place, paths in sorted(runs.items()))


def _run(place: Path, paths: Sequence[Path], root: Path) -> LoggedRun:
    values = Values()
    for path in paths:
        read_events(path, values)
    epochs = _epochs(values)
    last = [history[max(history)] for history in values.histograms.values()]
    summary = LoggedSummary(
        id=run_id(_start(values), f"{zlib.crc32(os.fsencode(place.resolve())):08x}"),
        name=place.name if place == root else place.relative_to(root).as_posix(),
        notes="",
        starred=False,
        color="",
        tags=(),
        data="",
        data_fingerprint=None,
        split_fingerprint=None,
        seed=None,
        parameters=sum(int(histogram.counts.sum()) for histogram in last),
        first_epoch=0,
        planned_epochs=len(epochs),
        epochs=len(epochs),
        seconds=sum(epoch.seconds for epoch in epochs),
        outcome=Outcome.FINISHED,
        best=best_values(epochs),
        test={},
        weights=0,
        project_text="",
    )
    return LoggedRun(place, summary, epochs, _curves(values, epochs), tuple(values.warnings))


def _start(values: Values) -> datetime:
    try:
        return datetime.fromtimestamp(values.began, UTC)
    except (ValueError, OverflowError, OSError):  # not a time at all
        return datetime.fromtimestamp(0, UTC)


def _epochs(values: Values) -> tuple[EpochRecord, ...]:
    """The epochs that have any metric, with the seconds since the one before."""
    before, epochs = values.began, []
    for step in sorted({step for series in values.scalars.values() for step in series}):
        logs = {name: series[step] for name, series in values.scalars.items() if step in series}
        seconds = values.ends[step] - before
        epochs.append(EpochRecord(step + 1, seconds if 0 <= seconds < math.inf else 0.0, logs))
        before = values.ends[step]
    return tuple(epochs)


def _curves(values: Values, epochs: Sequence[EpochRecord]) -> Curves:
    curves = Curves()
    histograms: dict[int, list[WeightHistogram]] = {}
    for history in values.histograms.values():
        for step, histogram in history.items():
            histograms.setdefault(step + 1, []).append(histogram)
    for epoch in epochs:
        statistics: dict[str, dict[str, float]] = {}
        for (statistic, layer), series in values.statistics.items():
            if epoch.epoch - 1 in series:
                statistics.setdefault(statistic, {})[layer] = series[epoch.epoch - 1]
        logs = dict(epoch.logs)
        measured = LayerStatistics(statistics)
        curves.add_epoch(EpochEnded("", epoch.epoch, epoch.seconds, logs, (), None, measured))
    for number in sorted(histograms):
        curves.weights.add(number, histograms[number])
    return curves
