"""A card with the plane, shown while the data is points in one."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.plane.live import LivePlane
from desktop.views.widgets.plane.view import PlaneView, is_plane
from desktop.workers.reports import DataSummary
from desktop.workers.session import Session


class PlaneCard(Card):
    """The points of the session's data and the prediction of its network."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        parent: QWidget | None = None,
        view: PlaneView | None = None,
    ) -> None:
        super().__init__("Points and prediction", parent)
        self.view = PlaneView(theme) if view is None else view
        self.body.addWidget(self.view, 1)
        LivePlane(session, self.view)
        session.dataLoaded.connect(self._on_data)
        self.setVisible(session.summary is not None and is_plane(session.summary.schema))

    @Slot(object)
    def _on_data(self, summary: DataSummary) -> None:
        self.setVisible(is_plane(summary.schema))
