"""One small chart of a layer's weights; a click or Enter opens it large."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.views.charts.summary import format_value
from desktop.views.charts.weights.ridgeline import HistogramMode, Style, paint
from desktop.views.charts.weights.ridges import RidgeCache
from desktop.views.theme import RADIUS, SIZE_SMALL, SPACE_S, Theme, factor, scaled
from desktop.views.widgets.text import plain
from desktop.workers.records import Reservoir
from desktop.workers.reports import WeightHistogram

BINS = 40
HEADER = 22


class HistogramTile(QWidget):
    """The histograms of one weight through the epochs, painted once and kept as a pixmap.

    `set_content` says what to show and marks the pixmap as stale; `render_now` repaints it.
    """

    opened = Signal(int)  # the layer's position in the stack

    def __init__(self, theme: Theme, layer: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.layer = layer
        self.reservoir: Reservoir[WeightHistogram] | None = None
        self._mode, self._logarithmic = HistogramMode.RIDGELINE, False
        self._cache = RidgeCache(BINS)
        self._key: tuple[object, ...] = ()
        self._pixmap: QPixmap | None = None
        self.stale = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_content(
        self, reservoir: Reservoir[WeightHistogram], mode: HistogramMode, logarithmic: bool
    ) -> None:
        """Show a weight's histograms."""
        epoch, newest = reservoir.last
        key = (id(reservoir), epoch, id(newest), len(reservoir), mode, logarithmic)
        if key == self._key:
            return
        if not reservoir.is_of_same_weights(self.reservoir):
            self._cache = RidgeCache(BINS)
        self.reservoir, self._key = reservoir, key
        self._mode, self._logarithmic = mode, logarithmic
        self.stale = True

    @property
    def title(self) -> str:
        """The layer and the weight, e.g. "Dense 2 kernel"."""
        if self.reservoir is None:
            return ""
        histogram = self.reservoir.last[1]
        return f"{histogram.layer_name} {histogram.weight}"

    def text(self) -> str:
        """What the tile shows, in words."""
        if self.reservoir is None:
            return ""
        epoch, last = self.reservoir.last
        mean, deviation = format_value(last.mean), format_value(last.standard_deviation)
        bad = f", {last.non_finite} values are not numbers" if last.non_finite else ""
        return f"{self.title} at epoch {epoch}: mean {mean}, standard deviation {deviation}{bad}"

    def render_now(self) -> None:
        """Repaint the pixmap."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._theme.tokens.color("surface"))
        self.stale = False
        self._pixmap = pixmap
        if self.reservoir is not None and len(self.reservoir):
            self.setToolTip(plain(f"{self.title}: click or press Enter to enlarge it"))
            self.setAccessibleName(self.text())
            painter = QPainter(pixmap)
            painter.scale(factor(), factor())
            painter.setFont(self.font())
            self._paint_content(painter, self.width() / factor(), self.height() / factor())
            painter.end()
        self.update()

    def _paint_content(self, painter: QPainter, width: float, height: float) -> None:
        assert self.reservoir is not None
        tokens = self._theme.tokens
        ridges = self._cache.ridges(self.reservoir.items, logarithmic=self._logarithmic)
        histogram = self.reservoir.last[1]
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        room = width - 2 * SPACE_S
        metrics = QFontMetricsF(font)
        name = metrics.elidedText(histogram.layer_name, Qt.TextElideMode.ElideRight, room)
        painter.setPen(tokens.color("text"))
        painter.drawText(QRectF(SPACE_S, 3, room, 18), Qt.AlignmentFlag.AlignVCenter, name)
        used = metrics.horizontalAdvance(name) + 6
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        bad = f"{histogram.non_finite} not finite" if histogram.non_finite else ""
        note = bad or histogram.weight
        painter.setPen(tokens.color("bad" if bad else "muted"))
        note = QFontMetricsF(font).elidedText(note, Qt.TextElideMode.ElideRight, room - used)
        painter.drawText(
            QRectF(SPACE_S + used, 3, room - used, 18), Qt.AlignmentFlag.AlignVCenter, note
        )
        area = QRectF(SPACE_S, HEADER, room, height - HEADER - 3)
        paint(painter, area, ridges, Style(tokens, self._mode))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(128), scaled(108))

    def sizeHint(self) -> QSize:
        return QSize(scaled(170), scaled(130))

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.size() != self.size() * ratio:
            self.render_now()
        painter = QPainter(self)
        assert self._pixmap is not None
        painter.drawPixmap(0, 0, self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.hasFocus() or self.underMouse()
        painter.setPen(self._theme.tokens.color("accent" if lit else "border"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.opened.emit(self.layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.layer)
        else:
            event.ignore()
