"""The settings of the selected layers, and what the layer makes of its input."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from math import prod

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from desktop.document.fields import fields_of
from desktop.document.layers import Layer
from desktop.document.text import counted, shape_text
from desktop.document.trace import LayerInfo
from desktop.views.forms import Form
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.theme.families import family_tile
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.problem_list import ProblemList
from desktop.views.widgets.scroll_panel import ScrollPanel
from desktop.views.widgets.text import breakable
from desktop.views.workspace import Workspace

_TILE = 28


class PropertiesPanel(ScrollPanel):
    """Shows the layers it is told to by `show_layer` or `show_layers`, and edits them.

    Several layers of one class are edited together, as one undo step. `needsChanged()`: what is
    shown needs another height than before. `left()`: Escape, where no field had a use for it.
    """

    needsChanged = Signal()
    left = Signal()

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._theme = theme
        self._indexes: tuple[int, ...] = ()
        self.setObjectName("properties_panel")
        self.setAccessibleName("Properties of the selected layer")
        self._tile = QLabel()
        self.title = QLabel()
        self.title.setObjectName("properties_title")
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self._family = QLabel()
        self._family.setProperty("role", "small")
        self._about = muted_label()
        self.problems = ProblemList(workspace, theme, with_places=False)
        self.form = Form(theme)
        self._facts = QWidget()
        self._facts_column = QVBoxLayout(self._facts)
        self._facts_column.setContentsMargins(0, 0, 0, 0)
        self._facts_grid: QWidget | None = None
        self._lay_out()
        self.form.edited.connect(self._edited)
        workspace.projectChanged.connect(self._update)
        theme.changed.connect(self._update)
        self._update()

    @property
    def layers(self) -> tuple[int, ...]:
        """The indexes of the layers that are shown."""
        count = len(self._workspace.project.layers)
        return tuple(index for index in self._indexes if 0 <= index < count)

    def show_layer(self, index: int) -> None:
        """Show the layer at `index`; -1 shows none."""
        self.show_layers((index,) if index >= 0 else ())

    def show_layers(self, indexes: Sequence[int]) -> None:
        """Show the layers at `indexes`, the settings of the last of them."""
        if tuple(indexes) != self._indexes:
            self._indexes = tuple(indexes)
            self._update()

    def focus_form(self) -> None:
        """Move the focus to the first setting."""
        self.form.focus_field()

    # --- building ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self._family)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        self.column.addLayout(head)
        for widget in (self._about, self.problems, self.form, self._facts):
            self.column.addWidget(widget)
        self.column.addStretch(1)

    def _update(self) -> None:
        infos = [self._workspace.analysis.layers[index] for index in self.layers]
        classes = {type(info.layer) for info in infos}
        one_kind = len(classes) == 1
        for widget in (self.form, self._facts):
            widget.setVisible(one_kind)
        self._tile.setVisible(one_kind)
        self._family.setVisible(one_kind)
        if not infos:
            self.title.setText("No layer selected")
            self._about.setText("Select a layer in the model to see and change its settings.")
            self.problems.set_problems(())
            self.needsChanged.emit()
            return
        shown = infos[-1]
        if one_kind:
            ratio = self.devicePixelRatioF()
            self._tile.setPixmap(family_tile(shown.layer.family, scaled(_TILE), ratio))
            self._family.setText(str(shown.layer.family))
            self.form.set_spec(shown.layer)
        self._show_texts(infos, one_kind)
        problems = self._workspace.analysis.problems
        self.problems.set_problems(tuple(p for p in problems if p.layer in self.layers))
        self._show_facts(infos)
        self.needsChanged.emit()

    def _show_texts(self, infos: list[LayerInfo], one_kind: bool) -> None:
        shown = infos[-1]
        if len(infos) == 1:
            self.title.setText(breakable(shown.name))
            self._about.setText(inspect.cleandoc(type(shown.layer).__doc__ or ""))
        elif one_kind:
            self.title.setText(breakable(f"{len(infos)} × {shown.layer.tag}"))
            self._about.setText(
                f"The settings are those of {shown.name}; a change applies to all {len(infos)}."
            )
        else:
            self.title.setText(f"{len(infos)} layers selected")
            total = counted(sum(info.parameters for info in infos), "parameter")
            self._about.setText(f"{total}. Select layers of one kind to change them together.")

    def _show_facts(self, infos: list[LayerInfo]) -> None:
        if self._facts_grid is not None:
            self._facts_grid.hide()
            self._facts_column.removeWidget(self._facts_grid)
            self._facts_grid.deleteLater()
            self._facts_grid = None
        if len(infos) != 1:
            return
        self._facts_grid = _facts(infos[0])
        self._facts_column.addWidget(self._facts_grid)
        self._facts_grid.show()

    # --- editing ----------------------------------------------------------------------------------

    def _edited(self, spec: Layer, name: str) -> None:
        project = self._workspace.project
        changes = {name: getattr(spec, name)}
        # A value that was refused before may have become possible, and then comes along.
        shown = project.layers[self.layers[-1]]
        changes |= {
            field.name: getattr(spec, field.name)
            for field in fields_of(type(spec))
            if getattr(spec, field.name) != getattr(shown, field.name)
        }
        for index in self.layers:
            try:
                project = project.with_layer(index, project.layers[index].replace(**changes))
            except ValueError:  # its other settings do not allow this value: left as it is
                continue
        title = next(field.title for field in fields_of(type(spec)) if field.name == name)
        if len(self.layers) == 1:
            target = self._workspace.analysis.layers[self.layers[0]].name
        else:
            target = f"{len(self.layers)} layers"
        places = ",".join(str(index) for index in self.layers)
        key = f"layers[{places}].{name}"
        self._workspace.edit(f"Change {title.lower()} of {target}", project, merge_key=key)

    # --- Qt ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _facts(info: LayerInfo) -> QWidget:
    """Shapes and weights of a layer as a small table."""
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, SPACE_S, 0, 0)
    grid.setHorizontalSpacing(SPACE_M)
    grid.setVerticalSpacing(SPACE_XS)
    grid.setColumnStretch(1, 1)
    head = QLabel("Shapes and weights")
    head.setProperty("role", "small")
    grid.addWidget(head, 0, 0, 1, 3)
    rows = [
        ("Input", shape_text(info.input_shape), ""),
        ("Output", shape_text(info.output_shape), ""),
    ]
    if info.input_shape is not None and info.output_shape is not None:
        trained = info.layer.weight_shapes(info.input_shape)
        kept = info.layer.state_shapes(info.input_shape)
        rows += [(name, shape_text(shape), f"{prod(shape):,}") for name, shape in trained.items()]
        rows += [
            (f"{name} (not trained)", shape_text(shape), f"{prod(shape):,}")
            for name, shape in kept.items()
        ]
        if info.parameters:
            rows.append(("Parameters", "", f"{info.parameters:,}"))
    for at, (name, shape, count) in enumerate(rows, start=1):
        label = muted_label(name.replace("_", " ").capitalize())
        grid.addWidget(label, at, 0)
        value = QLabel(shape)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(value, at, 1, 1, 1 if count else 2)
        if count:
            number = QLabel(count)
            number.setAccessibleName(f"{name}: {count} parameters")
            grid.addWidget(number, at, 2, Qt.AlignmentFlag.AlignRight)
    return widget
