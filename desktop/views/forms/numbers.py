"""Editors for one number, and for a few whole numbers in a row."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.document.fields import FieldSpec, Kind
from desktop.document.spec import Spec
from desktop.views.forms.editor import Editor, limits, number_text
from desktop.views.theme import Theme
from desktop.views.widgets.controls import LineEdit

_WHOLE = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SPACES = re.compile(r"[\s\u2009\u202f]")
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+")  # as the window writes whole numbers: 100,000


class TextEditor(Editor):
    """A line of text that stands for a value. Subclasses say how by `parse` and `text_of`."""

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self._value: Any = None
        self.line = _Line(self)
        self.line.setPlaceholderText(field.none_title if field.optional else "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._finished)

    @property
    def target(self) -> QWidget:
        return self.line

    @property
    def whole_width(self) -> int:
        metrics = self.line.fontMetrics()
        more = metrics.horizontalAdvance(self.line.placeholderText()) - metrics.maxWidth()
        return self.minimumSizeHint().width() + max(0, more)  # Qt's minimum is the widest letter

    def parse(self, text: str) -> Any:
        """The value that `text` stands for. Raises ValueError with the reason."""
        raise NotImplementedError

    def text_of(self, value: Any) -> str:
        """How `value` is written."""
        raise NotImplementedError

    def step(self, steps: int) -> None:
        """Change the value by `steps`, as the arrow keys do."""

    def set_value(self, value: Any) -> None:
        self._value = value
        try:
            same = self._read(self.line.text()) == value
        except ValueError:
            same = False
        if not same or not self.line.isModified():
            self._write()

    def revert(self) -> None:
        """Show the value that is in force again."""
        self._write()
        self.edited.emit(self._value)

    def _write(self) -> None:
        text = "" if self._value is None else self.text_of(self._value)
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0 if len(text) > 12 else len(text))

    def _read(self, text: str) -> Any:
        stripped = text.strip()
        if not stripped and self.field.optional:
            return None
        return self.parse(stripped)

    def _typed(self, text: str) -> None:
        try:
            value = self._read(text)
        except ValueError as error:
            self.refused.emit(str(error))
        else:
            self.edited.emit(value)

    def _finished(self) -> None:
        try:
            tidy = self._read(self.line.text()) == self._value
        except ValueError:
            return
        if tidy:
            self._write()


class _Line(LineEdit):
    """The line itself: arrow keys step, Esc goes back, and the wheel needs the focus."""

    def __init__(self, editor: TextEditor) -> None:
        super().__init__()
        self._editor = editor

    # --- Qt ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))
        if steps is not None and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._editor.step(steps)
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setModified(False)
            self._editor.revert()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self._editor.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()


class NumberEditor(TextEditor):
    """One number, whole or real, with a minus and a plus at the end of the line.

    Up, Down, Page Up and Page Down step. Whole numbers step by one, larger ones by a tenth of
    their decade; real ones by their last decimal place, or, where only a positive size matters
    (a learning rate), along 1, 2, 5, 10.
    """

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__(field, theme, owner)
        self._whole = field.kind is Kind.INTEGER
        # The one added last stands first: minus, then plus.
        self._more = self.line.addAction(
            theme.icon("mdi6.plus", "muted"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._less = self.line.addAction(
            theme.icon("mdi6.minus", "muted"), QLineEdit.ActionPosition.TrailingPosition
        )
        # Where the empty line means something, that takes the room.
        self._more.setVisible(not field.optional)
        self._less.setVisible(not field.optional)
        self._less.setToolTip("Decrease (Down)")
        self._more.setToolTip("Increase (Up)")
        self._less.triggered.connect(self._step_down)
        self._more.triggered.connect(self._step_up)
        theme.changed.connect(self._theme_changed)

    def parse(self, text: str) -> float:
        compact = _SPACES.sub("", text)
        if self._whole and _GROUPED.fullmatch(compact):
            compact = compact.replace(",", "")
        if "," in compact:
            raise ValueError("Use a decimal point, as in 0.5")
        if self._whole:
            if not _WHOLE.fullmatch(compact):
                raise ValueError(f"Enter a whole number{self._range}")
            value: float = int(compact)
        else:
            if not _REAL.fullmatch(compact):
                raise ValueError(f"Enter a number{self._range}, such as 0.5 or 1e-3")
            value = float(compact)
            if not math.isfinite(value):
                raise ValueError("This number is too large")
        if not self._allowed(value):
            raise ValueError(f"Enter a {'whole ' if self._whole else ''}number{self._range}")
        return value

    def text_of(self, value: Any) -> str:
        return number_text(value)

    def step(self, steps: int) -> None:
        try:
            value = self._read(self.line.text())
        except ValueError:
            value = self._value
        if value is None:
            value = self._start()
        elif self._whole:
            value = self._whole_step(int(value), steps)
        else:
            value = self._real_step(float(value), steps)
        if self._allowed(value):
            self.line.setText(number_text(value))
            self.line.setModified(True)
            self.edited.emit(value)

    @property
    def _range(self) -> str:
        return f", {limits(self.field)}" if limits(self.field) else ""

    def _allowed(self, value: float) -> bool:
        field = self.field
        low, high = field.minimum, field.maximum
        return (low is None or (value > low if field.minimum_excluded else value >= low)) and (
            high is None or (value < high if field.maximum_excluded else value <= high)
        )

    def _start(self) -> float:
        """Where stepping begins when there is no value yet."""
        default = self.field.default
        if isinstance(default, int | float) and not isinstance(default, bool):
            return default
        for value in (self.field.minimum, 0.01 if not self._whole else 1):
            if value is not None and self._allowed(value):
                return int(value) if self._whole else value
        return 0

    def _whole_step(self, value: int, steps: int) -> int:
        size = 10 ** max(len(str(abs(value))) - 2, 0) if (self.field.maximum or 0) > 1000 else 1
        result = value + steps * size
        low, high = self.field.minimum, self.field.maximum
        if low is not None:
            result = max(result, math.ceil(low))
        return result if high is None else min(result, math.floor(high))

    def _real_step(self, value: float, steps: int) -> float:
        if self.field.minimum == 0 and self.field.maximum is None:
            return _one_two_five(value, steps)
        place = Decimal(str(value)).normalize().as_tuple().exponent
        assert isinstance(place, int)
        bounded = self.field.maximum is not None
        size = Decimal(1).scaleb(min(place, -1) if bounded else min(place, 0))
        result = float(Decimal(str(value)) + steps * size)
        low, high = self.field.minimum, self.field.maximum
        if low is not None and not self.field.minimum_excluded:
            result = max(result, low)
        if high is not None and not self.field.maximum_excluded:
            result = min(result, high)
        return result

    def _step_down(self) -> None:
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)
        self.step(-1)

    def _step_up(self) -> None:
        self.line.setFocus(Qt.FocusReason.MouseFocusReason)
        self.step(1)

    def _theme_changed(self) -> None:
        self._less.setIcon(self.theme.icon("mdi6.minus", "muted"))
        self._more.setIcon(self.theme.icon("mdi6.plus", "muted"))


def _one_two_five(value: float, steps: int) -> float:
    """The number `steps` further along ..., 0.1, 0.2, 0.5, 1, 2, 5, ... from `value`."""
    if value <= 0:
        return 0.001 if steps > 0 else 0.0
    for _ in range(abs(steps)):
        exponent = math.floor(math.log10(value) + 1e-9)
        marks = [
            float(f"{digit}e{power}")
            for power in (exponent - 1, exponent, exponent + 1)
            for digit in (1, 2, 5)
        ]
        if steps > 0:
            value = next(mark for mark in marks if mark > value * (1 + 1e-9))
        else:
            value = next(mark for mark in reversed(marks) if mark < value * (1 - 1e-9))
    return value


class IntegersEditor(TextEditor):
    """Whole numbers with commas between them: "28, 28, 1"."""

    def parse(self, text: str) -> tuple[int, ...]:
        parts = [part.strip() for part in re.split(r"[,;×x]", text.strip(" ()[]")) if part.strip()]
        count = self.field.length
        example = ", ".join(str(3) for _ in range(count)) if count else "28, 28, 1"
        if not all(_WHOLE.fullmatch(part) for part in parts):
            raise ValueError(f"Enter whole numbers with commas between them, such as {example}")
        if count is not None and len(parts) == 1:
            parts *= count  # one number for a square window
        if count is not None and len(parts) != count:
            raise ValueError(f"Enter {count} whole numbers, such as {example}")
        if not parts:
            raise ValueError(f"Enter at least one whole number, such as {example}")
        return tuple(int(part) for part in parts)

    def text_of(self, value: Any) -> str:
        return ", ".join(str(item) for item in value)

    def step(self, steps: int) -> None:
        try:
            value = self._read(self.line.text())
        except ValueError:
            return
        if value is not None:
            changed = tuple(item + (1 if steps > 0 else -1) for item in value)
            self.line.setText(self.text_of(changed))
            self.line.setModified(True)
            self.edited.emit(changed)


class RangeEditor(TextEditor):
    """The two ends of a range: "-0.1, 0.2". Of one number, what the settings make of it."""

    def parse(self, text: str) -> float | tuple[float, ...]:
        parts = [part.strip() for part in re.split(r"[,;]", text.strip(" ()[]")) if part.strip()]
        if not all(_REAL.fullmatch(part) for part in parts) or len(parts) not in (1, 2):
            raise ValueError("Enter one number or two with a comma between them, such as -0.1, 0.2")
        numbers = tuple(map(float, parts))
        if not all(map(math.isfinite, numbers)):
            raise ValueError("This number is too large")
        return numbers if len(numbers) == 2 else self._expanded(numbers[0])

    def text_of(self, value: Any) -> str:
        return ", ".join(map(number_text, value))

    def _expanded(self, number: float) -> float | tuple[float, ...]:
        """The range that the settings make of one number; the number itself if they refuse it."""
        name = self.field.name
        try:
            value: tuple[float, ...] = getattr(self.owner().replace(**{name: number}), name)
        except ValueError:  # the form says why
            return number
        return value
