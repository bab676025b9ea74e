"""The section *Regularization*: its cards."""

from __future__ import annotations

from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.pages.regularization.curves_card import CurvesCard
from desktop.views.pages.regularization.loss_card import LossCard
from desktop.views.pages.regularization.setup_card import SetupCard
from desktop.views.pages.regularization.stopping_card import StoppingCard
from desktop.views.pages.regularization.weights_card import WeightsCard
from desktop.views.theme import Theme
from desktop.views.widgets.gradual_page import GradualPage
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


class RegularizationPage(GradualPage):
    """The current network with each kind of regularization, trained side by side.

    `vary` is the command of the window that says whether groups of runs can be trained.
    """

    setup: SetupCard
    curves: CurvesCard
    stopping: StoppingCard
    weights: WeightsCard
    losses: LossCard

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        theme: Theme,
        vary: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._theme, self._vary = workspace, theme, vary
        self.comparison = Comparison(session, self)
        self.rows.addStretch(1)
        self.make_later(
            self._add_setup,
            self._add_curves,
            self._add_losses,
            self._add_weights,
            self._add_stopping,
            lambda: self.stopping.prepare(),
        )

    def _add(self, card: QWidget) -> None:
        self.rows.insertWidget(self.rows.count() - 1, card)

    def _add_setup(self) -> None:
        self.setup = SetupCard(self._workspace, self.comparison, self._vary, self._theme)
        self._add(self.setup)

    def _add_curves(self) -> None:
        self.curves = CurvesCard(self.comparison, self._theme)
        self.curves.taken.connect(self._take)
        self._add(self.curves)

    def _add_losses(self) -> None:
        self.losses = LossCard(self.comparison, self._theme)
        self._add(self.losses)

    def _add_weights(self) -> None:
        self.weights = WeightsCard(self.comparison, self._theme)
        self._add(self.weights)

    def _add_stopping(self) -> None:
        self.stopping = StoppingCard(self.comparison, self._theme)
        self._add(self.stopping)

    def _take(self, variant: Variant) -> None:
        """Make `variant` the project, but for the number of training rows, which stays."""
        rows = self._workspace.project.training.rows
        project = variant.project
        project = project.replace(training=project.training.replace(rows=rows))
        self._workspace.edit(f"Use {variant.name}", project)

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        self.comparison.watch(True)
        self.comparison.look()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.comparison.watch(False)
