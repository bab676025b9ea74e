"""A strip for what the user should know and cannot be shown where it belongs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.views.theme import SPACE_M, SPACE_S, Theme

_LOOK = {
    "bad": ("mdi6.alert-circle-outline", "Error"),
    "warning": ("mdi6.alert-outline", "Warning"),
    "good": ("mdi6.check-circle-outline", "Done"),
    "accent": ("mdi6.information-outline", "Note"),
}


class Notice(QFrame):
    """Shows one message at a time until it is closed or replaced."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level = "accent"
        self.setObjectName("notice")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # messages quote files
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._close = QToolButton()
        self._close.setProperty("role", "flat")
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        theme.changed.connect(self._restyle)
        self.hide()

    @property
    def text(self) -> str:
        """The message on show, or "" if there is none."""
        return "" if self.isHidden() else self._text.text()

    def show_message(self, text: str, level: str = "bad") -> None:
        """Show `text`; `level` is bad, warning, good or accent."""
        self._level = level
        self._text.setText(text)
        self.setAccessibleName(f"{_LOOK[level][1]}: {text}")
        self._restyle()
        self.show()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        color = getattr(tokens, self._level)
        self.setStyleSheet(
            f"#notice {{ background: {tokens.surface}; border: none;"
            f" border-left: 4px solid {color}; border-bottom: 1px solid {tokens.border}; }}"
        )
        self._icon.setPixmap(self._theme.icon(_LOOK[self._level][0], self._level).pixmap(20, 20))
        self._close.setIcon(self._theme.icon("mdi6.close", "muted"))
