"""The paper to draw on with mouse, pen, finger or keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.document.drawings import SIDE
from desktop.views.pages.draw.paper import Paper
from desktop.views.theme import Theme

STEP, LARGE_STEP = 6.0, 24.0  # units that an arrow key moves the pen, and with Shift
_ARROWS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
_PEN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEYS = (*_ARROWS, *_PEN_KEYS, Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Escape)
HELP = (
    "Draw with the left mouse button, a pen or a finger; erase with the right button or the pen's "
    "eraser. Keys: the arrows move the pen (with Shift faster), Space or Enter lowers and lifts "
    "it, Esc lifts it, Backspace undoes a stroke, Shift+Backspace redoes it, Delete clears."
)


class Canvas(Paper):
    """Paper that mouse, pen, finger and keyboard draw on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pointer: QPointF | None = None  # where the mouse is, in units
        self._cursor = QPointF(SIDE / 2, SIDE / 2)  # where the keyboard's pen is, in units
        self._by_keyboard = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing area")
        self.setAccessibleDescription(HELP)
        self.setToolTip(f"<p>{HELP}</p>")
        self.setToolTipDuration(15_000)

    def _move_pointer(self, position: QPointF | None) -> None:
        before, self._pointer = self._pointer, position
        self.update_pen(before, position)

    def _move_cursor(self, direction: QPointF, step: float) -> None:
        moved = self._cursor + direction * step
        self._cursor = QPointF(min(max(moved.x(), 0), SIDE), min(max(moved.y(), 0), SIDE))
        self.extend(self._cursor)
        self.update()

    def _toggle_pen(self) -> None:
        if self.is_down:
            self.lift()
        else:
            self.begin(self._cursor)

    def pen_place(self) -> tuple[QPointF | None, bool]:
        """Where the keyboard's pen is, with cross-hairs, or else the mouse."""
        by_keyboard = self._by_keyboard and self.hasFocus()
        return (self._cursor if by_keyboard else self._pointer), by_keyboard

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The window's own Delete and arrow keys must not act while the canvas has the focus.
            own = Qt.Key(event.key()) in _KEYS and not event.modifiers() & ~_SHIFT_OR_KEYPAD
            # Undo and redo are the project's once there is no stroke left for them.
            undo = event.matches(QKeySequence.StandardKey.Undo) and self.can_undo
            redo = event.matches(QKeySequence.StandardKey.Redo) and self.can_redo
            if own or undo or redo:
                event.accept()
                return True
        elif kind == QEvent.Type.ToolTip and not self.is_empty:
            event.ignore()  # nothing in the way of who is drawing
            return True
        elif isinstance(event, QTouchEvent) and self.isEnabled():
            return self._touch(event)
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> bool:
        """Draw with the first finger; others are ignored."""
        if event.type() == QEvent.Type.TouchCancel:
            self.lift()
            return True
        for point in event.points()[:1]:
            place = self.units(point.position())
            if event.type() == QEvent.Type.TouchBegin:
                self._by_keyboard = False
                self.begin(place)
            elif event.type() == QEvent.Type.TouchUpdate:
                self.extend(place)
            else:
                self.extend(place)
                self.lift()
        return True

    def tabletEvent(self, event: QTabletEvent) -> None:
        place, pressure = self.units(event.position()), _pressure(event)
        if event.type() == QEvent.Type.TabletPress:
            self._by_keyboard = False
            turned = event.pointerType() == QPointingDevice.PointerType.Eraser
            self.begin(place, pressure, eraser=turned)
        elif event.type() == QEvent.Type.TabletMove:
            self.extend(place, pressure)
            self._move_pointer(place)
        elif event.type() == QEvent.Type.TabletRelease:
            self.lift()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            event.ignore()
            return
        self._by_keyboard = False
        self.begin(
            self.units(event.position()), eraser=event.button() == Qt.MouseButton.RightButton
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.units(event.position())
        if not self._by_keyboard:
            self.extend(place)
        self._move_pointer(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._by_keyboard:
            self.extend(self.units(event.position()))
            self.lift()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._move_pointer(self.units(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._move_pointer(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
            return
        if event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
            return
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & _SHIFT)
        if event.modifiers() & ~_SHIFT_OR_KEYPAD or key not in _KEYS:
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Delete:
            self.clear()
            return
        if key == Qt.Key.Key_Backspace:
            (self.redo if shift else self.undo)()
            return
        self._by_keyboard = True
        if key in _ARROWS:
            self._move_cursor(_ARROWS[key], LARGE_STEP if shift else STEP)
        elif key == Qt.Key.Key_Escape:
            self.lift()
        elif not event.isAutoRepeat():
            self._toggle_pen()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in by_tab
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.lift()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self.lift()
        super().changeEvent(event)


_SHIFT = Qt.KeyboardModifier.ShiftModifier
_SHIFT_OR_KEYPAD = _SHIFT | Qt.KeyboardModifier.KeypadModifier


def _pressure(event: QTabletEvent) -> float:
    """How wide a pen draws, from 0.4 to 1.2 times its width; 1 if it does not feel pressure."""
    capabilities = event.pointingDevice().capabilities()
    if not capabilities & QInputDevice.Capability.Pressure:
        return 1.0
    return 0.4 + 0.8 * min(max(event.pressure(), 0.0), 1.0)
