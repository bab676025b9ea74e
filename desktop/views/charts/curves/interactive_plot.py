"""A plot that one can move in: crosshair, zoom, mouse and keys."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop.views.charts.curves.content import Span
from desktop.views.charts.curves.crosshair import Crosshair
from desktop.views.charts.curves.plot import CurvePlot
from desktop.views.charts.curves.ranges import nearest
from desktop.views.charts.curves.reading import read
from desktop.views.charts.runs import LineKey, ShownRuns
from desktop.views.theme import Theme

ZOOM = 1.5  # times as many or as few epochs at a time
REACH = 8  # pixels from a curve within which a click means it
SNAP = 10  # pixels around an epoch with values within which the crosshair jumps to it


class InteractivePlot(CurvePlot):
    """A plot with a crosshair, which shows all epochs or some of them.

    Mouse: the crosshair follows; drag moves along the epochs, Ctrl and the wheel zoom, a double
    click fits. Keys: Left and Right move the crosshair from epoch to epoch, Home and End to the
    ends, Esc removes it, + and - zoom, 0 fits.
    """

    menu_wanted = Signal(object)  # QPoint on the screen
    zoomChanged = Signal(object)  # the epochs shown, None for all
    pointed = Signal(object)  # the epoch of the crosshair, None without
    lineClicked = Signal(object)  # the LineKey of the curve that was clicked

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        super().__init__(theme, runs, parent)
        self.pointed_at: float | None = None  # the epoch of the crosshair
        self.crosshair = Crosshair(self, theme)
        self._drag: tuple[float, Span] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)  # as a graphics view would, to pass them on to its items
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.refreshed.connect(self._show_reading)
        theme.changed.connect(self.crosshair.recolor)
        self.crosshair.recolor()

    @Slot()
    def fit(self) -> None:
        """Show all epochs."""
        self.look_at(None)

    @Slot(object)
    def look_at(self, span: Span | None) -> None:
        """Show the epochs of `span`, or all for None."""
        if span != self.zoomed:
            self.zoomed = span
            self.refresh()
            self.zoomChanged.emit(span)

    @Slot(object)
    def point_at(self, x: float | None) -> None:
        """Put the crosshair at epoch `x`, or take it away."""
        if x != self.pointed_at:
            self.pointed_at = x
            self._show_reading()
            self.pointed.emit(x)

    @Slot()
    def _show_reading(self) -> None:
        """Show the values of the moment."""
        reading = None if self.pointed_at is None else read(self.content, self.pointed_at)
        self.crosshair.show(reading, self.word_areas())
        if reading is not None and reading.values:
            self.setAccessibleDescription(reading.text)

    @Slot()
    def zoom_in(self) -> None:
        """Show fewer epochs around the crosshair, or around the middle."""
        self.zoom(1 / ZOOM, self.pointed_at)

    @Slot()
    def zoom_out(self) -> None:
        """Show more epochs around the crosshair, or around the middle."""
        self.zoom(ZOOM, self.pointed_at)

    def zoom(self, factor: float, center: float | None = None) -> None:
        """Show `factor` times as many epochs around `center`, by default the middle."""
        full = self.content.full_span
        x0, x1 = self.zoomed or full
        center = (x0 + x1) / 2 if center is None else center
        self._look_within(center - (center - x0) * factor, center + (x1 - center) * factor)

    def _look_within(self, x0: float, x1: float) -> None:
        """Show x0 to x1, moved and shrunk into what there is."""
        low, high = self.content.full_span
        width = min(max(x1 - x0, 0.02), high - low)
        x0 = min(max(x0, low), high - width)
        self.look_at(None if width >= high - low else (x0, x0 + width))

    # --- mouse and keys -----------------------------------------------------------------------

    def epoch_at(self, position: QPointF) -> float:
        """The epoch under a point of the widget."""
        return float(self.getViewBox().mapSceneToView(self.mapToScene(position.toPoint())).x())

    def line_at(self, position: QPointF) -> LineKey | None:
        """The line nearest to a point of the widget, if one passes by it."""
        near, found = float(REACH), None
        view = self.getViewBox()
        place = view.mapFromScene(self.mapToScene(position.toPoint()))
        (x0, x1), (y0, y1) = self.ranges
        width, height = max(view.width(), 1.0), max(view.height(), 1.0)
        for key, line in self.lines.items():
            x, y = line.points()
            xs = (x - x0) / (x1 - x0) * width - place.x()
            ys = (1 - (y - y0) / (y1 - y0)) * height - place.y()
            distance = nearest(xs, ys)
            if distance < near:
                near, found = distance, key
        return found

    def _snapped(self, x: float) -> float | None:
        """The epoch `x`, or one with values beside it; None outside of the plot."""
        x0, x1 = self.ranges[0]
        near = self.content.nearest_epoch(x)
        if near is not None:
            pixels = abs(near - x) / max(x1 - x0, 1e-12) * self.getViewBox().width()
            if pixels <= SNAP:
                x = near
        return x if x0 <= x <= x1 else None

    def _step_crosshair(self, direction: int) -> None:
        """To the next epoch with values in a direction, or to an end (-2, 2)."""
        target = self.content.next_epoch(self.pointed_at, direction)
        if target is None:
            return
        x0, x1 = self.ranges[0]
        if not x0 <= target <= x1:
            self._look_within(target - (x1 - x0) / 2, target + (x1 - x0) / 2)
        self.point_at(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -2, Qt.Key.Key_End: 2}
        key = Qt.Key(event.key())
        if event.modifiers() & ~_HARMLESS:
            event.ignore()  # Ctrl and these keys zoom the window
        elif key in moves:
            self._step_crosshair(moves[key])
        elif key == Qt.Key.Key_Escape and self.pointed_at is not None:
            self.point_at(None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            start, (x0, x1) = self._drag
            shift = (start - event.position().x()) / max(self.getViewBox().width(), 1) * (x1 - x0)
            self._look_within(x0 + shift, x1 + shift)
        self.point_at(self._snapped(self.epoch_at(event.position())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            if self.zoomed is not None:
                self._drag = (event.position().x(), self.zoomed)
            key = self.line_at(event.position())
            if key is not None:
                self.lineClicked.emit(key)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the page scrolls
            return
        self.zoom(math.pow(0.8, event.angleDelta().y() / 120), self.epoch_at(event.position()))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_tab = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
        if event.reason() in by_tab and self.pointed_at is None:
            self._step_crosshair(2)  # at the last epoch, where the arrow keys move it from

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.underMouse():
            self.point_at(None)


# What the keys need to be typed, on keyboards where it is so.
_HARMLESS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


def link(one: InteractivePlot, other: InteractivePlot) -> None:
    """Let two plots show the same epochs, and their crosshairs the same one."""
    for plot, twin in ((one, other), (other, one)):
        plot.zoomChanged.connect(twin.look_at)
        plot.pointed.connect(twin.point_at)
