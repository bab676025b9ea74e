"""What is wrong with the project, in one line of the status bar, and all of it in a pop-up."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
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
from desktop.views.widgets.problem_list import ProblemList
from desktop.views.widgets.text import plain
from desktop.views.workspace import Workspace

_POPUP_WIDTH = 460
_POPUP_HEIGHT = 380


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
