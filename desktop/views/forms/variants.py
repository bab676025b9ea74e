"""Editors for settings that have settings of their own."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.document.fields import FieldSpec, fields_of
from desktop.document.spec import Spec
from desktop.views.forms.editor import Combo, Editor, SpecWidget
from desktop.views.theme import SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.check_box import CheckBox


class _WithForm(Editor):
    """Has a form of its own, indented below, for the settings of the value."""

    wide = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec], form: SpecWidget) -> None:
        super().__init__(field, theme, owner)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_XS)
        self.form = form
        self.form.edited.connect(self._form_edited)
        self._frame = _Indented(theme)
        indented = QVBoxLayout(self._frame)
        indented.setContentsMargins(SPACE_S, SPACE_XS, 0, SPACE_XS)
        indented.addWidget(self.form)

    def _show_form(self, value: Spec | None) -> None:
        has_fields = value is not None and bool(fields_of(type(value)))
        if value is not None and has_fields:
            self.form.set_spec(value)
        self._frame.setVisible(has_fields)

    def _form_edited(self, spec: Spec, _name: str) -> None:
        self.edited.emit(spec)


class _Indented(QWidget):
    """Stands beside a line that says: these belong to what is above."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self.update)

    # --- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, 2, self.height(), self._theme.tokens.color("border"))


class VariantEditor(_WithForm):
    """One out of several kinds, each with its own settings."""

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec], form: SpecWidget) -> None:
        super().__init__(field, theme, owner, form)
        self._value: Spec | None = None
        self.combo = Combo()
        if field.optional:
            self.combo.addItem(field.none_title)
        for cls in field.variants:
            self.combo.addItem(cls.tag)
            self.combo.setItemData(
                self.combo.count() - 1, cls.summary(), Qt.ItemDataRole.ToolTipRole
            )
        self._about = QLabel()
        self._about.setProperty("role", "small")
        self._about.setWordWrap(True)
        self._column.addWidget(self.combo)
        self._column.addWidget(self._about)
        self._column.addWidget(self._frame)
        self.combo.activated.connect(self._chosen)

    @property
    def target(self) -> QWidget:
        return self.combo

    def set_value(self, value: Any) -> None:
        self._value = value
        self.combo.setCurrentIndex(
            0
            if value is None
            else self.field.variants.index(type(value)) + int(self.field.optional)
        )
        self._about.setText("" if value is None else value.summary())
        self._about.setVisible(value is not None)
        self._show_form(value)

    def _chosen(self, index: int) -> None:
        place = index - int(self.field.optional)
        cls = self.field.variants[place] if place >= 0 else None
        if cls is None:
            self.edited.emit(None)
        elif self._value is None or type(self._value) is not cls:
            self.edited.emit(_converted(self._value, cls))


class NestedEditor(_WithForm):
    """A bundle of settings, which a check box turns on and off where None is allowed."""

    has_title = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec], form: SpecWidget) -> None:
        super().__init__(field, theme, owner, form)
        self._last: Spec | None = None
        self.box: CheckBox | None = None
        if field.optional:
            self.box = CheckBox(field.title)
            self.box.clicked.connect(self._clicked)
            self._column.addWidget(self.box)
        else:
            self._column.addWidget(QLabel(field.title))
        self._column.addWidget(self._frame)

    @property
    def target(self) -> QWidget:
        return self.form if self.box is None else self.box

    def set_value(self, value: Any) -> None:
        if self.box is not None:
            self.box.setChecked(value is not None)
        if value is not None:
            self._last = value
        self._show_form(value)

    def _clicked(self, checked: bool) -> None:
        if not checked:
            self.edited.emit(None)
        else:
            self.edited.emit(self._last or self.field.variants[0].suggested())


def _converted(value: Spec | None, cls: type[Spec]) -> Spec:
    """A `cls` that keeps what the user had set in `value`, as far as it has the same fields."""
    result = cls()
    if value is None:
        return result
    defaults = type(value)()
    for field in fields_of(cls):
        old = getattr(value, field.name, None)
        if old is not None and old != getattr(defaults, field.name):
            try:
                result = result.replace(**{field.name: old})
            except ValueError:  # another kind of value under the same name
                continue
    return result
