"""The page Runs in the window: what is trained appears there, and can be used again."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import backend
from desktop.paths import data_folder
from desktop.views.window.pages import Page
from tests.views.window.windows import new_window

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LONG = 60_000  # milliseconds, for what TensorFlow does


def project(activation: str) -> Project:
    layers = Flatten(), Dense(units=8, activation=activation), Dense(units=10, activation="softmax")
    return Project(data=Digits(), layers=layers, training=Training(epochs=2, batch_size=128))


def test_runs_are_compared_opened_loaded_and_deleted(qtbot: QtBot) -> None:
    backend.load()
    (data_folder() / "runs" / "settings.json").write_text('{"weights_limit_mb": 100}')
    window = new_window(qtbot, project("relu"))
    window.show()
    window.start()
    session, page = window.session, window.pages.runs
    docks = [dock.isVisible() for dock in window.docks.all]
    for activation in ("relu", "tanh"):
        window.workspace.new(project(activation))
        with qtbot.waitSignal(session.runEnded, timeout=LONG):
            session.train(window.workspace.project)

    window.pages.show_page(Page.RUNS)
    qtbot.waitUntil(lambda: [r.epochs for r in page.table.runs.shown] == [2, 2], timeout=LONG)
    second, first = page.table.runs.shown
    page.table.select([first.id, second.id])
    page.doing.compare()
    qtbot.waitUntil(lambda: "activation relu → tanh" in page.details.toPlainText())

    page.table.select([first.id])
    page.doing.open_project()
    assert window.workspace.project == project("relu") and not session.has_model
    qtbot.waitUntil(lambda: page.actions_of_runs["run_load"].isEnabled(), timeout=LONG)
    with qtbot.waitSignal(session.modelAdopted, timeout=LONG):
        page.doing.load_network()
    assert session.can_continue(window.workspace.project)
    assert "in use: evaluate it" in window.notice.text

    page.table.select([first.id])
    page.doing.delete()
    qtbot.waitUntil(lambda: "1 run moved to the trash" in window.notice.text)
    assert len(page.table.runs.shown) == 1
    buttons = window.notice.findChildren(QPushButton)
    next(button for button in buttons if button.text() == "Undo").click()
    qtbot.waitUntil(lambda: len(page.table.runs.shown) == 2)

    page.filter_bar.room_button.click()
    assert not any(dock.isVisible() for dock in window.docks.all)
    window.pages.show_page(Page.TRAIN)
    assert [dock.isVisible() for dock in window.docks.all] == docks


def test_a_loaded_network_shows_what_was_measured_of_it(qtbot: QtBot) -> None:
    backend.load()
    (data_folder() / "runs" / "settings.json").write_text('{"weights_limit_mb": 100}')
    window = new_window(qtbot, project("relu"))
    window.show()
    window.start()
    session, page, lights = window.session, window.pages.runs, window.lights
    with qtbot.waitSignal(session.runEnded, timeout=LONG):
        session.train(window.workspace.project)
    health = lights.health
    session.reset()
    assert lights.health == ()
    window.pages.show_page(Page.RUNS)
    qtbot.waitUntil(lambda: len(page.table.runs.shown) == 1, timeout=LONG)
    (run,) = page.table.runs.shown
    page.table.select([run.id])
    qtbot.waitUntil(lambda: page.actions_of_runs["run_load"].isEnabled(), timeout=LONG)
    with qtbot.waitSignal(session.modelAdopted, timeout=LONG):
        page.doing.load_network()
    assert session.record is None and lights.record is not None
    assert (lights.record.id, lights.epoch, lights.health) == (run.id, 2, health)
    assert [each is not None for each in health] == [False, True, True]
    assert lights.record.curves.units  # for the dialog
    with qtbot.waitSignal(session.runEnded, timeout=LONG):
        session.train(window.workspace.project, resume=True)
    assert lights.record is session.record and lights.epoch == 4
    session.reset()
    assert lights.health == ()
