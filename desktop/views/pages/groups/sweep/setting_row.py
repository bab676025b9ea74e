"""One setting that is varied, and the values it is to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.fields import FieldSpec
from desktop.document.space import Setting, Variable, value_text
from desktop.views.pages.groups.sweep.typed import numbers_text, parse_number, parse_numbers
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from desktop.views.widgets.controls import ComboBox, LineEdit
from desktop.views.widgets.text import breakable, label, plain

_COLUMNS = 3  # of boxes
_FEW = 3  # values that are all tried unless others are chosen
_LONGEST = 30  # characters of the words beside a box


class Form(StrEnum):
    """What the values of a number are."""

    VALUES = "Values"
    RANGE = "Range"
    LOG = "Logarithmic range"


class SettingRow(QFrame):
    """Edits the values of one setting; `changed` when they are others, `removed` at the button."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self, path: str, title: str, theme: Theme, parent: QWidget | None = None, *, tip: str = ""
    ) -> None:
        super().__init__(parent)
        self.path, self._theme = path, theme
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.title = QLabel(breakable(title))
        self.title.setWordWrap(True)
        self.title.setToolTip(plain(tip))
        self.remove = QToolButton()
        self.remove.setProperty("role", "flat")
        self.remove.setToolTip("Do not vary this")
        self.remove.setAccessibleName(f"Do not vary {title}")
        self.remove.clicked.connect(self.removed)
        self.error = QLabel()
        self.error.setProperty("role", "bad")
        self.error.setWordWrap(True)
        self.error.hide()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.remove)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE_M, SPACE_XS, SPACE_XS, SPACE_S)
        self.column.setSpacing(SPACE_XS)
        self.column.addLayout(head)
        self.column.addWidget(self.error)
        theme.changed.connect(self._redraw)
        self._redraw()

    def to_json(self) -> Any:
        """What is to be tried, as `parse_space` takes it. Raises ValueError."""
        raise NotImplementedError

    def show_error(self, text: str) -> None:
        """Say what is wrong with the values; "" if nothing is."""
        self.error.setText(breakable(text))
        self.error.setVisible(bool(text))

    def add_widget(self, widget: QWidget) -> None:
        """Put `widget` above the line for errors."""
        self.column.insertWidget(self.column.count() - 1, widget)

    def _redraw(self) -> None:
        self.remove.setIcon(self._theme.icon("mdi6.close", "muted"))


class NumberRow(SettingRow):
    """Numbers of `field`: a list of them that is typed, or a range."""

    def __init__(
        self, variable: Variable, setting: Setting | None, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(
            variable.path, full_title(variable), theme, parent, tip=variable.field.help
        )
        self._field: FieldSpec = variable.field
        self.form = ComboBox()
        self.form.setAccessibleName(f"{variable.title}: values or a range")
        self.form.setMinimumContentsLength(max(map(len, Form)))
        for form in Form:
            self.form.addItem(form.value, form)
        self.values = self._line(f"{variable.title}: values with commas between them")
        self.low = self._line(f"{variable.title}: from")
        self.high = self._line(f"{variable.title}: to")
        self._to = QLabel("to")
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.form)
        layout.addWidget(self.values, 1)
        layout.addWidget(self.low, 1)
        layout.addWidget(self._to)
        layout.addWidget(self.high, 1)
        self.add_widget(row)
        self._fill(variable, setting)
        self.form.currentIndexChanged.connect(self._on_form)
        self._show_form()

    def _line(self, name: str) -> LineEdit:
        line = LineEdit()
        line.setAccessibleName(name)
        line.textEdited.connect(self.changed)
        return line

    def _fill(self, variable: Variable, setting: Setting | None) -> None:
        limits = setting.range if setting is not None else None
        suggested = setting.values if setting is not None else variable.suggested
        if limits is not None:
            self.form.setCurrentIndex(self.form.findData(Form.LOG if limits.log else Form.RANGE))
        else:
            self.values.setText(numbers_text(suggested))
        ends = [each for each in suggested if each is not None]
        low, high = (limits.low, limits.high) if limits is not None else (min(ends), max(ends))
        self.low.setText(numbers_text([low]))
        self.high.setText(numbers_text([high]))

    def to_json(self) -> Any:
        form = self._form
        if form is Form.VALUES:
            return parse_numbers(self.values.text(), self._field)
        ends = [parse_number(each.text(), self._field) for each in (self.low, self.high)]
        if ends[0] >= ends[1]:
            raise ValueError("The first number of a range must be less than the second")
        if form is Form.LOG and ends[0] <= 0:
            raise ValueError("Both ends of a logarithmic range must be more than 0")
        return {"log" if form is Form.LOG else "range": ends}

    @property
    def _form(self) -> Form:
        return Form(self.form.currentData())

    def _on_form(self) -> None:
        self._show_form()
        self.changed.emit()

    def _show_form(self) -> None:
        is_list = self._form is Form.VALUES
        self.values.setVisible(is_list)
        for each in (self.low, self._to, self.high):
            each.setVisible(not is_list)


class ChoiceRow(SettingRow):
    """Some of a few values, a box each."""

    def __init__(
        self,
        path: str,
        title: str,
        values: Sequence[Any],
        chosen: Sequence[Any],
        theme: Theme,
        parent: QWidget,
        *,
        tip: str = "",
    ) -> None:
        super().__init__(path, title, theme, parent, tip=tip)
        self._values = tuple(values)
        self.boxes: list[QCheckBox] = []
        grid = QWidget()
        layout = QGridLayout(grid)
        layout.setContentsMargins(0, 0, SPACE_S, 0)
        layout.setHorizontalSpacing(SPACE_M)
        layout.setVerticalSpacing(SPACE_XS)
        for index, value in enumerate(self._values):
            text = value_text(value)
            box = QCheckBox(label(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"))
            box.setAccessibleName(f"{title}: {text}")
            box.setToolTip(plain(text) if len(text) > _LONGEST else "")
            box.setChecked(value in chosen)
            box.toggled.connect(self.changed)
            layout.addWidget(box, index // _COLUMNS, index % _COLUMNS)
            self.boxes.append(box)
        for index in range(_COLUMNS):
            layout.setColumnStretch(index, 1)
        self.add_widget(grid)

    def to_json(self) -> Any:
        pairs = zip(self._values, self.boxes, strict=True)
        chosen = [value for value, box in pairs if box.isChecked()]
        if not chosen:
            raise ValueError("Choose at least one value")
        return chosen


class AlternativesRow(ChoiceRow):
    """Some of a few sets of changes that go by a name."""

    def __init__(self, setting: Setting, theme: Theme, parent: QWidget) -> None:
        super().__init__(setting.path, setting.title, setting.values, setting.values, theme, parent)
        self._alternatives: Mapping[str, Mapping[str, Any]] = setting.alternatives

    def to_json(self) -> Any:
        chosen = super().to_json()
        return {"alternatives": {name: dict(self._alternatives[name]) for name in chosen}}


def full_title(variable: Variable) -> str:
    """The title of `variable` where its heading is not there."""
    begins = variable.path.startswith("layers[")
    return f"{variable.group}: {variable.title}" if begins else variable.title


def row_for(
    variable: Variable | None, setting: Setting | None, theme: Theme, parent: QWidget
) -> SettingRow:
    """The row for a setting that is chosen, or one of a preset, or both."""
    if variable is None:
        assert setting is not None
        if setting.alternatives:
            return AlternativesRow(setting, theme, parent)
        return ChoiceRow(setting.path, setting.title, setting.values, setting.values, theme, parent)
    if variable.is_number:
        return NumberRow(variable, setting, theme, parent)
    few = variable.suggested if len(variable.suggested) <= _FEW else (variable.value,)
    chosen = setting.values if setting is not None else few
    values = [*chosen, *(each for each in variable.suggested if each not in chosen)]
    return ChoiceRow(
        variable.path,
        full_title(variable),
        values,
        chosen,
        theme,
        parent,
        tip=variable.field.help,
    )
