"""How the values of a column are spread: small, in a cell of a table, and large, with its words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.document.text import with_minus
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, Tokens, scaled
from desktop.views.widgets.card_text import small
from desktop.views.widgets.text import plain
from desktop.workers.reports import ColumnFacts, ColumnStatistics

_HEIGHT = 130


def together_text(statistics: ColumnStatistics | None) -> str:
    """How a column goes with the target, with the sign of the measure: "r -0.47"."""
    if statistics is None or statistics.together is None:
        return ""
    return with_minus(f"{statistics.measure.split()[-1]} {statistics.together:.2f}")


def paint_bars(
    painter: QPainter, rect: QRectF, statistics: ColumnStatistics, tokens: Tokens
) -> None:
    """Fill `rect` with a bar for each count."""
    largest, count = max(statistics.counts), len(statistics.counts)
    if not largest:
        return
    step = rect.width() / count
    gap = 1.0 if step >= 3 else 0.0
    for index, each in enumerate(statistics.counts):
        height = max(1.0, rect.height() * each / largest) if each else 0.0
        bar = QRectF(rect.left() + index * step, rect.bottom() - height, step - gap, height)
        painter.fillRect(bar, tokens.color("accent"))


class HistogramView(QWidget):
    """The histogram of one column, with what it says in words above."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts: ColumnFacts | None = None
        theme.changed.connect(self._fit)
        self._fit()

    @property
    def sentence(self) -> str:
        """What is to be said about the column."""
        facts = self._facts
        if facts is None:
            return ""
        parts = [f"{facts.name}: {facts.reason}"]
        if (statistics := facts.statistics) is not None:
            parts += [statistics.summary] if statistics.summary else []
            if statistics.together is not None:
                parts.append(f"{statistics.measure} with the target {statistics.together:.2f}")
            parts.append(f"{statistics.rows:,} training rows shown")
        return " · ".join(parts)

    def show_column(self, facts: ColumnFacts | None) -> None:
        """Show `facts`, or nothing."""
        self._facts = facts
        self.setAccessibleName(self.sentence)
        self.setVisible(facts is not None and facts.statistics is not None)
        self.update()

    def _fit(self) -> None:
        self.setFixedHeight(scaled(_HEIGHT))
        self.update()

    def _bars(self) -> QRectF:
        line = scaled(20)
        return QRectF(self.rect()).adjusted(0, line + SPACE_XS, 0, -line)

    def _bar_at(self, place: QPointF) -> int | None:
        facts, bars = self._facts, self._bars()
        if facts is None or facts.statistics is None or not bars.contains(place):
            return None
        count = len(facts.statistics.counts)
        return min(int((place.x() - bars.left()) / bars.width() * count), count - 1)

    # --- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._facts is None or self._facts.statistics is None:
            return
        statistics, tokens, bars = self._facts.statistics, self._theme.tokens, self._bars()
        painter = QPainter(self)
        painter.setFont(small())
        metrics = painter.fontMetrics()
        painter.setPen(tokens.color("muted"))
        text = metrics.elidedText(self.sentence, Qt.TextElideMode.ElideRight, self.width())
        above = QRectF(0, 0, self.width(), bars.top())
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, text)
        paint_bars(painter, bars, statistics, tokens)
        painter.setPen(tokens.color("muted"))
        step = bars.width() / len(statistics.labels)
        every = -(-scaled(90) // max(1, int(step)))  # bars from one label to the next
        for index in range(0, len(statistics.labels), every):
            label = statistics.labels[index]
            room = QRectF(index * step, bars.bottom(), every * step - SPACE_S, scaled(20))
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, shown)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self._bar_at(QPointF(event.pos()))
            text = self.sentence
            if bar is not None and self._facts is not None and self._facts.statistics is not None:
                statistics = self._facts.statistics
                text = f"{statistics.labels[bar]}: {statistics.counts[bar]:,}"
            QToolTip.showText(event.globalPos(), plain(text), self)
            return True
        return super().event(event)
