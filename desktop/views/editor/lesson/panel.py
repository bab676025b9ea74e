"""The panel beside the editor: the step of the lesson, its goals, and how to go on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.document.text import counted, listed
from desktop.views.course import Course
from desktop.views.editor.lesson.questions import QuestionCard
from desktop.views.editor.lesson.text import LessonText
from desktop.views.theme import SPACE_M, SPACE_S
from desktop.views.widgets.scroll_panel import ScrollPanel

MET, OPEN = "✓", "○"


class LessonPanel(QWidget):
    """Shows the step of `course`.

    `startRequested()`: what the step begins with is wanted; `showRequested()`: the control that it
    speaks of.
    """

    startRequested = Signal()
    showRequested = Signal()

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course = course
        self.setObjectName("lesson_panel")
        self.setAccessibleName("Lesson")
        self._place = QLabel()
        self._place.setTextFormat(Qt.TextFormat.PlainText)
        self._place.setProperty("role", "small")
        self._place.setWordWrap(True)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.text = LessonText()
        self.start_button = self._button("Prepare Step", "Make what this step begins with")
        self.start_button.clicked.connect(self.startRequested)
        self.show_button = self._button("Show Me", "Draw a frame around what this step speaks of")
        self.show_button.clicked.connect(self.showRequested)
        self._scroll = ScrollPanel()
        for widget in (self._place, self.title, self.text):
            self._scroll.column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self.start_button)
        buttons.addWidget(self.show_button)
        buttons.addStretch(1)
        self._scroll.column.addLayout(buttons)
        self.locked = QLabel()
        self.locked.setProperty("role", "warning")
        self.locked.setWordWrap(True)
        self._scroll.column.addWidget(self.locked)
        self._tasks = QWidget()
        self._scroll.column.addWidget(self._tasks)
        self._scroll.column.addStretch(1)
        self.questions: list[QuestionCard] = []
        self.goals: list[QLabel] = []
        self.back_button = self._button("Back", "The step before")
        self.back_button.clicked.connect(partial(self._go, -1))
        self.next_button = self._button("Next", "The next step")
        self.next_button.clicked.connect(partial(self._go, 1))
        self.close_button = self._button("Close", "Close the lesson; what you reached is kept")
        self.close_button.clicked.connect(course.close)
        self._left = QLabel()
        self._left.setProperty("role", "small")
        bar = QHBoxLayout()
        bar.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.back_button)
        bar.addWidget(self.next_button)
        bar.addStretch(1)
        bar.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE_M, 0, SPACE_M, SPACE_S)
        foot.addWidget(self._left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._scroll, 1)
        column.addLayout(bar)
        column.addLayout(foot)
        course.stepChanged.connect(self._show_step)
        course.progressed.connect(self._update)
        self._show_step()

    @staticmethod
    def _button(text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"lesson_{text.lower().replace(' ', '_')}")
        button.setToolTip(tip)
        return button

    def _show_step(self) -> None:
        lesson, step = self._course.lesson, self._course.step
        if lesson is None or step is None:
            return
        number = self._course.progress.step
        self._place.setText(f"{lesson.title} · step {number + 1} of {len(lesson.steps)}")
        self.title.setText(step.title)
        self.text.show_markdown(step.text)
        self.start_button.setVisible(step.start is not None)
        self.show_button.setVisible(step.show is not None)
        self.back_button.setEnabled(number > 0)
        self.next_button.setEnabled(number + 1 < len(lesson.steps))
        self.locked.setVisible(bool(step.lock))
        if step.lock:
            titles = listed([each.title() for each in step.lock])
            self.locked.setText(f"Locked in this step: {titles}")
        self._fill_tasks()
        self._scroll.verticalScrollBar().setValue(0)
        self._update()

    def _fill_tasks(self) -> None:
        """Make the questions and goals of the step."""
        step = self._course.step
        assert step is not None
        before, self._tasks = self._tasks, QWidget()
        column = QVBoxLayout(self._tasks)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        self.questions = []
        for number, question in enumerate(step.questions):
            card = QuestionCard(question)
            card.given.connect(partial(self._answer, number))
            column.addWidget(card)
            self.questions.append(card)
            if (self._course.progress.step, number) in self._course.progress.answered:
                card.show_result(True)
        if step.goals:
            heading = QLabel("Goals")
            heading.setProperty("role", "title")
            column.addWidget(heading)
        self.goals = []
        for _ in step.goals:
            goal = QLabel()
            goal.setTextFormat(Qt.TextFormat.PlainText)
            goal.setWordWrap(True)
            column.addWidget(goal)
            self.goals.append(goal)
        self._scroll.column.replaceWidget(before, self._tasks)
        before.hide()
        before.deleteLater()

    def _answer(self, question: int, given: float) -> None:
        self.questions[question].show_result(self._course.answer(question, given))

    def _go(self, by: int) -> None:
        self._course.go(self._course.progress.step + by)

    def _update(self) -> None:
        """Show which goals are met, and how much of the step is left."""
        lesson, step, progress = self._course.lesson, self._course.step, self._course.progress
        if lesson is None or step is None:
            return
        for number, (goal, shown) in enumerate(zip(step.goals, self.goals, strict=True)):
            met = (progress.step, number) in progress.met
            shown.setText(f"{MET if met else OPEN} {goal.words}")
            shown.setAccessibleName(f"{'Met' if met else 'Not met yet'}: {goal.words}")
            shown.setProperty("role", "good" if met else "")
            shown.style().unpolish(shown)
            shown.style().polish(shown)
        left = progress.left(lesson, progress.step)
        self._left.setText(f"{counted(left, 'task')} left in this step" if left else "Step done")
        is_primary = not left and self.next_button.isEnabled()
        self.next_button.setProperty("role", "primary" if is_primary else "")
        self.next_button.style().unpolish(self.next_button)
        self.next_button.style().polish(self.next_button)
