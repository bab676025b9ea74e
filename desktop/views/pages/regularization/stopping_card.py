"""The card *Early stopping*: best epoch, patience, and the epochs that were for nothing."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.document.callbacks import EarlyStopping
from desktop.document.metrics import in_sentence, metric_title
from desktop.document.text import counted
from desktop.views.charts.curves.fixed_plot import FixedPlot
from desktop.views.pages.regularization.comparison import Comparison, Variant
from desktop.views.theme import Theme
from desktop.views.widgets.cards import Card, Columns
from desktop.views.widgets.controls import ComboBox
from desktop.views.widgets.labels import muted_label
from desktop.views.widgets.results import figure
from desktop.workers.records import Floats
from desktop.workers.regularization import StoppingCourse, stopping_course

ABOUT = (
    "Early stopping ends the training when the monitored number has not improved for as many "
    "epochs as its patience. The dot is the best epoch; what was trained after it (shaded) did not "
    "help. On the right, how many epochs without improvement are still tolerated: every "
    "improvement brings all of them back."
)
_LOWEST = 170  # pixels of a plot


class StoppingCard(Card):
    """The course of one variant, with its own early stopping or that of the group.

    It shows something once `prepare` has been called.
    """

    left_plot: FixedPlot
    left: pg.PlotDataItem

    def __init__(self, comparison: Comparison, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Early stopping", parent)
        self._comparison, self._theme = comparison, theme
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        label = QLabel("&Variant")
        label.setBuddy(self.choice)
        self.heading.addWidget(label)
        self.heading.addWidget(self.choice)
        about = muted_label(ABOUT)
        self.values_plot = FixedPlot(theme, ("epoch", ""), self, lowest=_LOWEST)
        self.line, self.dot = self.values_plot.new_line(), self.values_plot.new_line()
        self.body.addWidget(about)
        self.body.addWidget(self.values_plot)
        self.hide()

    def prepare(self) -> None:
        """Make the second plot, on another turn than the first, and show what there is."""
        self.left_plot = FixedPlot(self._theme, ("epoch", "patience left"), self, lowest=_LOWEST)
        self.left = self.left_plot.new_line()
        self.wasted = [pg.LinearRegionItem(movable=False) for _ in range(2)]
        for plot, region in zip((self.values_plot, self.left_plot), self.wasted, strict=True):
            region.setZValue(-950)
            plot.addItem(region)
        self.columns = Columns(self.values_plot, self.left_plot, (1, 1))
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        for widget in (self.columns, self.reading):
            self.body.addWidget(widget)
        self._chosen = ""  # by the user
        self.choice.activated.connect(self._on_chosen)
        self.choice.currentIndexChanged.connect(self._draw)
        self._comparison.changed.connect(self.refresh)
        self._comparison.begun.connect(self.refresh)
        self._theme.changed.connect(self._draw)
        self.refresh()

    @property
    def variant(self) -> Variant | None:
        """The one that is chosen."""
        name = self.choice.currentData()
        return next((each for each in self._comparison.shown if each.name == name), None)

    def refresh(self) -> None:
        """Show what is known by now."""
        shown = [each for each in self._comparison.shown if each.record and each.record.epochs]
        names = [each.name for each in shown]
        if names != [self.choice.itemData(row) for row in range(self.choice.count())]:
            self.choice.blockSignals(True)
            self.choice.clear()
            for name in names:
                self.choice.addItem(name[:1].upper() + name[1:], name)
            stopping = [each.name for each in shown if each.project.training.early_stopping]
            wanted = self._chosen if self._chosen in names else next(iter(stopping), None)
            self.choice.setCurrentIndex(max(0, self.choice.findData(wanted)))
            self.choice.blockSignals(False)
        self.setVisible(bool(shown))
        self._draw()

    def _on_chosen(self) -> None:
        self._chosen = self.choice.currentData()

    def _draw(self) -> None:
        variant = self.variant
        if variant is None or variant.record is None:
            return
        stopping, is_own = _stopping_of(variant, self._comparison)
        series = variant.record.curves.series(stopping.monitor)
        if series is None or not len(series):
            self.columns.hide()
            title = in_sentence(metric_title(stopping.monitor))
            self.reading.setText(f"This run has no {title}, which early stopping monitors.")
            return
        self.columns.show()
        epochs, values = series.x.astype(int), series.y
        course = stopping_course(stopping, epochs.tolist(), values.tolist())
        self._draw_course(stopping, course, epochs, values)
        text = course_text(variant, stopping, course, epochs, values, is_own)
        self.reading.setText(text)
        self.values_plot.setAccessibleName(text)
        left = f"{course.left[-1]} of {stopping.patience} epochs left at the end"
        self.left_plot.setAccessibleName(f"Patience: {left}")

    def _draw_course(
        self, stopping: EarlyStopping, course: StoppingCourse, epochs: Floats, values: Floats
    ) -> None:
        plot, tokens = self.values_plot, self._theme.tokens
        plot.set_titles("epoch", metric_title(stopping.monitor).lower())
        self.line.setData(epochs, values, pen=plot.pen("validation"))
        best = course.best_epoch
        at = np.flatnonzero(epochs == best) if best is not None else np.empty(0, int)
        self.dot.setData(
            epochs[at],
            values[at],
            pen=None,
            symbol="o",
            symbolSize=10,
            symbolBrush=tokens.color("good"),
            symbolPen=plot.pen("surface", 1.5),
        )
        self.left.setData(epochs, course.left, pen=self.left_plot.pen("class_1"))
        last = float(epochs[-1])
        for region in self.wasted:
            region.setVisible(best is not None and last > best)
            region.setRegion((float(best or last), last))
            region.setBrush(pg.mkBrush(tokens.color("warning", 0.16)))
            for line in region.lines:
                line.setPen(plot.pen("warning", 1, Qt.PenStyle.DotLine))
        finite = values[np.isfinite(values)]
        ends = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        plot.set_range((0.0, last), ends if ends[0] < ends[1] else (ends[0] - 0.5, ends[1] + 0.5))
        self.left_plot.set_range((0.0, last), (0.0, float(max(1, stopping.patience))))


def _stopping_of(variant: Variant, comparison: Comparison) -> tuple[EarlyStopping, bool]:
    """The early stopping of `variant`, or of another one in the group, and whether it is its own.

    Where none has it, that which the program suggests.
    """
    own = variant.project.training.early_stopping
    if own is not None:
        return own, True
    others = (each.project.training.early_stopping for each in comparison.variants)
    return next(filter(None, others), EarlyStopping.suggested()), False


def course_text(
    variant: Variant,
    stopping: EarlyStopping,
    course: StoppingCourse,
    epochs: Floats,
    values: Floats,
    is_own: bool,
) -> str:
    """What early stopping did, or would have done, in sentences."""
    title = in_sentence(metric_title(stopping.monitor))
    record, last = variant.record, int(epochs[-1])
    assert record is not None
    if course.best_epoch is None:
        return f"There is no best epoch by {title} yet."
    best = float(values[np.flatnonzero(epochs == course.best_epoch)[0]])
    patience = counted(stopping.patience, "epoch")
    parts = [f"Epoch {course.best_epoch} is the best: {title} {figure(best)}."]
    ended = record.stopped_early_epoch
    if is_own and ended is not None:
        parts.append(f"With a patience of {patience}, the training ended after epoch {ended}.")
    elif is_own:
        when = "are left" if record.is_running else "were left at the end"
        parts.append(f"Of a patience of {patience}, {course.left[-1]} {when}.")
    elif course.ends_after is not None:
        saved = counted(last - course.ends_after, "epoch")
        parts.append(
            f"With a patience of {patience}, early stopping would have ended this training after "
            f"epoch {course.ends_after} and saved {saved}."
        )
    else:
        parts.append(f"With a patience of {patience}, early stopping would not have ended it.")
    wasted = last - course.best_epoch
    if not wasted:
        parts.append("No epoch was for nothing, and restoring the best weights changes nothing.")
        return " ".join(parts)
    parts.append(f"{counted(wasted, 'epoch')} after it did not help.")
    restored = record.ended is not None and record.ended.restored_epoch is not None
    verb = "Restoring the best weights changed" if restored else "Restoring them would change"
    parts.append(f"{verb} {title} from {figure(float(values[-1]))} to {figure(best)}.")
    return " ".join(parts)
