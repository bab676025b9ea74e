"""What the page *Runs* shows where there is no run."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.empty_state import EmptyState


class EmptyRuns(EmptyState):
    """What to do, or what is being waited for."""

    def __init__(self, open_logs: QAction, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "mdi6.format-list-checks", parent)
        self.logs_button = self.offer(open_logs)
        self.say("Reading the runs…", "")

    def show_none(self) -> None:
        """There is no run."""
        self.say(
            "No run yet",
            "Press Train in the toolbar: every training is kept here with its network, its results "
            "and its curves. Change a setting, train again, and select both to compare them.",
        )

    def show_failure(self, message: str) -> None:
        """The runs cannot be read, as `message` says."""
        self.say("The runs cannot be shown", message)
