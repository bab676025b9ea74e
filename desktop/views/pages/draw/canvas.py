"""A square of paper to draw on with mouse, pen, finger or keyboard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QImage,
    QInputDevice,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.pages.draw.ink import PEN_WIDTH, SIDE, Ink, Stroke, Surface, bounds, round_pen
from desktop.views.theme import RADIUS, SIZE_TITLE, Theme

STEP, LARGE_STEP = 6.0, 24.0  # units that an arrow key moves the pen, and with Shift
FRAME = 2  # pixels around the paper, for the border and the focus
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
    "other end. Keys: the arrows move the pen (Shift: further), Space or Enter lowers and lifts "
    "it, Esc lifts it, Backspace takes back a stroke (Shift+Backspace: does it again), Delete "
    "clears."
)


class Canvas(QWidget):
    """Paper, pen and eraser.

    `raster()` is the drawing as the network's preprocessing wants it; it depends neither on the
    size of the widget nor on the theme. Widths are in units, of which the paper has `SIDE` a side.

    Signals:
        changed: the drawing looks different.
        cleared: all of it was taken away at once.
    """

    changed = Signal()
    cleared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ink = Ink()
        self._pen_width = PEN_WIDTH
        self._eraser_width = 2 * PEN_WIDTH
        self._eraser = False
        self._hint = "Draw a digit here"
        self._display: Surface | None = None  # what is on show; None: to be painted anew
        self._pointer: QPointF | None = None  # where the mouse is, in units
        self._cursor = QPointF(SIDE / 2, SIDE / 2)  # where the keyboard's pen is, in units
        self._by_keyboard = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName("Drawing area")
        self.setAccessibleDescription(HELP)
        self.setToolTip(f"<p>{HELP}</p>")
        self.setToolTipDuration(15_000)
        theme.changed.connect(self._repaint_all)

    @property
    def eraser(self) -> bool:
        """Whether the eraser is in use instead of the pen."""
        return self._eraser

    @eraser.setter
    def eraser(self, eraser: bool) -> None:
        self._ink.finish()
        self._eraser = eraser
        self.update()

    @property
    def width_in_use(self) -> float:
        """The width of the pen or of the eraser, whichever is in use, in units."""
        return self._eraser_width if self._eraser else self._pen_width

    @width_in_use.setter
    def width_in_use(self, width: float) -> None:
        if self._eraser:
            self._eraser_width = width
        else:
            self._pen_width = width
        self.update()

    @property
    def hint(self) -> str:
        """What empty paper says."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        self._hint = hint
        self.update()

    @property
    def is_empty(self) -> bool:
        """Whether there is no ink."""
        return self._ink.is_empty

    @property
    def can_undo(self) -> bool:
        return self._ink.can_undo

    @property
    def can_redo(self) -> bool:
        return self._ink.can_redo

    def raster(self) -> NDArray[np.uint8]:
        """The drawing as uint8 (SIDE, SIDE), ink 255 on 0."""
        return self._ink.raster()

    def clear(self) -> None:
        """Take all ink away; undo brings it back."""
        self._change(self._ink.clear)
        self.cleared.emit()

    def undo(self) -> None:
        """Take back the last stroke or clearing."""
        self._change(self._ink.undo)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._change(self._ink.redo)

    # --- drawing ----------------------------------------------------------------------------------

    def _change(self, change: Callable[[], bool]) -> None:
        if change():
            self._repaint_all()
            self.changed.emit()

    def _begin(self, position: QPointF, pressure: float = 1.0, *, eraser: bool = False) -> None:
        self._lift()
        eraser = eraser or self._eraser
        width = (self._eraser_width if eraser else self._pen_width) * pressure
        stroke = self._ink.begin(position, width, eraser=eraser)
        if self._display is not None:
            self._display.paint(stroke, 0, finished=False)
        self._drawn(stroke)

    def _extend(self, position: QPointF, pressure: float = 1.0) -> None:
        stroke = self._ink.active
        if stroke is None:
            return
        width = (self._eraser_width if stroke.eraser else self._pen_width) * pressure
        if self._ink.extend(position, width):
            if self._display is not None:
                self._display.paint(stroke, len(stroke.points) - 1, finished=False)
            self._drawn(stroke)

    def _lift(self) -> None:
        stroke = self._ink.finish()
        if stroke is not None:
            if self._display is not None:
                self._display.paint(stroke, len(stroke.points), finished=True)
            self._drawn(stroke)

    def _drawn(self, stroke: Stroke) -> None:
        if len(stroke.points) < 3:
            self.update()  # the hint may have gone
        else:
            self.update(self._on_widget(bounds(stroke, len(stroke.points) - 1)).toAlignedRect())
        self.changed.emit()

    def _repaint_all(self) -> None:
        self._display = None
        self.update()

    # --- where things are -------------------------------------------------------------------------

    def _paper(self) -> QRectF:
        side = max(min(self.width(), self.height()) - 2 * FRAME, 1)
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _units(self, position: QPointF) -> QPointF:
        paper = self._paper()
        return (position - paper.topLeft()) * (SIDE / paper.width())

    def _on_widget(self, area: QRectF) -> QRectF:
        paper = self._paper()
        scale = paper.width() / SIDE
        return QRectF(area.topLeft() * scale + paper.topLeft(), area.size() * scale)

    def _move_pointer(self, position: QPointF | None) -> None:
        before, self._pointer = self._pointer, position
        reach = max(self._pen_width, self._eraser_width) / 2 + 2
        for place in (before, position):
            if place is not None:
                around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
                self.update(self._on_widget(around).toAlignedRect())

    # --- keyboard ---------------------------------------------------------------------------------

    def _move_cursor(self, direction: QPointF, step: float) -> None:
        moved = self._cursor + direction * step
        self._cursor = QPointF(min(max(moved.x(), 0), SIDE), min(max(moved.y(), 0), SIDE))
        self._extend(self._cursor)
        self.update()

    def _toggle_pen(self) -> None:
        if self._ink.active is None:
            self._begin(self._cursor)
        else:
            self._lift()

    # --- painting ---------------------------------------------------------------------------------

    def _current_display(self) -> Surface:
        """The drawing in the widget's own pixels and the theme's colours."""
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        side = max(1, round(self._paper().width() * ratio))
        display = self._display
        if display is None or display.image.width() != side:
            display = Surface(
                QImage(side, side, QImage.Format.Format_RGB32),
                side / SIDE,
                tokens.color("surface"),
                tokens.color("text"),
            )
            display.paint_all(self._ink.strokes(), self._ink.active)
            self._display = display
        return display

    def _paint_pen(self, painter: QPainter) -> None:
        """A ring as wide as the pen where it is; with cross-hairs if the keyboard moves it."""
        place = self._cursor if self._by_keyboard and self.hasFocus() else self._pointer
        if place is None or not self.isEnabled():
            return
        tokens, paper = self._theme.tokens, self._paper()
        scale = paper.width() / SIDE
        middle, radius = place * scale + paper.topLeft(), self.width_in_use * scale / 2
        down = self._ink.active is not None
        painter.setPen(QPen(tokens.color("accent" if down else "muted"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, radius, radius)
        if self._by_keyboard:
            for direction in _ARROWS.values():
                painter.drawLine(middle + direction * radius, middle + direction * (radius + 8))

    def sizeHint(self) -> QSize:
        return QSize(SIDE + 2 * FRAME, SIDE + 2 * FRAME)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, paper = self._theme.tokens, self._paper()
        display = self._current_display()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(paper, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.drawImage(paper, display.image)
        stroke = self._ink.active
        if stroke is not None:
            painter.save()
            painter.translate(paper.topLeft())
            painter.scale(paper.width() / SIDE, paper.width() / SIDE)
            color = display.paper if stroke.eraser else display.ink
            painter.strokePath(stroke.tail(), round_pen(color, stroke.widths[-1]))
            painter.restore()
        elif self._ink.is_empty:
            font = self.font()
            font.setPixelSize(SIZE_TITLE)
            painter.setFont(font)
            painter.setPen(tokens.color("muted"))
            painter.drawText(
                paper, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint
            )
        self._paint_pen(painter)
        painter.setClipping(False)
        focused = self.hasFocus()
        painter.setPen(QPen(tokens.color("accent" if focused else "border"), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(paper.adjusted(-0.5, -0.5, 0.5, 0.5), RADIUS, RADIUS)
        painter.end()

    # --- events -----------------------------------------------------------------------------------

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
            self._lift()
            return True
        for point in event.points()[:1]:
            place = self._units(point.position())
            if event.type() == QEvent.Type.TouchBegin:
                self._by_keyboard = False
                self._begin(place)
            elif event.type() == QEvent.Type.TouchUpdate:
                self._extend(place)
            else:
                self._extend(place)
                self._lift()
        return True

    def tabletEvent(self, event: QTabletEvent) -> None:
        place, pressure = self._units(event.position()), _pressure(event)
        if event.type() == QEvent.Type.TabletPress:
            self._by_keyboard = False
            turned = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(place, pressure, eraser=turned)
        elif event.type() == QEvent.Type.TabletMove:
            self._extend(place, pressure)
            self._move_pointer(place)
        elif event.type() == QEvent.Type.TabletRelease:
            self._lift()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            event.ignore()
            return
        self._by_keyboard = False
        self._begin(
            self._units(event.position()), eraser=event.button() == Qt.MouseButton.RightButton
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._units(event.position())
        if not self._by_keyboard:
            self._extend(place)
        self._move_pointer(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._by_keyboard:
            self._extend(self._units(event.position()))
            self._lift()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._move_pointer(self._units(event.position()))

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
            self._lift()
        elif not event.isAutoRepeat():
            self._toggle_pen()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._by_keyboard = event.reason() in by_tab
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._lift()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self._lift()
        super().changeEvent(event)


_SHIFT = Qt.KeyboardModifier.ShiftModifier
_SHIFT_OR_KEYPAD = _SHIFT | Qt.KeyboardModifier.KeypadModifier


def _pressure(event: QTabletEvent) -> float:
    """How wide a pen draws, from 0.4 to 1.2 times its width; 1 if it does not feel pressure."""
    capabilities = event.pointingDevice().capabilities()
    if not capabilities & QInputDevice.Capability.Pressure:
        return 1.0
    return 0.4 + 0.8 * min(max(event.pressure(), 0.0), 1.0)
