"""Parallel coordinates: a line for each combination, through its settings and the metric."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.views.pages.groups.sweep.findings import Findings, Valued
from desktop.views.pages.groups.sweep.scales import Scale, nearest_gap
from desktop.views.theme import SPACE_M, SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.text import plain

_AXIS = 104  # pixels from one axis to the next at least
_SIDE = 76  # pixels beside the outer axes at most
_MOST = 1000  # lines, of the best
_REACH = 8  # pixels from a line within which it is meant
_FAINTEST = 0.25  # opacity of the worst


class ParallelCoordinates(QWidget):
    """Draws the combinations of `findings`: the better, the stronger, and the best in green."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._findings: Findings | None = None
        theme.changed.connect(self.update)
        self.setObjectName("parallel_coordinates")
        self.setAccessibleName("Settings and results of all trials")

    def show_findings(self, findings: Findings) -> None:
        """Draw `findings`."""
        self._findings = findings
        self.setAccessibleDescription(findings.summary)
        self.updateGeometry()
        self.update()

    @property
    def axes(self) -> list[Scale]:
        """From the left, the metric last."""
        if self._findings is None:
            return []
        return [*self._findings.scales.values(), self._findings.metric_scale]

    @property
    def _lines(self) -> tuple[Valued, ...]:
        """What is drawn, the best first."""
        return () if self._findings is None else self._findings.valued[:_MOST]

    # --- where things are ---------------------------------------------------------------------

    @property
    def _side(self) -> float:
        """Pixels beside the outer axes: room for half of their words."""
        share = self.width() / (2 * max(1, len(self.axes)))
        return min(max(share, scaled(_AXIS) / 2), scaled(_SIDE))

    def _area(self) -> QRectF:
        """Between the outer axes."""
        line, side = self.fontMetrics().lineSpacing(), self._side
        return QRectF(self.rect()).adjusted(side, line + SPACE_M, -side, -SPACE_M)

    def _line(self, valued: Valued) -> QPolygonF:
        assert self._findings is not None
        area, scales = self._area(), self._findings.scales
        places = [scale.place(valued.settings[path]) for path, scale in scales.items()]
        places.append(self._findings.metric_scale.place(valued.value))
        step = area.width() / max(1, len(places) - 1)
        return QPolygonF(
            [
                QPointF(area.left() + index * step, area.bottom() - place * area.height())
                for index, place in enumerate(places)
            ]
        )

    def _at(self, point: QPointF) -> Valued | None:
        """The combination whose line passes by `point`."""
        found, near = None, float(scaled(_REACH))
        for each in self._lines:
            line = self._line(each)
            for index in range(line.count() - 1):
                one, other = line.at(index), line.at(index + 1)
                if one.x() <= point.x() <= other.x():
                    part = (point.x() - one.x()) / max(other.x() - one.x(), 1e-9)
                    distance = abs(one.y() + part * (other.y() - one.y()) - point.y())
                    if distance < near:
                        found, near = each, distance
        return found

    # --- painting -----------------------------------------------------------------------------

    def _paint_axis(self, painter: QPainter, x: float, scale: Scale, room: float) -> None:
        tokens, area, metrics = self._theme.tokens, self._area(), self.fontMetrics()
        painter.setPen(QPen(tokens.color("muted"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        height = metrics.lineSpacing()
        painter.setPen(tokens.color("text"))
        title = metrics.elidedText(scale.title, Qt.TextElideMode.ElideRight, int(room))
        head = QRectF(x - room / 2, SPACE_XS, room, height)
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, title)
        every = max(1, -(-height // max(1, int(nearest_gap(scale) * area.height()))))
        for tick in scale.ticks[::every]:
            y = area.bottom() - tick.place * area.height()
            text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, int(room / 2))
            words = QRectF(x + SPACE_S, y - height / 2, metrics.horizontalAdvance(text), height)
            painter.fillRect(words, tokens.color("surface", 0.75))
            painter.setPen(tokens.color("muted"))
            painter.drawLine(QPointF(x - SPACE_XS, y), QPointF(x + SPACE_XS, y))
            painter.setPen(tokens.color("text"))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)

    # --- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(scaled(_AXIS) * max(2, len(self.axes)), scaled(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(_AXIS) * max(2, len(self.axes)), scaled(150))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._findings is None:
            return
        painter, tokens = QPainter(self), self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        valued = self._lines
        for index in reversed(range(len(valued))):  # the best on top
            strength = 1 - (1 - _FAINTEST) * index / max(1, len(valued) - 1)
            color = tokens.color("accent", strength) if index else tokens.color("good")
            painter.setPen(QPen(color, scaled(1.5) if index else scaled(3)))
            painter.drawPolyline(self._line(valued[index]))
        axes, area = self.axes, self._area()
        step = area.width() / max(1, len(axes) - 1)
        for index, scale in enumerate(axes):
            room = min(step, 2 * self._side if index in (0, len(axes) - 1) else step)
            self._paint_axis(painter, area.left() + index * step, scale, room - SPACE_S)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            text = ""
            if found is not None and self._findings is not None:
                settings = self._findings.text_of(found.settings)
                text = f"{settings}\n{self._findings.metric_title} {found.value:.4f}"
            QToolTip.showText(event.globalPos(), plain(text), self)
            return True
        return super().event(event)
