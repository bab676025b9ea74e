"""Keeping a drawing, with what it shows, in My drawings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop.document.text import counted
from desktop.views.pages.draw.canvas import Canvas
from desktop.views.pages.draw.learn import LearnLine
from desktop.views.theme import SPACE_S, SPACE_XS, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.text import label as as_label
from desktop.workers.session import Session

MOST_BUTTONS, LONGEST = 12, 12  # classes, and letters of their names; others are in a list
SHORT = 3  # letters of names of which there is room for more beside each other
IMAGE = "An image from a file is not kept: My drawings are made of pen strokes."
NOTHING = "Keep what you drew: press what it is."


class KeepCard(Card):
    """A button for each class that keeps the drawing with this label, and takes that back."""

    def __init__(self, session: Session, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__("That was a…", parent)
        self._session, self._canvas = session, canvas
        self._classes: tuple[str, ...] | None = None
        self._kept = ""  # the id of the drawing on the canvas, if it was kept
        self._message = ""
        self.buttons: list[QPushButton] = []
        self._buttons = QWidget()
        self._grid = QGridLayout(self._buttons)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_XS)
        self.labels = ComboBox()
        self.labels.setAccessibleName("What the drawing shows")
        self.labels.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.keep = QPushButton("Keep")
        self.keep.setToolTip("Keep the drawing in My drawings with this label")
        self._list = QWidget()
        row = QHBoxLayout(self._list)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.labels, 1)
        row.addWidget(self.keep)
        self.status = muted_label()
        self.status.setObjectName("kept-drawings")
        self.undo = QPushButton("Undo")
        self.undo.setToolTip("Take the last change of My drawings back")
        last = QHBoxLayout()
        last.addWidget(self.status, 1)
        last.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self._buttons)
        self.body.addWidget(self._list)
        self.body.addLayout(last)
        self.learning = LearnLine(session)
        self.body.addWidget(self.learning)
        self.keep.clicked.connect(lambda: self._keep_as(self.labels.currentText()))
        self.undo.clicked.connect(self._on_undo)
        canvas.changed.connect(self._on_drawn)
        session.drawings.read.connect(self._refresh)
        session.drawings.changed.connect(self._on_changed)
        session.drawings.failed.connect(self._on_failed)
        session.dataLoaded.connect(self._refresh)
        self._refresh()

    def _keep_as(self, label: str) -> None:
        strokes = self._canvas.kept_strokes
        if strokes:
            self._kept = "".join(self._session.drawings.keep([(label, strokes)], self._kept))
            self._refresh()

    def _on_drawn(self) -> None:
        self._kept = self._message = ""
        self._refresh()

    def _on_undo(self) -> None:
        self._kept = ""
        self._session.drawings.undo()

    def _on_changed(self, message: str) -> None:
        self._message = f"{message}."
        self._refresh()

    def _on_failed(self, message: str) -> None:
        self._kept, self._message = "", message
        self._refresh()

    def _refresh(self) -> None:
        summary = self._session.summary
        classes = summary.schema.class_names if summary is not None else ()
        if classes != self._classes:
            self._show_classes(classes)
        self.setVisible(bool(classes))
        can_keep = not self._canvas.is_empty and not self._canvas.shows_image
        for widget in (*self.buttons, self.labels, self.keep):
            widget.setEnabled(can_keep)
        drawings = self._session.drawings
        self.undo.setEnabled(drawings.can_undo)
        texts = [self._message or (IMAGE if self._canvas.shows_image else NOTHING)]
        if drawings.kept is not None:
            own = sum(drawing.label in classes for drawing in drawings.kept.drawings)
            texts.append(f"{counted(own, 'drawing')} of these classes.")
            if drawings.kept.warning:
                texts.append(f"{drawings.kept.warning}.")
        self.status.setText(" ".join(texts))

    def _show_classes(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        longest = max(map(len, classes), default=0)
        by_button = len(classes) <= MOST_BUTTONS and longest <= LONGEST
        columns = (len(classes) + 1) // 2 if longest <= SHORT else 3
        for number, name in enumerate(classes if by_button else ()):
            button = QPushButton(as_label(name))
            button.setAccessibleName(f"That was a {name}")
            button.setToolTip(f"Keep the drawing in My drawings as {name}")
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(scaled(24))
            button.clicked.connect(lambda _=False, name=name: self._keep_as(name))
            self._grid.addWidget(button, *divmod(number, max(columns, 1)))
            self.buttons.append(button)
        self._buttons.setVisible(by_button)
        self._list.setVisible(not by_button)
        self.labels.clear()
        self.labels.addItems([] if by_button else list(classes))

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        if self._session.drawings.kept is None:
            self._session.drawings.ask()
        super().showEvent(event)
