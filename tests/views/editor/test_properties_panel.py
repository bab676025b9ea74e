"""The settings of the selected layers: human undo texts, several at once, shapes and weights."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import BatchNormalization, Conv2D, Dense, Flatten
from desktop.document.project import Project
from desktop.views.editor.properties.panel import PropertiesPanel
from desktop.views.editor.stack import StackView
from desktop.views.theme import Mode, Theme
from desktop.views.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

STACK = (Flatten(), Dense(units=32, activation="relu"), Dense(units=7, activation="softmax"))


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(Project(data=Digits(), layers=STACK))


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace) -> PropertiesPanel:
    panel = PropertiesPanel(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    return panel


def units(panel: PropertiesPanel) -> QLineEdit:
    found = panel.findChild(QLineEdit, "units")
    assert isinstance(found, QLineEdit)
    return found


def texts(panel: PropertiesPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_without_a_layer_it_says_what_to_do(panel: PropertiesPanel) -> None:
    assert panel.title.text() == "No layer selected"
    assert any("Select a layer" in text for text in texts(panel))
    assert not panel.form.isVisible()


def test_a_layer_with_its_shapes_and_weights(panel: PropertiesPanel) -> None:
    panel.show_layer(1)
    shown = texts(panel)
    assert "Dense 2" in shown and "Core" in shown and Dense.summary() in shown
    assert shown[shown.index("Kernel") + 1] == "64 × 32"
    assert "2,048" in shown and "2,080" in shown
    panel.show_layer(-1)
    assert panel.title.text() == "No layer selected"


def test_weights_that_are_not_trained_say_so(panel: PropertiesPanel, workspace: Workspace) -> None:
    workspace.edit("x", workspace.project.inserted(1, BatchNormalization()))
    panel.show_layer(1)
    assert "Moving mean (not trained)" in texts(panel)


def test_edits_have_human_names_and_merge(
    qtbot: QtBot, panel: PropertiesPanel, workspace: Workspace
) -> None:
    panel.show_layer(1)
    units(panel).selectAll()
    qtbot.keyClicks(units(panel), "128")
    assert workspace.project.layers[1] == Dense(units=128, activation="relu")
    assert workspace.undo_stack.count() == 1
    assert workspace.undo_stack.undoText() == "Change units of Dense 2"
    panel.show_layer(2)
    units(panel).selectAll()
    qtbot.keyClicks(units(panel), "12")
    assert workspace.undo_stack.count() == 2
    workspace.undo()
    assert units(panel).text() == "7"
    workspace.undo()
    panel.show_layer(1)
    assert units(panel).text() == "32"


def test_several_layers_of_one_kind_change_together(
    qtbot: QtBot, panel: PropertiesPanel, workspace: Workspace
) -> None:
    panel.show_layers((1, 2))
    assert panel.title.text() == "2 × Dense"
    combo = panel.findChild(QComboBox, "activation")
    combo.setCurrentText("tanh")
    combo.activated.emit(combo.currentIndex())
    assert [layer.details() for layer in workspace.project.layers[1:]] == ["32 · tanh", "7 · tanh"]
    assert workspace.undo_stack.undoText() == "Change activation of 2 layers"
    workspace.undo()
    assert workspace.project.layers == STACK


def test_a_layer_that_cannot_take_the_value_is_left(
    qtbot: QtBot, panel: PropertiesPanel, workspace: Workspace
) -> None:
    workspace.new(Project(layers=(Conv2D(filters=32, groups=4), Conv2D(filters=32))))
    panel.show_layers((0, 1))
    line = panel.findChild(QLineEdit, "filters")
    line.setText("31")
    line.textEdited.emit("31")
    assert workspace.project.layers == (Conv2D(filters=32, groups=4), Conv2D(filters=31))


def test_layers_of_several_kinds_have_no_form(panel: PropertiesPanel) -> None:
    panel.show_layers((0, 1))
    assert panel.title.text() == "2 layers selected" and not panel.form.isVisible()


def test_a_fix(panel: PropertiesPanel, workspace: Workspace) -> None:
    panel.show_layer(2)
    fix = next(b for b in panel.findChildren(QPushButton, "fix") if "10" in b.text())
    fix.click()
    assert workspace.project.layers[2] == Dense(units=10, activation="softmax")
    assert units(panel).text() == "10"


def test_a_layer_that_is_gone_is_not_shown(panel: PropertiesPanel, workspace: Workspace) -> None:
    panel.show_layer(2)
    workspace.edit("x", workspace.project.removed(2))
    assert panel.title.text() == "No layer selected"
    workspace.undo()
    assert panel.title.text() == "Dense 3"


def test_it_follows_the_stack(qtbot: QtBot, panel: PropertiesPanel, workspace: Workspace) -> None:
    stack = StackView(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(stack)
    stack.selectedLayersChanged.connect(panel.show_layers)
    stack.editRequested.connect(panel.focus_form)
    stack.select_layer(1)
    assert panel.title.text() == "Dense 2"
    qtbot.keyClick(stack, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert panel.title.text() == "Dense 1"
    panel.activateWindow()
    qtbot.keyClick(stack, Qt.Key.Key_Return)
    qtbot.waitUntil(units(panel).hasFocus)


def test_the_theme_can_change(panel: PropertiesPanel) -> None:
    panel.show_layer(2)
    light = panel.grab().toImage()
    panel._theme.set_mode(Mode.DARK)
    assert panel.grab().toImage() != light
    panel._theme.set_mode(Mode.LIGHT)
