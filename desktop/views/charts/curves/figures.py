"""A chart of curves as it goes into a file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from desktop.document.metrics import VALIDATION_PREFIX, metric_title
from desktop.views.charts.curves.legend import SAMPLE, entries, paint_sample
from desktop.views.charts.curves.plot import CurvePlot
from desktop.views.charts.export import Row
from desktop.views.charts.looks import Split
from desktop.views.charts.runs import LineKey
from desktop.views.charts.title import paint_title
from desktop.views.theme import SIZE_BODY, SPACE_L, SPACE_M, Theme, scaled
from desktop.workers.records import Recorded

HEADER = 64

Points = tuple[np.ndarray, np.ndarray, np.ndarray]  # epochs, steps and values, each (n,)


class CurveFigure:
    """The metric of a plot with its settings, at a size of its own."""

    size = (960, 560)

    def __init__(self, theme: Theme, source: CurvePlot) -> None:
        self._theme = theme
        self._source = source
        self.title = metric_title(source.content.metric_name)
        self.background = theme.tokens.color("surface")
        self._columns = self._snapshot()

    def paint(self, painter: QPainter) -> None:
        width, height = self.size
        tokens = self._theme.tokens
        paint_title(painter, self.title, tokens.color("text"))
        plot = self._source.twin()
        plot.file_ratio = painter.device().devicePixelRatioF()
        target = QRectF(SPACE_M, HEADER, width - 2 * SPACE_M, height - HEADER - SPACE_M)
        plot.resize(scaled(target.width()), scaled(target.height()))  # a picture has no zoom
        plot.grab()  # lays it out
        plot.refresh()
        plot.grab()
        font = QFont(painter.font())
        font.setPixelSize(SIZE_BODY)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        left = float(SPACE_L)
        for entry in entries(plot):
            paint_sample(painter, entry.look, left, 46, tokens)
            painter.setPen(tokens.color("text"))
            painter.drawText(QPointF(left + SAMPLE, 50.5), entry.label)
            left += SAMPLE + QFontMetricsF(font).horizontalAdvance(entry.label) + SPACE_L
        source = QRect(0, 0, plot.width(), plot.height())
        plot.setBackground(None)
        plot.render(painter, target, source, Qt.AspectRatioMode.IgnoreAspectRatio)
        plot.deleteLater()

    def table(self) -> Iterator[Row]:
        """Epoch, step over the life of the model, and the values: batch, epoch, validation.

        The id of the run comes first if there are several.
        """
        metric, runs = self._columns
        with_run = len(runs) > 1
        names = ("epoch", "step", f"batch_{metric}", metric, VALIDATION_PREFIX + metric)
        yield ("run", *names) if with_run else names
        for run, points in runs.items():
            for row in _rows(*points):
                yield (run, *row) if with_run else row

    def _snapshot(self) -> tuple[str, dict[str, list[Points]]]:
        """Copies of the points, since the table is written while training continues."""
        content = self._source.content

        def copy(record: Recorded, split: Split) -> Points:
            series = content.source(LineKey(record.id, split))
            x, y = (np.empty(0),) * 2 if series is None else (series.x.copy(), series.y.copy())
            return x, record.curves.batch_count.at(x), y

        return content.metric_name, {
            record.id: [copy(record, split) for split in Split] for record in content.runs.records
        }


def _rows(batches: Points, training: Points, validation: Points) -> Iterator[Row]:
    """The values of one run, in the order in which they were measured."""

    def rows(points: Points) -> Iterator[tuple[float, int, float]]:
        return zip(*(column.tolist() for column in points), strict=True)

    by_epoch: dict[tuple[float, int], list[object]] = {}
    for column, points in enumerate((training, validation)):
        for x, step, y in rows(points):
            by_epoch.setdefault((x, step), ["", ""])[column] = y
    ends = sorted(by_epoch)
    position = 0
    for x, step, y in rows(batches):
        while position < len(ends) and ends[position][0] < x:
            yield (*ends[position], "", *by_epoch[ends[position]])
            position += 1
        yield (x, step, y, "", "")
    for end in ends[position:]:
        yield (*end, "", *by_epoch[end])
