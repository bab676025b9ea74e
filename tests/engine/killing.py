"""Copies of a process that are killed at random moments, for programs without TensorFlow."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from typing import Any

Tell = Callable[..., None]
LONGEST = 0.01  # seconds that a copy may go on after what it was waited for


def told_before_death(work: Callable[[Tell], None], most: int) -> list[list[Any]]:
    """What `work`, which never ends, told in a copy of this process until that was killed.

    That is a moment after it told up to `most` things. It said so if the copy ended by itself.
    """
    reading, writing = os.pipe()
    child = copy_of_this(work, writing)
    os.close(writing)
    with os.fdopen(reading) as lines:
        told = list(islice(lines, random.randint(0, most)))
        time.sleep(random.uniform(0, LONGEST))
        said = kill(child)
        return [*parsed([*told, *lines]), *said]


def copy_of_this(work: Callable[[Tell], None], output: int) -> int:
    """The id of a copy of this process that does `work`; what it tells is written to `output`."""
    child = os.fork()
    if child == 0:
        random.seed(os.getpid())
        try:
            work(lambda *values: os.write(output, (json.dumps(values) + "\n").encode()) and None)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return child


def kill(child: int) -> list[list[Any]]:
    """Kill that copy; says if it had ended by itself."""
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return [] if os.WIFSIGNALED(status) else [["said", "It ended by itself"]]


def parsed(lines: Iterable[str]) -> list[list[Any]]:
    """What was told in `lines`, of which the last one may be cut."""
    told = []
    for line in lines:
        with suppress(ValueError):
            told.append(json.loads(line))
    return told
