"""Groups of trials for the views: trained in worker processes, one group after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document.project import Project
from desktop.engine.control import RunControl
from desktop.workers import tasks
from desktop.workers.jobs import JobThread
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.document.data import DataSource
    from desktop.document.schema import DataSchema
    from desktop.document.space import Space
    from desktop.engine.trials.group import Group
    from desktop.engine.trials.local import WorkerProcesses
    from desktop.engine.trials.plan import TrialPlan
    from desktop.engine.trials.reports import GroupReport
    from desktop.engine.trials.store import GroupStore, GroupWriter

logger = logging.getLogger(__name__)

IDLE = 60_000  # milliseconds after the last group until its processes are ended

T = TypeVar("T")


class GroupWork(QObject):
    """Trains groups beside everything else: they have processes of their own.

    Groups that are requested wait for those before them. Each is on disk from then on, and can be
    resumed when it was canceled, or when the program was closed or killed. The processes are ended
    some time after the last group, and started again for the next.

    Signals:
        queued: a Group that was requested.
        started, trialStarted, trialEnded, progressed, ended: the reports of a group, as
            GroupStarted, TrialStarted, TrialEnded, GroupProgress and GroupEnded.
        warned: what went wrong without ending a group, in a sentence.
        pausedChanged: whether the groups are paused.
        listed: every group that is kept, the latest first, as a tuple of GroupSummary.
        groupRead: a Group that was requested, with its results.
        failed: what could not be done, and why.
    """

    queued = Signal(object)
    started = Signal(object)
    trialStarted = Signal(object)
    trialEnded = Signal(object)
    progressed = Signal(object)
    ended = Signal(object)
    warned = Signal(str)
    pausedChanged = Signal(bool)
    listed = Signal(object)
    groupRead = Signal(object)
    failed = Signal(str)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._thread = JobThread("groups", self)
        self._controls: dict[str, RunControl] = {}  # of the groups that have not ended, in order
        self._is_paused = False
        self._executor: WorkerProcesses | None = None  # used on the thread alone
        self.workers: int | None = None  # None for as many as the machine is enough for
        self.idle = QTimer(self, singleShot=True, interval=IDLE)
        self.idle.timeout.connect(self._on_idle)

    @property
    def groups(self) -> tuple[str, ...]:
        """The ids of the running group and of those that wait, in their order."""
        return tuple(self._controls)

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    # --- what can be requested ----------------------------------------------------------------

    def repeat(self, project: Project, times: int, name: str = "") -> None:
        """Train `project` that many times, from its seed and those that follow it."""

        def work(store: GroupStore) -> GroupWriter:
            from desktop.engine.trials.group import REPEAT, new_group
            from desktop.engine.trials.plan import seeds_of

            seeds = seeds_of(project, times)
            return store.begin(new_group(REPEAT, project, name=name, seeds=seeds))

        self._work(work, self._on_opened)

    def sweep(
        self,
        project: Project,
        space: Space,
        metric: str,
        *,
        trials: int | None = None,
        minutes: float | None = None,
        repeats: int = 1,
        name: str = "",
    ) -> None:
        """Vary `space` in `project`, judged by `metric`, e.g. "val_loss".

        With a budget of trials or minutes that is a search, without one a grid, of which each
        combination is trained from that many seeds.
        """

        def work(store: GroupStore) -> GroupWriter:
            from desktop.engine.trials.sweeps import new_sweep

            return store.begin(
                new_sweep(
                    project,
                    space,
                    metric,
                    trials=trials,
                    minutes=minutes,
                    repeats=repeats,
                    name=name,
                )
            )

        self._work(work, self._on_opened)

    def weigh_settings(self, group: Group, done: Callable[[dict[str, float]], object]) -> None:
        """How much each setting of a sweep mattered, by path; `done` gets it.

        It is empty where that cannot be told.
        """

        def work(_store: GroupStore) -> dict[str, float]:
            from desktop.engine.trials.ranking import importances
            from desktop.engine.trials.sweeps import space_of

            file = group.file
            return importances(space_of(group), group.results, file.metric, file.seeds[0])

        self._work(work, done)

    def resume_group(self, group: str) -> None:
        """Train what is left of the group of this id."""
        self._work(lambda store: store.resume(group), self._on_opened)

    def pause(self) -> None:
        """Hold all trials at their next batch."""
        self._set_paused(True)

    def resume(self) -> None:
        """Resume after a pause."""
        self._set_paused(False)

    def cancel(self, group: str) -> None:
        """Stop a group that is running or waiting; it can be resumed."""
        if group in self._controls:
            self._controls[group].stop()

    def list_groups(self) -> None:
        """Ask for all groups that are kept."""
        self._work(lambda store: store.all(), self.listed.emit)

    def read(self, group: str) -> None:
        """Ask for the group of this id."""
        self._work(lambda store: store.read(group), self.groupRead.emit)

    def label(self, group: str, **changes: Any) -> None:
        """Change the name or the notes of a group."""
        self._change(lambda store: store.label(group, **changes))

    def delete(self, groups: Sequence[str]) -> None:
        """Move groups to the trash; their runs stay."""
        self._change(lambda store: store.delete(groups))

    def restore(self, groups: Sequence[str]) -> None:
        """Bring deleted groups back."""
        self._change(lambda store: store.restore(groups))

    def close(self) -> None:
        """Stop what is running, so that it can be resumed, and wait for the thread."""
        self.idle.stop()
        for control in self._controls.values():
            control.stop()
        if self._thread.isRunning():
            self._thread.submit(self._end_processes)
            self._thread.finish()

    # --- on the thread ------------------------------------------------------------------------

    def _train(self, writer: GroupWriter, control: RunControl) -> None:
        from desktop.engine.reports import Outcome
        from desktop.engine.trials.local import WorkerProcesses, most_workers
        from desktop.engine.trials.reports import GroupEnded
        from desktop.engine.trials.runner import run_group

        sink = partial(self._threads.deliver, self._on_report)
        with writer:
            executor = self._executor
            if executor is not None and self.workers not in (None, executor.workers):
                self._end_processes()
            if self._executor is None:
                self._executor = WorkerProcesses(self.workers or most_workers())
            try:
                plan = _plan_of(writer.group, self._executor.workers)
            except Exception as error:
                logger.exception("A group has no plan")
                writer.close()
                sink(GroupEnded(writer.group.id, Outcome.FAILED, f"{error}"))
                return
            run_group(writer, plan, self._executor, control, sink)
        if control.is_stopping:  # nothing is done in these processes any more
            self._end_processes()

    def _end_processes(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()

    # --- there and back -----------------------------------------------------------------------

    def _work(self, work: Callable[[GroupStore], T], done: Callable[[T], object]) -> None:
        """Do `work` with the store of groups beside that of the runs, then call `done` here."""
        say = partial(self._threads.deliver, self.warned.emit)
        self._threads.runs(partial(tasks.with_groups, say, work), done, self.failed.emit)

    def _change(self, work: Callable[[GroupStore], object]) -> None:
        """Do `work`, which changes groups, and list them."""

        def both(store: GroupStore) -> Any:
            work(store)
            return store.all()

        self._work(both, self.listed.emit)

    def _on_opened(self, writer: GroupWriter) -> None:
        self.idle.stop()
        group: Group = writer.group
        control = self._controls[group.id] = RunControl()
        if self._is_paused:
            control.pause()
        self.queued.emit(group)
        if not self._thread.isRunning():
            self._thread.start()
        self._thread.submit(partial(self._train, writer, control))

    def _on_idle(self) -> None:
        self._thread.submit(self._end_processes)

    def _set_paused(self, on: bool) -> None:
        if on == self._is_paused:
            return
        self._is_paused = on
        for control in self._controls.values():
            control.pause() if on else control.resume()
        self.pausedChanged.emit(on)

    def _on_report(self, report: GroupReport) -> None:
        from desktop.engine.trials.reports import (
            GroupEnded,
            GroupProgress,
            GroupStarted,
            GroupWarning,
            TrialEnded,
            TrialStarted,
        )

        match report:
            case GroupStarted():
                self.started.emit(report)
            case TrialStarted():
                self.trialStarted.emit(report)
            case TrialEnded():
                self.trialEnded.emit(report)
            case GroupProgress():
                self.progressed.emit(report)
            case GroupWarning():
                self.warned.emit(report.message)
            case GroupEnded():
                self._controls.pop(report.group, None)
                if not self._controls:
                    self.idle.start()
                self.ended.emit(report)


def _plan_of(group: Group, workers: int) -> TrialPlan:
    from desktop.engine.trials.group import REPEAT
    from desktop.engine.trials.sweeps import problem_with, repeat_plan, sweep_plan

    if group.file.kind == REPEAT:
        return repeat_plan(group)
    return sweep_plan(group, problem_with(cache(_schema_of)), workers)


def _schema_of(source: DataSource) -> DataSchema:
    from desktop.engine import datasets

    return source.known_schema or datasets.load(source).schema
