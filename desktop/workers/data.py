"""Loading the data set that is in use."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.data import DataSource
from desktop.document.schema import DataSchema
from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.reports import DataPreview, DataSummary
    from desktop.engine.rows import Dataset

PROGRESS_INTERVAL = 0.05  # seconds between two reports of how far it is


class DataLoader(QObject):
    """Loads the rows of one source at a time; only the one chosen last counts.

    Signals:
        loading: another source was chosen.
        previewed: the DataPreview of a table that takes a while.
        progress: how much of it is loaded, 0 to 1.
        loaded: its DataSummary.
        failed: why it could not be loaded.
    """

    loading = Signal()
    previewed = Signal(object)
    progress = Signal(float)
    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._control: RunControl | None = None  # of the load that is running
        self.source: DataSource | None = None
        self.dataset: Dataset | None = None
        self.summary: DataSummary | None = None
        self.error = ""  # why `source` could not be loaded
        self._is_outdated = False  # whether there are other rows by now

    @property
    def schema(self) -> DataSchema | None:
        """What `source` holds; None as long as that is not known."""
        if self.summary is not None:
            return self.summary.schema
        return self.source.known_schema if self.source is not None else None

    def load(self, source: DataSource, *, download: bool = False) -> None:
        """Load `source`, unless it is loaded or being loaded already.

        With `download`, files of it that are missing are downloaded before.
        """
        is_there = self.summary is not None or self._control is not None
        if source == self.source and is_there and not self._is_outdated:
            return
        self.stop()
        self._is_outdated = False
        self.source, self.dataset, self.summary = source, None, None
        self.error = ""
        self._control = control = RunControl()
        self.loading.emit()
        self._threads.background(
            partial(self._load, source, control, download),
            partial(self._on_loaded, control),
            partial(self._on_failed, control),
        )

    def mark_drawings_changed(self) -> None:
        """Take note that the user keeps other drawings: data with them is loaded when needed."""
        self._is_outdated = self.source is not None and self.source.uses_drawings

    def refresh(self) -> None:
        """Load the data again if there are other rows by now."""
        if self._is_outdated and self.source is not None:
            self.load(self.source)

    def cancel(self) -> None:
        """Stop loading, if that is running; `failed` tells that it was canceled."""
        if self._control is not None and self.source is not None:
            self.stop()
            self.error = f"Loading {self.source.title} was canceled"
            self.failed.emit(self.error)

    def stop(self) -> None:
        """Stop loading without a word."""
        if self._control is not None:
            self._control.stop()
            self._control = None

    def _load(
        self, source: DataSource, control: RunControl, download: bool
    ) -> tuple[Dataset, DataSummary] | None:
        """On the thread: load `source`; None if that was stopped."""
        last = perf_counter()

        def progress(part: float) -> None:
            nonlocal last
            control.checkpoint()
            now = perf_counter()
            if now - last >= PROGRESS_INTERVAL:
                last = now
                self._threads.deliver(partial(self._on_progress, control), part)

        def show(first: DataPreview) -> None:
            self._threads.deliver(partial(self._on_previewed, control), first)

        return tasks.load_data(source, progress, show, download=download)

    def _on_previewed(self, control: RunControl, first: DataPreview) -> None:
        if control is self._control:
            self.previewed.emit(first)

    def _on_progress(self, control: RunControl, part: float) -> None:
        if control is self._control:
            self.progress.emit(part)

    def _on_loaded(self, control: RunControl, loaded: tuple[Dataset, DataSummary] | None) -> None:
        if control is not self._control or loaded is None:
            return  # another source was chosen meanwhile
        self.dataset, self.summary = loaded
        self._control = None
        self.loaded.emit(self.summary)

    def _on_failed(self, control: RunControl, message: str) -> None:
        if control is self._control:
            self._control, self.error = None, message
            self.failed.emit(message)
