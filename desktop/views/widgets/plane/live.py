"""Keeps what a plane shows of the network up to date."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from desktop.views.widgets.live import Live
from desktop.views.widgets.plane.view import PlaneView, is_plane
from desktop.workers.reports import DataSummary, Surface
from desktop.workers.session import Session

INTERVAL = 100  # milliseconds between two predictions at least


class LivePlane(QObject):
    """Shows in `view` the points of the session's data and the prediction of its network."""

    def __init__(self, session: Session, view: PlaneView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._live = Live(session, view, INTERVAL)
        self._live.due.connect(self._ask)
        session.dataLoaded.connect(self._show_data)
        session.modelReset.connect(self._clear)
        session.surfacePredicted.connect(self._show_surface)
        if session.summary is not None:
            self._show_data(session.summary)

    @Slot(object)
    def _show_data(self, summary: DataSummary) -> None:
        if is_plane(summary.schema):
            self._view.show_points(summary)
            self._live.refresh()

    @property
    def _has_points(self) -> bool:
        summary = self._session.summary
        return summary is not None and is_plane(summary.schema)

    @Slot()
    def _ask(self) -> None:
        if self._has_points:
            self._session.predict_surface(self._view.extent)

    @Slot(object)
    def _show_surface(self, surface: Surface) -> None:
        if self._view.isVisible() and self._has_points:
            self._view.show_surface(surface)
            self._live.shown()

    @Slot()
    def _clear(self) -> None:
        self._view.show_surface(None)
