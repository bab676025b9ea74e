"""The strip of problems: the gravest with its fix, all of them in a pop-up, and none at all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.callbacks import EarlyStopping
from desktop.document.data import Digits
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.views.theme import Mode, Theme
from desktop.views.window.problems_bar import ProblemsBar
from desktop.views.workspace import Workspace

# Said by the offscreen platform whenever a window or a pop-up is shown.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BAD = Project(
    data=Digits(),
    layers=(Flatten(), Dense(units=32), Dense(units=7, activation="softmax")),
    training=Training(early_stopping=EarlyStopping(monitor="val_auc")),
)


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(BAD)


@pytest.fixture
def bar(qtbot: QtBot, workspace: Workspace) -> ProblemsBar:
    bar = ProblemsBar(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(bar)
    bar.resize(800, 32)
    bar.show()
    return bar


def buttons(bar: ProblemsBar, name: str) -> list[QPushButton]:
    return [b for b in bar.popup.findChildren(QPushButton, name) if not b.isHidden()]


def test_the_gravest_is_written_out(bar: ProblemsBar, workspace: Workspace) -> None:
    first = workspace.analysis.problems[0]
    assert bar.count.text() == f"{len(workspace.analysis.problems)} problems"
    assert bar.message.text() == first.message
    assert bar.fix.isVisible() and first.fix is not None
    assert first.fix.label in bar.fix.accessibleName()


def test_fixing_one_after_another(bar: ProblemsBar, workspace: Workspace) -> None:
    steps = 0
    while bar.fix.isVisible():
        bar.fix.click()
        steps += 1
        assert steps < 10
    assert bar.count.text() == "No problems" and bar.message.text() == ""
    assert not bar.count.isEnabled()
    assert workspace.undo_stack.count() == steps
    workspace.undo()
    assert bar.count.text() == "1 problem"


def test_a_click_in_the_popup_asks_for_the_layer(qtbot: QtBot, bar: ProblemsBar) -> None:
    qtbot.mouseClick(bar.count, Qt.MouseButton.LeftButton)
    assert bar.popup.isVisible()
    show = next(b for b in buttons(bar, "show") if b.text() == "Show Dense 3")
    with qtbot.waitSignal(bar.layerRequested) as asked:
        show.click()
    assert asked.args == [2]
    assert not bar.popup.isVisible()


def test_a_setting_can_be_asked_for(qtbot: QtBot, bar: ProblemsBar) -> None:
    bar.count.click()
    show = next(b for b in buttons(bar, "show") if b.text() == "Show the setting")
    with qtbot.waitSignal(bar.trainingRequested) as asked:
        show.click()
    assert asked.args == ["early_stopping"]


def test_fixing_in_the_popup(bar: ProblemsBar, workspace: Workspace) -> None:
    bar.count.click()
    count = len(workspace.analysis.problems)
    buttons(bar, "fix")[0].click()
    assert len(workspace.analysis.problems) < count
    assert bar.popup.isVisible()
    workspace.new(starter_project())
    assert not bar.popup.isVisible()


def test_escape_closes_the_popup(qtbot: QtBot, bar: ProblemsBar) -> None:
    bar.count.click()
    qtbot.keyClick(bar.popup, Qt.Key.Key_Escape)
    assert not bar.popup.isVisible()


def test_a_narrow_bar_shortens_the_message(bar: ProblemsBar, workspace: Workspace) -> None:
    bar.resize(320, 32)
    message = workspace.analysis.problems[0].message
    assert bar.message.text().endswith("…")
    assert bar.message.toolTip() == message == bar.message.accessibleName()
    assert bar.fix.geometry().right() <= bar.width()


def test_the_theme_can_change(bar: ProblemsBar) -> None:
    light = bar.grab().toImage()
    bar._theme.set_mode(Mode.DARK)
    assert bar.grab().toImage() != light
    bar._theme.set_mode(Mode.LIGHT)
