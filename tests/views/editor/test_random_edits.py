"""Random edits through the editor, with undo and redo: they end where they should.

The widgets must follow: whatever happens, the stack shows the layers of the project, the form those
of the selected layer, and undoing everything is where it began.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desktop.document.layers import LAYER_CLASSES
from desktop.document.project import starter_project
from desktop.document.storage import parse_project, project_text
from desktop.views.editor.palette import Palette
from desktop.views.editor.properties.panel import PropertiesPanel
from desktop.views.editor.stack import StackView
from desktop.views.editor.training.panel import TrainingPanel
from desktop.views.theme import Mode, Theme
from desktop.views.widgets.layer_mime import layers_mime
from desktop.views.workspace import Workspace

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
MOST = 8  # layers, so that examples stay small

actions = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from([c.tag for c in LAYER_CLASSES]), st.integers(-1, 9)),
    st.tuples(st.just("select"), st.lists(st.integers(0, 9), max_size=3)),
    st.tuples(st.just("drag"), st.integers(-1, 9)),
    st.tuples(st.just("step"), st.sampled_from([-1, 1])),
    st.tuples(st.just("remove")),
    st.tuples(st.just("duplicate")),
    st.tuples(st.just("paste"), st.integers(0, 3)),
    st.tuples(st.just("fix")),
    st.tuples(st.just("field"), st.sampled_from(["units", "rate"]), st.integers(1, 3)),
    st.tuples(st.just("epochs"), st.integers(1, 3)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)


class Editor:
    """The parts of the editor, wired as in the window."""

    def __init__(self, qtbot: QtBot) -> None:
        theme = Theme(Mode.LIGHT)
        self.workspace = Workspace(starter_project())
        self.palette = Palette(theme)
        self.stack = StackView(self.workspace, theme)
        self.properties = PropertiesPanel(self.workspace, theme)
        self.training = TrainingPanel(self.workspace, theme)
        self.stack.selectedLayersChanged.connect(self.properties.show_layers)
        for widget in (self.palette, self.stack, self.properties, self.training):
            qtbot.addWidget(widget)

    def do(self, name: str, *arguments: object) -> None:
        full = len(self.workspace.project.layers) >= MOST
        if full and name in ("drop", "duplicate", "paste", "fix"):
            return
        getattr(self, name)(*arguments)

    def drop(self, name: str, row: int) -> None:
        self.stack.model().dropMimeData(
            self.palette.mime_data_for(name), COPY, row, 0, QModelIndex()
        )

    def select(self, indexes: list[int]) -> None:
        self.stack.select_layers(indexes)

    def drag(self, row: int) -> None:
        model = self.stack.model()
        data = model.mimeData([model.index(i + 1, 0) for i in self.stack.selected_layers])
        model.dropMimeData(data, MOVE, row, 0, QModelIndex())

    def step(self, down: int) -> None:
        self.stack.move_selected(down)

    def remove(self) -> None:
        self.stack.remove_selected()

    def duplicate(self) -> None:
        self.stack.duplicate_selected()

    def paste(self, count: int) -> None:
        layers = list(self.workspace.project.layers[:count])
        self.stack.paste_data(layers_mime(layers))

    def fix(self) -> None:
        for problem in self.workspace.analysis.problems[:1]:
            if problem.fix is not None:
                self.workspace.edit(problem.fix.label, problem.fix.project)

    def field(self, name: str, number: int) -> None:
        spec = self.properties.form.spec
        if self.properties.layers and spec is not None and name in type(spec).model_fields:
            value = number if name == "units" else number / 4
            if self.properties.form.isVisibleTo(self.properties):
                self.properties.form.editor(name).edited.emit(value)

    def epochs(self, number: int) -> None:
        self.training.form.editor("epochs").edited.emit(number)

    def undo(self) -> None:
        self.workspace.undo()

    def redo(self) -> None:
        self.workspace.redo()

    def check(self) -> None:
        project = self.workspace.project
        model = self.stack.model()
        shown = [model.index(row, 0).data() for row in range(1, model.rowCount())]
        assert shown == [layer.tag for layer in project.layers]
        assert all(0 <= index < len(project.layers) for index in self.stack.selected_layers)
        assert self.properties.layers == self.stack.selected_layers
        assert self.training.form.spec == project.training
        kinds = {type(project.layers[index]) for index in self.properties.layers}
        if len(kinds) == 1:
            assert self.properties.form.spec == project.layers[self.properties.layers[-1]]
        assert parse_project(project_text(project)) == project


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(actions, max_size=25))
def test_random_edits_end_where_they_should(qtbot: QtBot, steps: list[tuple[object, ...]]) -> None:
    editor = Editor(qtbot)
    stack = editor.workspace.undo_stack
    forward = {0: editor.workspace.project}
    for name, *arguments in steps:
        place = stack.index()
        editor.do(str(name), *arguments)
        editor.check()
        if name in ("undo", "redo"):
            assert editor.workspace.project == forward[stack.index()]
        else:
            assert abs(stack.index() - place) <= 1  # one gesture, at most one step
            forward[stack.index()] = editor.workspace.project
    last, end = stack.index(), editor.workspace.project
    for index in range(last, 0, -1):
        assert stack.index() == index
        editor.undo()
        assert editor.workspace.project == forward[index - 1]
        editor.check()
    assert editor.workspace.project == starter_project()
    assert not editor.workspace.dirty
    for _ in range(last):
        editor.redo()
    assert editor.workspace.project == end
    editor.check()
    for widget in (editor.palette, editor.stack, editor.properties, editor.training):
        widget.close()
        widget.deleteLater()
