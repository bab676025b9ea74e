"""The heat maps of the hidden units beside a plane, computed while they are shown."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.views.theme import Theme, scaled
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.live import Live
from desktop.views.widgets.plane.units import SQUARE, UnitMaps
from desktop.views.widgets.plane.view import PlaneView
from desktop.workers.reports import HiddenUnits
from desktop.workers.session import Session

INTERVAL = 250  # milliseconds between two looks at the units at least
NO_NETWORK = "Train the network to see what its hidden units make of the plane."
NO_LAYER = "This network has no hidden layer: add a Dense layer before the last one."


class UnitsPanel(QWidget):
    """What is chosen of the units is shown large in `view`."""

    def __init__(self, session: Session, view: PlaneView, theme: Theme) -> None:
        super().__init__()
        self._session, self._view = session, view
        self.maps = UnitMaps(theme)
        self.message = muted_label(NO_NETWORK)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self.maps)
        self._area.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.message)
        column.addWidget(self._area, 1)
        self.maps.chosen.connect(view.show_unit)
        self.maps.moved.connect(self._show_square)
        self._live = Live(session, self, INTERVAL)
        self._live.due.connect(self._ask)
        session.dataLoaded.connect(self._on_data)
        session.modelReset.connect(self._clear)
        session.unitsPredicted.connect(self._show)

    @Slot()
    def _on_data(self) -> None:
        if not self._session.has_model:
            self._clear()
        self._live.refresh()

    @Slot()
    def _ask(self) -> None:
        self._session.predict_units(self._view.extent)

    @Slot(object)
    def _show(self, units: HiddenUnits) -> None:
        if self.isVisible():
            self.maps.show_units(units)
            self.message.setText(NO_LAYER)
            self.message.setHidden(bool(units.layers))
            self._area.setVisible(bool(units.layers))
            self._live.shown()

    @Slot()
    def _clear(self) -> None:
        self.maps.show_units(None)
        self.message.setText(NO_NETWORK)
        self.message.show()
        self._area.hide()

    @Slot(QRect)
    def _show_square(self, square: QRect) -> None:
        place = square.center()
        self._area.ensureVisible(place.x(), place.y(), square.width(), square.height())

    # --- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(3 * SQUARE), scaled(2 * SQUARE))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.isHidden():  # not with the page
            self.maps.choose(None)
