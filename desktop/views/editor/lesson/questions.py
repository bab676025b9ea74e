"""A question of a step, with what answers it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.document.lessons.questions import Choice, Question
from desktop.views.theme import SPACE_S, SPACE_XS
from desktop.views.widgets.controls import LineEdit


class QuestionCard(QWidget):
    """Shows a question. `given(float)`: the place of a choice, or the number that was entered."""

    given = Signal(float)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACE_XS)
        self.column.addWidget(_wrapped(question.text))
        self._choices = QButtonGroup(self)
        self.field = LineEdit()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        self.check_button = QPushButton("Check")
        self.check_button.setAccessibleName(f"Check the answer: {question.text}")
        self.check_button.clicked.connect(self._give)
        if isinstance(question, Choice):
            for place, text in enumerate(question.choices):
                self._add_choice(place, text)
            self.field.hide()
            self.field.setParent(self)
        else:
            self.field.setAccessibleName(question.text)
            self.field.setPlaceholderText("Number")
            self.field.returnPressed.connect(self._give)
            row.addWidget(self.field, 1)
        row.addWidget(self.check_button)
        row.addStretch(1)
        self.column.addLayout(row)
        self.result = _wrapped("")
        self.result.hide()
        self.column.addWidget(self.result)

    def choose(self, place: int) -> None:
        """Choose the answer at `place`, counted from 0."""
        self._choices.button(place).setChecked(True)

    def show_result(self, right: bool) -> None:
        """Say whether the answer was right; a right one is explained."""
        words = "Right." if right else "Not right yet. Try again."
        self._tell(f"{words} {self._question.explanation}" if right else words, right)

    def _add_choice(self, place: int, text: str) -> None:
        button = QRadioButton()
        button.setAccessibleName(text)
        self._choices.addButton(button, place)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(_ChoiceLabel(text, button), 1)
        self.column.addLayout(row)

    def _give(self) -> None:
        if isinstance(self._question, Choice):
            if self._choices.checkedId() < 0:
                self._tell("Choose an answer first.", False)
            else:
                self.given.emit(float(self._choices.checkedId()))
            return
        try:
            value = float(self.field.text().strip().replace(",", "."))
        except ValueError:
            self._tell("Enter a number, such as 0.75.", False)
        else:
            self.given.emit(value)

    def _tell(self, text: str, right: bool) -> None:
        self.result.setText(text.strip())
        self.result.setProperty("role", "good" if right else "bad")
        self.result.style().polish(self.result)
        self.result.show()


class _ChoiceLabel(QLabel):
    """The text of a choice, which wraps; a click chooses it."""

    def __init__(self, text: str, button: QRadioButton) -> None:
        super().__init__(text)
        self._button = button
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._button.setChecked(True)


def _wrapped(text: str) -> QLabel:
    shown = QLabel(text)
    shown.setTextFormat(Qt.TextFormat.PlainText)
    shown.setWordWrap(True)
    shown.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return shown
