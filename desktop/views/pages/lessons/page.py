"""The section *Lessons*: those that come with the program, own ones, and how far one is in each."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.document.lessons import LESSON_EXTENSION, LESSON_FILE
from desktop.document.lessons.lesson import Lesson
from desktop.document.lessons.progress import LessonProgress
from desktop.views.course import Course
from desktop.views.theme import SPACE_S
from desktop.views.widgets.cards import Card, CardPage
from desktop.views.widgets.file_questions import file_to_save, files_filter
from desktop.views.widgets.text import label

EXPORT_EXTENSION = ".html"


class LessonsPage(CardPage):
    """A card for each lesson of `course`, below buttons for all of them."""

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course = course
        self._cards: list[Card] = []
        self.open_button = QPushButton("Open Lesson…")
        self.open_button.setToolTip("Open a lesson of your own: a .lesson file, or lesson.json")
        self.open_button.clicked.connect(self._open_own)
        self.export_button = QPushButton("Export Progress…")
        self.export_button.setToolTip("Write a page with all goals you have reached, to hand it in")
        self.export_button.clicked.connect(self._export)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.export_button)
        buttons.addStretch(1)
        self.rows.addLayout(buttons)
        self.rows.addStretch(1)
        course.lessonChanged.connect(self._list_if_shown)
        course.progressed.connect(self._list_if_shown)

    def _list_if_shown(self) -> None:
        if self.isVisible():
            self._list()

    def _list(self) -> None:
        focused = self.focusWidget()
        name = focused.objectName() if focused is not None and focused.hasFocus() else ""
        for card in self._cards:
            self.rows.removeWidget(card)
            card.hide()
            card.deleteLater()
        known = self._course.known()
        self._cards = [self._card(*each) for each in known]
        for place, card in enumerate(self._cards):
            self.rows.insertWidget(1 + place, card)
        self.export_button.setEnabled(any(progress.is_begun for _, _, progress in known))
        button = self.findChild(QPushButton, name) if name else None
        if button is not None:
            button.setFocus()

    def _card(self, path: Path, lesson: Lesson, progress: LessonProgress) -> Card:
        card = Card(lesson.title)
        state = QLabel(progress.text(lesson))
        state.setProperty("role", "good" if state.text() == "Done" else "muted")
        card.heading.addWidget(state)
        about = QLabel(lesson.about)
        about.setTextFormat(Qt.TextFormat.PlainText)
        about.setWordWrap(True)
        is_new = progress == LessonProgress()
        button = QPushButton("Start" if is_new else "Continue")
        button.setObjectName(f"open_{path.stem}")
        button.setAccessibleName(label(f"{button.text()} {lesson.title}"))
        button.clicked.connect(partial(self._course.open, path))
        row = QHBoxLayout()
        row.addWidget(about, 1)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        card.body.addLayout(row)
        return card

    def _open_own(self) -> None:
        filters = files_filter(("Lessons", (LESSON_EXTENSION, LESSON_FILE)))
        name, _ = QFileDialog.getOpenFileName(self, "Open lesson", str(Path.home()), filters)
        if name:
            self._course.open(Path(name))

    def _export(self) -> None:
        start = Path.home() / f"progress{EXPORT_EXTENSION}"
        filters = files_filter(("Web pages", [EXPORT_EXTENSION]))
        path = file_to_save(self, "Export progress", start, filters, EXPORT_EXTENSION)
        if path is not None:
            self._course.export(path)

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._list()
