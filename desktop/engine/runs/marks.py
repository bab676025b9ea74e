"""Who writes in a folder: a file that is there, and locked, as long as a program does.

The system gives up the locks of a program that ends, and Windows does not remove a file that is
open. So a mark that can be locked, or removed there, is that of a program that is gone.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

RUNNING = "running"


def hold_mark(folder: Path) -> IO[bytes]:
    """The open file that shows that `folder` is being written, until it is closed."""
    mark = (folder / RUNNING).open("ab")
    if sys.platform != "win32":
        with suppress(OSError):  # some network disks have no locks
            fcntl.flock(mark.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return mark


def release_mark(folder: Path, mark: IO[bytes]) -> None:
    """`folder` is written."""
    mark.close()
    with suppress(OSError):
        (folder / RUNNING).unlink(missing_ok=True)


def is_being_written(folder: Path) -> bool:
    """Whether a program writes `folder`; a mark of one that is gone is removed."""
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
