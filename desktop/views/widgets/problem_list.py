"""What is wrong with the project, a card for each problem."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.document.problems import Problem
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.layer_card import SEVERITY_LOOKS
from desktop.views.widgets.text import breakable, plain
from desktop.views.widgets.text import label as as_label
from desktop.views.workspace import Workspace

_ICON = 16
_NARROWEST = 140  # pixels of a card


class ProblemCard(QFrame):
    """One problem: how grave, what, and a button for the fix if there is one.

    The button says what the fix does; where that is too long for it, a line above does.
    `shown(problem)` asks for the place of the problem, `fixed(problem)` for the fix.
    """

    shown = Signal(object)
    fixed = Signal(object)

    def __init__(self, problem: Problem, theme: Theme, place: str = "") -> None:
        super().__init__()
        self._problem = problem
        self.setProperty("role", "card")
        token, icon = SEVERITY_LOOKS[problem.severity]
        mark = QLabel()
        mark.setPixmap(theme.icon(icon, token).pixmap(scaled(_ICON), scaled(_ICON)))
        mark.setToolTip(problem.severity.capitalize())
        message = QLabel(breakable(problem.message))
        message.setTextFormat(Qt.TextFormat.PlainText)  # it may name classes or files
        message.setWordWrap(True)
        message.setAccessibleName(f"{problem.severity.capitalize()}: {problem.message}")
        text = QVBoxLayout()
        text.setSpacing(SPACE_XS)
        text.addWidget(message)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_XS)
        self._words = QLabel()
        self._fix_button = QPushButton()
        if problem.fix is not None:
            self._words.setText(problem.fix.label)
            self._words.setWordWrap(True)
            self._words.setTextFormat(Qt.TextFormat.PlainText)
            self._words.setProperty("role", "muted")
            text.addWidget(self._words)
            self._fix_button.setText(as_label(problem.fix.label))
            self._fix_button.setIcon(theme.icon("mdi6.auto-fix", "accent"))
            self._fix_button.setObjectName("fix")
            self._fix_button.setToolTip(plain(f"Fix: {problem.fix.label}"))
            self._fix_button.setAccessibleName(problem.fix.label)
            self._fix_button.clicked.connect(self._fix)
            buttons.addWidget(self._fix_button)
        if place:
            show = QPushButton(f"Show {place}")
            show.setObjectName("show")
            show.clicked.connect(self._show)
            buttons.addWidget(show)
        buttons.addStretch(1)
        if problem.fix is not None or place:
            text.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        self._fix_width = 0  # pixels that the button takes with what the fix does

    def _fix(self) -> None:
        self.fixed.emit(self._problem)

    def _show(self) -> None:
        self.shown.emit(self._problem)

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say what the fix does on the button, or above it where that would be too long."""
        super().resizeEvent(event)
        if self._problem.fix is None:
            return
        self._fix_width = self._fix_width or self._fix_button.sizeHint().width()
        fits = self._fix_width <= self.width() - 4 * SPACE_S - scaled(_ICON)
        self._words.setVisible(not fits)
        self._fix_button.setText(as_label(self._problem.fix.label) if fits else "Fix")

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_NARROWEST), super().minimumSizeHint().height())


class ProblemList(QWidget):
    """Problem cards, one below the other. `layerRequested(index)`, `trainingRequested(field)`:
    the place of a problem is wanted. Fixes are made right away."""

    layerRequested = Signal(int)
    trainingRequested = Signal(str)

    def __init__(self, workspace: Workspace, theme: Theme, with_places: bool) -> None:
        super().__init__()
        self._workspace = workspace
        self._theme = theme
        self._with_places = with_places
        self._problems: tuple[Problem, ...] = ()
        self._cards: list[ProblemCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        theme.changed.connect(self._rebuild)

    def set_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show `problems`, in this order."""
        if problems != self._problems:
            self._problems = problems
            self._rebuild()
        self.setVisible(bool(problems))

    def _rebuild(self) -> None:
        for card in self._cards:
            card.hide()
            self._column.removeWidget(card)
            card.deleteLater()
        self._cards = []
        for problem in self._problems:
            place = self._place(problem) if self._with_places else ""
            card = ProblemCard(problem, self._theme, place)
            card.fixed.connect(self._fix)
            card.shown.connect(self._show)
            self._column.addWidget(card)
            self._cards.append(card)
            card.show()

    def _place(self, problem: Problem) -> str:
        if problem.layer is not None:
            return self._workspace.analysis.layers[problem.layer].name
        return "the setting" if problem.field is not None else ""

    def _fix(self, problem: Problem) -> None:
        if problem.fix is not None:
            self._workspace.edit(problem.fix.label, problem.fix.project)

    def _show(self, problem: Problem) -> None:
        if problem.layer is not None:
            self.layerRequested.emit(problem.layer)
        elif problem.field is not None:
            self.trainingRequested.emit(problem.field)
