"""Threads that do one job after another."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from desktop.workers.jobs import NICENESS, JobThread


def test_jobs_are_done_in_order_and_before_the_end(qapp: object) -> None:
    done: list[int] = []
    thread = JobThread("test")
    thread.start()
    for number in range(100):
        thread.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    thread.finish()
    assert done == list(range(100))
    assert thread.isFinished()


def test_a_failed_job_is_logged_and_the_next_is_done(
    qapp: object, logged_errors: list[str]
) -> None:
    done: list[int] = []
    thread = JobThread("test")
    thread.start()
    thread.submit(lambda: done.append(1 // 0))
    thread.submit(lambda: done.append(2))
    thread.finish()
    assert done == [2]
    (message,) = logged_errors
    assert "A job on the thread test failed" in message and "ZeroDivisionError" in message
    logged_errors.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness on Linux alone")
@pytest.mark.parametrize("yielding", [False, True])
def test_a_yielding_thread_and_those_it_starts_let_others_go_first(
    qapp: object, yielding: bool
) -> None:
    found: list[int] = []

    def look() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def look_in_a_thread() -> None:
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()

    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = JobThread("test", yielding=yielding)
    thread.start()
    thread.submit(look_in_a_thread)
    thread.finish()
    assert found == [min(19, own + NICENESS * yielding)] * 2
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
