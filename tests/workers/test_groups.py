"""Groups of trials in the window's processes: told about, paused, canceled and resumed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.space import parse_space
from desktop.engine.trials.group import REPEAT, Group, new_group
from desktop.engine.trials.reports import GroupEnded
from desktop.engine.trials.store import GroupStore
from desktop.workers.reports import Outcome
from desktop.workers.session import Session
from tests.engine.trials.helpers import project

PATIENCE = 120_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    session.groups.workers = 1
    yield session
    session.close()


def test_a_repeat_and_a_sweep_in_turn(session: Session, qtbot: QtBot) -> None:
    work, told = session.groups, list[object]()
    for signal in (work.queued, work.started, work.trialStarted, work.trialEnded, work.progressed):
        signal.connect(told.append)
    work.pause()
    with qtbot.waitSignals([work.queued, work.queued]):
        work.repeat(project(epochs=1), 2, "first")
        space = parse_space({"training.batch_size": [256]}, project())
        work.sweep(project(epochs=2), space, "val_accuracy", name="second")
    first, second = work.groups
    ended: list[GroupEnded] = []
    work.ended.connect(ended.append)
    with qtbot.waitSignals([work.ended, work.ended], timeout=PATIENCE):
        work.resume()
    assert ended == [GroupEnded(group, Outcome.FINISHED) for group in (first, second)]
    names = [type(each).__name__ for each in told]
    trial = ["TrialStarted", "TrialEnded", "GroupProgress"]
    assert sorted(names) == sorted(["Group", "GroupStarted"] * 2 + trial * 3)
    with qtbot.waitSignal(work.listed) as listed:
        work.list_groups()
    assert [(each.id, each.done, each.is_running) for each in listed.args[0]] == [
        (second, 1, False),
        (first, 2, False),
    ]
    assert work.groups == ()


def test_processes_are_ended_some_time_after_the_last_group_and_started_again(
    session: Session, qtbot: QtBot
) -> None:
    work = session.groups

    def train() -> int | None:
        """Train a group; the process that did it."""
        with qtbot.waitSignal(work.ended, timeout=PATIENCE):
            work.repeat(project(epochs=1), 2)
        (process,) = multiprocessing.active_children()
        return process.pid

    first = train()
    assert work.idle.isActive()
    assert train() == first, "the process waits for another group"
    work.idle.setInterval(0)
    work.idle.start()
    qtbot.waitUntil(lambda: not multiprocessing.active_children(), timeout=PATIENCE)
    assert train() != first


def test_a_group_that_is_canceled_or_cut_off_can_be_resumed(qtbot: QtBot) -> None:
    """Closing waits for nothing but the end of the processes, even while they are loading."""
    session = Session()
    work = session.groups
    with qtbot.waitSignals([work.trialStarted, work.trialStarted]):
        work.repeat(project(epochs=100_000), 3)
    (group,) = work.groups
    with qtbot.waitSignal(work.ended, timeout=PATIENCE) as ended:
        work.cancel(group)
    assert ended.args[0].outcome is Outcome.STOPPED
    with qtbot.waitSignal(work.started):
        work.resume_group(group)
    session.close()
    (left,) = GroupStore().all()
    assert (left.id, left.done, left.is_running, left.file.ended) == (group, 0, False, None)


def test_a_group_of_another_program_is_left_alone(session: Session, qtbot: QtBot) -> None:
    group: Group = new_group(REPEAT, project(), seeds=(1,))
    with GroupStore().begin(group), qtbot.waitSignal(session.groups.failed) as failed:
        session.groups.resume_group(group.id)
    assert "is running" in failed.args[0]
