"""The key of a chart: for each curve a line sample, its name, and last, least, greatest value."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.charts.lines import LOOKS, Look, pen
from desktop.views.charts.plot import CurvePlot
from desktop.views.charts.summary import format_value
from desktop.views.theme import SIZE_SMALL, Theme, Tokens

ROW, SAMPLE = 16, 26
COLUMNS = ("last", "min", "max")


@dataclass(frozen=True)
class Entry:
    """One curve: how it is drawn, its last value and the least and greatest finite ones."""

    look: Look
    last: float
    extremes: tuple[float, float] | None

    @property
    def cells(self) -> tuple[str, str, str]:
        low, high = self.extremes or (float("nan"), float("nan"))
        return format_value(self.last), format_value(low), format_value(high)


def entries(plot: CurvePlot) -> tuple[Entry, ...]:
    """What the plot's curves are at now; no entry for one without points."""
    return tuple(
        Entry(look, float(source.y[-1]), source.extremes())
        for name, look in LOOKS.items()
        if (source := plot.source(name)) is not None
    )


def paint_sample(painter: QPainter, look: Look, left: float, middle: float, tokens: Tokens) -> None:
    """A piece of a curve, `SAMPLE` - 6 pixels long, with its marker."""
    painter.save()
    painter.setPen(pen(look, tokens, 1.6))
    right = left + SAMPLE - 6
    painter.drawLine(QPointF(left, middle), QPointF(right, middle))
    if look.marker:
        box = QRectF((left + right) / 2 - 3, middle - 3, 6, 6)
        color = tokens.color(look.token)
        painter.setPen(color)
        painter.setBrush(tokens.color("surface") if look.dash else color)
        painter.drawRect(box) if look.marker == "s" else painter.drawEllipse(box)
    painter.restore()


COLUMN_GAP = 10  # pixels between two numbers


class LegendTable(QWidget):
    """Paints the entries of a plot as a small table; `refresh()` reads them anew."""

    def __init__(self, theme: Theme, plot: CurvePlot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._plot = theme, plot
        self.entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def refresh(self) -> None:
        """Take over the values of the moment."""
        new = entries(self._plot)
        if len(new) != len(self.entries):
            self.updateGeometry()
        self.entries = new
        self.setAccessibleName("Values: " + self.text())
        self.update()

    def text(self) -> str:
        """The table in words."""
        return "; ".join(
            f"{entry.look.label} "
            + ", ".join(f"{name} {cell}" for name, cell in zip(COLUMNS, entry.cells, strict=True))
            for entry in self.entries
        )

    def sizeHint(self) -> QSize:
        return QSize(220, ROW * (1 + max(len(self.entries), 1)) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._theme.tokens
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        metrics = QFontMetricsF(font)
        rows = [COLUMNS, *(entry.cells for entry in self.entries)]
        widths = [
            max(metrics.horizontalAdvance(cell) for cell in column) + COLUMN_GAP
            for column in zip(*rows, strict=True)
        ]
        starts = [self.width() - sum(widths[number:]) for number in range(len(COLUMNS))]
        columns = list(zip(starts, widths, strict=True))
        painter.setPen(tokens.color("muted"))
        for (start, width), name in zip(columns, COLUMNS, strict=True):
            painter.drawText(QRectF(start, 0, width, ROW), right, name)
        for row, entry in enumerate(self.entries, start=1):
            top = row * ROW
            paint_sample(painter, entry.look, 1, top + ROW / 2, tokens)
            painter.setPen(tokens.color("text"))
            room = starts[0] - SAMPLE - 4
            label = metrics.elidedText(entry.look.label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(SAMPLE, top, room, ROW), left, label)
            for (start, width), cell in zip(columns, entry.cells, strict=True):
                painter.drawText(QRectF(start, top, width, ROW), right, cell)
        painter.end()
