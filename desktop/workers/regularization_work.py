"""What regularization made of networks that runs have kept, measured beside everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.regularization import Regularized
    from desktop.engine.rows import Dataset

NO_DATA = "Measured when the data is loaded"


class RegularizationWork(QObject):
    """Measures the networks of kept runs, one after the other.

    `network_of` returns the file of the network that the run of an id has kept, None if it has
    none; `dataset` the rows of the data in use.

    Signals:
        measured: a Regularized.
        failed: the id of a run, and why it could not be measured.
    """

    measured = Signal(object)
    failed = Signal(str, str)

    def __init__(
        self,
        threads: Threads,
        network_of: Callable[[str], Path | None],
        dataset: Callable[[], Dataset | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads, self._network_of, self._dataset = threads, network_of, dataset
        self._control = RunControl()
        self._asked: set[str] = set()

    def measure(self, run: str) -> None:
        """Have the network of the run of this id measured, unless that is being done.

        Without data it fails at once, so that it can be asked for again when that is loaded.
        """
        dataset = self._dataset()
        if dataset is None:
            self.failed.emit(run, NO_DATA)
        elif run not in self._asked:
            self._asked.add(run)
            task = partial(self._measure, run, dataset)
            self._threads.background(task, self._on_measured, partial(self._on_failed, run))

    def stop(self) -> None:
        """Stop what is under way, for good."""
        self._control.stop()

    def _measure(self, run: str, dataset: Dataset) -> tuple[str, Regularized | None]:
        """On the thread."""
        return run, tasks.regularized(run, self._network_of(run), dataset, self._control)

    def _on_measured(self, answer: tuple[str, Regularized | None]) -> None:
        run, found = answer
        self._asked.discard(run)
        if found is not None:
            self.measured.emit(found)

    def _on_failed(self, run: str, message: str) -> None:
        self._asked.discard(run)
        self.failed.emit(run, message)
