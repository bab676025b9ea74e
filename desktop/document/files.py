"""Writing a file, or several that belong together, whole or not at all.

The content goes into a temporary file beside the target, which then takes the target's place. A
program that is killed in between leaves that temporary file behind; the next write in the folder
removes it.

Several files go into a temporary folder. From the moment it is renamed they are the ones that
count; moving them to their places is what remains, and `finish_replacing` does it for a program
that was killed meanwhile.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

_PREFIX, _SUFFIX = ".layerwise-", ".tmp"
_TEMPORARY = re.compile(rf"{re.escape(_PREFIX)}[a-z0-9_]{{8}}{re.escape(_SUFFIX)}")  # by tempfile
_WRITING, _READY = ".layerwise-writing", ".layerwise-new"  # folders of several files
_STALE = 3600  # seconds; longer than any write takes


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()  # read once: asking for it sets it, which is not for several threads


class FileError(Exception):
    """A file could not be written; the message says what, where and what to do."""


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`, or leave it as it was and raise FileError.

    A link is followed, so that the file it points to is written. Permissions are kept; a read-only
    file is refused.
    """
    try:
        target = path.resolve()
        finish_replacing(target.parent)  # or it would come to replace what is written now
        mode = _mode_of(path, target)
        with _temporary_file(target.parent) as (file, temporary):
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if sys.platform == "win32":
                file.close()  # an open file cannot take another's place there
            temporary.chmod(mode)
            temporary.replace(target)
        _remove_stale_files(target.parent)
    except OSError as error:
        raise FileError(
            f"{path} could not be saved: {reason(error)}; what was there is unchanged"
        ) from error
    except (ValueError, RuntimeError) as error:  # a null character, or links in a circle
        raise FileError(f"{path!s:.200} could not be saved: not a file name") from error


def replace_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Replace the files of those names in `folder` by `contents`, all or none. Raises FileError.

    After a kill at any moment there are the old files or, as soon as anything of them is read or
    written by this program, the new ones. Unlike in `write_atomically`, links are replaced: whose
    files are moved after a kill may not be led to other folders by a link.
    """
    path = folder
    try:
        with alone_in(folder):
            _move_ready_files(folder)
            writing = folder / _WRITING
            shutil.rmtree(writing, ignore_errors=True)  # left by a program that was killed
            try:
                writing.mkdir()
                for name, content in contents.items():
                    path = folder / name
                    mode = _mode_of(path, path)
                    with (writing / name).open("xb") as file:
                        file.write(content)
                        file.flush()
                        os.fsync(file.fileno())
                    (writing / name).chmod(mode)
                writing.rename(folder / _READY)
            except BaseException:
                shutil.rmtree(writing, ignore_errors=True)
                raise
            _move_ready_files(folder)
    except OSError as error:
        waiting = folder / _READY
        state = f"the new files are in {waiting}" if waiting.exists() else "nothing was changed"
        raise FileError(f"{path} could not be saved: {reason(error)}; {state}") from error


def finish_replacing(folder: Path) -> None:
    """Move files that a program was killed over moving, if there are any and it is possible."""
    with suppress(OSError):
        if (folder / _READY).is_dir():
            with alone_in(folder):
                _move_ready_files(folder)


def _move_ready_files(folder: Path) -> None:
    ready = folder / _READY
    if ready.is_dir():
        for file in ready.iterdir():
            file.replace(folder / file.name)
        ready.rmdir()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other program is in this context for `folder`; killed ones are not."""
    if sys.platform == "win32":  # which cannot lock folders
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_special(path: Path) -> bool:
    """Whether `path` is a pipe, a device or the like, whose reading might never end."""
    return path.exists() and not path.is_file() and not path.is_dir()


def reason(error: OSError) -> str:
    """Why a file could not be read or written, and what to do."""
    match error.errno:
        case errno.ENOENT:
            return "the file or its folder does not exist"
        case errno.EACCES | errno.EPERM:
            return "you have no permission; choose another folder, or change its permissions"
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full; make room, or choose another disk"
        case errno.EROFS:
            return "the disk cannot be written to; choose another one"
        case errno.ENOTDIR:
            return "a part of its path is a file, not a folder"
        case errno.ENAMETOOLONG:
            return "the name is too long; choose a shorter one"
        case errno.ELOOP:
            return "its links lead in a circle"
    return error.strerror or str(error)


def _mode_of(path: Path, target: Path) -> int:
    """The permissions that the new file gets: those of the old one, or of any new file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return 0o666 & ~_UMASK
    if stat.S_ISDIR(mode):
        raise FileError(f"{path} is a folder; choose a file name")
    if not stat.S_ISREG(mode):
        raise FileError(f"{path} is not a regular file; choose another name")
    if not os.access(target, os.W_OK):  # replacing it would get round its protection
        raise PermissionError(errno.EACCES, "read-only", str(target))
    return stat.S_IMODE(mode)


# --- temporary files ------------------------------------------------------------------------------
#
# A temporary file is locked as long as it is being written, and the system gives up the locks of a
# program that ends. So a temporary file that can be locked is one that nobody writes any more.


@contextmanager
def _temporary_file(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A new locked file in `folder`, which is removed at the end unless it was renamed."""
    while True:
        # The name is not made from the target's, which may be as long as a name can be.
        with tempfile.NamedTemporaryFile(
            dir=folder, prefix=_PREFIX, suffix=_SUFFIX, delete=False
        ) as file:
            temporary = Path(file.name)
            if not _locked(file.fileno()):
                continue  # another program took it for stale before it was locked
            try:
                yield file, temporary
            finally:
                if sys.platform == "win32":
                    file.close()  # an open file cannot be removed there
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
            return


def _locked(handle: int) -> bool:
    """Lock the open file, and say whether it still has a name."""
    if sys.platform != "win32":
        with suppress(OSError):  # some network disks have no locks, and then nobody removes it
            fcntl.flock(handle, fcntl.LOCK_EX)
    return os.fstat(handle).st_nlink > 0 or sys.platform == "win32"


def _remove_stale_files(folder: Path) -> None:
    """Remove the temporary files in `folder` that killed programs of this user left there."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name):
                with suppress(OSError):  # another program removed it, or may do so
                    _remove_if_stale(Path(entry.path))


def _remove_if_stale(file: Path) -> None:
    """Remove the temporary `file` unless somebody is writing it. Raises OSError."""
    if sys.platform == "win32":  # which removes no open file; a closed one is about to be renamed
        if time.time() - file.stat().st_mtime > _STALE:
            file.unlink()
        return
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
    finally:
        os.close(handle)
