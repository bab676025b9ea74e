"""Dropping on the stack: where it lands, what is let in, and one undo step for each drop."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits
from desktop.document.layers import Conv2D, Dense, Dropout, Flatten, Layer, ReLU
from desktop.document.project import Project
from desktop.views.editor.palette import Palette
from desktop.views.editor.stack import StackView
from desktop.views.theme import Mode, Theme
from desktop.views.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
STACK: tuple[Layer, ...] = (Flatten(), Dense(units=32), Dense(units=10))
NOWHERE = QModelIndex()


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(Project(data=Digits(), layers=STACK))


@pytest.fixture
def stack(qtbot: QtBot, workspace: Workspace) -> StackView:
    stack = StackView(workspace, Theme(Mode.LIGHT))
    qtbot.addWidget(stack)
    stack.resize(300, 600)
    stack.show()
    return stack


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    palette = Palette(Theme(Mode.LIGHT))
    qtbot.addWidget(palette)
    return palette


@pytest.mark.parametrize(
    ("row", "lands"), [(-1, 3), (0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (99, 3)]
)
def test_a_layer_of_the_palette_lands_before_the_row(
    stack: StackView, palette: Palette, workspace: Workspace, row: int, lands: int
) -> None:
    data = palette.mime_data_for("Dropout")
    assert stack.model().dropMimeData(data, COPY, row, 0, NOWHERE)
    assert workspace.project.layers == (*STACK[:lands], Dropout(), *STACK[lands:])
    assert stack.selected_layers == (lands,)
    assert workspace.undo_stack.count() == 1
    workspace.undo()
    assert workspace.project.layers == STACK


@pytest.mark.parametrize(
    ("chosen", "row", "order", "selected"),
    [
        ((0,), -1, (1, 2, 0), (2,)),
        ((2,), 1, (2, 0, 1), (0,)),
        ((1,), 2, (0, 1, 2), (1,)),
        ((0, 1), 4, (2, 0, 1), (1, 2)),
        ((0, 2), 2, (0, 2, 1), (0, 1)),
    ],
)
def test_layers_are_reordered(
    stack: StackView,
    workspace: Workspace,
    chosen: tuple[int, ...],
    row: int,
    order: tuple[int, ...],
    selected: tuple[int, ...],
) -> None:
    model = stack.model()
    data = model.mimeData([model.index(index + 1, 0) for index in chosen])
    assert model.dropMimeData(data, MOVE, row, 0, NOWHERE)
    assert workspace.project.layers == tuple(STACK[index] for index in order)
    assert stack.selected_layers == selected
    assert workspace.undo_stack.count() == (order != (0, 1, 2))


def test_a_copy_within_the_stack(stack: StackView, workspace: Workspace) -> None:
    data = stack.model().mimeData([stack.model().index(2, 0)])
    assert stack.model().dropMimeData(data, COPY, -1, 0, NOWHERE)
    assert workspace.project.layers == (*STACK, STACK[1])


def test_layers_from_another_stack_are_copied(
    qtbot: QtBot, stack: StackView, workspace: Workspace
) -> None:
    other = StackView(Workspace(Project(layers=(ReLU(), Conv2D()))), Theme(Mode.LIGHT))
    qtbot.addWidget(other)
    data = other.model().mimeData([other.model().index(1, 0), other.model().index(2, 0)])
    assert stack.model().dropMimeData(data, MOVE, 1, 0, NOWHERE)
    assert workspace.project.layers == (ReLU(), Conv2D(), *STACK)


def mime(kind: str, content: bytes) -> QMimeData:
    data = QMimeData()
    data.setData(kind, content)
    return data


@pytest.mark.parametrize(
    "data",
    [
        mime("application/x-layerwise-layer", b"Nonsense"),
        mime("application/x-layerwise-layer", b"\xff\xfe"),
        mime("application/x-layerwise-layer", b""),
        mime("application/x-layerwise-rows", b'{"stack": "x", "layers": [0]}'),
        mime("text/plain", b"Dense"),
        mime("application/json", b'[{"layer": "Dense"}]'),
    ],
)
def test_nothing_unknown_is_let_in(stack: StackView, workspace: Workspace, data: QMimeData) -> None:
    assert not stack.model().canDropMimeData(data, COPY, 1, 0, NOWHERE)
    assert not stack.model().dropMimeData(data, COPY, 1, 0, NOWHERE)
    assert workspace.project.layers == STACK and workspace.undo_stack.count() == 0


def test_damaged_rows_are_explained(qtbot: QtBot, stack: StackView, workspace: Workspace) -> None:
    data = mime("application/x-layerwise-rows", b"[1")
    data.setData("application/json", b'[{"layer": "Dense", "units": "many"}]')
    with qtbot.waitSignal(stack.message) as said:
        assert not stack.model().dropMimeData(data, MOVE, 1, 0, NOWHERE)
    assert "units" in said.args[0]
    assert workspace.project.layers == STACK


def drag(stack: StackView, data: QMimeData, row: int) -> QPointF:
    """Bring `data` over the upper part of the card in `row`; below all of them for the last."""
    no_keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    rect = stack.visualRect(stack.model().index(min(row, stack.model().rowCount() - 1), 0))
    beyond = row >= stack.model().rowCount()
    point = QPointF(rect.center().x(), rect.bottom() + 40 if beyond else rect.top() + 5)
    enter = QDragEnterEvent(point.toPoint(), COPY, data, left, no_keys)
    QApplication.sendEvent(stack.viewport(), enter)
    QApplication.sendEvent(
        stack.viewport(), QDragMoveEvent(point.toPoint(), COPY, data, left, no_keys)
    )
    return point


@pytest.mark.filterwarnings("ignore:Function:DeprecationWarning")
@pytest.mark.parametrize(("row", "shown"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4)])
def test_the_line_shows_where_it_lands(
    stack: StackView, palette: Palette, workspace: Workspace, row: int, shown: int
) -> None:
    data = palette.mime_data_for("Dropout")
    point = drag(stack, data, row)
    assert stack.drop_row == shown
    without = stack.grab().toImage()
    left = Qt.MouseButton.LeftButton
    drop = QDropEvent(point, COPY, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(stack.viewport(), drop)
    assert drop.isAccepted()
    assert workspace.project.layers[shown - 1] == Dropout()
    assert stack.drop_row == -1
    assert stack.grab().toImage() != without


@pytest.mark.filterwarnings("ignore:Function:DeprecationWarning")
def test_leaving_takes_the_line_away(
    stack: StackView, palette: Palette, workspace: Workspace
) -> None:
    data = palette.mime_data_for("Dropout")
    drag(stack, data, 2)
    QApplication.sendEvent(stack.viewport(), QDragLeaveEvent())
    assert stack.drop_row == -1 and workspace.undo_stack.count() == 0
    drag(stack, mime("text/plain", b"Dense"), 2)
    assert stack.drop_row == -1


def test_the_model_keeps_the_rules(
    stack: StackView, workspace: Workspace, qtmodeltester: ModelTester
) -> None:
    for layers in ((), STACK, STACK[::-1], (*STACK, ReLU()), STACK[1:], (Conv2D(), *STACK[:1])):
        workspace.edit("x", workspace.project.replace(layers=layers))
        qtmodeltester.check(stack.model())


def test_only_what_changed_is_reported(stack: StackView, workspace: Workspace) -> None:
    model, told = stack.model(), []
    model.rowsInserted.connect(lambda _p, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _p, first, last: told.append(("out", first, last)))
    model.rowsMoved.connect(lambda _p, first, last, _q, to: told.append(("move", first, last, to)))
    model.modelReset.connect(lambda: told.append(("reset",)))
    project = workspace.project
    for edit in (
        project.inserted(1, Dropout()),
        project,
        project.with_layer(1, Dense(units=5)),
        project,
        project.moved(0, 2),
        project.removed(1, 2),
    ):
        told.clear()
        before = workspace.project
        workspace.edit("x", edit)
        changed = {entry[0] for entry in told}
        assert "reset" not in changed
        if len(before.layers) == len(edit.layers) and set(before.layers) != set(edit.layers):
            assert not told  # one layer in the place of another
    assert told
