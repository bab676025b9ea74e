"""Notes what happens in the program, for the goals of the lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.lessons.snapshot import Snapshot, TrainedGroup, TrainedRun
from desktop.views.workspace import Workspace
from desktop.workers.lesson_runs import is_finished, predicted_class, trained_run
from desktop.workers.session import Session

if TYPE_CHECKING:
    from desktop.workers.reports import Evaluation, Prediction


class LessonWatch(QObject):
    """What happened since `restart`. `happened()` is emitted when there is more."""

    happened = Signal()

    def __init__(self, workspace: Workspace, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._session = workspace, session
        self.restart()
        workspace.projectChanged.connect(self.happened)
        session.dataLoaded.connect(self.happened)
        session.runEnded.connect(self._on_run_ended)
        session.evaluated.connect(self._on_evaluated)
        session.predicted.connect(self._on_predicted)
        session.modelSaved.connect(self._on_model_saved)
        session.tensorboard.opened.connect(self._on_tensorboard_opened)
        session.groups.queued.connect(self._on_group_queued)
        session.groups.trialEnded.connect(self._on_trial_ended)
        session.groups.ended.connect(self._on_group_ended)

    def restart(self) -> None:
        """Forget what happened so far: another lesson begins."""
        self._runs: list[TrainedRun] = []
        self._groups: list[TrainedGroup] = []
        self._queued: dict[str, tuple[str, ...]] = {}  # what each group varies
        self._trials: dict[str, int] = {}
        self._drawn: set[str] = set()
        self._metrics: dict[str, float] | None = None
        self._is_saved = self._is_tensorboard_opened = False

    @property
    def snapshot(self) -> Snapshot:
        """The program now, and what happened."""
        summary = self._session.summary
        return Snapshot(
            self._workspace.project,
            summary.source.tag if summary is not None else "",
            tuple(self._runs),
            tuple(self._groups),
            frozenset(self._drawn),
            self._metrics,
            self._is_saved,
            self._is_tensorboard_opened,
        )

    def _on_run_ended(self) -> None:
        record = self._session.record
        if record is not None:
            self._runs.append(trained_run(record))
            self.happened.emit()

    def _on_evaluated(self, evaluation: Evaluation) -> None:
        self._metrics = dict(evaluation.metrics)
        self.happened.emit()

    def _on_predicted(self, prediction: Prediction) -> None:
        found = predicted_class(prediction)
        if found and found not in self._drawn:
            self._drawn.add(found)
            self.happened.emit()

    def _on_model_saved(self) -> None:
        self._is_saved = True
        self.happened.emit()

    def _on_tensorboard_opened(self) -> None:
        self._is_tensorboard_opened = True
        self.happened.emit()

    def _on_group_queued(self, group: Any) -> None:
        self._queued[group.id] = tuple(group.file.space)
        self._trials[group.id] = 0

    def _on_trial_ended(self, report: Any) -> None:
        if report.group in self._trials and report.result.results:
            self._trials[report.group] += 1

    def _on_group_ended(self, report: Any) -> None:
        if is_finished(report) and report.group in self._queued:
            trials = self._trials.pop(report.group)
            self._groups.append(TrainedGroup(trials, self._queued.pop(report.group)))
            self.happened.emit()
