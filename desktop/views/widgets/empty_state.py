"""What stands where there is nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, SPACE_S, Theme, scaled
from desktop.views.widgets.labels import muted_label

_WIDTH, _ICON = 420, 48  # pixels


class EmptyState(QWidget):
    """A title and a text that says what to do, in the middle, below an `icon` if there is one."""

    def __init__(self, theme: Theme, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon_name = theme, icon
        self._icon = QLabel()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.text = muted_label()
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_S)
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
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(3)
        self._icon.setVisible(bool(icon))
        theme.changed.connect(self._update_sizes)
        self._update_sizes()

    def say(self, title: str, text: str) -> None:
        """Show these words. They may come from files."""
        self.title.setText(title)
        self.text.setText(text)

    def offer(self, action: QAction) -> QToolButton:
        """Add a button for `action` below the text."""
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons.addWidget(button)
        return button

    def _update_sizes(self) -> None:
        if self._icon_name:
            icon = self._theme.icon(self._icon_name, "muted")
            self._icon.setPixmap(icon.pixmap(scaled(_ICON), scaled(_ICON)))
        self.text.setMaximumWidth(scaled(_WIDTH))
