"""Stop, pause and resume for work that runs on another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter


class Stopped(Exception):
    """The work was stopped by the user."""


class RunControl:
    """The switch of one run: turned on any thread, checked on the one that works.

    A run asks in every batch, so that stop and pause take effect at once. Stopping is final: a
    new run takes a new control.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stopping = False
        self._paused = False
        self._paused_seconds = 0.0
        self._epoch_seconds = 0.0
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each stop, pause and resume, on the thread that asks for it."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def stop(self) -> None:
        """End the work at its next checkpoint, paused or not."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._tell()

    def pause(self) -> None:
        """Hold the work at its next checkpoint."""
        with self._changed:
            self._paused = True
            self._changed.notify_all()
        self._tell()

    def resume(self) -> None:
        """Resume paused work."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()
        self._tell()

    @property
    def epoch_seconds(self) -> float:
        """How long an epoch has to last at least, for people to follow; 0 for full speed.

        May be changed while the work is running.
        """
        return self._epoch_seconds

    @epoch_seconds.setter
    def epoch_seconds(self, seconds: float) -> None:
        with self._changed:
            self._epoch_seconds = seconds
            self._changed.notify_all()

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    @property
    def is_paused(self) -> bool:
        return self._paused and not self._stopping

    @property
    def paused_seconds(self) -> float:
        """How long the work has been held at checkpoints, in seconds."""
        return self._paused_seconds

    def checkpoint(self) -> None:
        """Wait while paused. Raises Stopped when stopping. Costs next to nothing otherwise."""
        if self._paused and not self._stopping:
            self._wait()
        if self._stopping:
            raise Stopped

    def hold_epoch(self, elapsed: Callable[[], float]) -> None:
        """Wait until an epoch lasts `epoch_seconds`, `elapsed` telling how long it did so far.

        Stop and pause act at once, as at a checkpoint.
        """
        while True:
            self.checkpoint()
            with self._changed:
                left = self._epoch_seconds - elapsed()
                if left <= 0:
                    return
                if not self._stopping and not self._paused:
                    self._changed.wait(left)

    def _wait(self) -> None:
        started = perf_counter()
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self._paused)
        self._paused_seconds += perf_counter() - started


class Clock:
    """Seconds since it was made, without those that `control` was held at checkpoints."""

    def __init__(self, control: RunControl) -> None:
        self._control = control
        self._start = perf_counter()

    def seconds(self) -> float:
        return perf_counter() - self._start - self._control.paused_seconds
