"""How fast training may be, for those who want to follow it."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from desktop.workers.session import Session

PACES = (0.0, 0.5, 1.0, 2.0, 5.0)  # seconds that every epoch is shown at least


class PaceMenu(QMenu):
    """The choice of the time that every epoch is shown at least."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("Show Each E&poch at Least", parent)
        self.setObjectName("pace")
        self._session = session
        group = QActionGroup(self)
        for seconds in PACES:
            action = self.addAction(f"{seconds:g} s" if seconds else "&Full Speed")
            action.setStatusTip(
                f"Show every epoch for at least {seconds:g} s; the result is the same"
                if seconds
                else "Train as fast as possible"
            )
            action.setCheckable(True)
            action.setChecked(seconds == session.epoch_seconds)
            action.setData(seconds)
            group.addAction(action)
        group.triggered.connect(self._on_chosen)

    def _on_chosen(self, action: QAction) -> None:
        self._session.epoch_seconds = float(action.data())
