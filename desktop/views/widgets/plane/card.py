"""A card with the plane, shown while the data is points in one."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.check_box import CheckBox
from desktop.views.widgets.plane.live import LivePlane
from desktop.views.widgets.plane.panel import UnitsPanel
from desktop.views.widgets.plane.view import PlaneView, is_plane
from desktop.workers.reports import DataSummary
from desktop.workers.session import Session

BESIDE = 440  # pixels of width, from which the units stand beside the plane


class PlaneCard(Card):
    """The points of the session's data, the prediction of its network, and its hidden units."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        parent: QWidget | None = None,
        view: PlaneView | None = None,
    ) -> None:
        super().__init__("Points and prediction", parent)
        self.view = PlaneView(theme) if view is None else view
        self.units = UnitsPanel(session, self.view, theme)
        self.units.hide()
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._parts.setSpacing(SPACE_S)
        self._parts.addWidget(self.view, 3)
        self._parts.addWidget(self.units, 2)
        self.body.addLayout(self._parts, 1)
        self.held_out = CheckBox("Held-out points")
        self.held_out.setToolTip("Show the validation and test points, too")
        self.held_out.setChecked(True)
        self.held_out.toggled.connect(self.view.show_held_out)
        self.hidden_units = CheckBox("Hidden units")
        self.hidden_units.setToolTip(
            "Show the output of every hidden unit over the plane; click one to see it large"
        )
        self.hidden_units.toggled.connect(self.units.setVisible)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.held_out, 1)
        row.addWidget(self.hidden_units, 1)
        self.body.addLayout(row)
        LivePlane(session, self.view)
        session.dataLoaded.connect(self._on_data)
        self.setVisible(session.summary is not None and is_plane(session.summary.schema))
        if session.summary is not None:
            self._show_choices(session.summary)

    @Slot(object)
    def _on_data(self, summary: DataSummary) -> None:
        self.setVisible(is_plane(summary.schema))
        self._show_choices(summary)

    def _show_choices(self, summary: DataSummary) -> None:
        self.held_out.setVisible(sum(split.rows > 0 for split in summary.splits) > 1)

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        beside = event.size().width() >= scaled(BESIDE)
        self._parts.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
