"""What is wrong with the project, in one line of the status bar, and all of it in a pop-up."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.problems import Problem, Severity
from desktop.document.text import counted
from desktop.views.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.elided import ElidedLabel
from desktop.views.widgets.layer_card import SEVERITY_LOOKS
from desktop.views.widgets.text import label as as_label
from desktop.views.widgets.text import plain
from desktop.views.workspace import Workspace

_ICON = 16
_POPUP_WIDTH = 460
_POPUP_HEIGHT = 380
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
        message = QLabel(problem.message)
        message.setTextFormat(Qt.TextFormat.PlainText)  # it may name classes or files
        message.setWordWrap(True)
        message.setTextFormat(Qt.TextFormat.PlainText)  # it may quote a file
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


class ProblemsBar(QWidget):
    """The number of problems, the gravest one with its fix, and a pop-up with all of them.

    `layerRequested(index)` asks for a layer to be selected, `trainingRequested(field)` for a
    training setting to be shown.
    """

    layerRequested = Signal(int)
    trainingRequested = Signal(str)

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._theme = theme
        self.count = QToolButton()
        self.count.setObjectName("problems_count")
        self.count.setProperty("role", "flat")
        self.count.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.count.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.count.clicked.connect(self.open_list)
        self.message = ElidedLabel()
        self.message.setObjectName("problems_message")
        self.fix = QPushButton()
        self.fix.setObjectName("problems_fix")
        self.fix.clicked.connect(self._fix)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_XS, 2, SPACE_S, 2)
        row.setSpacing(SPACE_S)
        row.addWidget(self.count)
        row.addWidget(self.message)
        row.addWidget(self.fix)
        row.addStretch(1)
        self.popup = _Popup(workspace, theme, self)
        self.popup.list.layerRequested.connect(self._layer_requested)
        self.popup.list.trainingRequested.connect(self._training_requested)
        workspace.projectChanged.connect(self._update)
        theme.changed.connect(self._update)
        self._update()

    @property
    def first(self) -> Problem | None:
        """The problem that is written out."""
        problems = self._workspace.analysis.problems
        return problems[0] if problems else None

    def _update(self) -> None:
        problems = self._workspace.analysis.problems
        first = self.first
        if first is None:
            token, icon, text = "good", "mdi6.check-circle", "No problems"
        else:
            token, icon = SEVERITY_LOOKS[first.severity]
            text = counted(len(problems), "problem")
        self.count.setIcon(self._theme.icon(icon, token))
        self.count.setText(text)
        self.count.setEnabled(first is not None)
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        warnings = len(problems) - errors
        self.count.setToolTip(
            f"{counted(errors, 'error')}, {counted(warnings, 'warning')}; click to see all"
            if problems
            else "Training can start"
        )
        self.message.set_full_text("" if first is None else first.message)
        has_fix = first is not None and first.fix is not None
        self.fix.setVisible(has_fix)
        if first is not None and first.fix is not None:
            self.fix.setText("Fix")
            self.fix.setIcon(self._theme.icon("mdi6.auto-fix", "accent"))
            self.fix.setToolTip(plain(first.fix.label))
            self.fix.setAccessibleName(f"Fix: {first.fix.label}")
        self.popup.list.set_problems(problems)
        if first is None:
            self.popup.close()
        elif self.popup.isVisible():
            self.popup.place_above(self)

    def _fix(self) -> None:
        if self.first is not None and self.first.fix is not None:
            self._workspace.edit(self.first.fix.label, self.first.fix.project)

    def open_list(self) -> None:
        """Show all problems."""
        self.popup.place_above(self)
        self.popup.show()

    def _layer_requested(self, index: int) -> None:
        self.popup.close()
        self.layerRequested.emit(index)

    def _training_requested(self, field: str) -> None:
        self.popup.close()
        self.trainingRequested.emit(field)


class _Popup(QFrame):
    """All problems, above the bar. A click beside it, or Esc, closes it."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("problems_popup")
        self.setAccessibleName("All problems")
        self._theme = theme
        self.list = ProblemList(workspace, theme, with_places=True)
        inside = QWidget()
        column = self._inside = QVBoxLayout(inside)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.addWidget(self.list)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(self._scroll)
        theme.changed.connect(self._theme_changed)
        self._theme_changed()

    def place_above(self, bar: QWidget) -> None:
        """Take the size of the problems, and stand on the left end of `bar`."""
        layout = self._inside
        layout.activate()
        width, most = scaled(_POPUP_WIDTH), scaled(_POPUP_HEIGHT)
        needed = layout.totalHeightForWidth(width - 16)
        size = QSize(width, min(max(needed, layout.minimumSize().height()) + 4, most))
        corner = bar.mapToGlobal(QPoint(0, 0))
        self.setGeometry(QRect(corner - QPoint(0, size.height() + SPACE_XS), size))

    def _theme_changed(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"QFrame#problems_popup {{ background: {tokens.window};"
            f" border: 1px solid {tokens.border}; border-radius: {RADIUS}px; }}"
        )

    # --- Qt ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
