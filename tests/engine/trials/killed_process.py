"""Programs that train groups in the folder of the first argument and are killed at random moments.

The second argument is how many, beside another one that goes on until the end. Each begins groups
or resumes those of others. Prints what each of them told, a line for each, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome
from desktop.engine.trials.executor import TrialExecutor
from desktop.engine.trials.group import REPEAT, new_group
from desktop.engine.trials.plan import RepeatPlan
from desktop.engine.trials.reports import GroupEnded, GroupReport, GroupWarning, TrialEnded
from desktop.engine.trials.runner import run_group
from desktop.engine.trials.store import GroupError, GroupStore, GroupWriter
from desktop.engine.trials.trial import TrialResult
from desktop.engine.trials.worker import TrialTask
from tests.engine.killing import Tell, copy_of_this, kill, parsed, told_before_death
from tests.engine.trials.helpers import project

MOST = 8  # things that one may tell until it is killed


class AtOnce(TrialExecutor):
    """Answers at once, without training anything."""

    @property
    def workers(self) -> int:
        return 1

    def follow(self, control: RunControl) -> None:
        pass

    def train(self, task: TrialTask) -> Future[TrialResult]:
        future: Future[TrialResult] = Future()
        results = {"val_loss": 1 / task.trial.number}
        future.set_result(TrialResult(task.trial, task.run, Outcome.FINISHED, "", 3, 1.0, results))
        return future


def finish(writer: GroupWriter, tell: Tell) -> None:
    """Train what is left of a group."""
    group = writer.group

    def sink(report: GroupReport) -> None:
        match report:
            case TrialEnded():
                tell("result", group.id, report.result.run)
            case GroupEnded(outcome=Outcome.FINISHED):
                tell("ended", group.id)
            case GroupWarning() | GroupEnded():
                tell("said", report.message)

    plan = RepeatPlan(group.project, group.file.seeds)
    run_group(writer, plan, AtOnce(), RunControl(), sink)


def train_groups(folder: Path, tell: Tell, count: int | None = None) -> None:
    """Begin `count` groups, or go on until somebody kills this."""
    store = GroupStore(folder, partial(tell, "said"))
    while count is None or count > 0:
        count = count and count - 1
        seeds = tuple(range(random.randint(1, 4)))
        group = new_group(REPEAT, project(), seeds=seeds)
        left = store.latest(group.file.command, only_open=True)
        try:
            writer = store.resume(left.id) if left else store.begin(group)
        except GroupError as error:
            if "is running" not in str(error):  # another one has resumed it
                raise
            continue
        group = writer.group
        tell("began", group.id)
        store.label(group.id, notes="begun")
        finish(writer, tell)
        store.label(group.id, name="done")
        tell("named", group.id)
        for other in store.all()[:3]:
            store.label(other.id, notes="seen")


if __name__ == "__main__":
    random.seed(1)
    os.fsync = lambda _: None  # type: ignore[assignment]  # takes long, and outlives no kill
    with tempfile.TemporaryDirectory() as elsewhere:  # what is loaded once is loaded before
        train_groups(Path(elsewhere), lambda *_: None, 2)
    work = partial(train_groups, Path(sys.argv[1]))
    with tempfile.TemporaryFile("w+") as file:
        steady = copy_of_this(work, file.fileno())
        told = [told_before_death(work, MOST) for _ in range(int(sys.argv[2]))]
        said = kill(steady)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        told.append([*parsed(file), *said])
    sys.stdout.writelines(json.dumps(each) + "\n" for each in told)
    assert "tensorflow" not in sys.modules
