"""How far the running group is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from desktop.document.text import counted
from desktop.views.pages.groups.listing import Listing
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.elided import ElidedLabel

_BAR = 140  # pixels


class ProgressStrip(QWidget):
    """Shown while there is a running group: its progress, Pause and Cancel."""

    def __init__(self, listing: Listing, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listing, self._theme = listing, theme
        self.label = ElidedLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the group")
        self.pause_button = QPushButton()
        self.pause_button.clicked.connect(self._toggle_pause)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stop this group; it can be resumed later")
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.label, 1)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.pause_button, self.cancel_button):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        listing.changed.connect(self.refresh)
        theme.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how far it is by now."""
        row, work = self._listing.under_way, self._listing.work
        self.setVisible(row is not None)
        if row is None:
            return
        self.bar.setFixedWidth(scaled(_BAR))
        self.bar.setRange(0, row.total or 0)
        self.bar.setValue(row.summary.done)
        waiting = self._listing.waiting
        parts = [
            f"{row.name}: {row.done_text} trained",
            "paused" if work.is_paused else self._listing.time_left,
            f"{counted(waiting, 'group')} waiting" if waiting else "",
        ]
        self.label.set_full_text(", ".join(filter(None, parts)))
        self.pause_button.setText("Resume" if work.is_paused else "Pause")
        tip = "Resume training" if work.is_paused else "Pause all runs at their next batch"
        self.pause_button.setToolTip(tip)

    def _toggle_pause(self) -> None:
        work = self._listing.work
        work.resume() if work.is_paused else work.pause()

    def _cancel(self) -> None:
        row = self._listing.under_way
        if row is not None:
            self._listing.work.cancel(row.id)
