"""Writing a run as it goes, so that whatever ends the program finds its epochs on disk."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from desktop.document.files import FileError, reason, write_atomically
from desktop.document.storage import project_text
from desktop.document.text import first_line
from desktop.engine.history import header, history_content, history_names, line
from desktop.engine.inspection import ModelFileError
from desktop.engine.kept_files import DamagedError
from desktop.engine.records import RunRecord
from desktop.engine.runs import folder as files
from desktop.engine.runs.folder import RunFile
from desktop.engine.runs.histogram_file import histograms_content
from desktop.engine.runs.index import DamagedIndexError
from desktop.engine.runs.marks import release_mark
from desktop.engine.runs.statistics_file import statistics_content
from desktop.engine.runs.store import RunStore, StoreError
from desktop.engine.runs.summary import RunSummary, best_values, summary_of

logger = logging.getLogger(__name__)

INDEX_SECONDS = 0.5  # between two updates of the index
LONGEST_PAUSE = 60.0  # where it cannot be written
HISTOGRAM_SECONDS = 30.0  # between two updates of the histograms and the statistics of layers
HISTOGRAM_PART = 200  # and at least so many times as long as one takes


EXPECTED = (
    OSError,
    sqlite3.Error,
    FileError,
    StoreError,
    ModelFileError,
    DamagedError,
    DamagedIndexError,
)


def why(error: Exception) -> str:
    """The reason why something is not kept, for people; unexpected ones are logged."""
    if not isinstance(error, EXPECTED):
        logger.error("A run could not be kept", exc_info=error)
        return f"{first_line(error):.200}"
    return reason(error) if isinstance(error, OSError) else f"{error}".rstrip(".")


class RunWriter:
    """Writes `record`, which is that of a run that begins, to `store`.

    An epoch is in history.csv when `epoch_ended` is over. The index, the histograms and the
    statistics follow now and then and at the end, since the folder alone counts. Every method may
    raise OSError, FileError and what else the store raises; the next call writes what is missing by
    then. To be used on one thread at a time, and closed.
    """

    def __init__(self, store: RunStore, record: RunRecord) -> None:
        self._store, self.record = store, record
        self._names: tuple[str, ...] | None = None  # the columns of history.csv
        self._written = 0  # epochs in it
        self._best: dict[str, float | None] = {}
        self._pause, self._histogram_pause = INDEX_SECONDS, HISTOGRAM_SECONDS
        self._history: IO[bytes] | None = None
        self._project_text = project_text(record.project)
        self.folder = store.folder / record.id
        self._mark: IO[bytes] | None = store.begin(record.id, files.new_files(self.folder, record))
        try:
            self._history = (self.folder / files.HISTORY).open("ab", buffering=0)
            store.show(record.id, self._summary)
        except BaseException:
            self.close()
            raise
        self._shown = self._drawn = time.monotonic()

    def epoch_ended(self) -> None:
        """The record has another epoch."""
        epoch = self.record.epochs[-1]
        self._best = best_values([epoch], self._best)
        self._append()
        now = time.monotonic()
        if now - self._shown > self._pause:
            self._show()
        if now - self._drawn > self._histogram_pause:
            self._write_histograms()
            self._write_statistics()
            self._drawn = time.monotonic()
            self._histogram_pause = max(HISTOGRAM_SECONDS, HISTOGRAM_PART * (self._drawn - now))

    def end(self) -> None:
        """The record has ended. Its `not_kept` says afterwards what could not be written."""
        ended = self.record.ended
        assert ended is not None
        for part, write in (
            ("last epochs", self._append),
            ("histograms of weights", self._write_histograms),
            ("statistics of layers", self._write_statistics),
        ):
            try:
                write()
            except Exception as error:  # what is smaller may still find room
                self._miss(part, error)
        self._change(lambda file: file.with_ending(ended))

    def miss(self, part: str, error: Exception) -> None:
        """Let the record, and the run on disk, say that `part` is not kept because of `error`."""
        self._miss(part, error)
        self._change(lambda file: file)

    def close(self) -> None:
        """Leave the run as it is: to others it is interrupted unless it was ended."""
        if self._history is not None:
            self._history.close()
        if self._mark is not None:
            release_mark(self.folder, self._mark)
            self._mark = None

    def _miss(self, part: str, error: Exception) -> None:
        missed = f"The {part} of this run could not be kept: {why(error)}"
        self.record.not_kept = ". ".join(filter(None, (self.record.not_kept, missed)))

    def _change(self, edit: Callable[[RunFile], RunFile]) -> None:
        not_kept = self.record.not_kept
        self._store.change(self.record.id, lambda file: edit(file).replace(not_kept=not_kept))

    def _append(self) -> None:
        """Write the epochs that are not in history.csv."""
        epochs, history = self.record.epochs, self._history
        new = epochs[self._written :]
        if not new:
            return
        assert history is not None
        names = history_names(epoch.logs for epoch in new)
        content = b"".join(line(epoch, self._names or names) for epoch in new)
        if self._names is None:
            self._add(history, header(names) + content)
            self._names = names
        elif set(names) <= set(self._names):
            self._add(history, content)
        else:  # a metric that no epoch had before
            history.close()
            try:
                write_atomically(self.folder / files.HISTORY, history_content(epochs))
                self._names = history_names(epoch.logs for epoch in epochs)
            finally:
                self._history = (self.folder / files.HISTORY).open("ab", buffering=0)
        self._written = len(epochs)

    def _add(self, history: IO[bytes], content: bytes) -> None:
        """Append `content` in whole, or nothing. Raises OSError."""
        size = history.tell()
        try:
            while content:
                content = content[history.write(content) :]
        except BaseException:
            with suppress(OSError):
                history.truncate(size)
                history.seek(size)
            raise

    def _show(self) -> None:
        """Let the index follow. It may be locked: then later, less often."""
        try:
            self._store.show(self.record.id, self._summary)
            self._pause = INDEX_SECONDS
        except (sqlite3.Error, DamagedIndexError):
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._shown = time.monotonic()

    def _summary(self, file: RunFile) -> RunSummary:
        record = self.record
        return summary_of(
            file.replace(ended=None),
            len(record.epochs),
            record.seconds,
            self._best,
            0,
            self._project_text,
        )

    def _write_histograms(self) -> None:
        content = histograms_content(self.record.curves.weights)
        write_atomically(self.folder / files.HISTOGRAMS, content)

    def _write_statistics(self) -> None:
        content = statistics_content(self.record.curves)
        write_atomically(self.folder / files.STATISTICS, content)
