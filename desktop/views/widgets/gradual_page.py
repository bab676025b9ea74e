"""A page of cards that are made one after another once it is shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.widgets.cards import CardPage


class GradualPage(CardPage):
    """Takes a turn of the event loop for each of the steps that `make_later` is given.

    All at once would hold up the window. `prepare` takes the steps that are left.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._missing: list[Callable[[], None]] = []
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._make_next)

    @property
    def is_made(self) -> bool:
        """Whether all steps were taken."""
        return not self._missing

    def make_later(self, *steps: Callable[[], None]) -> None:
        """Take these steps in their order, from the time at which the page is shown."""
        self._missing.extend(steps)

    def prepare(self) -> None:
        """Make all that is not there yet."""
        while self._missing:
            self._missing.pop(0)()

    def _make_next(self) -> None:
        if self._missing:
            self._missing.pop(0)()
            self._next.start()

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_next()
