"""Groups of trials, trained in worker processes and in this one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.document.data import Digits
from desktop.document.project import Project
from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome
from desktop.engine.rows import Dataset
from desktop.engine.runs.store import RunStore
from desktop.engine.trials.executor import ExecutorLostError, ThisProcess
from desktop.engine.trials.group import REPEAT, Group, new_group
from desktop.engine.trials.local import WorkerProcesses
from desktop.engine.trials.plan import RepeatPlan
from desktop.engine.trials.reports import (
    GroupEnded,
    GroupProgress,
    GroupReport,
    GroupStarted,
    GroupWarning,
    TrialEnded,
    TrialStarted,
)
from desktop.engine.trials.runner import run_group
from desktop.engine.trials.store import GroupStore
from desktop.engine.trials.trial import Pruner, Trial, TrialResult
from desktop.engine.trials.worker import TrialTask
from tests.engine.trials.helpers import DieOnce, Tell, project


class Judged(RepeatPlan):
    """A repeat whose trials have a pruner."""

    def __init__(self, what: Project, seeds: tuple[int, ...], pruner: Pruner | None) -> None:
        super().__init__(what, seeds, "name")
        self._pruner = pruner

    def next(self) -> Trial | None:
        trial = super().next()
        return trial and replace(trial, pruner=self._pruner)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return datasets.load(Digits())


@pytest.fixture
def here(digits: Dataset) -> Iterator[ThisProcess]:
    with ThisProcess(digits) as executor:
        yield executor


def group_of(what: Project, seeds: tuple[int, ...]) -> Group:
    return new_group(REPEAT, what, seeds=seeds)


@pytest.mark.skipif(sys.platform != "linux", reason="ends processes as Linux does")
def test_processes_give_what_this_one_gives_also_if_one_is_killed(
    here: ThisProcess, tmp_path: Path
) -> None:
    what, seeds, store = project(), (7, 8, 9), GroupStore()
    mine: list[GroupReport] = []
    with store.begin(group_of(what, seeds)) as writer:
        run_group(writer, RepeatPlan(what, seeds), here, RunControl(), mine.append)
        expected = writer.group
    assert [type(report) for report in mine] == [
        GroupStarted,
        *([TrialStarted, TrialEnded, GroupProgress] * 3),
        GroupEnded,
    ]

    reports: list[GroupReport] = []
    plan = Judged(what, seeds, DieOnce(tmp_path / "died"))
    with store.begin(group_of(what, seeds)) as writer, WorkerProcesses(2) as workers:
        run_group(writer, plan, workers, RunControl(), reports.append)
        group = writer.group
    assert reports[-1] == GroupEnded(group.id, Outcome.FINISHED)
    (warning,) = [each.message for each in reports if isinstance(each, GroupWarning)]
    assert "ended by signal 9" in warning and "tried once more" in warning
    found = sorted(group.results, key=lambda result: result.trial.number)
    assert [each.results for each in found] == [each.results for each in expected.results]
    assert [each.epochs for each in found] == [3, 3, 3]
    with RunStore() as runs:
        kept = [run for run in runs.all() if run.group == group.id]
        same = [run for run in runs.all() if run.group == expected.id]
    finished = [run for run in kept if run.outcome is Outcome.FINISHED]
    assert {run.trial: run.id for run in finished} == {r.trial.number: r.run for r in found}
    assert [run.outcome for run in kept if run not in finished] == [Outcome.INTERRUPTED]
    assert {run.seed for run in same} == set(seeds)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_group_that_was_stopped_is_resumed(here: ThisProcess, tmp_path: Path) -> None:
    """The first trial is over, the second would take days."""
    what, seeds, store = project(epochs=1), (7, 8, 9), GroupStore()
    os.mkfifo(tmp_path / "pipe")

    class Long(Judged):
        def next(self) -> Trial | None:
            trial = super().next()
            if trial is None or trial.number == 1:
                return trial
            training = trial.project.training.replace(epochs=1_000_000)
            return replace(trial, project=trial.project.replace(training=training))

    control, reports = RunControl(), list[GroupReport]()

    def stop_in_the_second() -> None:
        with (tmp_path / "pipe").open() as pipe:
            assert pipe.readline(), "an epoch of it is over"
        control.stop()

    stopper = threading.Thread(target=stop_in_the_second)

    def sink(report: GroupReport) -> None:
        reports.append(report)
        if isinstance(report, TrialStarted) and report.trial.number == 2:
            stopper.start()

    with store.begin(group_of(what, seeds)) as writer, WorkerProcesses(1) as workers:
        plan = Long(what, seeds, Tell(tmp_path / "pipe"))
        run_group(writer, plan, workers, control, sink)
    stopper.join()
    assert reports[-1] == GroupEnded(writer.group.id, Outcome.STOPPED)

    command = writer.group.file.command
    group = store.latest(command, only_open=True)
    assert group is not None and [each.trial.number for each in group.results] == [1]
    reports.clear()
    with store.resume(group.id) as writer:
        run_group(writer, RepeatPlan(what, seeds), here, RunControl(), reports.append)
    assert reports[0] == GroupStarted(group.id, 1, 3)
    assert reports[-1] == GroupEnded(group.id, Outcome.FINISHED)
    done = store.read(group.id)
    assert [each.trial.number for each in done.results] == [1, 2, 3]
    assert done.results[0] == group.results[0]
    assert store.latest(command, only_open=True) is None


def test_a_group_that_nobody_is_left_for_can_be_resumed(digits: Dataset) -> None:
    class Gone(ThisProcess):
        def train(self, task: TrialTask) -> Future[TrialResult]:
            future: Future[TrialResult] = Future()
            future.set_exception(ExecutorLostError("All workers are gone"))
            return future

    what, reports, store = project(), list[GroupReport](), GroupStore()
    with store.begin(group_of(what, (7,))) as writer, Gone(digits) as executor:
        run_group(writer, RepeatPlan(what, (7,)), executor, RunControl(), reports.append)
    assert reports[-1] == GroupEnded(writer.group.id, Outcome.FAILED, "All workers are gone")
    left = store.latest(writer.group.file.command, only_open=True)
    assert left is not None and left.results == ()
