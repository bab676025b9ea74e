"""Stop, pause and resume for work that runs on another thread."""

from __future__ import annotations

import threading
from time import perf_counter


class Stopped(Exception):
    """The work was stopped by the user."""


class RunControl:
    """The switch of one run: turned on any thread, asked for on the one that works.

    A run asks in every batch, so that stop and pause take effect at once. Stopping is final: a
    new run takes a new control.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stopping = False
        self._paused = False
        self._paused_seconds = 0.0

    def stop(self) -> None:
        """End the work at its next checkpoint, paused or not."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Hold the work at its next checkpoint."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Let paused work go on."""
        with self._changed:
            self._paused = False
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

    def _wait(self) -> None:
        started = perf_counter()
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self._paused)
        self._paused_seconds += perf_counter() - started
