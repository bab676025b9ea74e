"""How far the loading of data is, and a button that stops it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from desktop.views.theme import SPACE_S, Theme, scaled

BAR_WIDTH = 96  # pixels
STEPS = 1000


class LoadingBar(QWidget):
    """What is being done, how much of it is done, and *Cancel*. Keeps its room while hidden."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Data is being loaded")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop loading this data")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for widget in (self._text, self.bar, self.cancel):
            row.addWidget(widget)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # what is below stays in its place
        self.setSizePolicy(policy)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_work(self, work: str) -> None:
        """Say that `work`, e.g. "Loading", is done; how far it is is not known yet."""
        self._text.setText(f"{work}…")
        self.bar.setRange(0, 0)
        self.show()

    def show_progress(self, part: float) -> None:
        """Say how much is done, 0 to 1."""
        self.bar.setRange(0, STEPS)
        self.bar.setValue(round(STEPS * part))

    def _restyle(self) -> None:
        self.bar.setFixedWidth(scaled(BAR_WIDTH))
