"""Qt's controls without two surprises: what the wheel changes, and what Ctrl+Z does not undo.

Scrolling over a page or a panel changes nothing on it: the wheel changes a control only while that
has the focus, and never gives it the focus. `Qt.FocusPolicy.WheelFocus`, which Qt gives combo
boxes, would do that before the control gets the event.

Undo and redo belong to what has the focus, and if there is nothing of its own to undo, to the
project.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QWidget,
)


class _FocusedWheel:
    """Stands before a Qt class: the wheel changes the control only while it has the focus."""

    def wheelEvent(self: Any, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


_TEXT_MARGIN = 1  # pixels that Qt leaves on each side of the text of a combo box


class ComboBox(_FocusedWheel, QComboBox):
    """A combo box that the wheel changes only while it has the focus.

    A text that it is too narrow for ends in an ellipsis; with a style sheet, Qt cuts it off.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def add_heading(self, text: str) -> None:
        """Show `text` over the items that are added next; it cannot be chosen."""
        if self.count():
            self.insertSeparator(self.count())
        self.addItem(text)
        model, row = self.model(), self.count() - 1
        assert isinstance(model, QStandardItemModel)
        item = model.item(row)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        area = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self)
        mode = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), mode, area.width() - 2 * _TEXT_MARGIN
        )

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(2 * _TEXT_MARGIN, 0)  # Qt leaves room for the text alone


class Slider(_FocusedWheel, QSlider):
    """A horizontal slider that the wheel changes only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class TabBar(_FocusedWheel, QTabBar):
    """A tab bar that the wheel changes only while it has the focus."""


class LineEdit(QLineEdit):
    """A line of text that leaves undo and redo to the project where it has none of its own."""

    # --- Qt ---------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            others_undo = event.matches(_KEY.Undo) and not self.isUndoAvailable()
            others_redo = event.matches(_KEY.Redo) and not self.isRedoAvailable()
            if others_undo or others_redo:
                event.ignore()  # QLineEdit claims these keys even if they do nothing
                return True
        return super().event(event)


_KEY = QKeySequence.StandardKey
