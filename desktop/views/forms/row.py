"""One field of a form: its label, its editor, and what is wrong with what it holds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout

from desktop.document.fields import FieldSpec
from desktop.views.forms.editor import Editor, tool_tip
from desktop.views.theme import SPACE_S, SPACE_XS

_LABEL, _FIELD = 2, 3  # parts of the width, where they stand beside each other


class Row:
    """The widgets of one field, and its value that was refused, if any."""

    def __init__(self, field: FieldSpec, editor: Editor, name: str) -> None:
        self.field = field
        self.editor = editor
        self.refused: Any = None
        self.has_refused = False
        target = editor.target
        target.setObjectName(name)
        target.setAccessibleName(target.accessibleName() or field.title)
        target.setAccessibleDescription(field.help)
        editor.setToolTip(tool_tip(field))
        self.label: QLabel | None = None
        if not editor.has_title:
            self.label = QLabel(field.title)
            self.label.setWordWrap(True)
            self.label.setToolTip(tool_tip(field))
            self.label.setBuddy(target)
        self.error = QLabel()
        self.error.setTextFormat(Qt.TextFormat.PlainText)  # it may quote what was typed
        self.error.setProperty("role", "bad")
        self.error.setWordWrap(True)
        self.error.hide()
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._box.setSpacing(SPACE_XS)

    def add_to(self, column: QVBoxLayout) -> None:
        """Put the widgets into `column`, below what is there."""
        column.addLayout(self._box)
        if self.label is not None:
            self._box.addWidget(self.label, _LABEL)
        self._box.addWidget(self.editor, _FIELD)
        column.addWidget(self.error)

    @property
    def narrowest(self) -> int:
        """The width that is needed with the label above the editor."""
        label = 0 if self.label is None else self.label.minimumSizeHint().width()
        return max(label, self.editor.minimumSizeHint().width())

    @property
    def beside_width(self) -> int:
        """The width that is needed with the label beside the editor; 0 if it never is there."""
        if self.label is None or self.editor.wide:
            return 0
        label = self.label.minimumSizeHint().width() * (_LABEL + _FIELD) / _LABEL
        return max(round(label) + SPACE_S, self._width_with(self.editor.minimumSizeHint().width()))

    @property
    def whole_width(self) -> int:
        """The width that shows whole what the editor may hold, with the label beside it."""
        return self._width_with(self.editor.whole_width)

    def _width_with(self, field: int) -> int:
        return round(field * (_LABEL + _FIELD) / _FIELD) + SPACE_S

    def set_beside(self, beside: bool) -> None:
        """Put the label beside the editor, or above."""
        if self.editor.wide:
            return
        direction = QBoxLayout.Direction
        self._box.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
        self._box.setSpacing(SPACE_S if beside else SPACE_XS)

    def set_used(self, used: bool) -> None:
        """Show the field, or hide it because it means nothing beside the others."""
        self.editor.setVisible(used)
        if self.label is not None:
            self.label.setVisible(used)
        self.error.setVisible(used and bool(self.error.text()))

    def refuse(self, reason: str) -> None:
        """Mark the field as holding what was not taken, and say why."""
        self.error.setText(reason)
        self.error.show()
        self.editor.set_invalid(True)
        self.editor.target.setAccessibleDescription(f"{reason}. {self.field.help}")

    def accept(self) -> None:
        """What the field holds is in force, as far as it can be."""
        self.refused, self.has_refused = None, False
        if self.editor.refusal:
            self.refuse(self.editor.refusal)
        elif self.error.text():
            self.error.clear()
            self.error.hide()
            self.editor.set_invalid(False)
            self.editor.target.setAccessibleDescription(self.field.help)
