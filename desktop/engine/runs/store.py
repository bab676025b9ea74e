"""All runs that are kept, in one folder of the user's."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from desktop import paths
from desktop.document.files import FileError
from desktop.document.text import listed
from desktop.engine.closing import Closing
from desktop.engine.kept_files import DamagedError
from desktop.engine.records import COLORS, RunLabels, RunRecord
from desktop.engine.runs import folder as files
from desktop.engine.runs.catalog import Catalog
from desktop.engine.runs.folder import RunFile
from desktop.engine.runs.index import DamagedIndexError, Index
from desktop.engine.runs.marks import RUNNING, hold_mark, is_being_written
from desktop.engine.runs.reading import record_in, summary_in
from desktop.engine.runs.settings import set_weights_limit, weights_limit
from desktop.engine.runs.summary import RunSummary

logger = logging.getLogger(__name__)

TRASH, NEW = ".trash", ".new-"  # folders beside those of the runs
SHORTEST_PART = 4  # characters of an id that stand for it
_TRASH_SECONDS = 30 * 24 * 3600
_STALE_SECONDS = 3600  # longer than it takes to begin the folder of a run


class StoreError(Exception):
    """Something cannot be done with the runs that are kept; the message is for the user."""


class RunStore(Closing):
    """The runs in `folder`, by default the user's.

    `say` is told in a sentence what was found to be damaged, and what was done. Any number of
    stores may be open for one folder, in this program and others; each may be used on any thread.
    Raises StoreError.
    """

    def __init__(self, folder: Path | None = None, say: Callable[[str], None] | None = None):
        self.folder = folder or paths.runs_folder()
        self._say = say or logger.warning
        with self._explaining():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._catalog = Catalog(self.folder, self._say)
            self._tidy()

    @property
    def trash(self) -> Path:
        """Where deleted runs are."""
        return self.folder / TRASH

    def close(self) -> None:
        self._catalog.close()

    # --- reading ------------------------------------------------------------------------------

    def all(self) -> tuple[RunSummary, ...]:
        """Every run, the latest first."""
        with self._explaining():
            return self._catalog.ask(Index.all)

    @property
    def version(self) -> int:
        """Another number than before if `all` may find more or other runs. Raises StoreError."""
        with self._explaining():
            return self._catalog.ask(lambda index: index.version)

    def look_again(self) -> None:
        """Find runs that came, went or were left unfinished without the index being told.

        Raises StoreError.
        """
        with self._explaining():
            self._catalog.look_again()

    def deleted(self) -> tuple[RunSummary, ...]:
        """The runs in the trash, the latest first; damaged ones are left out. Raises StoreError."""
        found = []
        with self._explaining():
            for folder in sorted(self.trash.glob("*"), reverse=True):
                with suppress(DamagedError):
                    found.append(summary_in(folder, files.read_file(folder)))
        return tuple(found)

    def find(self, text: str, *, deleted: bool = False) -> RunSummary:
        """The one run of this name, or with an id that has `text`, not too short, in it.

        With `deleted`, it is looked for in the trash. Raises StoreError.
        """
        runs = self.deleted() if deleted else self.all()
        found = [run for run in runs if run.id == text] or [
            run
            for run in runs
            if text == run.name != "" or (len(text) >= SHORTEST_PART and text in run.id)
        ]
        if len(found) == 1:
            return found[0]
        command = "runs list --deleted" if deleted else "runs list"
        if not found:
            kind = "deleted run" if deleted else "run"
            raise StoreError(f"There is no {kind} {text!r}; `{command}` shows those there are")
        several = ", ".join(run.id for run in found[:3])
        more = ", …" if len(found) > 3 else ""
        raise StoreError(
            f"{text!r} matches {len(found)} runs ({several}{more}); give an id from `{command}`"
        )

    def read(self, run: str, *, with_histograms: bool = True) -> RunRecord:
        """The record of the run of this id. Raises StoreError, also if it is damaged."""
        folder = self.folder / run
        try:
            return record_in(folder, with_histograms=with_histograms)
        except DamagedError as error:
            with self._explaining():
                self._catalog.set_aside(folder, error)
            raise StoreError(f"The run {run} cannot be read: {error}") from error

    # --- changing -----------------------------------------------------------------------------

    def begin(self, run: str, contents: Mapping[str, bytes]) -> IO[bytes]:
        """Make the folder of a new run with these files, all at once; returns its mark.

        Raises OSError.
        """
        temporary, folder = self.folder / f"{NEW}{run}", self.folder / run
        temporary.mkdir()
        mark = None
        try:
            for name, content in contents.items():
                (temporary / name).parent.mkdir(parents=True, exist_ok=True)
                (temporary / name).write_bytes(content)
            if sys.platform != "win32":  # which moves no folder with an open file
                mark = hold_mark(temporary)
            temporary.rename(folder)
            mark = mark or hold_mark(folder)
            assert mark is not None  # nobody else knows of the run
            return mark
        except BaseException:
            if mark is not None:
                mark.close()
            shutil.rmtree(temporary, ignore_errors=True)
            raise

    def show(self, run: str, summary: Callable[[RunFile], RunSummary]) -> None:
        """Let the index say of a run what `summary` makes of its run.json.

        Raises sqlite3.Error, DamagedIndexError and DamagedError.
        """

        def work(index: Index) -> None:
            with index.transaction():
                index.put(summary(files.read_file(self.folder / run)))

        self._catalog.ask(work)

    def label(self, run: str, **changes: Any) -> RunSummary:
        """Change what is in RunLabels of a run. Raises StoreError."""
        color = changes.get("color", "")
        if color and color not in COLORS:
            raise StoreError(f"{color!r:.40} is no color of curves; there are {listed(COLORS)}")
        return self.change(
            run, lambda file: file.replace(**asdict(replace(_labels(file), **changes)))
        )

    def change(self, run: str, edit: Callable[[RunFile], RunFile]) -> RunSummary:
        """Replace run.json by what `edit` makes of it, while no other program does.

        Raises StoreError.
        """

        def work(index: Index) -> RunSummary:
            with index.transaction():
                file = edit(files.read_file(self.folder / run))
                files.write_file(self.folder / run, file)
                summary = summary_in(self.folder / run, file)
                index.put(summary)
                return summary

        with self._explaining():
            try:
                return self._catalog.ask(work)
            except DamagedError as error:
                self._catalog.set_aside(self.folder / run, error)
                raise StoreError(f"The run {run} cannot be read: {error}") from error

    def delete(self, runs: Iterable[str]) -> None:
        """Move runs to the trash, from which `restore` brings them back. Raises StoreError."""
        chosen = list(runs)
        for run in chosen:
            if is_being_written(self.folder / run):
                raise StoreError(f"The run {run} is still training; stop it before you delete it")
        with self._explaining():
            self.trash.mkdir(exist_ok=True)
            for run in chosen:
                target = self.trash / run
                shutil.rmtree(target, ignore_errors=True)
                (self.folder / run).rename(target)
                target.touch()
                self._catalog.ask(partial(Index.remove, runs=[run]))

    def restore(self, runs: Iterable[str]) -> None:
        """Bring deleted runs back. Raises StoreError."""
        with self._explaining():
            for run in runs:
                if not (self.trash / run).is_dir() or (self.folder / run).exists():
                    raise StoreError(f"The run {run} is not in {self.trash}")
                (self.trash / run).rename(self.folder / run)
            self._catalog.look_again()

    def export(self, run: str, target: Path) -> None:
        """Copy the files of a run into the folder `target`, which must be new or empty.

        Raises StoreError.
        """
        try:
            if target.exists() and (not target.is_dir() or any(target.iterdir())):
                raise StoreError(f"{target} is not an empty folder; choose another")
            shutil.copytree(
                self.folder / run,
                target,
                ignore=shutil.ignore_patterns(RUNNING),
                dirs_exist_ok=True,
            )
        except (OSError, shutil.Error) as error:
            raise StoreError(f"The run could not be written to {target}: {error}") from error

    # --- weights ------------------------------------------------------------------------------

    @property
    def weights_limit(self) -> int:
        """Bytes that the weights of runs without a star may take up together."""
        return weights_limit(self.folder, self._say)

    def set_weights_limit(self, megabytes: float) -> None:
        """Set `weights_limit`, and remove weights beyond it. Raises StoreError."""
        with self._explaining():
            try:
                set_weights_limit(self.folder, megabytes)
            except ValueError as error:
                raise StoreError(str(error)) from error
            self.remove_old_weights()

    def weight_bytes(self) -> tuple[int, int]:
        """What the weights of runs with a star take up, and those of the others, in bytes.

        Raises StoreError.
        """
        with self._explaining():
            sizes = [(starred, size) for _, starred, size in self._catalog.ask(Index.weights)]
        starred, others = (sum(n for star, n in sizes if star is has) for has in (True, False))
        return starred, others

    def remove_old_weights(self) -> None:
        """Keep the weights of runs with a star, and of the latest as far as there is room."""
        left = self.weights_limit
        for run, starred, size in self._catalog.ask(Index.weights):
            if starred:
                continue
            left -= size
            if left < 0:
                for name in files.WEIGHTS:
                    (self.folder / run / name).unlink(missing_ok=True)
                try:
                    self.refresh(run)
                except DamagedError as error:
                    self._catalog.set_aside(self.folder / run, error)

    def refresh(self, run: str) -> None:
        """Take over what the folder of a run says into the index. Raises DamagedError, ..."""
        folder = self.folder / run
        summary = summary_in(folder, files.read_file(folder))
        self._catalog.ask(lambda index: index.put(summary))

    def _tidy(self) -> None:
        """Remove what was deleted long ago, and folders that were begun by programs now gone."""
        for path in self._old(self.folder.glob(f"{NEW}*"), _STALE_SECONDS):
            shutil.rmtree(path, ignore_errors=True)
        for path in self._old(self.trash.glob("*"), _TRASH_SECONDS):
            shutil.rmtree(path, ignore_errors=True)

    def _old(self, folders: Iterable[Path], seconds: float) -> Iterator[Path]:
        now = time.time()
        for path in folders:
            with suppress(OSError):
                if now - path.stat().st_mtime > seconds:
                    yield path

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except FileError as error:
            raise StoreError(str(error)) from error
        except (OSError, sqlite3.Error, DamagedIndexError) as error:
            raise StoreError(
                f"The runs in {self.folder} cannot be used: {error}; the environment variable "
                "LAYERWISE_DATA names another folder for them"
            ) from error


def _labels(file: RunFile) -> RunLabels:
    names: Mapping[str, Any] = dict(file)
    return RunLabels(**{name: names[name] for name in asdict(RunLabels())})
