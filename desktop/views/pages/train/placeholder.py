"""What the page *Train* shows where nothing is trained yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, Theme, scaled
from desktop.workers.session import State


class Placeholder(QWidget):
    """An icon and what to do, in the place of charts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel(self)
        self.title = QLabel(self)
        self.title.setProperty("role", "title")
        self.text = QLabel(self)
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_M)
        layout.addStretch(2)
        for label in (self._icon, self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 4 if label is self.text else 0)
            row.addStretch(1)
            layout.addLayout(row)
        layout.addStretch(3)
        theme.changed.connect(self._recolor)
        self._is_opened = False  # whether there is a network, from a file
        self._recolor()
        self.show_state(None)

    @Slot()
    def show_opened(self) -> None:
        """Say what there is of a network that was opened from a file."""
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
                "The file it was opened from has its weights, but no curves. Press Train in the "
                "toolbar to continue from these weights."
            )
        else:
            title, start = "Nothing trained yet", "Press Train in the toolbar."
        self.title.setText(title)
        self.text.setText(
            f"{start} Loss and accuracy appear here while the network learns, and below them how "
            "the weights of each layer change from epoch to epoch."
        )

    @Slot()
    def _recolor(self) -> None:
        icon = self._theme.icon("mdi6.chart-line", "muted")
        self._icon.setPixmap(icon.pixmap(scaled(48), scaled(48)))
        self.text.setMaximumWidth(scaled(420))
