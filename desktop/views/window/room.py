"""All of the window for a page that is wide: the panels beside it step back."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Slot

from desktop.views.window.docks import Docks
from desktop.views.window.pages import Page, Pages


class Room(QObject):
    """Hides the panels while the page *Runs* is shown and wants all the room."""

    def __init__(self, docks: Docks, pages: Pages) -> None:
        super().__init__(docks)
        self._docks, self._pages = docks, pages
        self._is_wanted = False
        self._before: QByteArray | None = None  # where the panels are when they come back
        pages.runs.roomWanted.connect(self._want)
        pages.currentChanged.connect(self._update)

    @Slot(bool)
    def _want(self, on: bool) -> None:
        self._is_wanted = on
        self._update()

    @Slot()
    def _update(self) -> None:
        if self._is_wanted and self._pages.shown is Page.RUNS:
            if self._before is None:
                self._before = self._docks.save()
                for dock in self._docks.all:
                    dock.hide()
        else:
            self.give_back()

    def give_back(self) -> None:
        """Show the panels again where they were."""
        if self._before is not None:
            before, self._before = self._before, None
            self._docks.restore(before)
