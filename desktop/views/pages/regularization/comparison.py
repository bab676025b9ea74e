"""The comparison that the section shows: a group of runs, and what is known of each by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.document.project import Project
from desktop.document.space import REGULARIZATION, Space, SpaceError, parse_space, presets
from desktop.views.widgets.results import duration
from desktop.workers.records import Recorded
from desktop.workers.regularization import Regularized
from desktop.workers.reports import Outcome
from desktop.workers.session import Session
from desktop.workers.summaries import RunSummary
from desktop.workers.sweeps import judging_metrics
from desktop.workers.trials import (
    GRID,
    Group,
    GroupEnded,
    GroupProgress,
    GroupSummary,
    TrialEnded,
    TrialResult,
    TrialStarted,
)

_SETTLED = 30  # milliseconds without another report, after which everything is drawn


@dataclass
class Variant:
    """One kind of regularization: its project, and what there is of its run by now.

    `is_over` once the training has ended. `note` says why there is nothing, or why its network
    could not be measured.
    """

    name: str
    project: Project
    run: str = ""
    is_over: bool = False
    record: Recorded | None = None
    measured: Regularized | None = None
    note: str = ""


def kinds_of(project: Project) -> Space | None:
    """All kinds of regularization that can be compared for `project`; None if there are none."""
    return presets(project).get(REGULARIZATION)


def chosen_kinds(project: Project, names: Sequence[str]) -> Space:
    """Of `kinds_of` those with these names."""
    space = kinds_of(project)
    assert space is not None
    every = space.settings[0].alternatives
    kept = {name: dict(every[name]) for name in every if name in names}
    return parse_space({REGULARIZATION: {"alternatives": kept}}, project)


class Comparison(QObject):
    """Begins comparisons, and follows the last one: also one of an earlier start of the program.

    Signals:
        changed: something else is known.
        begun: the variants are others.
    """

    changed = Signal()
    begun = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._kept = session.groups, session.kept_runs
        self._regularization = session.regularization
        self.group: Group | None = None
        self.variants: tuple[Variant, ...] = ()
        self.seconds_left: float | None = None
        self._epochs: dict[str, int] = {}  # that were read of each run
        self._due = QTimer(self, singleShot=True, interval=_SETTLED)
        self._due.timeout.connect(self.changed)
        self._work.listed.connect(self._on_listed)
        self._work.groupRead.connect(self._on_read)
        self._work.queued.connect(self._on_queued)
        self._work.trialStarted.connect(self._on_trial_started)
        self._work.trialEnded.connect(self._on_trial_ended)
        self._work.progressed.connect(self._on_progress)
        self._work.ended.connect(self._on_ended)
        self._kept.listed.connect(self._on_runs)
        self._kept.recordRead.connect(self._on_record)
        self._regularization.measured.connect(self._on_measured)
        self._regularization.failed.connect(self._on_not_measured)
        session.dataLoaded.connect(self._measure)

    @property
    def is_running(self) -> bool:
        """Whether something of it is still to be trained here."""
        return self.group is not None and self.group.id in self._work.groups

    @property
    def done(self) -> int:
        """How many variants are trained."""
        return sum(each.is_over for each in self.variants)

    @property
    def shown(self) -> tuple[Variant, ...]:
        """The variants of which there is something to draw, or a reason why there is not."""
        return tuple(
            each
            for each in self.variants
            if each.record is not None or (each.is_over and each.note)
        )

    @property
    def time_left(self) -> str:
        left = self.seconds_left
        return "" if left is None else f"about {duration(left)} left"

    def begin(self, project: Project, names: Sequence[str], title: str) -> None:
        """Train `project` with each of these kinds of regularization."""
        space = chosen_kinds(project, names)
        self._work.sweep(project, space, judging_metrics(project)[0], name=title)

    def cancel(self) -> None:
        """Stop what is being trained; what is done stays."""
        if self.group is not None:
            self._work.cancel(self.group.id)

    def look(self) -> None:
        """Look for a comparison that was made before, unless there is one."""
        if self.group is None:
            self._work.list_groups()

    def watch(self, on: bool) -> None:
        """Follow the runs epoch by epoch, or not."""
        self._kept.watch(self, on)

    # --- the group ----------------------------------------------------------------------------

    def _on_listed(self, groups: Sequence[GroupSummary]) -> None:
        if self.group is None:
            found = (each for each in groups if _compares(each.file.kind, each.file.space))
            if (latest := next(found, None)) is not None:
                self._work.read(latest.id)

    def _on_read(self, group: Group) -> None:
        if self.group is None and _compares(group.file.kind, group.file.space):
            self._show(group)

    def _on_queued(self, group: Group) -> None:
        if _compares(group.file.kind, group.file.space):
            self._show(group)

    def _show(self, group: Group) -> None:
        try:
            space = parse_space(group.file.space, group.project)
            projects = [
                (str(values[REGULARIZATION]), space.apply(group.project, values))
                for values in space.combinations()
            ]
        except SpaceError:  # a file of a program that knew other settings
            return
        self.group, self.seconds_left, self._epochs = group, None, {}
        self.variants = tuple(Variant(name, project) for name, project in projects)
        for result in group.results:
            self._take(result)
        self.begun.emit()

    def _variant(self, name: object) -> Variant | None:
        return next((each for each in self.variants if each.name == name), None)

    def _of_run(self, run: str) -> Variant | None:
        return next((each for each in self.variants if run and each.run == run), None)

    def _take(self, result: TrialResult) -> None:
        variant = self._variant(result.trial.settings.get(REGULARIZATION))
        if variant is None:
            return
        variant.run, variant.is_over, variant.note = result.run, True, ""
        if result.outcome is Outcome.FAILED:
            variant.note = result.message
        if result.run:
            self._kept.read(result.run)
            self._regularization.measure(result.run)

    def _on_trial_started(self, report: TrialStarted) -> None:
        variant = self._variant(report.trial.settings.get(REGULARIZATION))
        if self.group is not None and report.group == self.group.id and variant is not None:
            variant.run, variant.record, variant.measured = report.run, None, None
            self._due.start()

    def _on_trial_ended(self, report: TrialEnded) -> None:
        if self.group is not None and report.group == self.group.id:
            self._take(report.result)
            self._due.start()

    def _on_progress(self, report: GroupProgress) -> None:
        if self.group is not None and report.group == self.group.id:
            self.seconds_left = report.seconds_left
            self._due.start()

    def _on_ended(self, report: GroupEnded) -> None:
        if self.group is not None and report.group == self.group.id:
            self.seconds_left = None
            self._due.start()

    # --- the runs -----------------------------------------------------------------------------

    def _on_runs(self, runs: Sequence[RunSummary]) -> None:
        """Read those that have further epochs."""
        for run in runs:
            if self._of_run(run.id) is not None and self._epochs.get(run.id) != run.epochs:
                self._epochs[run.id] = run.epochs
                self._kept.read(run.id)

    def _on_record(self, record: Recorded) -> None:
        variant = self._of_run(record.id)
        if variant is not None:
            variant.record = record
            self._due.start()

    def _measure(self) -> None:
        """Measure what could not be measured without its data."""
        for variant in self.variants:
            if variant.run and variant.is_over and variant.measured is None:
                self._regularization.measure(variant.run)

    def _on_measured(self, found: Regularized) -> None:
        variant = self._of_run(found.run)
        if variant is not None:
            variant.measured, variant.note = found, ""
            self._due.start()

    def _on_not_measured(self, run: str, message: str) -> None:
        variant = self._of_run(run)
        if variant is not None and variant.measured is None:
            variant.note = message
            self._due.start()


def _compares(kind: str, space: object) -> bool:
    """Whether a group of this kind compares kinds of regularization."""
    return kind == GRID and isinstance(space, dict) and list(space) == [REGULARIZATION]
