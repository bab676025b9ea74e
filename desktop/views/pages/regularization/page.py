"""The section *Regularization*: its cards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.pages.regularization.curves_card import CurvesCard
from desktop.views.pages.regularization.loss_card import LossCard
from desktop.views.pages.regularization.setup_card import SetupCard
from desktop.views.pages.regularization.stopping_card import StoppingCard
from desktop.views.pages.regularization.weights_card import WeightsCard
from desktop.views.theme import Theme
from desktop.views.widgets.cards import CardPage
from desktop.views.workspace import Workspace
from desktop.workers.session import Session


class RegularizationPage(CardPage):
    """The current network with each kind of regularization, trained side by side.

    `vary` is the command of the window that says whether groups of runs can be trained. The cards
    are made one after another once the page is shown, as all at once would hold up the window;
    `prepare` makes those that are missing.
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
        self._missing: list[Callable[[], None]] = [
            self._add_setup,
            self._add_curves,
            self._add_losses,
            self._add_weights,
            self._add_stopping,
            lambda: self.stopping.prepare(),
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
        super().showEvent(event)
        self.comparison.watch(True)
        self.comparison.look()
        self._make_next()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.comparison.watch(False)
