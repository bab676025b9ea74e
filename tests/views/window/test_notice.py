"""Messages over the page: they push nothing, and go when their cause goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.document.data import LogicTable
from desktop.document.layers import Dropout
from desktop.document.project import Project, starter_project
from desktop.views.theme import Theme
from desktop.views.window.messages import Messages
from desktop.views.window.notice import Notice
from desktop.views.window.outdated import Outdated
from desktop.views.window.pages import Page
from desktop.views.workspace import Workspace
from desktop.workers.records import RunRecord
from desktop.workers.reports import Outcome, RunEnded
from desktop.workers.tensorboard import TensorBoardRunner
from desktop.workers.threads import Threads
from tests.views.charts.chart_reports import Recorder, ended, started

LONG = "The file could not be opened, because it is damaged in more than one place. " * 4


@pytest.fixture
def host(qtbot: QtBot) -> Iterator[QWidget]:
    window = QMainWindow()
    page = QWidget()
    window.setCentralWidget(page)
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    yield page


@pytest.fixture
def notice(host: QWidget) -> Notice:
    theme = Theme()
    notice = Notice(theme, host)
    theme.setParent(notice)
    return notice


def test_a_message_lies_over_the_page_and_moves_nothing(host: QWidget, notice: Notice) -> None:
    before = host.geometry()
    notice.show_message(LONG)
    assert notice.isVisible()
    assert host.geometry() == before
    assert host.rect().contains(notice.geometry())
    host.window().resize(300, 400)
    assert host.rect().contains(notice.geometry())


def test_a_message_goes_with_its_cause(notice: Notice) -> None:
    notice.show_message("No such file", cause="data")
    notice.show_message("Saved", "good", cause="model")
    assert notice.text == "No such file\nSaved"
    notice.show_message("A damaged file", cause="data")
    assert notice.text == "Saved\nA damaged file"
    notice.withdraw("data")
    assert notice.text == "Saved"
    notice.withdraw("data", "model")
    assert notice.isHidden()


def test_a_message_offers_what_can_be_done(notice: Notice) -> None:
    done: list[str] = []
    notice.show_message("No such file", actions=[("Try again", lambda: done.append("again"))])
    notice.findChildren(QPushButton)[-1].click()
    assert done == ["again"]
    assert notice.text == ""


def test_a_message_can_be_closed(notice: Notice, qtbot: QtBot) -> None:
    notice.show_message("No such file", cause="data")
    with qtbot.waitSignal(notice.closed) as closed:
        notice.findChildren(QToolButton)[-1].click()
    assert closed.args == ["data"]
    assert notice.isHidden()


# --- what is said, and when it is not said any more -----------------------------------------------


class Session(QObject):
    """The signals of a session, and what is asked of it."""

    stateChanged = Signal(object)
    engineReady = Signal(object)
    engineFailed = Signal(str)
    runStarted = Signal(object)
    runEnded = Signal(object)
    modelReset = Signal()
    modelSaved = Signal(str)
    modelSaveFailed = Signal(str, str)
    runNotKept = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.model_project: Project | None = None
        self.is_running = False
        self.record: RunRecord | None = None
        self.tensorboard = TensorBoardRunner(Threads(self), Path, self)


class Files(QObject):
    opened = Signal()
    saved = Signal(str)


class Pages(QObject):
    """Which page is shown."""

    currentChanged = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.shown = Page.TRAIN

    def show_page(self, page: Page) -> None:
        self.shown = page
        self.currentChanged.emit(page)


class Desk:
    """Notice, and what it hears of."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        self.workspace = Workspace(starter_project())
        self.session, self.files, self.pages = Session(), Files(), Pages()
        parts = (self.workspace, self.session, self.pages)
        self.messages = Messages(*parts, self.files, notice)  # type: ignore[arg-type]
        self.outdated = Outdated(*parts, notice)  # type: ignore[arg-type]


def record_with(report: RunEnded) -> RunRecord:
    """The record of a run that ended so."""
    recorder = Recorder()
    recorder(started())
    recorder(report)
    return recorder.kept


@pytest.fixture
def desk(notice: Notice) -> Iterator[Desk]:
    yield Desk(notice)


def test_what_ended_a_run_early_is_reported_in_one_place(desk: Desk) -> None:
    report = ended(3, best=1, early=True, message="The loss has not improved")
    desk.session.record = record_with(report)
    desk.session.runEnded.emit(report)
    assert desk.notice.text == ""  # Train says it
    desk.pages.show_page(Page.DRAW)
    desk.session.runEnded.emit(report)
    assert desk.notice.text == "The loss has not improved"
    desk.pages.show_page(Page.TRAIN)
    assert desk.notice.text == ""


def test_why_a_run_failed_is_reported_on_every_page(desk: Desk) -> None:
    report = ended(1, outcome=Outcome.FAILED, message="The loss became NaN")
    desk.session.record = record_with(report)
    for page in (Page.TRAIN, Page.DRAW, Page.TRAIN):
        desk.pages.show_page(page)
        desk.session.runEnded.emit(report)
        assert desk.notice.text == "The loss became NaN"


def test_why_a_run_never_started_is_reported_until_the_next_one(desk: Desk) -> None:
    desk.session.runEnded.emit(ended(0, outcome=Outcome.FAILED, message="Out of memory"))
    assert desk.notice.text == "Out of memory"
    desk.session.runStarted.emit(started())
    assert desk.notice.text == ""


def test_a_run_that_is_not_kept_is_reported_until_the_next_one(desk: Desk) -> None:
    desk.session.runNotKept.emit("This run is not kept: the disk is full")
    assert desk.notice.text == "This run is not kept: the disk is full"
    desk.session.runStarted.emit(started())
    assert desk.notice.text == ""


def test_a_failed_save_is_forgotten_after_a_good_one(desk: Desk) -> None:
    desk.session.modelSaveFailed.emit("The disk is full", "a.keras")
    assert desk.notice.text == "The disk is full"
    desk.session.modelSaved.emit("b.keras")
    assert desk.notice.text.endswith("b.keras")


def test_changed_layers_are_reported_until_closed_or_undone(desk: Desk) -> None:
    project = desk.workspace.project
    desk.session.model_project = project
    desk.pages.show_page(Page.DRAW)
    for _ in range(2):
        desk.workspace.edit("Add", project.replace(layers=(*project.layers, Dropout())))
        assert "have changed" in desk.notice.text
        desk.pages.show_page(Page.DATA)
        assert desk.notice.text == ""
        desk.pages.show_page(Page.EVALUATE)
        assert "have changed" in desk.notice.text
        desk.notice.findChildren(QToolButton)[-1].click()
        desk.pages.show_page(Page.DRAW)
        assert desk.notice.text == ""
        desk.workspace.undo()
    desk.workspace.redo()
    desk.workspace.undo()
    assert desk.notice.text == ""


def test_curves_of_other_layers_or_data_are_marked(desk: Desk) -> None:
    project = desk.workspace.project
    desk.session.model_project = project
    assert desk.pages.shown is Page.TRAIN
    desk.workspace.edit("Add", project.replace(layers=(*project.layers, Dropout())))
    assert "layers have changed" in desk.notice.text
    desk.workspace.undo()
    assert desk.notice.text == ""
    desk.workspace.edit("Data", project.replace(data=LogicTable()))
    assert "data has changed" in desk.notice.text
    desk.session.is_running = True
    desk.session.stateChanged.emit(None)
    assert "continues with the data from before" in desk.notice.text
    desk.pages.show_page(Page.DRAW)  # has its own words for it
    assert desk.notice.text == ""
    desk.pages.show_page(Page.TRAIN)
    desk.session.model_project = None
    desk.session.modelReset.emit()
    assert desk.notice.text == ""
