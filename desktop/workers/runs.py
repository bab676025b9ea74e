"""What is done with the network itself: training, evaluation, saving."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.project import Project
from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.network import Network
    from desktop.engine.records import RunRecord, RunRecorder
    from desktop.engine.reports import Evaluation, Report
    from desktop.engine.rows import Dataset
    from desktop.engine.runs.keeper import RunKeeper
    from desktop.engine.training import Trainer


class NetworkRunner(QObject):
    """Holds the current network and the record of its runs, and does one thing at a time with it.

    Signals:
        reported: every report of the current training run; the first of a new network comes
            after it has become the current one.
        evaluated: an Evaluation, or why there is none; None if the network is gone by then.
        saved: the path.
        saveFailed: why, and the path.
        notKept: what of a run could not be kept on disk, and why.
    """

    reported = Signal(object)
    evaluated = Signal(object)
    saved = Signal(str)
    saveFailed = Signal(str, str)
    notKept = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._trainer: Trainer | None = None  # of the current run
        self._run = ""  # the id of the last one
        self._epoch_seconds = 0.0
        self._recorder: RunRecorder | None = None  # made at the first run: it needs numpy
        self._origin: RunRecord | None = None
        self.network: Network | None = None
        self.control = RunControl()  # of what is running

    @property
    def record(self) -> RunRecord | None:
        """What is kept of the network's last run, and of those before it; None if there is none."""
        return self._recorder.record if self._recorder is not None else None

    @property
    def measured(self) -> RunRecord | None:
        """The record that says how the layers of the network are; None if nothing is known.

        That of its last run, or, until something was measured there, of the kept one that its
        weights were read with.
        """
        record = self.record
        if record is None or record.curves.last_measured is None:
            return self._origin or record
        return record

    @cached_property
    def _keeper(self) -> RunKeeper:
        from desktop.engine.runs.keeper import RunKeeper  # it needs numpy

        return RunKeeper(partial(self._threads.deliver, self.notKept.emit))

    def replace(self, network: Network | None, origin: RunRecord | None = None) -> None:
        """Let `network` be the current one, without any runs so far.

        `origin` is the record of the kept run that its weights were read with.
        """
        self.network, self._origin = network, origin
        if self._recorder is not None:
            self._recorder.clear()

    def train(self, dataset: Dataset, project: Project, network: Network | None) -> None:
        """Resume the training of `network`, or train a new one, on `dataset`.

        A new network becomes the current one when its training starts.
        """
        from desktop.engine.reports import new_run_id
        from desktop.engine.training import Trainer

        self._trainer = trainer = Trainer(dataset, network)
        self.control = RunControl()
        self.control.epoch_seconds = self._epoch_seconds
        self._run = new_run_id()
        report = partial(self._threads.deliver, self._on_report)
        self._threads.engine(
            partial(
                tasks.train,
                trainer,
                project,
                self.control,
                report,
                resume=network is not None,
                run=self._run,
                keeper=self._keeper,
            )
        )

    @property
    def epoch_seconds(self) -> float:
        """How long every epoch lasts at least, in the current run and in later ones."""
        return self._epoch_seconds

    @epoch_seconds.setter
    def epoch_seconds(self, seconds: float) -> None:
        self._epoch_seconds = self.control.epoch_seconds = seconds

    def evaluate(self, dataset: Dataset) -> None:
        """Evaluate the network on the test rows of `dataset`."""
        network = self.network
        assert network is not None
        self.control = RunControl()
        self._threads.engine(
            partial(tasks.evaluate, network, dataset, self.control, self._keeper),
            partial(self._on_evaluated, network),
            partial(self._on_evaluated, network),
        )

    def close(self) -> None:
        """Leave the network and its runs; the threads have ended."""
        self.network = None
        if "_keeper" in vars(self):
            self._keeper.close()

    def save(self, path: Path) -> None:
        """Save the network as a .keras file."""
        network = self.network
        assert network is not None
        self._threads.engine(
            partial(tasks.save_model, network, path),
            partial(self._on_saved, network),
            partial(self._on_save_failed, str(path)),
        )

    def _on_report(self, report: Report) -> None:
        from desktop.engine.reports import RunEnded, RunStarted

        if report.run != self._run or self._trainer is None:
            return
        if isinstance(report, RunStarted):
            if self.network is not self._trainer.network:
                self.replace(self._trainer.network)
        elif isinstance(report, RunEnded):
            self._trainer = None
        self._keep(report)
        self.reported.emit(report)

    def _keep(self, report: Report) -> None:
        from desktop.engine.records import RunRecorder

        if self._recorder is None:
            self._recorder = RunRecorder()
        self._recorder(report)

    def _on_evaluated(self, network: Network, result: Evaluation | str) -> None:
        self.evaluated.emit(result if network is self.network else None)

    def _on_saved(self, network: Network, path: str) -> None:
        network.mark_saved()
        self.saved.emit(path)

    def _on_save_failed(self, path: str, message: str) -> None:
        self.saveFailed.emit(message, path)
