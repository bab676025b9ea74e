"""Keeps what a plane shows of the network up to date, at a pace that training hardly notices."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.views.widgets.plane.view import PlaneView, is_plane
from desktop.workers.reports import DataSummary, Surface
from desktop.workers.session import Session

INTERVAL, SLOWEST = 100, 1000  # milliseconds between two predictions, at least and at most
SHARE = 0.05  # of the time that predicting and painting may take


class LivePlane(QObject):
    """Shows in `view` the points of the session's data and the prediction of its network.

    While the network changes, one prediction is asked for at a time, and none while the view is out
    of sight. The last one is of the network as it is.
    """

    def __init__(self, session: Session, view: PlaneView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._is_due = False
        self._asked = self._used = 0.0
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.timeout.connect(self._ask)
        view.seen.connect(self.refresh)
        session.dataLoaded.connect(self._show_data)
        for signal in (session.runStarted, session.progress, session.runEnded):
            signal.connect(self.refresh)
        session.modelReset.connect(self._clear)
        session.modelAdopted.connect(self.refresh)
        session.surfacePredicted.connect(self._show_surface)
        if session.summary is not None:
            self._show_data(session.summary)

    @Slot(object)
    def _show_data(self, summary: DataSummary) -> None:
        if is_plane(summary.schema):
            self._view.show_points(summary)
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """The network has changed, or the view has come into sight."""
        self._is_due = True
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        summary = self._session.summary
        if self._is_due and self._view.isVisible() and summary and is_plane(summary.schema):
            self._is_due = False
            self._asked, self._used = time.perf_counter(), time.thread_time()
            self._session.predict_surface(self._view.extent)

    @Slot(object)
    def _show_surface(self, surface: Surface) -> None:
        summary = self._session.summary
        if not self._view.isVisible() or summary is None or not is_plane(summary.schema):
            return
        self._view.show_surface(surface)
        # What this thread used since the question is mostly the painting of the last answer.
        waited, painted = time.perf_counter() - self._asked, time.thread_time() - self._used
        busy = 1000 * (waited + painted)
        self._timer.start(round(min(max(busy / SHARE, INTERVAL), SLOWEST)))

    @Slot()
    def _clear(self) -> None:
        self._view.show_surface(None)
