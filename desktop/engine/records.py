"""What is kept of a training run, and what fills it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from platform import python_version
from typing import Protocol

from desktop import __version__, machine
from desktop.document.json_values import Settings
from desktop.engine.curves import Curves
from desktop.engine.reports import (
    EpochEnded,
    Outcome,
    Progress,
    Report,
    RunEnded,
    RunStarted,
)


@dataclass(frozen=True)
class EpochRecord:
    """An epoch of a run. `logs` are Keras's: loss, accuracy, val_loss, ..., learning_rate."""

    epoch: int  # 1-based, counted over the life of the network
    seconds: float
    logs: Mapping[str, float]


# The colors that the curves of a run can be given; how each looks is the theme's matter.
COLORS = ("blue", "orange", "green", "pink", "yellow")


@dataclass(frozen=True)
class RunLabels:
    """What people say of a run. `color` is one of COLORS, or "" for none."""

    name: str = ""
    notes: str = ""
    starred: bool = False
    color: str = ""
    tags: tuple[str, ...] = ()


class Recorded(Protocol):
    """What there is to draw of a run, of RunRecord or of logs; the words are those of RunRecord."""

    @property
    def id(self) -> str: ...
    @property
    def first_epoch(self) -> int: ...
    @property
    def epochs(self) -> Sequence[EpochRecord]: ...
    @property
    def curves(self) -> Curves: ...
    @property
    def ended(self) -> RunEnded | None: ...
    @property
    def is_running(self) -> bool: ...
    @property
    def planned_end(self) -> int: ...
    @property
    def monitor(self) -> str: ...
    @property
    def best_epoch(self) -> int | None: ...
    @property
    def stopped_early_epoch(self) -> int | None: ...
    def best(self, name: str) -> tuple[int, float] | None: ...


class RunRecord:
    """Everything kept of one run: what was trained, with what, how it went and how it ended.

    `id` is that of no other run, of this start of the program or any other. `epochs` are the run's
    own; `curves` are of the network from its first weights to the end of the run, and so begin with
    those of the runs before it. `monitor` is the name of the value that the best epoch of the
    network, `best_epoch`, is judged by, e.g. "val_loss". `start` is the report it began with.
    `test` are the metrics on the test rows, where they were measured, and `test_looks` says how
    many networks had been evaluated on those before the run began, None if that is not known.
    `not_kept` says what of the run could not be written to disk, and why.
    `continues` is the id of the run that it goes on from. A run of a group has the id of that in
    `group`, its number there in `trial`, and in `settings` what was varied there.
    """

    def __init__(self, report: RunStarted, earlier: RunRecord | None = None) -> None:
        """The record of a run that begins; `earlier` is that of the run it goes on from."""
        self.start = report
        self.id = report.run
        self.project = report.project
        self.seed = report.seed
        self.program = __version__
        self.python = python_version()
        self.machine = machine.description()
        self.fingerprint = report.fingerprint
        self.engine = report.engine
        self.parameters = report.parameters
        self.first_epoch = report.first_epoch
        self.planned_epochs = report.epochs
        self.monitor = report.monitor
        self.best_epoch = report.best_epoch
        self.curves: Curves = (
            Curves(report.first_epoch) if earlier is None else earlier.curves.copy()
        )
        self.curves.begin(report)
        self.epochs: list[EpochRecord] = []
        self.ended: RunEnded | None = None
        self.continues = earlier.id if earlier is not None else None
        self.not_kept = ""
        self.labels = RunLabels()
        self.group = ""
        self.trial: int | None = None
        self.settings: Settings = {}
        self.test: Mapping[str, float] = {}
        self.test_looks: int | None = None

    def add(self, report: Progress | EpochEnded | RunEnded) -> None:
        """Take over what a report of the run tells."""
        match report:
            case Progress():
                self.curves.add_batches(report)
            case EpochEnded():
                self.epochs.append(EpochRecord(report.epoch, report.seconds, report.logs))
                self.curves.add_epoch(report)
                self.best_epoch = report.best_epoch
            case RunEnded():
                self.ended = report

    @property
    def is_running(self) -> bool:
        return self.ended is None

    @property
    def outcome(self) -> Outcome | None:
        """How the run ended; None while it is running."""
        return None if self.ended is None else self.ended.outcome

    @property
    def seconds(self) -> float:
        """How long the run took, or its epochs so far, without pauses."""
        if self.ended is not None:
            return self.ended.seconds
        return sum(epoch.seconds for epoch in self.epochs)

    @property
    def planned_end(self) -> int:
        """The epoch that the run is to end with."""
        return self.first_epoch + self.planned_epochs

    @property
    def stopped_early_epoch(self) -> int | None:
        """The epoch after which EarlyStopping ended the run, if it did."""
        return self.ended.epoch if self.ended is not None and self.ended.stopped_early else None

    def best(self, name: str) -> tuple[int, float] | None:
        """The epoch and value at which e.g. "val_loss" was best; None without finite values.

        For the monitor that is the best epoch, of however small an improvement others may be.
        """
        best, series = self.curves.best(name), self.curves.series(name)
        if best is None or series is None:
            return None
        if name == self.monitor and self.best_epoch is not None:
            point = series.at(self.best_epoch)
            return point and (self.best_epoch, point[1])
        return best


class RunRecorder:
    """Keeps the record of the last run of one network; call it with every report.

    A run of new weights begins new curves, any other continues those there are. Reports of another
    run than the last one that started are ignored.
    """

    def __init__(self) -> None:
        self.record: RunRecord | None = None  # None before the first run

    def __call__(self, report: Report) -> None:
        """Take a report."""
        record = self.record
        if isinstance(report, RunStarted):
            is_new = report.first_epoch == 0 and report.first_step == 0
            self.record = RunRecord(report, None if is_new else record)
        elif record is not None and record.id == report.run:
            record.add(report)

    def clear(self) -> None:
        """The network is gone: the next run is of another one."""
        self.record = None
