"""Editors for settings that are picked rather than typed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.document.fields import FieldSpec, Kind
from desktop.document.spec import Spec
from desktop.views.forms.editor import Combo, Editor
from desktop.views.forms.numbers import TextEditor
from desktop.views.theme import SPACE_XS, Theme
from desktop.views.widgets.check_box import CheckBox


class FlagEditor(Editor):
    """Yes or no. Where None is allowed, the box has a third state for it."""

    has_title = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self.box = CheckBox(field.title)
        self.box.setTristate(field.optional)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box, 1)
        self.box.clicked.connect(self._clicked)

    @property
    def target(self) -> QWidget:
        return self.box

    def set_value(self, value: Any) -> None:
        if value is None:
            self.box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self.box.setChecked(bool(value))

    def _clicked(self) -> None:
        state = self.box.checkState()
        self.edited.emit(
            None if state is Qt.CheckState.PartiallyChecked else state is Qt.CheckState.Checked
        )


class ChoiceEditor(Editor):
    """One out of a few words."""

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self.combo = Combo()
        if field.optional:
            self.combo.addItem(field.none_title, None)
        for choice in field.choices:
            self.combo.addItem(str(choice), choice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.combo)
        self.combo.activated.connect(self._chosen)

    @property
    def target(self) -> QWidget:
        return self.combo

    @property
    def whole_width(self) -> int:
        return self.combo.width_for(map(self.combo.itemText, range(self.combo.count())))

    def set_value(self, value: Any) -> None:
        texts = [self.combo.itemData(i) for i in range(self.combo.count())]
        self.combo.setCurrentIndex(texts.index(value) if value in texts else -1)

    def _chosen(self, index: int) -> None:
        self.edited.emit(self.combo.itemData(index))


class NameEditor(Editor):
    """One of the names that reading the data finds, such as those of its columns."""

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self._value: str | None = None
        self._names: tuple[str, ...] = ()
        self.combo = Combo()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.combo)
        self.combo.activated.connect(self._chosen)
        self._fill()

    @property
    def target(self) -> QWidget:
        return self.combo

    @property
    def whole_width(self) -> int:
        return self.combo.width_for([self.field.none_title] if self.field.optional else [])

    def set_names(self, names: tuple[str, ...]) -> None:
        """Offer `names`."""
        if names != self._names:
            self._names = names
            self._fill()

    def set_value(self, value: Any) -> None:
        self._value = value
        self._fill()

    def _fill(self) -> None:
        names = self._names
        if self._value is not None and self._value not in names:
            names = (*names, self._value)  # kept, though the data has none of that name
        items: list[str | None] = [None, *names] if self.field.optional else [*names]
        if items != [self.combo.itemData(index) for index in range(self.combo.count())]:
            self.combo.clear()
            for item in items:
                self.combo.addItem(self.field.none_title if item is None else item, item)
        self.combo.setCurrentIndex(items.index(self._value) if self._value in items else -1)

    def _chosen(self, index: int) -> None:
        self._value = self.combo.itemData(index)
        self.edited.emit(self._value)


class ChoicesEditor(Editor):
    """Any number of a few words, one box each. What is chosen keeps its order."""

    wide = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self._value: tuple[Any, ...] = ()
        self.boxes: dict[Any, CheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        for choice in field.choices:
            box = CheckBox(str(choice))
            box.setAccessibleName(f"{field.title}: {choice}")
            box.clicked.connect(self._clicked)
            column.addWidget(box)
            self.boxes[choice] = box

    @property
    def target(self) -> QWidget:
        return next(iter(self.boxes.values()))

    def set_value(self, value: Any) -> None:
        self._value = tuple(value)
        for choice, box in self.boxes.items():
            box.setChecked(choice in self._value)

    def set_invalid(self, invalid: bool) -> None:
        """Boxes cannot be marked; the line below says what is wrong."""

    def _clicked(self) -> None:
        kept = [choice for choice in self._value if self.boxes[choice].isChecked()]
        new = [c for c, box in self.boxes.items() if box.isChecked() and c not in kept]
        self.edited.emit((*kept, *new))


class PathEditor(TextEditor):
    """A file or folder, typed or picked. Where None is allowed, that is the empty line."""

    wide = True

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self.browse = QPushButton("Browse…")
        self.browse.setAccessibleName(f"Browse for {field.title}")
        self.browse.clicked.connect(self._browse)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.browse)
        self.line.setDragEnabled(True)

    def parse(self, text: str) -> str:
        if not text:
            noun = "folder" if self.field.kind is Kind.FOLDER else "file"
            raise ValueError(f"Enter the name of a {noun}")
        return text

    def text_of(self, value: Any) -> str:
        return str(value)

    def _browse(self) -> None:
        if self.field.kind is Kind.FOLDER:
            name = QFileDialog.getExistingDirectory(self, self.field.title, self.line.text())
        else:
            name, _ = QFileDialog.getOpenFileName(self, self.field.title, self.line.text())
        if name:
            self.line.setText(name)
            self.edited.emit(name)
