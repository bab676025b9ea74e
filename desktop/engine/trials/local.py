"""Trials in processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from desktop import machine
from desktop.engine.control import RunControl
from desktop.engine.trials.executor import TrialExecutor, WorkerLostError
from desktop.engine.trials.worker import ControlState, Work, serve

T = TypeVar("T")

WORKER_MEMORY = 1_500_000_000  # bytes that a process with TensorFlow and its rows may need
GRACE = 10.0  # seconds after which a worker that does not stop is ended
POLL_SECONDS = 0.5  # seconds between two checks of that

_starting = threading.Lock()


def processors() -> tuple[int, ...]:
    """The numbers of the processors that this process may use."""
    if sys.platform == "linux":
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def most_workers() -> int:
    """How many workers the processors and the free memory of this machine are enough for."""
    free = machine.available_memory()
    room = len(processors()) if free is None else free // WORKER_MEMORY
    return max(1, min(len(processors()), room))


def shares(workers: int) -> list[frozenset[int] | None]:
    """The processors of each worker; None for all of them, where there is no dividing them."""
    every = processors()
    if sys.platform != "linux" or workers > len(every):
        return [None] * workers
    return [frozenset(every[index::workers]) for index in range(workers)]


class WorkerProcesses(TrialExecutor):
    """An executor of that many processes, each of which loads TensorFlow and the rows once.

    They are started when there is work for them, share the processors, and end with this program,
    also if it is killed. One that ends by itself takes its own work along, whose future then has a
    WorkerLostError; the next work gets a new process. After a stop, nothing is done any more.
    """

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"There must be 1 worker or more, not {workers}")
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._control = RunControl()
        self._closed = False
        threads = len(processors())
        self._workers = [_Worker(self._queue, threads, share) for share in shares(workers)]
        for worker in self._workers:
            worker.start()

    @property
    def workers(self) -> int:
        return len(self._workers)

    def follow(self, control: RunControl) -> None:
        self._control = control
        control.listen(self._send_state)
        self._send_state()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that are up."""
        found = (worker.process for worker in self._workers)
        return tuple(each.pid for each in found if each is not None and each.pid is not None)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        if self._closed:
            raise RuntimeError("The worker processes have been shut down")
        future: Future[T] = Future()
        self._queue.put(_Item(Work(fn, args, kwargs), future))
        if self._control.is_stopping:
            self._cancel()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes after what was submitted, or after what they do now."""
        self._closed = True
        if cancel_futures:
            self._cancel()
        for _ in self._workers:
            self._queue.put(None)
        if wait:
            for worker in self._workers:
                worker.join()

    def _cancel(self) -> None:
        """Cancel what has not begun."""
        items = []
        with suppress(Empty):
            while True:
                items.append(self._queue.get_nowait())
        for item in items:
            if item is None:  # for the thread of a worker, which is to end
                self._queue.put(None)
            elif item.future.cancel():
                item.future.set_running_or_notify_cancel()  # `wait` hears of it

    def _send_state(self) -> None:
        if self._control.is_stopping:
            self._cancel()
        state = ControlState(self._control.is_stopping, self._control.is_paused)
        for worker in self._workers:
            worker.send_state(state)


class _Item:
    def __init__(self, work: Work, future: Future[Any]) -> None:
        self.work, self.future = work, future


class _Worker(threading.Thread):
    """Has a process do one work of `queue` after the other, and starts it again if it is lost."""

    def __init__(
        self, queue: SimpleQueue[_Item | None], threads: int, share: frozenset[int] | None
    ) -> None:
        super().__init__(name="worker process", daemon=True)
        self._queue, self._settings = queue, (threads, share)
        self._state = ControlState(is_stopping=False, is_paused=False)
        self._stopped_at = 0.0
        self._sending = threading.RLock()  # a signal may ask for a stop on any thread
        self._connection: Connection | None = None
        self.process: BaseProcess | None = None

    def send_state(self, state: ControlState) -> None:
        """Let the running work stop, pause or resume."""
        with self._sending:
            if state.is_stopping and not self._state.is_stopping:
                self._stopped_at = time.monotonic()
            self._state = state
            if self._connection is not None:
                with suppress(OSError):  # it is gone, which `run` finds out by itself
                    self._connection.send(state)

    def run(self) -> None:
        while (item := self._queue.get()) is not None:
            if not item.future.set_running_or_notify_cancel():
                continue
            try:
                is_done, value = self._ask(item.work)
            except BaseException as error:
                self._end()
                item.future.set_exception(error)
            else:
                if is_done:
                    item.future.set_result(value)
                else:
                    item.future.set_exception(value)
            del item
        self._end()

    def _ask(self, work: Work) -> tuple[bool, Any]:
        """Whether `work` was done, and its result or error. Raises WorkerLostError."""
        if self.process is not None and not self.process.is_alive():
            self._end()
        connection = self._connection or self._start()
        try:
            with self._sending:
                connection.send(work)
            while not connection.poll(POLL_SECONDS):
                if self._state.is_stopping and time.monotonic() - self._stopped_at > GRACE:
                    break
            else:
                answer: tuple[bool, Any] = connection.recv()
                return answer
        except (EOFError, OSError):
            pass
        process = self.process
        self._end()
        code = process.exitcode if process is not None else None
        raise WorkerLostError(_how_it_ended(code))

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, *self._settings), name="trials", daemon=True
        )
        with _starting:
            process.start()
        theirs.close()
        with self._sending:
            self.process, self._connection = process, ours
            with suppress(OSError):
                ours.send(self._state)
        return ours

    def _end(self) -> None:
        """End the process, which does nothing any more or is not wanted."""
        with self._sending:
            connection, self._connection = self._connection, None
            process, self.process = self.process, None
        if connection is not None:
            connection.close()
        if process is not None:
            process.join(GRACE)
            if process.is_alive():
                process.kill()
                process.join()


def _how_it_ended(code: int | None) -> str:
    how = "ended" if code is None or code >= 0 else f"was ended by signal {-code}"
    return (
        f"The process of the training {how}; there may not be enough memory for so many at the "
        "same time: use fewer workers"
    )
