"""The section *Activations*: its cards."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop.views.pages.activations.comparison_card import ComparisonCard
from desktop.views.pages.activations.depth_card import DepthCard
from desktop.views.pages.activations.function_card import FunctionCard
from desktop.views.pages.activations.inputs_card import InputsCard
from desktop.views.theme import Theme
from desktop.views.widgets.gradual_page import GradualPage
from desktop.workers.session import Session


class ActivationsPage(GradualPage):
    """What activation functions are, what they do to gradients, and how they compare.

    `compare` is the command of the window that trains the network with each of them.
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
        self.make_later(
            self._add_functions,
            lambda: self.functions.prepare(),
            self._add_inputs,
            self._add_depth,
            self._add_comparison,
        )

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
