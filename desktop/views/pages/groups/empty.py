"""What the panel shows where there is no group."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled


class EmptyGroups(QWidget):
    """What groups are for, and how to begin one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.title.setProperty("role", "title")
        self.text = QLabel(self)
        self.text.setProperty("role", "muted")
        self.text.setWordWrap(True)
        self.text.setMaximumWidth(scaled(460))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_S)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_M)
        column.addStretch(2)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 4 if label is self.text else 0)
            row.addStretch(1)
            column.addLayout(row)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        theme.changed.connect(self._rescale)
        self.set_read(False)

    def set_read(self, is_read: bool) -> None:
        """There is no group; or, if it `is_read` no yet, there may be some."""
        self.title.setText("No group of runs yet" if is_read else "Reading the groups…")
        self.text.setText(
            "Results differ from run to run. Train a network several times, from other random "
            "numbers each time, to see how far; then change it, train it as often, and compare the "
            "two: the program says whether the difference is real."
        )

    def offer(self, actions: Sequence[QAction]) -> None:
        """Show a button for each of `actions`."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._buttons.addWidget(button)

    def _rescale(self) -> None:
        self.text.setMaximumWidth(scaled(460))
