"""The same work on many things, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from desktop.engine.progress import Progress, ignore

MOST_THREADS = 8  # more wait for each other, as what they share is Python's

T = TypeVar("T")
R = TypeVar("R")


def in_threads(
    function: Callable[[T], R], items: Iterable[T], progress: Progress = ignore
) -> list[R]:
    """`function` of each of `items`, in their order.

    Gains time where `function` leaves the interpreter to others, as most of NumPy, pandas and
    Pillow do. `progress` is called on this thread. If it raises, as `function` may, what has not
    begun is left out, and what has is waited for.
    """
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            results = []
            for done, future in enumerate(futures, 1):
                results.append(future.result())
                progress(done / len(futures))
            return results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
