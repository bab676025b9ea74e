"""The section *Activations*: its cards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.pages.activations.comparison_card import ComparisonCard
from desktop.views.pages.activations.depth_card import DepthCard
from desktop.views.pages.activations.function_card import FunctionCard
from desktop.views.pages.activations.inputs_card import InputsCard
from desktop.views.theme import Theme
from desktop.views.widgets.cards import CardPage
from desktop.workers.session import Session


class ActivationsPage(CardPage):
    """What activation functions are, what they do to gradients, and how they compare.

    `compare` is the command of the window that trains the network with each of them. The cards are
    made one after another once the page is shown, as all at once would hold up the window;
    `prepare` makes those that are missing.
    """

    functions: FunctionCard
    inputs: InputsCard
    through_depth: DepthCard
    comparison: ComparisonCard

    def __init__(
        self, session: Session, theme: Theme, compare: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._theme, self._compare = session, theme, compare
        self._missing: list[Callable[[], None]] = [
            self._add_functions,
            lambda: self.functions.prepare(),
            self._add_inputs,
            self._add_depth,
            self._add_comparison,
        ]
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._make_next)

    def prepare(self) -> None:
        """Make all that is not there yet."""
        while self._missing:
            self._missing.pop(0)()

    def _make_next(self) -> None:
        if self._missing:
            self._missing.pop(0)()
            self._next.start()

    def _add_functions(self) -> None:
        self.functions = FunctionCard(self._session, self._theme)
        self.rows.addWidget(self.functions)
        self.rows.addStretch(1)

    def _add_inputs(self) -> None:
        self.inputs = InputsCard(self._session, self._theme)
        self.rows.insertWidget(self.rows.count() - 1, self.inputs)

    def _add_depth(self) -> None:
        self.through_depth = DepthCard(self._session, self._theme)
        self.rows.insertWidget(self.rows.count() - 1, self.through_depth)

    def _add_comparison(self) -> None:
        self.comparison = ComparisonCard(self._compare)
        self.rows.insertWidget(self.rows.count() - 1, self.comparison)

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_next()
