"""Signals that ask the process to end, while Qt's event loop runs."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier

from desktop import signals


@contextmanager
def watched(answer: Callable[[signals.Watch], None]) -> Iterator[signals.Watch]:
    """As signals.Watch, with `answer` called as an event.

    While Qt waits for events no Python code runs, so neither does a signal handler of Python's.
    But Python writes to a socket when a signal arrives, and a byte on a socket is an event.
    """
    ours, pythons = socket.socketpair()
    with ours, pythons, signals.Watch(lambda number: None) as watch:
        pythons.setblocking(False)
        notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)

        def read() -> None:
            ours.recv(64)
            if watch.number is not None:
                answer(watch)

        notifier.activated.connect(read)
        before = signal.set_wakeup_fd(pythons.fileno())
        try:
            yield watch
        finally:
            signal.set_wakeup_fd(before)
            notifier.setEnabled(False)
