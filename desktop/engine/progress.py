"""How far something that takes long has got."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Called with the part that is done, 0 to 1; raises control.Stopped where the work is canceled.
Progress: TypeAlias = Callable[[float], None]


def ignore(part: float) -> None:
    """Report nothing."""


def between(progress: Progress, start: float, end: float) -> Progress:
    """The progress of a part of the work, which lasts from `start` to `end` of the whole."""
    return lambda part: progress(start + part * (end - start))
