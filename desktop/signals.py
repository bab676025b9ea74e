"""Signals that ask the process to end: Ctrl+C, a terminal that is closed, the system."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # Windows lacks the third, others the last
ENDING = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


class Ended(BaseException):
    """A signal asked the process to end. Not an Exception: nothing may take it for an error."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def exit_code(number: int) -> int:
    """What a shell reports of a process that the signal `number` ended."""
    return 128 + number


def end(number: int) -> None:
    """Raise Ended, so that what is open is closed."""
    raise Ended(number)


class Watch:
    """A context in which the first signal that asks to end calls `answer` with its number.

    A second signal ends the process at once. A signal that is ignored, as SIGHUP under nohup,
    stays so.

    Attributes:
        number: the signal that was answered, or None.
    """

    def __init__(self, answer: Callable[[int], None]) -> None:
        self.number: int | None = None
        self._answer = answer
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in ENDING:
            before = signal.getsignal(number)
            if before in (signal.SIG_IGN, None):
                continue
            try:
                signal.signal(number, self._take)
            except ValueError:  # not on the main thread, which alone gets signals
                break
            self._before[number] = before
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def arm(self) -> None:
        """Answer the next signal, too."""
        self.number = None
        for number in self._before:
            signal.signal(number, self._take)

    def _take(self, number: int, frame: object) -> None:
        for each in self._before:
            signal.signal(each, signal.SIG_DFL)
        self.number = number
        self._answer(number)
