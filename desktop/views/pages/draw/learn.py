"""A network learns the hand of its user: the command, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.views.theme import SPACE_S
from desktop.views.widgets.labels import muted_label
from desktop.workers.session import Session

LEARN, CANCEL = "Learn my handwriting", "Cancel"


class LearnLine(QWidget):
    """Trains the network further on My drawings, says what it gained and lost, and undoes that.

    That is said in `outcome`, for which the page has a place of its own: it takes a line or two.

    Signals:
        changed: the network has other weights.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, session.learning
        self.learn = QPushButton(LEARN)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.learn)
        line.addStretch(1)
        self.result = muted_label()
        self.result.setObjectName("learned-drawings")
        self.undo = QPushButton("Undo")
        self.undo.setAccessibleName("Undo learning")
        self.undo.setToolTip("Give the network the weights from before")
        self.outcome = QWidget()
        line = QHBoxLayout(self.outcome)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE_S)
        line.addWidget(self.result, 1)
        line.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        self.outcome.hide()
        self.learn.clicked.connect(self._on_pressed)
        self.undo.clicked.connect(self._work.undo)
        self._work.progress.connect(self._on_progress)
        self._work.ended.connect(self._on_ended)
        self._work.failed.connect(self._on_ended)
        session.drawings.read.connect(self._refresh)
        session.dataLoaded.connect(self._refresh)
        session.modelReset.connect(self._on_reset)
        session.stateChanged.connect(self._refresh)
        self._refresh()

    def _on_pressed(self) -> None:
        kept = self._session.drawings.kept
        if self._work.is_running:
            self._work.stop()
        elif kept is not None and self._work.begin(kept.drawings):
            self._show("Learning…")

    def _on_progress(self, part: float) -> None:
        self._show(f"Learning… {100 * part:.0f} %")

    def _on_ended(self, message: str) -> None:
        self._show(message)
        self.changed.emit()

    def _on_reset(self) -> None:
        self._show("")

    def _show(self, text: str) -> None:
        self.result.setText(text)
        self.outcome.setVisible(bool(text))
        self._refresh()

    def _why_not(self) -> str:
        """Why drawings cannot be learned now; "" if they can."""
        session = self._session
        kept, summary = session.drawings.kept, session.summary
        classes = summary.schema.class_names if summary is not None else ()
        if not session.has_model:
            return "Train the network first"
        if session.is_busy:
            return "Not while the network is trained or evaluated"
        if kept is None or not any(drawing.label in classes for drawing in kept.drawings):
            return "Keep some drawings first, best five of each class or more"
        return ""

    def _refresh(self) -> None:
        is_running, why_not = self._work.is_running, self._why_not()
        self.learn.setText(CANCEL if is_running else LEARN)
        self.learn.setEnabled(is_running or not why_not)
        self.learn.setToolTip(
            why_not
            or "Train the network further on My drawings, mixed with rows that it was trained with"
        )
        self.undo.setVisible(self._work.can_undo)
