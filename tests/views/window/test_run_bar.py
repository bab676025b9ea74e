"""The run bar: what it says while something is running, and afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from desktop.views.window.run_bar import RunBar
from desktop.workers.reports import Outcome
from desktop.workers.session import State
from tests.views.charts.chart_reports import ended, started


class Session(QObject):
    """What the bar hears of a session."""

    stateChanged = Signal(object)
    engineReady = Signal(object)
    runStarted = Signal(object)
    progress = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()
    modelAdopted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = State.STARTING

    def enter(self, state: State) -> None:
        self.state = state
        self.stateChanged.emit(state)

    def start(self, first_epoch: int = 0, run: int = 1) -> None:
        self.enter(State.TRAINING)
        self.runStarted.emit(started(run, first_epoch, 10))

    def end(
        self, epoch: int, outcome: Outcome = Outcome.FINISHED, *, early: bool = False, run: int = 1
    ) -> None:
        self.enter(State.IDLE)
        self.runEnded.emit(replace(ended(epoch, run, epoch, early, outcome), seconds=7.0))


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def bar(qtbot: QtBot, session: Session) -> RunBar:
    bar = RunBar(session)  # type: ignore[arg-type]
    qtbot.addWidget(bar)
    session.enter(State.IDLE)
    session.engineReady.emit(None)
    assert bar.text == "Ready"
    return bar


def test_epochs_and_seconds_are_those_of_the_same_run(bar: RunBar, session: Session) -> None:
    session.start()
    session.end(10)
    assert bar.text == "Finished after 10 epochs · 0:07"
    session.start(10, run=2)
    session.end(14, early=True, run=2)
    assert bar.text == "Stopped early after 4 more epochs · 0:07 · 14 in total"
    session.start(14, run=3)
    session.end(15, Outcome.STOPPED, run=3)
    assert bar.text == "Stopped after 1 more epoch · 0:07 · 15 in total"
    session.start(15, run=4)
    session.end(15, Outcome.STOPPED, run=4)
    assert bar.text == "Stopped in epoch 16 · 0:07"
    session.start(0, run=5)
    session.end(0, Outcome.STOPPED, run=5)
    assert bar.text == "Stopped in the first epoch · 0:07"
    session.end(0, Outcome.FAILED, run=6)
    assert bar.text == "Failed before training began"


@pytest.mark.parametrize("state", [State.EVALUATING, State.WAITING])
def test_what_was_under_way_leaves_the_last_status(
    bar: RunBar, session: Session, state: State
) -> None:
    session.start()
    session.end(10)
    status = bar.text
    session.enter(state)
    assert bar.text != status
    session.enter(State.IDLE)
    assert bar.text == status


def test_a_network_that_is_gone_or_new_is_reported(bar: RunBar, session: Session) -> None:
    session.start()
    session.end(10)
    session.modelReset.emit()
    assert bar.text == "Ready · new weights"
    session.modelAdopted.emit(None)
    assert bar.text == "Ready · trained network"


def test_a_reset_while_evaluating_is_reported_afterwards(bar: RunBar, session: Session) -> None:
    session.start()
    session.end(10)
    session.enter(State.EVALUATING)
    session.modelReset.emit()
    assert bar.text == "Evaluating…"
    session.enter(State.IDLE)
    assert bar.text == "Ready · new weights"
