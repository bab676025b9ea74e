"""The plane of the data with the line of a unit, which can be dragged."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.views.theme import Theme, scaled
from desktop.views.widgets.plane.view import PlaneView

_NEAR = 9  # pixels from the line or its handles
_HANDLE = 5


@dataclass(frozen=True)
class Line:
    """Where w1 x1 + w2 x2 + b is zero."""

    w1: float
    w2: float
    b: float

    def value(self, x: float, y: float) -> float:
        """The sum at a point."""
        return self.w1 * x + self.w2 * y + self.b

    @property
    def size(self) -> float:
        """The length of (w1, w2)."""
        return math.hypot(self.w1, self.w2)

    def through(self, x: float, y: float) -> Line:
        """A line in parallel, through this point."""
        return Line(self.w1, self.w2, -(self.w1 * x + self.w2 * y))

    def turned(self, fixed: tuple[float, float], other: tuple[float, float]) -> Line:
        """A line through both points, with weights as large as these, and the same side first."""
        across, up = other[0] - fixed[0], other[1] - fixed[1]
        length = math.hypot(across, up)
        if not length:
            return self
        w1, w2 = -up / length * self.size, across / length * self.size
        if w1 * self.w1 + w2 * self.w2 < 0:
            w1, w2 = -w1, -w2
        return Line(w1, w2, -(w1 * fixed[0] + w2 * fixed[1]))

    def ends(self, low: float, high: float) -> list[tuple[float, float]]:
        """Where it enters and leaves the square from `low` to `high`; nothing if it does not."""
        found: list[tuple[float, float]] = []
        for edge in (low, high):
            if self.w2 and low <= (y := -(self.w1 * edge + self.b) / self.w2) <= high:
                found.append((edge, y))
            if self.w1 and low <= (x := -(self.w2 * edge + self.b) / self.w1) <= high:
                found.append((x, edge))
        if len(found) < 2:
            return []
        first = found[0]
        return [first, max(found, key=lambda each: math.dist(first, each))]


class LinePlane(PlaneView):
    """A PlaneView over which the line of a unit lies.

    The line is moved by dragging it, and turned by dragging one of its ends.

    Signals:
        dragged: the Line as it is to be.
    """

    dragged = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.line: Line | None = None
        self._fixed: tuple[float, float] | None = None  # the end about which it is turned
        self._is_dragged = False
        self.setMouseTracking(True)

    def show_line(self, line: Line | None) -> None:
        """Show `line`; None shows none."""
        if line != self.line:
            self.line = line
            if line is None:
                self._is_dragged = False
            self.update()

    def _ends(self) -> list[QPointF]:
        low, high = self.extent
        ends = self.line.ends(low, high) if self.line is not None else []
        return [self.to_widget(*end) for end in ends]

    def _near(self, place: QPointF) -> int | None:
        """The number of the handle under `place`, -1 for the line itself, None for nothing."""
        ends = self._ends()
        if not ends:
            return None
        distances = [math.dist(end.toTuple(), place.toTuple()) for end in ends]
        if min(distances) <= scaled(_NEAR):
            return distances.index(min(distances))
        (x1, y1), (x2, y2) = (end.toTuple() for end in ends)
        length = math.hypot(x2 - x1, y2 - y1)
        if not length:
            return None
        away = abs((x2 - x1) * (place.y() - y1) - (y2 - y1) * (place.x() - x1)) / length
        return -1 if away <= scaled(_NEAR) and self.square.contains(place) else None

    # --- Qt -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if event.button() != Qt.MouseButton.LeftButton or near is None or self.line is None:
            super().mousePressEvent(event)
            return
        self._is_dragged = True
        ends = self.line.ends(*self.extent)
        self._fixed = None if near < 0 else ends[1 - near]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._is_dragged or self.line is None:
            near = self._near(event.position())
            shapes = Qt.CursorShape
            self.setCursor(shapes.ArrowCursor if near is None else shapes.SizeAllCursor)
            super().mouseMoveEvent(event)
            return
        point, line = self.to_plane(event.position()), self.line
        fixed = self._fixed
        self.show_line(line.through(*point) if fixed is None else line.turned(fixed, point))
        self.dragged.emit(self.line)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._is_dragged = False
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        ends = self._ends()
        if not ends:
            return
        painter, tokens = QPainter(self), self.theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.color("accent"), scaled(2)))
        painter.drawLine(*ends)
        painter.setBrush(tokens.color("surface"))
        for end in ends:
            painter.drawEllipse(end, scaled(_HANDLE), scaled(_HANDLE))
        painter.end()
