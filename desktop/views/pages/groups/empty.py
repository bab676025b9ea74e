"""What the panel shows where there is no group."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.empty_state import EmptyState


class EmptyGroups(EmptyState):
    """What groups are for, and how to begin one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.set_read(False)

    def set_read(self, is_read: bool) -> None:
        """Say that there is no group, or that the groups are being read."""
        self.say(
            "No group of runs yet" if is_read else "Reading the groups…",
            "Results differ from run to run. Train a network several times, from other random "
            "numbers each time, to see how far; then change it, train it as often, and compare the "
            "two: the program says whether the difference is real.",
        )
