"""One network that is asked about drawings, and what it answered last."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.workers.reports import Prediction


class Answer(QObject):
    """The newest prediction of a network that `request` asks about the drawing there is.

    `request` returns the number of the request, or None if there is nothing to ask. At most one is
    pending; when its prediction arrives, the newest drawing is asked about if it or the network has
    changed by then.

    Signals:
        changed: there is another prediction, or the reason why there is none.
    """

    changed = Signal()

    def __init__(self, request: Callable[[], int | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask_for = request
        self._request: int | None = None  # the pending one
        self._outdated = False  # whether drawing or network changed since it was sent
        self.prediction: Prediction | None = None
        self.failure = ""

    def ask(self) -> None:
        """Have the drawing recognized: now, or when the pending prediction has arrived."""
        if self._request is not None:
            self._outdated = True
        else:
            self._outdated = False
            self._request = self._ask_for()

    def discard(self) -> None:
        """Discard the prediction and the pending one."""
        self._request, self._outdated = None, False
        self.prediction, self.failure = None, ""

    def receive(self, prediction: Prediction) -> None:
        """Take `prediction`, unless it is an older one, or was asked for elsewhere."""
        if prediction.request == self._request:
            self._take(prediction, "")

    def fail(self, message: str) -> None:
        """There is no prediction, for the reason that `message` says."""
        if self._request is not None:
            self._take(None, message)

    def _take(self, prediction: Prediction | None, failure: str) -> None:
        self.prediction, self.failure = prediction, failure
        self.changed.emit()
        self._request = None
        if self._outdated:
            self.ask()
