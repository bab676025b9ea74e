"""Loading the data set that is in use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.data import DataSource
from desktop.document.schema import DataSchema
from desktop.engine.reports import DataSummary
from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.rows import Dataset


class DataLoader(QObject):
    """Loads the rows of one source at a time; only the one chosen last counts.

    Signals:
        loading: another source was chosen.
        loaded: its DataSummary.
        failed: why it could not be loaded.
    """

    loading = Signal()
    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._is_loading = False
        self.source: DataSource | None = None
        self.dataset: Dataset | None = None
        self.summary: DataSummary | None = None
        self.error = ""  # why `source` could not be loaded

    @property
    def schema(self) -> DataSchema | None:
        """What `source` holds; None as long as that is not known."""
        if self.summary is not None:
            return self.summary.schema
        return self.source.known_schema if self.source is not None else None

    def load(self, source: DataSource) -> None:
        """Load `source`, unless it is loaded or being loaded already."""
        if source == self.source and (self.summary is not None or self._is_loading):
            return
        self.source, self.dataset, self.summary = source, None, None
        self._is_loading, self.error = True, ""
        self.loading.emit()
        self._threads.background(
            partial(self._load_if_wanted, source),
            self._on_loaded,
            partial(self._on_failed, source),
        )

    def _load_if_wanted(self, source: DataSource) -> tuple[Dataset, DataSummary] | None:
        """On the thread: load `source`, unless another one has been chosen since."""
        return tasks.load_data(source) if source == self.source else None

    def _on_loaded(self, loaded: tuple[Dataset, DataSummary] | None) -> None:
        if loaded is None or loaded[1].source != self.source:
            return  # another source was chosen meanwhile
        self.dataset, self.summary = loaded
        self._is_loading = False
        self.loaded.emit(self.summary)

    def _on_failed(self, source: DataSource, message: str) -> None:
        if source == self.source:
            self._is_loading, self.error = False, message
            self.failed.emit(message)
