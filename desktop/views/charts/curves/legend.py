"""The key of a chart: for each curve a line sample, its name and its last value."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.charts.curves.lines import pen
from desktop.views.charts.curves.plot import CurvePlot
from desktop.views.charts.looks import STEPS, Look
from desktop.views.charts.summary import format_value
from desktop.views.theme import SIZE_SMALL, Theme, Tokens, factor, scaled

ROW, SAMPLE, GAP = 16, 26, 12  # pixels: a line, a piece of a curve, between entries
COLUMNS = ("last", "min", "max")


@dataclass(frozen=True)
class Entry:
    """One curve: its look and name, its last value and the least and greatest finite ones."""

    look: Look
    label: str
    last: float
    extremes: tuple[float, float] | None
    is_current: bool = True  # of the run that words and marks are about

    @property
    def cells(self) -> tuple[str, str, str]:
        low, high = self.extremes or (float("nan"), float("nan"))
        return format_value(self.last), format_value(low), format_value(high)


@dataclass(frozen=True)
class Shown:
    """What a legend says: the words in front, and curves with or without their names."""

    heading: str
    entries: tuple[Entry, ...]
    named: bool = True

    def texts(self, entry: Entry) -> tuple[str, str]:
        """Name and last value of a curve."""
        return f"{entry.label} " if self.named else "", entry.cells[0]


def entries(plot: CurvePlot) -> tuple[Entry, ...]:
    """What the plot's curves are at now; no entry for one without points."""
    return tuple(
        Entry(
            line.look,
            plot.content.runs.label(key),
            float(source.y[-1]),
            source.extremes(),
            plot.content.runs.key(key.split) == key,
        )
        for key, line in plot.lines.items()
        if (source := plot.content.source(key)) is not None
    )


def paint_sample(painter: QPainter, look: Look, left: float, middle: float, tokens: Tokens) -> None:
    """A piece of a curve, `SAMPLE` - 6 pixels long, with its marker."""
    painter.save()
    line = pen(look, tokens, 1.6, look.width)
    line.setCosmetic(False)
    painter.setPen(line)
    right = left + SAMPLE - 6
    painter.drawLine(QPointF(left, middle), QPointF(right, middle))
    if look.marker:
        box = QRectF((left + right) / 2 - 3, middle - 3, 6, 6)
        color = tokens.color(look.token)
        painter.setPen(color)
        painter.setBrush(tokens.color("surface") if look.dash else color)
        painter.drawRect(box) if look.marker == "s" else painter.drawEllipse(box)
    painter.restore()


class Legend(QWidget):
    """Paints in one line the last value of each curve of a plot; `refresh()` reads them again.

    The least and greatest values are in the tooltip. What does not fit is left out: first the
    values of single batches, then the words in front, other runs, the names, and the last curves.
    """

    def __init__(self, theme: Theme, plot: CurvePlot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._plot = theme, plot
        self.entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def heading(self) -> str:
        """Which values are shown: of smoothed lines, too, those that were measured."""
        return "last measured" if self._plot.content.smoothing > 0 else "last"

    def refresh(self) -> None:
        """Take over the values of the moment."""
        self.entries = entries(self._plot)
        self.setAccessibleName("Values: " + self.text())
        self.setToolTip(self._table())
        self.update()

    def text(self) -> str:
        """All values in words."""
        return "; ".join(
            f"{entry.label} "
            + ", ".join(f"{name} {cell}" for name, cell in zip(COLUMNS, entry.cells, strict=True))
            for entry in self.entries
        )

    def _table(self) -> str:
        """All values as a table for the tooltip."""
        rows = [("", *COLUMNS), *((entry.label, *entry.cells) for entry in self.entries)]
        cells = ("".join(f'<td align="right">&nbsp;{cell}</td>' for cell in row) for row in rows)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"

    def shown(self) -> Shown:
        """What there is room for."""
        epochs = tuple(entry for entry in self.entries if entry.look is not STEPS) or self.entries
        current = tuple(entry for entry in epochs if entry.is_current) or epochs
        choices = [
            Shown(self.heading, self.entries),
            Shown(self.heading, epochs),
            Shown("", epochs),
            Shown("", current),
            *(Shown("", current[:count], named=False) for count in range(len(current), 0, -1)),
        ]
        room = self.width() / factor()
        return next((each for each in choices if self._width(each) <= room), Shown("", ()))

    def _width(self, shown: Shown) -> float:
        metrics = QFontMetricsF(self._font())
        width = metrics.horizontalAdvance(shown.heading)
        for entry in shown.entries:
            texts = (metrics.horizontalAdvance(text) for text in shown.texts(entry))
            width += (GAP if width else 1) + SAMPLE + sum(texts)
        return width

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        return font

    def sizeHint(self) -> QSize:
        return QSize(scaled(220), scaled(ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, scaled(ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(factor(), factor())
        painter.setFont(self._font())
        tokens, metrics = self._theme.tokens, QFontMetricsF(self._font())
        shown = self.shown()
        left = 0.0

        def write(text: str, token: str) -> None:
            nonlocal left
            painter.setPen(tokens.color(token))
            area = QRectF(left, 0, self.width() / factor() - left, ROW)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text)

        write(shown.heading, "muted")
        for entry in shown.entries:
            left += GAP if left else 1
            paint_sample(painter, entry.look, left, ROW / 2, tokens)
            left += SAMPLE
            name, value = shown.texts(entry)
            write(name, "muted")
            write(value, "text")
        painter.end()
