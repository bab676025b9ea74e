"""The training settings: one undo step for each field, problems where they are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.callbacks import EarlyStopping
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.views.editor.training.panel import TrainingPanel
from desktop.views.theme import Mode, Theme
from desktop.views.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(starter_project())


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace) -> TrainingPanel:
    panel = TrainingPanel(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    panel.show()
    return panel


def line(panel: TrainingPanel, name: str) -> QLineEdit:
    found = panel.findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit)
    return found


def test_typing_is_one_undo_step_per_field(
    qtbot: QtBot, panel: TrainingPanel, workspace: Workspace
) -> None:
    line(panel, "epochs").selectAll()
    qtbot.keyClicks(line(panel, "epochs"), "150")
    line(panel, "batch_size").selectAll()
    qtbot.keyClicks(line(panel, "batch_size"), "64")
    assert workspace.project.training.epochs == 150
    assert workspace.project.training.batch_size == 64
    assert workspace.undo_stack.count() == 2
    assert workspace.undo_stack.undoText() == "Change batch size"
    workspace.undo()
    assert line(panel, "batch_size").text() == "32" and line(panel, "epochs").text() == "150"
    workspace.undo()
    assert line(panel, "epochs").text() == "20"
    assert workspace.project == starter_project()


def test_what_is_wrong_stays_in_the_field(
    qtbot: QtBot, panel: TrainingPanel, workspace: Workspace
) -> None:
    line(panel, "epochs").selectAll()
    qtbot.keyClicks(line(panel, "epochs"), "x")
    assert panel.form.error("epochs")
    panel.findChild(QCheckBox, "shuffle").click()
    assert workspace.project.training == starter_project().training.replace(shuffle=False)
    assert line(panel, "epochs").text() == "x"


def test_another_optimizer_is_undone_whole(panel: TrainingPanel, workspace: Workspace) -> None:
    combo = panel.findChild(QComboBox, "optimizer")
    combo.setCurrentText("SGD")
    combo.activated.emit(combo.currentIndex())
    assert line(panel, "optimizer.learning_rate").text() == "0.01"
    workspace.undo()
    assert combo.currentText() == "Adam"
    assert line(panel, "optimizer.learning_rate").text() == "0.001"


def test_a_problem_and_its_fix(panel: TrainingPanel, workspace: Workspace) -> None:
    assert not panel.problems.isVisible()
    stopping = Training(early_stopping=EarlyStopping(monitor="val_auc"))
    workspace.edit("x", starter_project().replace(training=stopping))
    assert panel.problems.isVisible()
    fix = panel.problems.findChild(QPushButton, "fix")
    fix.click()
    watching = workspace.project.training.early_stopping
    assert watching is not None and watching.monitor != "val_auc"
    assert not panel.problems.isVisible()


def test_a_setting_is_brought_to_light(qtbot: QtBot, panel: TrainingPanel) -> None:
    panel.activateWindow()
    panel.focus_field("reduce_lr_on_plateau")
    box = panel.findChild(QCheckBox, "reduce_lr_on_plateau")
    qtbot.waitUntil(box.hasFocus)
    assert not box.visibleRegion().isEmpty()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert isinstance(panel.form.spec, Training) and panel.form.spec.reduce_lr_on_plateau


def test_another_project_is_shown(panel: TrainingPanel, workspace: Workspace) -> None:
    workspace.new(Project(training=Training(epochs=3)))
    assert line(panel, "epochs").text() == "3"


def test_what_is_changed_most_comes_first(panel: TrainingPanel) -> None:
    names = ("epochs", "batch_size", "optimizer.learning_rate")
    heights = [line(panel, name).mapTo(panel.form, QPoint()).y() for name in names]
    assert heights == sorted(heights)
    others = {*panel.form.findChildren(QLineEdit), *panel.form.findChildren(QCheckBox)}
    for other in others - {line(panel, name) for name in names}:
        assert other.isHidden() or other.mapTo(panel.form, QPoint()).y() > heights[-1]
