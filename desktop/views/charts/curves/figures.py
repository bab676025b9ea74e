"""A chart of curves as it goes into a file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from desktop.document.metrics import VALIDATION_PREFIX, metric_title
from desktop.views.charts.curves.legend import SAMPLE, Entry, entries, paint_sample
from desktop.views.charts.curves.plot import CurvePlot
from desktop.views.charts.export import Row
from desktop.views.charts.runs import LineKey, Split
from desktop.views.charts.title import paint_title
from desktop.views.theme import SIZE_BODY, SPACE_L, SPACE_M, Theme
from desktop.workers.records import RunRecord

HEADER = 64  # pixels above the plot, with one line of the legend
LEGEND, LINE = 46.0, 20.0  # pixels: the middle of its first line, and from line to line

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
        font = QFont(painter.font())
        font.setPixelSize(SIZE_BODY)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        places = self._legend(entries(plot), QFontMetricsF(font))
        for entry, left, middle in places:
            paint_sample(painter, entry.look, left, middle, tokens)
            painter.setPen(tokens.color("text"))
            painter.drawText(QPointF(left + SAMPLE, middle + 4.5), entry.label)
        top = HEADER + round(places[-1][2] - LEGEND) if places else HEADER
        plot.file_ratio = painter.device().devicePixelRatioF()
        plot.resize(width - 2 * SPACE_M, height - top - SPACE_M)
        plot.grab()  # lays it out
        plot.refresh()
        plot.grab()
        target = QRectF(SPACE_M, top, plot.width(), plot.height())
        source = QRect(0, 0, plot.width(), plot.height())
        plot.setBackground(None)
        plot.render(painter, target, source, Qt.AspectRatioMode.IgnoreAspectRatio)
        plot.deleteLater()

    def _legend(
        self, curves: tuple[Entry, ...], metrics: QFontMetricsF
    ) -> list[tuple[Entry, float, float]]:
        """The left edge and the middle of the place of each curve, in as many lines as needed."""
        places = []
        left, middle = float(SPACE_L), LEGEND
        for entry in curves:
            width = SAMPLE + metrics.horizontalAdvance(entry.label)
            if left > SPACE_L and left + width > self.size[0] - SPACE_L:
                left, middle = float(SPACE_L), middle + LINE
            places.append((entry, left, middle))
            left += width + SPACE_L
        return places

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

        def copy(record: RunRecord, split: Split) -> Points:
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
