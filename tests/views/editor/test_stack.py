"""The stack by keyboard, mouse and clipboard: each gesture one undo step, the selection follows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Conv2D, Dense, Dropout, Flatten, ReLU
from desktop.document.project import MAX_LAYERS, Project
from desktop.views.editor.stack import StackView
from desktop.views.editor.stack.delegate import Spot
from desktop.views.editor.stack.model import CARD_ROLE
from desktop.views.theme import Mode, Theme
from desktop.views.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
STACK = (Flatten(), Dense(units=32, activation="relu"), Dense(units=10, activation="softmax"))


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(Project(data=Digits(), layers=STACK))


@pytest.fixture
def stack(qtbot: QtBot, workspace: Workspace) -> Iterator[StackView]:
    stack = StackView(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(stack)
    stack.resize(300, 600)
    stack.show()
    yield stack
    QGuiApplication.clipboard().clear()


def tags(workspace: Workspace) -> list[str]:
    return [layer.tag for layer in workspace.project.layers]


def text(stack: StackView, row: int) -> str:
    return str(stack.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_cards_say_everything(stack: StackView) -> None:
    assert stack.model().rowCount() == 4
    assert text(stack, 0) == "Input, Handwritten digits, 8 × 8"
    assert text(stack, 1) == "Flatten 1, Reshaping, → 64"
    assert text(stack, 2) == "Dense 2, Core, 32 · relu, → 32, 2,080 parameters"
    tip = stack.model().index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Dense 2" in tip and "weighted sum" in tip


def test_the_input_is_neither_selected_nor_dragged(qtbot: QtBot, stack: StackView) -> None:
    flags = stack.model().index(0, 0).flags()
    assert not flags & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    qtbot.mouseClick(
        stack.viewport(),
        Qt.MouseButton.LeftButton,
        pos=stack.visualRect(stack.model().index(0, 0)).center(),
    )
    assert stack.current_layer == -1


def test_a_click_selects(qtbot: QtBot, stack: StackView) -> None:
    with qtbot.waitSignal(stack.currentLayerChanged) as changed:
        qtbot.mouseClick(
            stack.viewport(),
            Qt.MouseButton.LeftButton,
            pos=stack.visualRect(stack.model().index(2, 0)).center(),
        )
    assert changed.args == [1]
    assert stack.selected_layers == (1,)


def test_add_goes_below_the_current_layer_or_last(stack: StackView, workspace: Workspace) -> None:
    stack.add_layer("ReLU")
    assert tags(workspace) == ["Flatten", "Dense", "Dense", "ReLU"]
    assert stack.current_layer == 3
    stack.select_layer(0)
    stack.add_layer("Dropout")
    assert tags(workspace)[:2] == ["Flatten", "Dropout"]
    assert stack.current_layer == 1
    assert workspace.undo_stack.undoText() == "Add Dropout"


def test_an_unknown_layer_is_refused(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    with qtbot.waitSignal(stack.message) as said:
        stack.add_layer("os.system")
    assert "os.system" in said.args[0]
    assert workspace.undo_stack.count() == 0


def test_move_by_keyboard(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    stack.select_layer(2)
    qtbot.keyClick(stack, Qt.Key.Key_Up, ALT)
    assert [layer.details() for layer in workspace.project.layers] == [
        "",
        "10 · softmax",
        "32 · relu",
    ]
    assert stack.current_layer == 1
    qtbot.keyClick(stack, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(stack, Qt.Key.Key_Up, ALT)  # no room: nothing, and no undo step
    assert stack.current_layer == 0
    assert workspace.undo_stack.count() == 2
    qtbot.keyClick(stack, Qt.Key.Key_Down, ALT)
    assert stack.current_layer == 1
    for _ in range(3):
        workspace.undo()
    assert workspace.project.layers == STACK
    assert stack.current_layer == 2


def test_remove_and_undo(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    stack.select_layer(1)
    qtbot.keyClick(stack, Qt.Key.Key_Delete)
    assert workspace.project.layers == (STACK[0], STACK[2])
    assert stack.current_layer == 1  # what moved up, so that Del goes on
    qtbot.keyClick(stack, Qt.Key.Key_Delete)
    assert stack.current_layer == 0
    qtbot.keyClick(stack, Qt.Key.Key_Backspace)
    assert stack.current_layer == -1 and not workspace.project.layers
    workspace.undo()
    workspace.undo()
    workspace.undo()
    assert workspace.project.layers == STACK
    assert stack.current_layer == 1


def test_duplicate(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    stack.select_layer(1)
    qtbot.keyClick(stack, Qt.Key.Key_D, CTRL)
    assert workspace.project.layers == (STACK[0], STACK[1], STACK[1], STACK[2])
    assert stack.current_layer == 2
    assert workspace.undo_stack.undoText() == "Duplicate Dense"


def test_enter_asks_for_the_properties(qtbot: QtBot, stack: StackView) -> None:
    with qtbot.assertNotEmitted(stack.editRequested):
        qtbot.keyClick(stack, Qt.Key.Key_Return)
    stack.select_layer(1)
    with qtbot.waitSignal(stack.editRequested):
        qtbot.keyClick(stack, Qt.Key.Key_Return)


def test_arrows_and_shift_select_several(qtbot: QtBot, stack: StackView) -> None:
    stack.select_layer(0)
    with qtbot.waitSignal(stack.selectedLayersChanged) as chosen:
        qtbot.keyClick(stack, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert chosen.args == [(0, 1)]
    qtbot.keyClick(stack, Qt.Key.Key_Delete)
    assert stack.model().rowCount() == 2


def test_copy_is_json_of_the_project_file(qtbot: QtBot, stack: StackView) -> None:
    stack.select_layers((0, 2))
    qtbot.keySequence(stack, QKeySequence.StandardKey.Copy)
    data = QGuiApplication.clipboard().mimeData()
    copied = json.loads(data.text())
    assert copied == [
        {"layer": "Flatten"},
        {"layer": "Dense", "units": 10, "activation": "softmax"},
    ]
    assert json.loads(bytes(data.data("application/json").data())) == copied


def test_cut_and_paste(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    stack.select_layers((1, 2))
    qtbot.keySequence(stack, QKeySequence.StandardKey.Cut)
    assert tags(workspace) == ["Flatten"]
    stack.select_layer(-1)
    qtbot.keySequence(stack, QKeySequence.StandardKey.Paste)
    assert workspace.project.layers == STACK
    assert stack.selected_layers == (1, 2)
    assert workspace.undo_stack.undoText() == "Paste 2 layers"
    workspace.undo()
    workspace.undo()
    assert workspace.project.layers == STACK


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("hello", "not JSON"),
        ("[]", "no layers"),
        ('[{"layer": "Dens"}]', "Dens"),
        ('[{"layer": "Dense", "units": 0}]', "layers[0].units"),
        ('{"layers": 3}', "no layers"),
        ('[{"layer": "Dense", "units": 1e999}]', "Infinity"),
    ],
)
def test_what_cannot_be_pasted_is_explained(
    qtbot: QtBot, stack: StackView, workspace: Workspace, pasted: str, said: str
) -> None:
    data = QMimeData()
    data.setText(pasted)
    with qtbot.waitSignal(stack.message) as message:
        stack.paste_data(data)
    assert said in message.args[0]
    assert workspace.project.layers == STACK and workspace.undo_stack.count() == 0


@pytest.mark.parametrize("pasted", ['{"layer": "ReLU"}', '{"layers": [{"layer": "ReLU"}]}'])
def test_one_layer_and_a_project_can_be_pasted(
    stack: StackView, workspace: Workspace, pasted: str
) -> None:
    data = QMimeData()
    data.setText(pasted)
    stack.paste_data(data)
    assert workspace.project.layers == (*STACK, ReLU())


def test_there_can_be_only_so_many_layers(
    qtbot: QtBot, stack: StackView, workspace: Workspace
) -> None:
    workspace.new(Project(layers=(*STACK[:2], *[Dropout()] * (MAX_LAYERS - 3), STACK[2])))
    with qtbot.waitSignal(stack.message) as message:
        stack.add_layer("ReLU")
    assert str(MAX_LAYERS) in message.args[0]
    stack.select_layer(0)
    with qtbot.waitSignal(stack.message):
        stack.duplicate_selected()


def test_the_fix_on_a_card(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    workspace.new(Project(data=Digits(), layers=(Flatten(), Dense(units=7, activation="softmax"))))
    qtbot.waitUntil(lambda: stack.model().rowCount() == 3)
    stack.doItemsLayout()
    index = stack.model().index(2, 0)
    assert index.data(CARD_ROLE).problem is not None
    assert "error:" in text(stack, 2)
    place = stack._delegate.spot_rect(index, stack.visualRect(index), Spot.FIX).center()
    qtbot.mouseMove(stack.viewport(), place + QPoint(0, -60))
    qtbot.mouseMove(stack.viewport(), place)
    qtbot.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert workspace.project.layers[1] == Dense(units=10, activation="softmax")
    assert workspace.analysis.problems == ()
    workspace.undo()
    assert workspace.project.layers[1] == Dense(units=7, activation="softmax")


def test_a_fix_that_inserts_a_layer_selects_it(stack: StackView, workspace: Workspace) -> None:
    stack.select_layer(1)
    workspace.edit("Insert", workspace.project.inserted(1, Dropout()))
    assert stack.current_layer == 1
    workspace.undo()
    assert stack.current_layer == 1


def test_another_project_keeps_no_old_selection(stack: StackView, workspace: Workspace) -> None:
    told: list[int] = []
    stack.currentLayerChanged.connect(told.append)
    stack.select_layer(2)
    workspace.new(Project(layers=(Conv2D(),)))
    assert stack.model().rowCount() == 2
    assert told[0] == 2 and stack.current_layer in (-1, 0)
    workspace.new(Project())
    assert stack.current_layer == -1 and told[-1] == -1


def test_totals(stack: StackView, workspace: Workspace) -> None:
    assert stack._footer.text() == "2,410 parameters"
    workspace.edit("x", Project(data=Digits(), layers=(Conv2D(),)))
    assert stack._footer.text() == "0 parameters before Conv2D 1"


def test_the_menu_shows_keys_and_what_can_be_done(stack: StackView) -> None:
    texts = {action.objectName(): action for action in stack._menu().actions()}
    assert not texts["remove_selected"].isEnabled() and texts["paste"].isEnabled()
    stack.select_layer(0)
    texts = {action.objectName(): action for action in stack._menu().actions()}
    assert texts["remove_selected"].isEnabled()
    assert texts["move_up"].text() == "Move Up\tAlt+Up"


def test_painting_in_both_themes(stack: StackView, workspace: Workspace) -> None:
    light = stack.grab().toImage()
    stack._theme.set_mode(Mode.DARK)
    assert stack.grab().toImage() != light
    workspace.new(Project())
    assert not stack.grab().isNull()
    stack._theme.set_mode(Mode.LIGHT)


def test_shapes_are_not_known_before_the_data_is(
    stack: StackView, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Digits().known_schema
    monkeypatch.setattr(Digits, "known_schema", None)
    workspace.new(Project(data=Digits(), layers=(Flatten(), Dense(units=4))))
    cards = [stack._stack.card(row) for row in range(3)]
    assert [card.shape for card in cards] == ["?", "→ ?", "→ ?"]
    assert not any(card.problems for card in cards)
    assert stack._footer.text() == "? parameters"
    workspace.show_schema(Digits(), known)
    cards = [stack._stack.card(row) for row in range(3)]
    assert [card.shape for card in cards] == ["8 × 8", "→ 64", "→ 4"]
    assert "units" in [problem.field for problem in cards[2].problems]
    assert stack._footer.text() == "260 parameters"
