"""What the page *Runs* shows where there is no run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop.views.theme import SPACE_M, Theme, scaled


class EmptyRuns(QWidget):
    """An icon and what to do, or what is being waited for."""

    def __init__(self, open_logs: QAction, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel(self)
        self.title = QLabel("Reading the runs…", self)
        self.title.setProperty("role", "title")
        self.text = QLabel(self)
        self.text.setProperty("role", "muted")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.logs_button = QToolButton(self)
        self.logs_button.setDefaultAction(open_logs)
        self.logs_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
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
        layout.addWidget(self.logs_button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        theme.changed.connect(self._recolor)
        self._recolor()

    def show_none(self) -> None:
        """There is no run."""
        self.title.setText("No run yet")
        self.text.setText(
            "Press Train in the toolbar: every training is kept here with its network, its results "
            "and its curves. Change a setting, train again, and select both to compare them."
        )

    def show_failure(self, message: str) -> None:
        """The runs cannot be read, as `message` says."""
        self.title.setText("The runs cannot be shown")
        self.text.setText(message)

    def _recolor(self) -> None:
        icon = self._theme.icon("mdi6.format-list-checks", "muted")
        self._icon.setPixmap(icon.pixmap(scaled(48), scaled(48)))
        self.text.setMaximumWidth(scaled(420))
