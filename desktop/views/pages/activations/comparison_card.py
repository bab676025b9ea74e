"""The card *Comparison*: the current network with other activations, as a group of runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from desktop.document.space import COMPARED_FUNCTIONS
from desktop.document.text import listed
from desktop.views.widgets.cards import Card
from desktop.views.widgets.labels import muted_label

_ABOUT = (
    "The network in the window is trained with its own and with each of these functions in its "
    "hidden layers: {functions}. You can continue to work meanwhile. The results are on the page "
    "Runs, under Groups, compared on the validation rows."
)


class ComparisonCard(Card):
    """Says what is compared, and has a button for the command that begins it."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__("Comparison", parent)
        names = listed([str(function) for function in COMPARED_FUNCTIONS])
        about = QLabel(_ABOUT.format(functions=names))
        about.setWordWrap(True)
        self.button = QToolButton()
        self.button.setDefaultAction(action)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.why_not = muted_label()
        self._action = action
        self.body.addWidget(about)
        self.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.why_not)
        action.changed.connect(self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        """Say why it cannot be begun, if that is so."""
        is_possible = self._action.isEnabled()
        self.why_not.setText("" if is_possible else self._action.statusTip())
        self.why_not.setVisible(not is_possible)
