"""Notes what happens in the program, for the goals of the lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.lessons.snapshot import Snapshot, TrainedGroup, TrainedRun
from desktop.document.project import Project
from desktop.document.storage import ProjectFileError
from desktop.views.workspace import Workspace
from desktop.workers.lesson_runs import is_finished, predicted_class, trained_run
from desktop.workers.session import Session
from desktop.workers.trials import (
    Group,
    GroupEnded,
    TrialEnded,
    TrialResult,
    compared_metrics,
    values_of,
)

if TYPE_CHECKING:
    from desktop.views.pages.runs.page import RunsPage
    from desktop.workers.reports import Evaluation, Prediction
    from desktop.workers.summaries import RunSummary, Summary


class LessonWatch(QObject):
    """What happened since `restart`. `happened()` is emitted when there is more."""

    happened = Signal()

    def __init__(
        self, workspace: Workspace, session: Session, runs: RunsPage, parent: QObject
    ) -> None:
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
        runs.compared.connect(self._on_compared)
        session.groups.queued.connect(self._on_group_queued)
        session.groups.trialEnded.connect(self._on_trial_ended)
        session.groups.ended.connect(self._on_group_ended)

    def restart(self) -> None:
        """Forget what happened so far: another lesson begins."""
        self._runs: list[TrainedRun] = []
        self._groups: list[TrainedGroup] = []
        self._queued: dict[str, Group] = {}
        self._results: dict[str, list[TrialResult]] = {}
        self._compared: dict[tuple[str, ...], tuple[Project, ...]] = {}  # by the ids of the runs
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
            tuple(self._compared.values()),
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

    def _on_compared(self, runs: tuple[RunSummary, ...]) -> None:
        try:
            self._compared[tuple(run.id for run in runs)] = tuple(run.project for run in runs)
        except ProjectFileError:  # which says nothing about how they differ
            return
        self.happened.emit()

    def _on_group_queued(self, group: Group) -> None:
        self._queued[group.id] = group
        self._results[group.id] = []

    def _on_trial_ended(self, report: TrialEnded) -> None:
        if report.group in self._results and report.result.results:
            self._results[report.group].append(report.result)

    def _on_group_ended(self, report: GroupEnded) -> None:
        if not is_finished(report) or report.group not in self._queued:
            return
        group, results = self._queued.pop(report.group), self._results.pop(report.group)
        self._groups.append(TrainedGroup(len(results), tuple(group.file.space)))
        self.happened.emit()
        for metric in compared_metrics(group.project, results)[:1]:
            values = values_of(results, metric)
            then = partial(self._on_summary, self._groups, len(self._groups) - 1)
            self._session.kept_runs.summarize([values], then)

    def _on_summary(self, groups: list[TrainedGroup], place: int, found: Sequence[Summary]) -> None:
        (summary,) = found
        if summary.high is not None and summary.mean is not None:
            groups[place] = replace(groups[place], reach=summary.high - summary.mean)
            self.happened.emit()
