"""What the page *Train* shows where nothing is trained yet."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.empty_state import EmptyState
from desktop.workers.session import State


class Placeholder(EmptyState):
    """What to do, in the place of charts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "mdi6.chart-line", parent)
        self._is_opened = False  # whether there is a network, from a file
        self.show_state(None)

    @Slot()
    def show_opened(self) -> None:
        """Say what there is of a trained network without a record, of a file for example."""
        self._is_opened = True
        self.show_state(None)

    @Slot()
    def show_reset(self) -> None:
        """Say that there is no network."""
        self._is_opened = False
        self.show_state(None)

    @Slot(object)
    def show_state(self, state: State | None) -> None:
        """Say what to do next in `state`, or what is being waited for."""
        if state is State.WAITING:
            title = "Training starts in a moment"
            start = "It waits for TensorFlow and the data to be loaded."
        elif self._is_opened:
            title = "This network was trained before"
            start = (
                "There are no curves of that. Press Train in the toolbar to continue from these "
                "weights."
            )
        else:
            title, start = "Nothing trained yet", "Press Train in the toolbar."
        self.say(
            title,
            f"{start} Loss and accuracy appear here while the network learns, and below them how "
            "the weights of each layer change from epoch to epoch.",
        )
