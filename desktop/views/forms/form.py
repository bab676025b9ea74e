"""A form for any settings: one editor for each field that the class describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from desktop.document.fields import FieldSpec, Kind, fields_of
from desktop.document.spec import Spec
from desktop.views.forms.choices import (
    ChoiceEditor,
    ChoicesEditor,
    FlagEditor,
    NameEditor,
    PathEditor,
)
from desktop.views.forms.editor import Editor, SpecWidget, number_text
from desktop.views.forms.numbers import IntegersEditor, NumberEditor, RangeEditor
from desktop.views.forms.row import Row
from desktop.views.forms.table import TableEditor
from desktop.views.forms.texts import TextsEditor
from desktop.views.forms.variants import NestedEditor, VariantEditor
from desktop.views.theme import SPACE_S, Theme


def _variant_editor(field: FieldSpec, theme: Theme, owner: type[Spec]) -> Editor:
    return VariantEditor(field, theme, owner, Form(theme, field.name))


def _nested_editor(field: FieldSpec, theme: Theme, owner: type[Spec]) -> Editor:
    return NestedEditor(field, theme, owner, Form(theme, field.name))


EDITORS: dict[Kind, Callable[[FieldSpec, Theme, type[Spec]], Editor]] = {
    Kind.INTEGER: NumberEditor,
    Kind.REAL: NumberEditor,
    Kind.FLAG: FlagEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.CHOICES: ChoicesEditor,
    Kind.INTEGERS: IntegersEditor,
    Kind.RANGE: RangeEditor,
    Kind.VARIANT: _variant_editor,
    Kind.NESTED: _nested_editor,
    Kind.TABLE: TableEditor,
    Kind.PATH: PathEditor,
    Kind.FOLDER: PathEditor,
    Kind.COLUMN: NameEditor,
    Kind.SHEET: NameEditor,
    Kind.TEXTS: TextsEditor,
}  # the other kinds are edited elsewhere


class Form(SpecWidget):
    """Edits one Spec at a time.

    `edited(spec, field_name)` is emitted with the new, validated settings. What cannot be taken
    stays in its field, marked and explained below, and nothing is emitted.

    Labels stand beside their fields, or above them where that would cut any; a single one, where
    it would cut what is in its field.
    """

    def __init__(self, theme: Theme, prefix: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._prefix = prefix
        self._spec: Spec | None = None
        self._fields: tuple[FieldSpec, ...] = ()
        self._rows: dict[str, Row] = {}
        self._names: dict[Kind, tuple[str, ...]] = {}  # of what the data has
        self._more_open: set[type[Spec]] = set()  # classes whose "More settings" are unfolded
        self._more: QToolButton | None = None
        self._more_body: QWidget | None = None
        self._body: QWidget | None = None
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)  # the fields stay at the top of whatever room there is
        theme.changed.connect(self._update_more)

    @property
    def spec(self) -> Spec | None:
        """The settings shown; None before the first."""
        return self._spec

    def set_spec(self, spec: Spec) -> None:
        """Show `spec`. Widgets are kept, with focus and cursor, while the class stays the same."""
        before, self._spec = self._spec, spec
        if type(before) is not type(spec):
            self._build(type(spec))
            before = None
        for name, row in self._rows.items():
            value = getattr(spec, name)
            if before is None or value != getattr(before, name):
                row.editor.set_value(value)
                row.accept()
            row.set_used(name not in spec.unused)
        self._update_more()

    def set_names(self, kind: Kind, names: tuple[str, ...]) -> None:
        """Offer `names` where the name of a column or a sheet, as `kind` says, is asked for."""
        self._names[kind] = names
        for row in self._rows.values():
            if isinstance(row.editor, NameEditor) and row.field.kind is kind:
                row.editor.set_names(names)

    def editor(self, name: str) -> Editor:
        """The editor of the field called `name`."""
        if name not in self._rows:
            self._build_more()
        return self._rows[name].editor

    def error(self, name: str) -> str:
        """What is wrong with what the field called `name` holds; empty if nothing."""
        return self._rows[name].error.text() if name in self._rows else ""

    def focus_field(self, name: str | None = None) -> None:
        """Move the focus to the field called `name`, unfolding it; to the first without a name."""
        if self._spec is None or not self._fields:
            return
        field = next((each for each in self._fields if each.name == name), self._fields[0])
        if field.advanced:
            self._set_more_open(True)
        self.editor(field.name).target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- taking values ----------------------------------------------------------------------------

    def _edited(self, value: Any) -> None:
        row = self._row_of(self.sender())
        spec = self._spec
        if row is None or spec is None:
            return
        name = row.field.name
        # Values refused before, because they did not go with another one, may go with this one.
        waiting = {n: r.refused for n, r in self._rows.items() if r.has_refused and n != name}
        changed: Spec | None
        try:
            changed = spec.replace(**{name: value})
        except ValueError as error:
            try:
                changed = spec.replace(**{name: value}, **waiting) if waiting else None
            except ValueError:
                changed = None
            if changed is None:
                row.refused, row.has_refused = value, True
                row.refuse(_reason(error, row.field))
                return
        else:
            try:
                changed = spec.replace(**{name: value}, **waiting)
            except ValueError:
                waiting = {}
        for each in [row, *(self._rows[n] for n in waiting)]:
            each.accept()
        if changed != spec:
            self.edited.emit(changed, name)
        if self._spec == spec and changed != spec:  # it was not taken: show what is in force
            row.editor.set_value(getattr(spec, name))

    def _refused(self, reason: str) -> None:
        row = self._row_of(self.sender())
        if row is not None:
            row.has_refused = False
            row.refuse(reason)

    def _row_of(self, sender: object) -> Row | None:
        return next((row for row in self._rows.values() if row.editor is sender), None)

    # --- building ---------------------------------------------------------------------------------

    def _build(self, cls: type[Spec]) -> None:
        layout = self._column
        if self._body is not None:
            self._body.hide()
            layout.removeWidget(self._body)
            for old in self._body.findChildren(QWidget):
                old.setObjectName("")  # the name belongs to its successor from now on
            self._body.deleteLater()
        self._rows, self._more, self._more_body = {}, None, None
        self._fields = tuple(field for field in fields_of(cls) if field.kind in EDITORS)
        self._body = QWidget(self)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        everyday = [field for field in self._fields if not field.advanced]
        if everyday:
            self._add_rows(column, everyday, cls)
        if len(everyday) < len(self._fields):
            self._more = QToolButton(self._body)
            self._more.setProperty("role", "flat")
            self._more.setStyleSheet("padding-left: 0px;")  # in line with the labels
            self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._more.setObjectName(self._name("more_settings"))
            self._more.clicked.connect(self._toggle_more)
            column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.insertWidget(0, self._body)

    def _build_more(self) -> None:
        """Make the rare fields: only once they are wanted, for they are the larger part."""
        if self._more_body is not None or self._body is None or self._spec is None:
            return
        self._more_body = QWidget(self._body)
        body = QVBoxLayout(self._more_body)
        body.setContentsMargins(0, 0, 0, 0)
        rare = [field for field in self._fields if field.advanced]
        self._add_rows(body, rare, type(self._spec))
        for field in rare:
            self._rows[field.name].editor.set_value(getattr(self._spec, field.name))
            self._rows[field.name].set_used(field.name not in self._spec.unused)
        column = self._body.layout()
        assert column is not None
        column.addWidget(self._more_body)
        self._more_body.setVisible(type(self._spec) in self._more_open)

    def _add_rows(self, column: QVBoxLayout, wanted: list[FieldSpec], cls: type[Spec]) -> None:
        rows = QVBoxLayout()
        rows.setSpacing(SPACE_S)
        column.addLayout(rows)
        for field in wanted:
            editor = EDITORS[field.kind](field, self._theme, cls)
            row = self._rows[field.name] = Row(field, editor, self._name(field.name))
            if isinstance(editor, NameEditor):
                editor.set_names(self._names.get(field.kind, ()))
            row.add_to(rows)
            editor.edited.connect(self._edited)
            editor.refused.connect(self._refused)
        self._arrange()

    def _arrange(self) -> None:
        """Put labels beside their fields, or above where that would cut any."""
        rows, width = self._rows.values(), self.width()
        beside = width >= max((row.beside_width for row in rows), default=0)
        for row in rows:
            row.set_beside(beside and width >= row.whole_width)

    def _name(self, name: str) -> str:
        return f"{self._prefix}.{name}" if self._prefix else name

    def _toggle_more(self) -> None:
        self._set_more_open(type(self._spec) not in self._more_open)

    def _set_more_open(self, opened: bool) -> None:
        cls = type(self._spec) if self._spec is not None else None
        if cls is None:
            return
        if opened:
            self._more_open.add(cls)
        else:
            self._more_open.discard(cls)
        self._update_more()

    def _update_more(self) -> None:
        if self._more is None or self._spec is None:
            return
        opened = type(self._spec) in self._more_open
        changed = sum(
            field.advanced and getattr(self._spec, field.name) != field.default
            for field in self._fields
        )
        self._more.setText("More settings" + (f" ({changed})" if changed else ""))
        self._more.setToolTip(f"{changed} changed" if changed else "")
        chevron = "mdi6.chevron-down" if opened else "mdi6.chevron-right"
        self._more.setIcon(self._theme.icon(chevron))
        shown = "shown" if opened else "hidden"
        self._more.setAccessibleName(f"More settings, {changed} changed, {shown}")
        if opened:
            self._build_more()
        if self._more_body is not None:
            self._more_body.setVisible(opened)

    # --- Qt ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        """What is needed with all labels above their fields: narrower, that is how they stand."""
        widths = [row.narrowest for row in self._rows.values()]
        if self._more is not None:
            widths.append(self._more.minimumSizeHint().width())
        return QSize(max(widths, default=0), super().minimumSizeHint().height())


_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def _reason(error: ValueError, field: FieldSpec) -> str:
    """What a Spec has against a value, in a sentence."""
    details: Any = error  # pydantic's ValidationError: a ValueError that lists what is wrong
    first = details.errors()[0]
    if first["type"] in _BOUNDS:
        words, key = _BOUNDS[first["type"]]
        what = "Every number" if field.kind in (Kind.INTEGERS, Kind.RANGE) else "It"
        return f"{what} must be {words} {number_text(first['ctx'][key])}"
    match first["type"]:
        case "too_long":
            return f"There can be at most {first['ctx']['max_length']} of them"
        case "too_short":
            return f"There must be at least {first['ctx']['min_length']} of them"
    message = str(first["msg"]).removeprefix("Value error, ")
    return message[:1].upper() + message[1:]
