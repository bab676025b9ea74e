"""Keeps imports as fast as they are without Qt."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def plain_imports() -> Iterator[None]:
    """Import PySide6 in here for the first time, and other imports stay Python's own.

    PySide6 replaces `builtins.__import__` by a function that reads the source of every module
    imported from then on, to see whether it uses PySide6. For TensorFlow these are 2,400 files: 0.7
    seconds, and 130 MB that are kept. It is there for `from __feature__ import ...`, which this
    program does not use.
    """
    plain = builtins.__import__
    try:
        yield
    finally:
        builtins.__import__ = plain
