"""The drawing area of one metric: its curves, axes and marks, and moving in it."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.document.metrics import (
    higher_is_better,
    in_sentence,
    metric_title,
)
from desktop.views.charts.curves.axes import EpochAxis, ValueAxis
from desktop.views.charts.curves.content import CurveContent, Points, Span
from desktop.views.charts.curves.crosshair import Crosshair
from desktop.views.charts.curves.lines import LOOKS, EdgeMarks, Flag, Line, Shade
from desktop.views.charts.curves.ranges import steady
from desktop.views.charts.runs import LineKey, ShownRuns, Split
from desktop.views.charts.summary import best_words
from desktop.views.theme import Theme

ZOOM = 1.5  # times as many or as few epochs at a time


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """Draws one metric of runs; `refresh()` brings it up to date.

    Mouse: the crosshair follows; drag moves along the epochs, Ctrl and the wheel zoom, a double
    click fits. Keys: Left and Right move the crosshair from epoch to epoch, Home and End to the
    ends, Esc removes it, + and - zoom, 0 fits.
    """

    inspected = Signal(object)  # Reading, or None without crosshair
    menu_wanted = Signal(object)  # QPoint on the screen
    zoomChanged = Signal(object)  # the epochs shown, None for all
    pointed = Signal(object)  # the epoch of the crosshair, None without

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        self._x_axis, self._y_axis = EpochAxis(), ValueAxis()
        axes = {"bottom": self._x_axis, "left": self._y_axis}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self._theme = theme
        self.content = CurveContent(runs)
        self.cuts = False  # lines where they leave the plot, for files whose viewers do not
        self.zoomed: Span | None = None  # epochs shown; None = all
        self._drag: tuple[float, Span] | None = None
        self._steady: tuple[object, Span] | None = None  # what was shown, and its range of values
        for axis in (self._x_axis, self._y_axis):
            axis.setZValue(-1000)  # the grid lies behind the curves
        plot = self.getPlotItem()
        plot.ctrlMenu.setParent(self)  # made in any case, and left behind without a parent
        plot.ctrlMenu.hide()
        plot.hideButtons()
        plot.setContentsMargins(0, 4, 10, 0)
        plot.getViewBox().setMouseEnabled(False, False)
        plot.getViewBox().setDefaultPadding(0)
        self.shade = Shade(plot)
        self.lines: dict[LineKey, Line] = {}
        self.edge_marks = EdgeMarks(plot)
        self.best_flag = Flag(plot, "good", Qt.PenStyle.SolidLine, 0)
        self.stop_flag = Flag(plot, "warning", Qt.PenStyle.DashLine, 1)
        self.crosshair = Crosshair(self, theme)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)  # as a graphics view would, to pass them on to its items
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(160, 110)
        theme.changed.connect(self._recolor)
        self._recolor()

    # --- state --------------------------------------------------------------------------------

    @property
    def ranges(self) -> tuple[Span, Span]:
        """The range shown: epochs, and values on the chart's scale."""
        (x0, x1), (y0, y1) = self.getViewBox().viewRange()
        return (float(x0), float(x1)), (float(y0), float(y1))

    def line(self, split: str) -> Line:
        """The line of the current run for a split. Raises KeyError if none is drawn yet."""
        return self.lines[self.content.runs.key(split)]

    def drawn(self, split: str) -> Points:
        """The points of the current run as drawn, on the chart's scale."""
        line = self.lines.get(self.content.runs.key(split))
        return (np.empty(0), np.empty(0)) if line is None else line.points()

    def twin(self) -> CurvePlot:
        """Another plot with the same content and settings and no window."""
        twin = CurvePlot(self._theme, self.content.runs)
        twin.content = self.content.copy()
        twin.zoomed, twin._steady = self.zoomed, self._steady
        twin.relabel()
        return twin

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
        if x != self.crosshair.x:
            self.crosshair.move_to(x)
            self.pointed.emit(x)

    @Slot()
    def zoom_in(self) -> None:
        """Show fewer epochs around the crosshair, or around the middle."""
        self.zoom(1 / ZOOM, self.crosshair.x)

    @Slot()
    def zoom_out(self) -> None:
        """Show more epochs around the crosshair, or around the middle."""
        self.zoom(ZOOM, self.crosshair.x)

    def zoom(self, factor: float, centre: float | None = None) -> None:
        """Show `factor` times as many epochs around `centre`, by default the middle."""
        full = self.content.full_span
        x0, x1 = self.zoomed or full
        centre = (x0 + x1) / 2 if centre is None else centre
        self._look_within(centre - (centre - x0) * factor, centre + (x1 - centre) * factor)

    def _look_within(self, x0: float, x1: float) -> None:
        """Show x0 to x1, moved and shrunk into what there is."""
        low, high = self.content.full_span
        width = min(max(x1 - x0, 0.02), high - low)
        x0 = min(max(x0, low), high - width)
        self.look_at(None if width >= high - low else (x0, x0 + width))

    # --- drawing ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the runs as they are now."""
        self._keep_lines()
        content, tokens = self.content, self._theme.tokens
        x0, x1 = self.zoomed or content.full_span
        margin = 0.012 * (x1 - x0)
        view = (x0 - margin, x1 + margin)
        y = self._value_range(view)
        columns = max(60, int(self.getViewBox().width()))
        for key, line in self.lines.items():
            points, faint = content.line(key, view, columns)
            strength = 2.0 if faint is not None and key.split is Split.STEPS else 1.0
            line.show(tokens, points, faint, strength, columns, y if self.cuts else None)
        self.getViewBox().setRange(xRange=view, yRange=y, padding=0, disableAutoRange=True)
        self._show_marks(view, y)
        self.crosshair.update_reading()
        self.scene().prepareForPaint()  # now, or it would ask for a second painting

    def _keep_lines(self) -> None:
        """Have one line for each that there may be."""
        keys = self.content.runs.keys
        for key in [key for key in self.lines if key not in keys]:
            self.lines.pop(key).remove()
        for index, key in enumerate(keys):
            if key not in self.lines:
                self.lines[key] = Line(self.getPlotItem(), LOOKS[key.split], 3 * index)

    def _value_range(self, view: Span) -> Span:
        """The values to show for the epochs of `view`: while running, an axis that stands still."""
        content = self.content
        y = content.value_range(view)
        shown = (content.metric_name, content.logarithmic, content.ignore_outliers, view)
        if content.runs.is_running and self._steady is not None and self._steady[0] == shown:
            y = steady(self._steady[1], y)
        self._steady = shown, y
        return y

    def _show_marks(self, view: Span, y: Span) -> None:
        tokens, record = self._theme.tokens, self.content.runs.current
        self.edge_marks.show(tokens, self.content.off_scale(view, y), y)
        size = self.getViewBox().width(), self.getViewBox().height()
        best = stop = None
        words = ""
        if record is not None:
            best, stop = record.best_epoch, record.stopped_early_epoch
            words = best_words(record, self.content.metric_name)
        low = higher_is_better(self.content.metric_name)  # where the curves leave room
        self.best_flag.show(tokens, best, f"{words}: epoch {best}", (view, y), size, low)
        self.stop_flag.show(tokens, stop, f"stopped early: epoch {stop}", (view, y), size, low)
        wasted = (best, stop) if best is not None and stop is not None and stop > best else None
        self.shade.show(tokens.color("warning", 0.10), wasted, y)

    @Slot()
    def _recolor(self) -> None:
        tokens = self._theme.tokens
        self.setBackground(tokens.color("surface"))
        self.crosshair.recolor()
        self.relabel()
        self.refresh()

    def relabel(self) -> None:
        """Write the axis titles and the accessible name for the metric and scale in force."""
        title = metric_title(self.content.metric_name)
        tokens = self._theme.tokens
        self._y_axis.logarithmic = self.content.logarithmic
        self._x_axis.paint_with(tokens, "epoch")
        self._y_axis.paint_with(
            tokens, in_sentence(title) + (" (log)" if self.content.logarithmic else "")
        )
        for widget in (self, self.viewport()):
            widget.setAccessibleName(f"{title} by epoch")

    # --- mouse and keys -----------------------------------------------------------------------

    def epoch_at(self, position: QPointF) -> float:
        """The epoch under a point of the widget."""
        return float(self.getViewBox().mapSceneToView(self.mapToScene(position.toPoint())).x())

    def _step_crosshair(self, direction: int) -> None:
        """To the next epoch with values in a direction, or to an end (-2, 2)."""
        target = self.content.next_epoch(self.crosshair.x, direction)
        if target is None:
            return
        x0, x1 = self.ranges[0]
        if not x0 <= target <= x1:
            self._look_within(target - (x1 - x0) / 2, target + (x1 - x0) / 2)
        self.point_at(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -2, Qt.Key.Key_End: 2}
        key = Qt.Key(event.key())
        if key in moves:
            self._step_crosshair(moves[key])
        elif key == Qt.Key.Key_Escape and self.crosshair.x is not None:
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
        self.point_at(self.crosshair.near(self.epoch_at(event.position())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.zoomed is not None:
            self._drag = (event.position().x(), self.zoomed)
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
        if event.reason() in by_tab and self.crosshair.x is None:
            self._step_crosshair(2)  # at the last epoch, where the arrow keys move it from

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.underMouse():
            self.point_at(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "crosshair"):
            self.refresh()


def link(one: CurvePlot, other: CurvePlot) -> None:
    """Let two plots show the same epochs, and their crosshairs the same one."""
    for plot, twin in ((one, other), (other, one)):
        plot.zoomChanged.connect(twin.look_at)
        plot.pointed.connect(twin.point_at)
