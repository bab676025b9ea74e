"""One layer's weights large: the ridges with axes, an epoch to pick, and its statistics."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.views.charts.summary import format_value
from desktop.views.charts.weights.ridgeline import HistogramMode, Style, paint
from desktop.views.charts.weights.ridges import RidgeCache, Ridges
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, factor, scaled
from desktop.views.widgets.controls import Slider
from desktop.workers.records import Reservoir
from desktop.workers.reports import WeightHistogram

BINS = 80
_NARROWEST = 180  # pixels
NARROW = 520  # pixels below which only the epoch picked has its statistics shown


def statistics(histogram: WeightHistogram) -> tuple[tuple[str, str], ...]:
    """Names and values of what is known of a weight at one epoch."""
    count = int(histogram.counts.sum()) + histogram.non_finite
    return (
        ("Min", format_value(histogram.minimum)),
        ("Max", format_value(histogram.maximum)),
        ("Mean", format_value(histogram.mean)),
        ("Std", format_value(histogram.standard_deviation)),
        ("Zeros", f"{100 * histogram.zeros / max(count, 1):.3g} %"),
        ("Not finite", f"{histogram.non_finite}"),
    )


class RidgeView(QWidget):
    """Paints the ridges of one weight, with axes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.ridges: Ridges | None = None
        self.mode = HistogramMode.RIDGELINE
        self.chosen: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(180), scaled(120))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.ridges is None:
            return
        painter = QPainter(self)
        painter.scale(factor(), factor())
        style = Style(self._theme.tokens, self.mode, axes=True, chosen=self.chosen)
        area = QRectF(0, 0, self.width() / factor(), self.height() / factor())
        paint(painter, area, self.ridges, style)
        painter.end()


class HistogramDetail(QWidget):
    """The histograms of one weight. The epoch follows the newest until another one is picked."""

    epochChosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reservoir: Reservoir[WeightHistogram] | None = None
        self._cache = RidgeCache(BINS)
        self._follow = True
        self.view = RidgeView(theme, self)
        self.slider = Slider(self)
        self.slider.setAccessibleName("Epoch shown")
        self.slider.valueChanged.connect(self._pick)
        caption = QLabel("E&poch", self)
        caption.setBuddy(self.slider)
        self.epoch_label = QLabel(self)
        self._cells: dict[tuple[str, int], QLabel] = {}
        self._heads = [QLabel(self), QLabel(self)]
        table = QGridLayout()
        table.setHorizontalSpacing(SPACE_M)
        table.setVerticalSpacing(SPACE_XS)
        for column, head in enumerate(self._heads, start=1):
            head.setProperty("role", "small")
            table.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        for row, name in enumerate(("Min", "Max", "Mean", "Std", "Zeros", "Not finite"), start=1):
            label = QLabel(name, self)
            label.setProperty("role", "small")
            table.addWidget(label, row, 0)
            for column in range(2):
                cell = self._cells[name, column] = QLabel(self)
                table.addWidget(cell, row, column + 1, Qt.AlignmentFlag.AlignRight)
        table.setRowStretch(7, 1)
        body = QHBoxLayout()
        body.setSpacing(SPACE_M)
        body.addWidget(self.view, 1)
        body.addLayout(table)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(caption)
        bar.addWidget(self.slider, 1)
        bar.addWidget(self.epoch_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(body, 1)
        layout.addLayout(bar)
        theme.changed.connect(self._fit)
        self._fit()

    @property
    def epoch(self) -> int | None:
        """The epoch picked."""
        if self.reservoir is None or not len(self.reservoir):
            return None
        return self.reservoir.epochs[min(self.slider.value(), len(self.reservoir) - 1)]

    def show_weight(
        self, reservoir: Reservoir[WeightHistogram], mode: HistogramMode, logarithmic: bool
    ) -> None:
        """Show a weight as it is now."""
        picked = self.epoch
        if not reservoir.is_of_same_weights(self.reservoir):
            self._cache = RidgeCache(BINS)
            self._follow = True
        self.reservoir = reservoir
        self.view.ridges = self._cache.ridges(reservoir.items, logarithmic=logarithmic)
        self.view.mode = mode
        epochs = reservoir.epochs
        index = len(epochs) - 1
        if not self._follow and picked is not None:  # stay at the epoch, or the nearest one kept
            index = min(range(len(epochs)), key=lambda i: abs(epochs[i] - picked))
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(epochs) - 1)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self._show_epoch()

    def pick(self, epoch: int) -> None:
        """Pick an epoch that is kept. Raises ValueError for any other."""
        if self.reservoir is None:
            raise ValueError("nothing is shown")
        self.slider.setValue(self.reservoir.epochs.index(epoch))

    def text(self) -> str:
        """The statistics in words."""
        return ", ".join(
            f"{name} {cell.text()}" for (name, col), cell in self._cells.items() if col
        )

    @Slot(int)
    def _pick(self, index: int) -> None:
        self._follow = index == self.slider.maximum()
        self._show_epoch()
        if self.epoch is not None:
            self.epochChosen.emit(self.epoch)

    def _show_epoch(self) -> None:
        if self.reservoir is None or self.epoch is None:
            return
        histogram = self.reservoir.get(self.epoch)
        assert histogram is not None
        start_epoch, start = self.reservoir.first
        for column, (epoch, of) in enumerate(((start_epoch, start), (self.epoch, histogram))):
            self._heads[column].setText(f"epoch {epoch}")
            for name, value in statistics(of):
                self._cells[name, column].setText(value)
        self.epoch_label.setText(str(self.epoch))
        self.slider.setAccessibleDescription(f"Epoch {self.epoch}: {self.text()}")
        self.view.chosen = self.epoch
        self.view.setAccessibleName(f"Histogram of {histogram.layer_name} {histogram.weight}")
        self.view.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.epoch_label.setMinimumWidth(scaled(40))
        wide = self.width() >= scaled(NARROW)  # else the chart needs the room
        self._heads[0].setVisible(wide)
        for (_, column), cell in self._cells.items():
            cell.setVisible(wide or column == 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_NARROWEST), super().minimumSizeHint().height())
