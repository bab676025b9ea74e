"""Predicted against true numbers, the residuals, and the rows with the largest errors."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.document.text import number_text
from desktop.views.charts.controls import remove_controls
from desktop.views.theme import SPACE_S, Theme, scaled
from desktop.views.widgets.cards import Card
from desktop.views.widgets.controls import ComboBox
from desktop.workers.reports import NumbersFit

TITLES = ("Row", "True", "Predicted", "Error")


class _Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot that is only looked at."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        remove_controls(self)
        self.setAcceptDrops(False)
        # Not the 640 by 480 pixels that pyqtgraph would like.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class NumberPlots(QWidget):
    """A point for each row, the diagonal where they would all lie, and a residual histogram."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._numbers: NumbersFit | None = None
        self.points, self.residuals = _Plot(), _Plot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        for plot, stretch, height, name in (
            (self.points, 3, 170, "Predicted against true numbers"),
            (self.residuals, 2, 110, "Histogram of the residuals"),
        ):
            plot.setAccessibleName(name)
            plot.setMinimumHeight(scaled(height))
            column.addWidget(plot, stretch)
        theme.changed.connect(self._draw)

    def show_numbers(self, numbers: NumbersFit) -> None:
        """Show what was predicted of the test rows."""
        self._numbers = numbers
        self.points.setAccessibleDescription(
            f"{len(numbers.true):,} rows; R² {numbers.r2:.3f}; closer to the diagonal is better"
        )
        self._draw()

    def _draw(self) -> None:
        numbers, tokens = self._numbers, self._theme.tokens
        if numbers is None:
            return
        for plot, below, left in (
            (self.points, f"True {numbers.column}", "Predicted"),
            (self.residuals, "Residual: true - predicted", "Rows"),
        ):
            plot.clear()
            plot.setBackground(tokens.surface)
            for side, words in (("bottom", below), ("left", left)):
                axis = plot.getAxis(side)
                axis.setPen(tokens.border)
                axis.setTextPen(tokens.muted)
                axis.enableAutoSIPrefix(False)
                axis.setLabel(words, color=tokens.muted)
        ends = _ends(numbers)
        self.points.plot(ends, ends, pen=pg.mkPen(tokens.color("muted"), width=1))
        self.points.plot(
            numbers.true,
            numbers.predicted,
            pen=None,
            symbol="o",
            symbolSize=scaled(5),
            symbolPen=None,
            symbolBrush=tokens.color("accent", 0.6),
        )
        self.residuals.addItem(
            pg.BarGraphItem(
                x0=numbers.edges[:-1],
                x1=numbers.edges[1:],
                height=numbers.counts,
                pen=tokens.color("surface"),
                brush=tokens.color("accent"),
            )
        )
        self.residuals.addLine(x=0, pen=pg.mkPen(tokens.color("muted"), width=1))


def _ends(numbers: NumbersFit) -> list[float]:
    """The smallest and the largest number of any row, true or predicted."""
    both = np.concatenate([numbers.true, numbers.predicted])
    return [float(both.min()), float(both.max())]


class WorstRows(Card):
    """The rows with the largest errors, worst first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Largest errors", parent)
        self.table = QTableWidget(0, len(TITLES))
        self.table.setAccessibleName("Rows with the largest errors")
        self.table.setHorizontalHeaderLabels(TITLES)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.body.addWidget(self.table, 1)

    def show_numbers(self, numbers: NumbersFit) -> None:
        """List the worst rows."""
        self.table.setRowCount(len(numbers.worst))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, (row, true, predicted) in enumerate(numbers.worst):
            texts = (
                f"{row + 1:,}",
                *(number_text(v) for v in (true, predicted, true - predicted)),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(right)
                self.table.setItem(place, column, item)


class NumbersCard(Card):
    """The plots of what was predicted, and of which number where there are several.

    Signals:
        numberChosen: another of several numbers was chosen: its place.
    """

    numberChosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Predicted against true", parent)
        self._choice = ComboBox()
        self._choice.setAccessibleName("Which number is shown")
        self._choice.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.setMinimumContentsLength(12)
        self._choice.currentIndexChanged.connect(self.numberChosen)
        self.heading.addWidget(self._choice)
        self.plots = NumberPlots(theme)
        self.body.addWidget(self.plots, 1)

    def show_names(self, names: tuple[str, ...]) -> int:
        """Let one of the numbers called `names` be chosen, and return the place of that shown."""
        if names != tuple(map(self._choice.itemText, range(self._choice.count()))):
            with QSignalBlocker(self._choice):
                self._choice.clear()
                self._choice.addItems(names)
        self._choice.setVisible(len(names) > 1)
        return self._choice.currentIndex()

    def show_numbers(self, numbers: NumbersFit) -> None:
        """Show what was predicted of the test rows."""
        self.plots.show_numbers(numbers)
