"""The health of each layer of the project, as far as it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.document.health import Health, judge
from desktop.views.workspace import Workspace
from desktop.workers.session import Session

if TYPE_CHECKING:  # it needs numpy
    from desktop.workers.records import RunRecord

PAUSE = 100  # milliseconds at least between two changes during a run


class HealthLights(QObject):
    """Judges the layers of `workspace` by the last run of `session`, or that of a loaded network.

    Nothing is known once the network is gone, or the layers or the data are others than those that
    were trained. `changed(health)`: there is something new, for each layer a Health or None; empty
    where nothing is known.
    """

    changed = Signal(object)

    def __init__(self, workspace: Workspace, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._session = workspace, session
        self._health: tuple[Health | None, ...] = ()
        self._epoch: int | None = None
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._update)
        session.epochEnded.connect(self._update_soon)
        for signal in (session.runStarted, session.runEnded, session.modelReset):
            signal.connect(self._update)
        workspace.projectChanged.connect(self._update)

    @property
    def health(self) -> tuple[Health | None, ...]:
        """What is known of each layer; empty where that is nothing."""
        return self._health

    @property
    def epoch(self) -> int | None:
        """The epoch at whose end that was measured."""
        return self._epoch

    @property
    def record(self) -> RunRecord | None:
        """The run that the layers were measured in; None if they have changed since."""
        record, project = self._session.measured, self._workspace.project
        if record is None or record.curves.last_measured is None:
            return None
        trained = record.project
        is_same = (trained.layers, trained.data) == (project.layers, project.data)
        return record if is_same else None

    @Slot()
    def _update_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _update(self) -> None:
        self._timer.stop()
        record = self.record
        health: tuple[Health | None, ...] = ()
        epoch = record.curves.last_measured if record is not None else None
        if record is not None and epoch is not None:
            health = judge(record.project, record.curves.statistics_at(epoch))
        if (epoch, health) != (self._epoch, self._health):
            self._epoch, self._health = epoch, health
            self.changed.emit(health)
