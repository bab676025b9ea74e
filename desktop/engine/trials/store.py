"""All groups that are kept: a folder for each, beside the runs.

group.json          what the group is for
project.layerwise   the project that its trials are made from
results.jsonl       a line for each trial that is over, written as it ends
running             there, and locked, as long as trials are being trained
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from desktop import paths
from desktop.document.files import FileError, alone_in, reason, write_atomically
from desktop.document.storage import ProjectFileError, project_content, read_project
from desktop.engine.closing import Closing
from desktop.engine.kept_files import DamagedError, UnreadableError, read_kept, unreadable
from desktop.engine.reports import Outcome
from desktop.engine.runs.marks import hold_mark, is_being_written, release_mark
from desktop.engine.trials.group import Group, GroupFile, result_line, result_of
from desktop.engine.trials.trial import TrialResult

RECORD, PROJECT, RESULTS = "group.json", "project.layerwise", "results.jsonl"
TRASH, DAMAGED, NEW = ".trash", ".damaged", ".new-"  # folders beside those of the groups
TRASH_SECONDS = 30 * 24 * 3600
STALE_SECONDS = 3600  # longer than it takes to begin the folder of a group


class GroupError(Exception):
    """Something cannot be done with a group; the message is for the user."""


@dataclass(frozen=True)
class GroupSummary:
    """A group as a line of a table: `done` of its trials are over. `is_running`: in any program."""

    file: GroupFile
    done: int
    is_running: bool

    @property
    def id(self) -> str:
        return self.file.id


class GroupStore:
    """The groups in `folder`, by default the user's.

    `say` is told in a sentence what was found to be damaged, and what was done. Any number of
    stores may be open for one folder, in this program and others. Raises GroupError.
    """

    def __init__(self, folder: Path | None = None, say: Callable[[str], None] | None = None):
        self.folder = folder or paths.data_folder() / "groups"
        self._say = say or (lambda message: None)
        with self._explaining():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._tidy()

    # --- reading ------------------------------------------------------------------------------

    def all(self) -> tuple[GroupSummary, ...]:
        """Every group, the latest first."""
        found = []
        with self._explaining():
            for folder in sorted(self.folder.iterdir(), reverse=True):
                if folder.name[0] == "." or not folder.is_dir():
                    continue
                try:
                    is_running = is_being_written(folder)
                    done = len(_lines(folder))
                    found.append(GroupSummary(_read_file(folder), done, is_running))
                except DamagedError as error:
                    self._set_aside(folder, error)
        return tuple(found)

    def read(self, group: str) -> Group:
        """The group of this id. Raises GroupError, also if it is damaged."""
        folder = self.folder / group
        with self._explaining():
            try:
                return _read(folder)
            except DamagedError as error:
                self._set_aside(folder, error)
                raise GroupError(f"The group {group} cannot be read: {error}") from error

    def latest(self, command: str, *, after: str = "", only_open: bool = False) -> Group | None:
        """The latest group of this `command` that is not running; None if there is none.

        It is later than the one of the id `after` and, with `only_open`, not done.
        """
        for each in self.all():
            is_wanted = each.file.command == command and each.id > after and not each.is_running
            if is_wanted and not (only_open and each.file.ended is not None):
                return self.read(each.id)
        return None

    # --- changing -----------------------------------------------------------------------------

    def begin(self, group: Group) -> GroupWriter:
        """Make the folder of a new group, all at once, to write its results."""
        temporary, folder = self.folder / f"{NEW}{group.id}", self.folder / group.id
        mark = None
        with self._explaining():
            temporary.mkdir()
            try:
                (temporary / RECORD).write_bytes(group.file.content())
                project = project_content(folder / PROJECT, group.project)
                (temporary / PROJECT).write_bytes(project)
                (temporary / RESULTS).touch()
                if sys.platform != "win32":  # which moves no folder with an open file
                    mark = hold_mark(temporary)
                temporary.rename(folder)
            except BaseException:
                if mark is not None:
                    mark.close()
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        return self.resume(group.id) if mark is None else self._writer(folder, mark)

    def resume(self, group: str) -> GroupWriter:
        """Write further results of a group. Raises GroupError if another program does so."""
        folder = self.folder / group
        with self._explaining():
            with alone_in(self.folder):  # or it may be deleted meanwhile
                mark = hold_mark(folder)
            if mark is None:
                raise GroupError(f"The group {group} is running; it can be resumed once it ended")
        return self._writer(folder, mark)

    def _writer(self, folder: Path, mark: IO[bytes]) -> GroupWriter:
        try:
            with self._explaining():
                return GroupWriter(folder, self.read(folder.name), mark)
        except BaseException:
            release_mark(folder, mark)
            raise

    def label(self, group: str, **changes: Any) -> None:
        """Change the name or the notes of a group."""
        with self._explaining():
            try:
                _change(self.folder / group, **changes)
            except DamagedError as error:
                raise GroupError(f"The group {group} cannot be read: {error}") from error

    def delete(self, groups: Iterable[str]) -> None:
        """Move groups to the trash, from which `restore` brings them back. Their runs stay."""
        with self._explaining(), alone_in(self.folder):
            (self.folder / TRASH).mkdir(exist_ok=True)
            for group in groups:
                if is_being_written(self.folder / group):
                    raise GroupError(f"The group {group} is running; stop it first")
                target = self.folder / TRASH / group
                shutil.rmtree(target, ignore_errors=True)
                (self.folder / group).rename(target)
                target.touch()

    def restore(self, groups: Iterable[str]) -> None:
        """Bring deleted groups back."""
        with self._explaining():
            for group in groups:
                (self.folder / TRASH / group).rename(self.folder / group)

    def _set_aside(self, folder: Path, error: DamagedError) -> None:
        """Move a damaged folder out of the way, and say so."""
        if isinstance(error, UnreadableError) or not folder.is_dir():
            return
        target = self.folder / DAMAGED / f"{folder.name}-{datetime.now():%Y%m%dT%H%M%S%f}"
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
        self._say(f"The group {folder.name} is damaged and was moved to {target}: {error}")

    def _tidy(self) -> None:
        """Remove what was deleted long ago, and folders that were begun by programs now gone."""
        for pattern, seconds in ((f"{NEW}*", STALE_SECONDS), (f"{TRASH}/*", TRASH_SECONDS)):
            for path in self.folder.glob(pattern):
                with suppress(OSError):
                    if time.time() - path.stat().st_mtime > seconds:
                        shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (OSError, FileError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            raise GroupError(
                f"The groups in {self.folder} cannot be used: {why}; the environment variable "
                "LAYERWISE_DATA names another folder for them"
            ) from error


class GroupWriter(Closing):
    """Writes the results of `group` as they come. Raises GroupError; to be closed."""

    def __init__(self, folder: Path, group: Group, mark: IO[bytes]) -> None:
        self.group = group
        self._folder, self._mark = folder, mark
        path = folder / RESULTS
        whole = sum(map(len, _lines(folder)))
        if path.stat().st_size > whole:  # a line that was not written to its end
            os.truncate(path, whole)
        self._results = path.open("ab", buffering=0)
        self._written = len(group.results)

    def add(self, result: TrialResult) -> None:
        """Write a result: it is on disk when this is over, in whole or not at all.

        One that could not be written is written with the next.
        """
        self.group = replace(self.group, results=(*self.group.results, result))
        self._write()

    def _write(self) -> None:
        """Write the results that are not on disk."""
        for result in self.group.results[self._written :]:
            line, size = result_line(result), self._results.tell()
            try:
                if self._results.write(line) < len(line):
                    raise OSError("the disk is full")
            except OSError as error:
                with suppress(OSError):
                    self._results.truncate(size)
                    self._results.seek(size)
                raise self._failure(error) from error
            self._written += 1

    def end(self, outcome: Outcome) -> None:
        """There is nothing left to do. A group without all its results on disk is not ended."""
        self._write()
        try:
            file = _change(self._folder, ended=outcome)  # it may have a new name
        except (OSError, FileError, DamagedError) as error:
            raise self._failure(error) from error
        self.group = replace(self.group, file=file)

    def close(self) -> None:
        """Leave the group as it is. May be called again."""
        if not self._results.closed:
            self._results.close()
            release_mark(self._folder, self._mark)

    def _failure(self, error: Exception) -> GroupError:
        why = reason(error) if isinstance(error, OSError) else str(error)
        return GroupError(f"The results of the group {self.group.id} cannot be kept: {why}")


def _change(folder: Path, **changes: Any) -> GroupFile:
    """Replace group.json in `folder` by one with these changes, while no other program does."""
    with alone_in(folder.parent):
        file = _read_file(folder).replace(**changes)
        write_atomically(folder / RECORD, file.content())
    return file


def _read_file(folder: Path) -> GroupFile:
    return read_kept(folder / RECORD, GroupFile)


def _lines(folder: Path) -> list[bytes]:
    """The whole lines of results; the program may have been killed in the last one."""
    try:
        lines = (folder / RESULTS).read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise unreadable(RESULTS, error) from error
    return [line for line in lines if line.endswith(b"\n")]


def _read(folder: Path) -> Group:
    file, results = _read_file(folder), []
    for number, line in enumerate(_lines(folder), start=1):
        try:
            results.append(result_of(line))
        except (ValueError, KeyError, TypeError, AttributeError, ProjectFileError) as error:
            raise DamagedError(f"{RESULTS}, line {number}: {error!s:.100}") from error
    try:
        project = read_project(folder / PROJECT)
    except ProjectFileError as error:
        raise DamagedError(str(error)) from error
    return Group(file, project, tuple(results))
