"""Who writes in a folder: a file that is there, and locked, as long as a program does.

The system gives up the locks of a program that ends, and Windows does not remove a file that is
open. So a mark that can be locked, or removed there, is that of a program that is gone. Looking at
a mark locks it for a moment, so it is looked at and taken with the folder locked.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from desktop.document.files import alone_in

if sys.platform != "win32":
    import fcntl

RUNNING = "running"


def hold_mark(folder: Path) -> IO[bytes] | None:
    """The open file that shows that `folder` is being written, until it is released.

    None if it is being written already.
    """
    with alone_in(folder):
        if _is_held(folder):
            return None
        try:
            mark = (folder / RUNNING).open("xb")
        except FileExistsError:  # where folders cannot be locked, another program came first
            return None
        if sys.platform != "win32":
            with suppress(OSError):  # some network disks have no locks
                fcntl.flock(mark.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return mark


def release_mark(folder: Path, mark: IO[bytes]) -> None:
    """`folder` is written."""
    if sys.platform == "win32":  # which removes no open file
        mark.close()
    with suppress(OSError):  # as long as it is locked, it is this one
        (folder / RUNNING).unlink(missing_ok=True)
    mark.close()


def is_being_written(folder: Path) -> bool:
    """Whether a program writes `folder`; a mark of one that is gone is removed."""
    if not (folder / RUNNING).exists():
        return False
    try:
        with alone_in(folder):
            return _is_held(folder)
    except FileNotFoundError:  # the folder went
        return False
    except OSError:
        return True


def _is_held(folder: Path) -> bool:
    path = folder / RUNNING
    try:
        if sys.platform == "win32":
            path.unlink()
            return False
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return True
    except OSError:  # a disk without locks
        return True
    finally:
        os.close(handle)
    return False
