"""The same work on many things at a time."""

from __future__ import annotations

import threading

import pytest

from desktop.engine.control import Stopped
from desktop.engine.threads import in_threads


def test_results_come_in_order_and_progress_on_the_thread_that_asked() -> None:
    parts: list[float] = []
    here: set[int] = set()

    def progress(part: float) -> None:
        parts.append(part)
        here.add(threading.get_ident())

    assert in_threads(lambda n: n * n, range(40), progress) == [n * n for n in range(40)]
    assert parts == [n / 40 for n in range(1, 41)] and here == {threading.get_ident()}
    assert in_threads(str, []) == []


def test_the_first_error_ends_it() -> None:
    done: list[int] = []

    def stop(part: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        in_threads(done.append, range(100_000), stop)
    assert len(done) < 100_000
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda n: 1 / n, [2, 1, 0, 3])
