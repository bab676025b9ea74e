"""The drawing of one metric: its curves, axes and marks."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.document.metrics import higher_is_better, in_sentence, metric_title
from desktop.views.charts.controls import remove_controls
from desktop.views.charts.curves.axes import EpochAxis, ValueAxis
from desktop.views.charts.curves.content import CurveContent, Points, Span
from desktop.views.charts.curves.lines import Line
from desktop.views.charts.curves.marks import EdgeMarks, Flag, Shade
from desktop.views.charts.curves.ranges import steady
from desktop.views.charts.looks import Split
from desktop.views.charts.runs import LineKey, ShownRuns
from desktop.views.charts.summary import best_words
from desktop.views.theme import Theme


class CurvePlot(pg.PlotWidget):  # type: ignore[misc]
    """Draws one metric of runs; `refresh()` brings it up to date and emits `refreshed`."""

    refreshed = Signal()

    def __init__(self, theme: Theme, runs: ShownRuns, parent: QWidget | None = None) -> None:
        self._x_axis, self._y_axis = EpochAxis(), ValueAxis()
        axes = {"bottom": self._x_axis, "left": self._y_axis}
        super().__init__(parent, axisItems=axes, enableMenu=False)
        self._theme = theme
        self.content = CurveContent(runs)
        # For a file: pixels of the picture for one of the layout. Lines then end where they leave
        # the plot, as not all viewers would cut them there.
        self.file_ratio: float | None = None
        self.zoomed: Span | None = None  # epochs shown; None = all
        self._steady: tuple[object, Span] | None = None  # what was shown, and its range of values
        for axis in (self._x_axis, self._y_axis):
            axis.setZValue(-1000)  # the grid lies behind the curves
        plot = remove_controls(self)
        plot.setContentsMargins(0, 4, 10, 0)
        plot.getViewBox().setDefaultPadding(0)
        self.shade = Shade(plot)
        self.lines: dict[LineKey, Line] = {}
        self.edge_marks = EdgeMarks(plot)
        self.best_flag = Flag(plot, "good", Qt.PenStyle.SolidLine, 0)
        self.stop_flag = Flag(plot, "warning", Qt.PenStyle.DashLine, 1)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(160, 110)
        theme.changed.connect(self._recolor)
        self._recolor()

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

    def word_areas(self) -> list[QRectF]:
        """Where words are written over the curves, in pixels of the widget."""
        areas = (flag.area for flag in (self.best_flag, self.stop_flag))
        return [
            QRectF(self.mapFromScene(area).boundingRect()) for area in areas if area is not None
        ]

    def twin(self) -> CurvePlot:
        """Another plot with the same content and settings and no window."""
        twin = CurvePlot(self._theme, self.content.runs)
        twin.content = self.content.copy()
        twin.zoomed, twin._steady = self.zoomed, self._steady
        twin.relabel()
        return twin

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
            limits = y if self.file_ratio is not None else None
            line.show(tokens, points, faint, strength, columns, limits, self._ratio)
            line.show_band(tokens, content.band(key))
        self.getViewBox().setRange(xRange=view, yRange=y, padding=0, disableAutoRange=True)
        self._show_marks(view, y)
        self.refreshed.emit()
        self.scene().prepareForPaint()  # now, or it would ask for a second painting

    @property
    def _ratio(self) -> float:
        """How many pixels of the device, in which pens are wide, one of the layout is."""
        return self.file_ratio or self.devicePixelRatioF()

    def _keep_lines(self) -> None:
        """Have one line for each that there may be."""
        keys = self.content.runs.keys
        looks = {key: self.content.runs.look(key) for key in keys}
        for key in [key for key, line in self.lines.items() if looks.get(key) != line.look]:
            self.lines.pop(key).remove()
        for index, key in enumerate(keys):
            if key not in self.lines:
                self.lines[key] = Line(self.getPlotItem(), looks[key], 3 * index)

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
        tokens, runs = self._theme.tokens, self.content.runs
        record = runs.marked
        marks = [(runs.look(key), x, value) for key, x, value in self.content.off_scale(view, y)]
        self.edge_marks.show(tokens, marks, y, self._ratio)
        size = self.getViewBox().width(), self.getViewBox().height()
        best = stop = None
        words = ""
        if record is not None:
            best, stop = record.best_epoch, record.stopped_early_epoch
            words = best_words(record, self.content.metric_name)
        low = higher_is_better(self.content.metric_name)  # where the curves leave room
        for flag, epoch, what, short in (
            (self.best_flag, best, words, "best"),
            (self.stop_flag, stop, "stopped early", "stopped"),
        ):
            choices = f"{what}: epoch {epoch}", f"{what}: {epoch}", f"{short}: {epoch}", f"{epoch}"
            flag.show(tokens, epoch, choices, (view, y), size, low, self._ratio)
        wasted = (best, stop) if best is not None and stop is not None and stop > best else None
        self.shade.show(tokens.color("warning", 0.10), wasted, y)

    @Slot()
    def _recolor(self) -> None:
        tokens = self._theme.tokens
        self.setBackground(tokens.color("surface"))
        self.relabel()
        self.refresh()

    def relabel(self) -> None:
        """Write the axis titles and the accessible name for the metric and scale in force."""
        title = metric_title(self.content.metric_name)
        tokens = self._theme.tokens
        self._y_axis.logarithmic = self.content.logarithmic
        self._x_axis.paint_with(tokens, self.content.runs.unit)
        self._y_axis.paint_with(
            tokens, in_sentence(title) + (" (log)" if self.content.logarithmic else "")
        )
        for widget in (self, self.viewport()):
            widget.setAccessibleName(f"{title} by {self.content.runs.unit}")

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph gives None while it makes the view
            self.refresh()
