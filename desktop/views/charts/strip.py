"""Final values of runs on one axis: a dot for each run, and the mean with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.document.metrics import in_sentence, metric_title
from desktop.views.charts.summary import format_value
from desktop.views.theme import SIZE_SMALL, SPACE_S, Theme, factor, scaled

ROW, AXIS, SIDE, NAME = 52, 38, 24, 130  # pixels: a row, the axis, beside it, a name at most
DOT, REACH = 4.0, 8.0  # pixels: the radius of a dot, how near the mouse has to be
_TICKS = 6  # about as many on the axis


@dataclass(frozen=True)
class StripRow:
    """A group: its name and color, what each run is called and has, and the mean of all.

    `low` and `high` are the ends of the 95 % interval of the mean; None where there is none.
    """

    name: str
    token: str
    values: tuple[tuple[str, float], ...]
    mean: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        dots = ", ".join(f"{label} {format_value(value)}" for label, value in self.values)
        mean = f"; mean {format_value(self.mean)}" if self.mean is not None else ""
        return f"{self.name}: {dots}{mean}"


class Strip(QWidget):
    """Draws `rows` of the values in a metric over one another."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._metric = ""
        self.rows: tuple[StripRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    def show_rows(self, metric: str, rows: Sequence[StripRow]) -> None:
        """Show the values of each group in `metric`; only finite ones."""
        self._metric, self.rows = metric, tuple(rows)
        self.setAccessibleName(f"{metric_title(metric)} of each run" if metric else "No results")
        self.setAccessibleDescription(". ".join(row.text for row in rows))
        self.updateGeometry()
        self.update()

    # --- where things are, in pixels at 100 % -------------------------------------------------

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        return font

    @property
    def _left(self) -> float:
        if len(self.rows) < 2:
            return SIDE
        metrics = QFontMetricsF(self._font())
        widest = max(metrics.horizontalAdvance(row.name) for row in self.rows)
        return SIDE + min(widest + SPACE_S, NAME)

    def _span(self) -> tuple[float, float]:
        """The values at both ends of the axis."""
        ends = [value for row in self.rows for _, value in row.values]
        ends += [end for row in self.rows for end in (row.low, row.high) if end is not None]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        margin = 0.06 * (high - low) or abs(high) * 0.01 or 0.01
        return low - margin, high + margin

    def _x(self, value: float) -> float:
        low, high = self._span()
        width = self.width() / factor() - self._left - SIDE
        return self._left + (value - low) / (high - low) * max(width, 1.0)

    def _dots(self) -> list[tuple[QPointF, StripRow, str, float]]:
        """Each run: its place, its row, what it is called, its value."""
        return [
            (QPointF(self._x(value), ROW * number + 17 + (index % 3 - 1) * 6.0), row, label, value)
            for number, row in enumerate(self.rows)
            for index, (label, value) in enumerate(row.values)
        ]

    # --- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(scaled(300), scaled(ROW * max(len(self.rows), 1) + AXIS))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(160), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = QPointF(event.pos()) / factor()
            near = [
                (math.hypot(place.x() - at.x(), place.y() - at.y()), f"{label}: {value:.6g}")
                for place, _, label, value in self._dots()
            ]
            distance, text = min(near, default=(math.inf, ""))
            QToolTip.showText(event.globalPos(), text if distance <= REACH else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(factor(), factor())
        painter.setFont(self._font())
        self._paint_axis(painter)
        for number, row in enumerate(self.rows):
            self._paint_row(painter, row, ROW * number)
        for place, row, _, _ in self._dots():
            painter.setPen(QPen(self._theme.tokens.color("surface"), 1))
            painter.setBrush(self._theme.tokens.color(row.token, 0.8))
            painter.drawEllipse(place, DOT, DOT)
        painter.end()

    def _paint_axis(self, painter: QPainter) -> None:
        tokens, metrics = self._theme.tokens, QFontMetricsF(self._font())
        top, (low, high) = float(ROW * len(self.rows)), self._span()
        right = self.width() / factor() - SIDE
        painter.setPen(QPen(tokens.color("border"), 1))
        painter.drawLine(QPointF(self._left, top), QPointF(right, top))
        for value in ticks(low, high, _TICKS):
            x, text = self._x(value), format_value(value)
            painter.setPen(QPen(tokens.color("grid"), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, top))
            painter.setPen(tokens.color("muted"))
            painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2, top + 14), text)
        title = in_sentence(metric_title(self._metric))
        middle = (self._left + right - metrics.horizontalAdvance(title)) / 2
        painter.drawText(QPointF(middle, top + 31), title)

    def _paint_row(self, painter: QPainter, row: StripRow, top: float) -> None:
        tokens, metrics = self._theme.tokens, QFontMetricsF(self._font())
        if len(self.rows) > 1:
            painter.setPen(tokens.color("text"))
            room = self._left - SIDE - SPACE_S / 2
            name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, room)
            area = QRectF(SPACE_S, top, self._left - SPACE_S, ROW)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
        if row.mean is None:
            return
        middle, x = top + 38.0, self._x(row.mean)
        painter.setPen(QPen(tokens.color(row.token), 2))
        if row.low is not None and row.high is not None:
            ends = self._x(row.low), self._x(row.high)
            painter.drawLine(QPointF(ends[0], middle), QPointF(ends[1], middle))
            for end in ends:
                painter.drawLine(QPointF(end, middle - 4), QPointF(end, middle + 4))
        painter.setPen(QPen(tokens.color(row.token), 3))
        painter.drawLine(QPointF(x, middle - 7), QPointF(x, middle + 7))


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values from `low` to `high`, about so many: in steps of 1, 2 or 5 of some power."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(number * step, 12) for number in range(first, last + 1)]
