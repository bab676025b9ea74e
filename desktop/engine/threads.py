"""The same work on many things, on all processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from desktop.engine.progress import Progress, ignore

MOST_THREADS = 4  # more wait for each other, and each may hold a large image
# Many items are handed over several at a time, which is quicker, but so that progress goes on.
STEPS, MOST_TOGETHER = 128, 16

T = TypeVar("T")
R = TypeVar("R")


def in_threads(
    function: Callable[[T], R], items: Sequence[T], progress: Progress = ignore
) -> list[R]:
    """`function` of each of `items`, in their order.

    Gains time where `function` leaves the interpreter to others, as most of NumPy, pandas and
    Pillow do. `progress` is called on this thread. If it raises, as `function` may, what has not
    started is left out, and what has is waited for.
    """
    size = min(MOST_TOGETHER, 1 + len(items) // STEPS)
    groups = [items[start : start + size] for start in range(0, len(items), size)]
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        futures = [pool.submit(lambda group: list(map(function, group)), each) for each in groups]
        try:
            results = []
            for future in futures:
                results += future.result()
                progress(len(results) / len(items))
            return results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
