"""When to ask for a new prediction of what a widget shows, while the network changes."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.workers.session import Session

SLOWEST = 1000  # milliseconds between two predictions at most, however long they take
SHARE = 0.05  # of the time that predicting and painting may take


class Live(QObject):
    """Keeps what `widget` shows of the session's network up to date, as training hardly notices.

    Whenever the network has changed, and when the widget comes into sight, `due` is emitted: at
    once, but never while the widget is out of sight, and no earlier than `interval` milliseconds
    after the last time or after that prediction was `shown`, later if it took long. The last
    prediction is of the network as it is.

    Signals:
        due: a prediction has to be asked for.
    """

    due = Signal()

    def __init__(self, session: Session, widget: QWidget, interval: int) -> None:
        super().__init__(widget)
        self._widget, self._interval = widget, interval
        self._is_due = self._is_asked = False
        self._asked = self._used = 0.0
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._ask)
        widget.installEventFilter(self)
        for signal in (
            session.runStarted,
            session.progress,
            session.epochEnded,
            session.runEnded,
            session.modelAdopted,
        ):
            signal.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """What is shown is out of date."""
        self._is_due = True
        if not self._pause.isActive():
            self._pause.start(0)  # the widget that comes into sight is laid out by then

    @Slot()
    def _ask(self) -> None:
        if self._is_due and self._widget.isVisible():
            self._is_due, self._is_asked = False, True
            self._asked, self._used = time.perf_counter(), time.thread_time()
            self._pause.start(self._interval)
            self.due.emit()

    def shown(self) -> None:
        """A prediction is shown."""
        if self._is_asked:
            self._is_asked = False
            # What this thread used since then is mostly the painting of the last prediction.
            waited, painted = time.perf_counter() - self._asked, time.thread_time() - self._used
            busy = 1000 * (waited + painted)
            self._pause.start(round(min(max(busy / SHARE, self._interval), SLOWEST)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.refresh()
        return False
