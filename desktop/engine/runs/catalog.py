"""The index of runs and their folders, kept in step: whatever happens, the folders count."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from desktop.document.files import FileError
from desktop.engine.kept_files import DamagedError, UnreadableError
from desktop.engine.runs import folder as files
from desktop.engine.runs.index import DamagedIndexError, Index, cannot_be_written
from desktop.engine.runs.marks import is_being_written
from desktop.engine.runs.reading import summary_in
from desktop.engine.runs.summary import RunSummary

T = TypeVar("T")

INDEX = "index.sqlite"
DAMAGED = ".damaged"  # where damaged runs and indexes are moved to


class Catalog:
    """The index of the runs in `folder`, made again from their folders whenever it is damaged.

    `say` is told in a sentence what was found to be damaged, and what was done. Every method
    raises OSError, sqlite3.Error and DamagedIndexError.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder, self._say = folder, say
        self._index: Index
        try:
            self._open()
        except sqlite3.OperationalError as error:
            if not cannot_be_written(error):
                raise
            self._say(
                f"The index of the runs in {folder} cannot be written ({error}), so each run is "
                "read anew: make room, or set LAYERWISE_DATA to another folder"
            )
            self._open(in_memory=True)

    def close(self) -> None:
        self._index.close()

    def ask(self, work: Callable[[Index], T]) -> T:
        """What `work` finds in the index, which is made again if it is damaged."""
        try:
            return work(self._index)
        except DamagedIndexError as error:
            self._index.close()
            self._move_index_away(error)
            self._index = Index(self._folder / INDEX)
            self._match_folders(self._index)
            return work(self._index)

    def look_again(self) -> None:
        """Let the index have each run that has a folder, and no other."""
        self.ask(self._match_folders)

    def set_aside(self, folder: Path, error: DamagedError, index: Index | None = None) -> None:
        """Move a damaged folder out of the way, and say so."""
        if isinstance(error, UnreadableError):
            return
        if folder.is_dir():
            target = self._folder / DAMAGED / f"{folder.name}-{datetime.now():%Y%m%dT%H%M%S%f}"
            target.parent.mkdir(exist_ok=True)
            folder.rename(target)
            self._say(f"The run {folder.name} is damaged and was moved to {target}: {error}")
        (index or self._index).remove([folder.name])

    def _open(self, *, in_memory: bool = False) -> None:
        self._index = Index() if in_memory else self._opened_index()
        try:
            self.look_again()
        except BaseException:
            self._index.close()
            raise

    def _opened_index(self) -> Index:
        path = self._folder / INDEX
        try:
            return Index(path)
        except DamagedIndexError as error:
            self._move_index_away(error)
            return Index(path)

    def _move_index_away(self, error: DamagedIndexError) -> None:
        stamp = f"{datetime.now():%Y%m%dT%H%M%S%f}"
        (self._folder / DAMAGED).mkdir(exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path = self._folder / f"{INDEX}{suffix}"
                path.rename(self._folder / DAMAGED / f"{INDEX}-{stamp}{suffix}")
        self._say(f"The index of the runs was damaged ({error}) and is made again: no run is lost")

    def _match_folders(self, index: Index) -> None:
        known = index.ids()  # before the folders: a run may begin meanwhile
        with os.scandir(self._folder) as entries:
            there = {each.name for each in entries if each.name[:1] != "." and each.is_dir()}
        index.remove(known - there)
        found: list[RunSummary] = []
        for run in sorted(there - known) + [run for run in index.running() if run in there]:
            folder = self._folder / run
            try:
                is_written = is_being_written(folder)  # asked first: it may end meanwhile
                if is_written and run in known:
                    continue  # who writes it tells the index, now and then
                file = files.read_file(folder)
                if run in known or (file.ended is None and not is_written):
                    self._end(index, folder)
                else:
                    found.append(summary_in(folder, file))
            except DamagedError as error:
                self.set_aside(folder, error, index)
        if found:
            with index.transaction():
                for summary in found:
                    index.add(summary)

    def _end(self, index: Index, folder: Path) -> None:
        """Let the run in `folder`, whose program is gone, be ended there and in the index.

        All at once: other programs may write it.
        """
        with index.transaction():
            if is_being_written(folder):
                return
            file = files.read_file(folder)
            if file.ended is None:
                file = file.interrupted(files.read_epochs(folder))
                with suppress(FileError):  # with no room on the disk, the index knows it
                    files.write_file(folder, file)
            index.put(summary_in(folder, file))
