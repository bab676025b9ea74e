"""The runs that are kept on disk, for the views: read, labeled, deleted and brought back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.workers import tasks
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.records import RunRecord
    from desktop.engine.runs.store import RunStore
    from desktop.engine.runs.summary import RunSummary
    from desktop.engine.tensorboard.reading import LoggedRun
    from desktop.engine.verdicts import GroupComparison, Summary

INTERVAL = 1000  # milliseconds between two looks for what other programs, or a training, have kept
SHARE = 0.05  # of the time that looking may take

T = TypeVar("T")


class KeptRuns(QObject):
    """The store of runs, used on a thread of its own: nothing here waits for data or a training.

    The store is opened when it is first needed. While somebody watches, new runs and epochs are
    found by themselves, also those of other programs. Runs from logs are listed among the others,
    as long as the window is open; nothing can be changed of them.

    Signals:
        listed: every run, the latest first, as a tuple of RunSummary; those that are as they were
            are the same objects as before.
        recordRead: a RunRecord that was requested, without histograms of weights and values of
            units; of a run from logs the LoggedRun.
        histogramsRead: the same with these, where they were requested.
        histogramsFailed: the id of the run whose histograms could not be read, and why.
        exported: the path of what was written.
        said: what was found to be damaged, and what was done.
        failed: what could not be done, and why.
    """

    listed = Signal(object)
    recordRead = Signal(object)
    histogramsRead = Signal(object)
    histogramsFailed = Signal(str, str)
    exported = Signal(str)
    said = Signal(str)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._store: RunStore | None = None  # used on the thread alone
        self._version: int | None = None  # of the list that was read last
        self._is_looking = False
        self._failure = ""  # of the last look: it is said once
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.timeout.connect(self._look)
        self._watchers: set[QObject] = set()
        self._stored: tuple[RunSummary, ...] | None = None  # those in the store
        self._logged: dict[str, LoggedRun] = {}
        self.runs: tuple[RunSummary, ...] | None = None  # as listed last

    @property
    def folder(self) -> Path:
        """Where the folders of the runs are."""
        from desktop.paths import runs_folder

        return runs_folder()

    def folder_of(self, run: str) -> Path:
        """Where the files of the run of this id are."""
        logged = self._logged.get(run)
        if logged is not None:
            return logged.folder
        return self.folder / run

    def networks(self, run: str) -> tuple[Path | None, Path | None]:
        """The files of the network after the last epoch and after the best one, as far as kept."""
        from desktop.engine.runs.folder import BEST, LAST

        if run in self._logged:
            return None, None
        paths = (self.folder_of(run) / name for name in (LAST, BEST))
        last, best = (path if path.is_file() else None for path in paths)
        return last, best

    # --- reading ------------------------------------------------------------------------------

    def watch(self, watcher: QObject, on: bool) -> None:
        """Keep the list up to date, as long as anybody watches it."""
        if on and not self._watchers:
            self._work(self._look_again, self._on_looked)
        (self._watchers.add if on else self._watchers.discard)(watcher)
        if not self._watchers:
            self._timer.stop()

    def read(self, run: str) -> None:
        """Ask for the record of the run of this id."""
        logged = self._logged.get(run)
        if logged is not None:
            self.recordRead.emit(logged)
        else:
            self._work(partial(self._read, run), self.recordRead.emit)

    def read_histograms(self, run: str) -> None:
        """Ask for the record of the run of this id, with histograms of its weights."""
        logged = self._logged.get(run)
        if logged is not None:
            self.histogramsRead.emit(logged)
        else:
            self._work(
                lambda store: store.read(run),
                self.histogramsRead.emit,
                partial(self.histogramsFailed.emit, run),
            )

    def add_logged(self, runs: Sequence[LoggedRun]) -> None:
        """List `runs`, too; each takes the place of what was read of the same logs before."""
        self._logged |= {run.id: run for run in runs}
        if self._stored is not None:
            self._on_listed(self._stored)

    def weigh(
        self,
        results: Sequence[tuple[str, Sequence[float], Sequence[float], bool]],
        done: Callable[[Sequence[tuple[GroupComparison, Summary, Summary]]], object],
    ) -> None:
        """Compare two groups of runs by each of several metrics; `done` gets what was found.

        Each of `results` is the metric, the values of both groups, and whether they are paired.
        """

        def work(
            _store: RunStore,
        ) -> Sequence[tuple[GroupComparison, Summary, Summary]]:
            from desktop.engine.verdicts import compare_groups, summary

            return [
                (compare_groups(name, one, other, paired=paired), summary(one), summary(other))
                for name, one, other, paired in results
            ]

        self._work(work, done)

    def summarize(
        self, results: Sequence[Sequence[float]], done: Callable[[Sequence[Summary]], object]
    ) -> None:
        """Work out the summary of each of `results`, one number per run; `done` gets them."""

        def work(_store: RunStore) -> Sequence[Summary]:
            from desktop.engine.verdicts import summary

            return [summary(each) for each in results]

        self._work(work, done)

    # --- changing -----------------------------------------------------------------------------

    def label(self, runs: Sequence[str], **changes: Any) -> None:
        """Change the name, notes, star, color or tags of runs."""

        def work(store: RunStore) -> None:
            for run in runs:
                store.label(run, **changes)

        self._change(work)

    def delete(self, runs: Sequence[str], done: Callable[[], object] | None = None) -> None:
        """Move runs to the trash; then call `done`."""
        self._change(lambda store: store.delete(runs), done)

    def restore(self, runs: Sequence[str]) -> None:
        """Bring deleted runs back."""
        self._change(lambda store: store.restore(runs))

    def export_table(self, runs: Sequence[RunSummary], path: Path, *, test: bool) -> None:
        """Write a table of `runs` as a CSV file to `path`, with test results if `test`."""

        def work(_store: RunStore) -> None:
            from desktop.document.files import write_atomically
            from desktop.engine.runs.comparing import table_content

            write_atomically(path, table_content(runs, test=test))

        self._change(work, partial(self.exported.emit, str(path)))

    def close(self) -> None:
        """Leave the store; the threads have ended."""
        self._timer.stop()
        if self._store is not None:
            self._store.close()
            self._store = None

    # --- on the thread ------------------------------------------------------------------------

    def _opened(self) -> RunStore:
        from desktop.engine.runs.store import RunStore

        if self._store is None:
            self._store = RunStore(self.folder, partial(self._threads.deliver, self.said.emit))
        return self._store

    def _look_again(self, store: RunStore) -> tuple[RunSummary, ...]:
        store.look_again()
        return self._list(store)

    def _list(self, store: RunStore) -> tuple[RunSummary, ...]:
        version = store.version  # first: what changes meanwhile is found the next time
        runs = store.all()
        self._version = version
        for run in runs:
            _ = run.searched, run.name_key  # takes a while the first time
        return runs

    def _list_if_changed(self, store: RunStore) -> tuple[tuple[RunSummary, ...] | None, float]:
        began = time.perf_counter()
        runs = None if store.version == self._version else self._list(store)
        return runs, time.perf_counter() - began

    def _read(self, run: str, store: RunStore) -> RunRecord:
        return store.read(run, with_histograms=False)

    # --- there and back -----------------------------------------------------------------------

    def _work(
        self,
        work: Callable[[RunStore], T],
        done: Callable[[T], object],
        failed: Callable[[str], object] | None = None,
    ) -> None:
        """Do `work` with the store on the thread, then call `done` or `failed` here."""

        def task() -> T:
            return tasks.with_runs(self._opened, work)

        self._threads.runs(task, done, failed or self.failed.emit)

    def _change(
        self, work: Callable[[RunStore], object], done: Callable[[], object] | None = None
    ) -> None:
        """Do `work`, which changes runs, and list them."""

        def both(store: RunStore) -> tuple[RunSummary, ...]:
            work(store)
            return self._list(store)

        def listed(runs: tuple[RunSummary, ...]) -> None:
            self._on_listed(runs)
            if done is not None:
                done()

        self._work(both, listed)

    def _look(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            self._work(self._list_if_changed, self._on_looked_for, self._on_look_failed)

    def _on_looked(self, runs: tuple[RunSummary, ...]) -> None:
        self._on_listed(runs)
        self._look_later(0.0)

    def _on_looked_for(self, found: tuple[tuple[RunSummary, ...] | None, float]) -> None:
        runs, seconds = found
        self._is_looking, self._failure = False, ""
        if runs is not None:
            self._on_listed(runs)
        self._look_later(seconds)

    def _on_look_failed(self, message: str) -> None:
        self._is_looking = False
        if message != self._failure:
            self._failure = message
            self.failed.emit(message)
        self._look_later(0.0)

    def _look_later(self, seconds: float) -> None:
        """Look again after a pause that is long beside the `seconds` that it took."""
        if self._watchers:
            self._timer.start(round(max(INTERVAL, 1000 * seconds / SHARE)))

    def _on_listed(self, runs: tuple[RunSummary, ...]) -> None:
        self._stored = runs
        if self._logged:
            logged = (run.summary for run in self._logged.values())
            runs = tuple(sorted((*runs, *logged), key=lambda run: run.id, reverse=True))
        self.runs = runs
        self.listed.emit(runs)
