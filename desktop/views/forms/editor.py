"""What every field editor can do, whatever it edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QWidget

from desktop.document.fields import FieldSpec
from desktop.document.spec import Spec
from desktop.views.theme import Theme
from desktop.views.widgets.controls import ComboBox

_COMBO_MARGIN = 4  # pixels that styles leave free beside the text


class Editor(QWidget):
    """Edits one field.

    `edited(value)` is emitted when the user has made a new value, which may still be refused by the
    settings it belongs to; `refused(reason)` when what was typed is no value at all.
    """

    edited = Signal(object)
    refused = Signal(str)

    wide = False  # needs the whole width: the label goes above
    has_title = False  # shows the field's title itself

    def __init__(self, field: FieldSpec, theme: Theme, owner: type[Spec]) -> None:
        super().__init__()
        self.field = field
        self.theme = theme
        self.owner = owner

    @property
    def target(self) -> QWidget:
        """The widget that takes the focus, and that the label is the buddy of."""
        return self

    @property
    def whole_width(self) -> int:
        """The width that shows whole what the field may hold by itself: a choice, or what None is.

        Names that come from the data do not count: they may be of any length.
        """
        return self.minimumSizeHint().width()

    @property
    def refusal(self) -> str:
        """Why a part of what is shown is still not taken, though the rest is; empty if all is."""
        return ""

    def set_value(self, value: Any) -> None:
        """Show `value`, without emitting anything and without moving a cursor needlessly."""
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        """Mark the editor as holding something that was not taken."""
        target = self.target
        if bool(target.property("invalid")) != invalid:
            target.setProperty("invalid", invalid)
            target.style().unpolish(target)
            target.style().polish(target)
            target.update()


class SpecWidget(QWidget):
    """Shows settings as a whole; `edited(spec, field_name)` is emitted with the new ones."""

    edited = Signal(object, str)

    def set_spec(self, spec: Spec) -> None:
        """Show `spec`."""
        raise NotImplementedError


class Combo(ComboBox):
    """A combo box as narrow as a form in a panel needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setMaxVisibleItems(16)

    def width_for(self, texts: Iterable[str]) -> int:
        """The width that shows each of `texts` whole."""
        self.ensurePolished()
        option = QStyleOptionComboBox()
        super().initStyleOption(option)
        around = option.rect.width() - self._text_width(option)
        return around + max(map(self.fontMetrics().horizontalAdvance, texts), default=0)

    def _text_width(self, option: QStyleOptionComboBox) -> int:
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return field.width() - _COMBO_MARGIN

    # --- Qt ---------------------------------------------------------------------------------------

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Mark with "…" that there is more of the text: Qt cuts it without."""
        super().initStyleOption(option)
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, self._text_width(option)
        )


def limits(field: FieldSpec) -> str:
    """The numbers a field takes, in words: "from 1 to 100,000"; empty if there is no limit."""
    low, high = field.minimum, field.maximum
    above = "more than" if field.minimum_excluded else "at least"
    below = "less than" if field.maximum_excluded else "at most"
    if low is not None and high is not None:
        if field.minimum_excluded or field.maximum_excluded:
            return f"{above} {_grouped(low)} and {below} {_grouped(high)}"
        return f"from {_grouped(low)} to {_grouped(high)}"
    if low is not None:
        return f"{above} {_grouped(low)}"
    return f"{below} {_grouped(high)}" if high is not None else ""


def _grouped(value: float) -> str:
    """A number as it is read: 100,000."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return f"{int(value):,}" if whole else number_text(value)


def number_text(value: float) -> str:
    """A number as it is typed: 128, 0.001, 1e-7."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    short = f"{value:g}"
    text = short if float(short) == value else repr(float(value))
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def tool_tip(field: FieldSpec) -> str:
    """What the field does, what it takes, and what it is if left alone."""
    parts = [field.help]
    if limits(field):
        parts.append(limits(field)[:1].upper() + limits(field)[1:])
    if field.default is None:
        parts.append(f"Default: {field.none_title}")
    elif isinstance(field.default, bool):
        parts.append(f"Default: {'on' if field.default else 'off'}")
    elif isinstance(field.default, int | float):
        parts.append(f"Default: {number_text(field.default)}")
    elif isinstance(field.default, Spec) and field.default.tag:
        parts.append(f"Default: {field.default.tag}")
    elif isinstance(field.default, str):
        parts.append(f"Default: {field.default}")
    return "\n".join(part for part in parts if part)
