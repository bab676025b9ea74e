"""When Python runs its garbage collector."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_holders = 0  # contexts in which it should not run
_was_enabled = False  # before the first of them


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from running: what an import makes stays, and there is much of it.

    Several threads may be in such a context at a time.
    """
    global _holders, _was_enabled
    with _lock:
        if not _holders:
            _was_enabled = gc.isenabled()
            gc.disable()
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if not _holders and _was_enabled:
                gc.enable()


def is_held() -> bool:
    """Whether anybody is in a `collector_paused` context."""
    return _holders > 0
