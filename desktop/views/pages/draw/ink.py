"""Strokes of a pen and an eraser, kept as points and painted as smooth, antialiased curves.

Positions and widths are in units: the drawing is a square of `SIDE` × `SIDE` of them, whatever the
size of the widget that shows it. A curve goes from the middle of one pair of neighboring points to
the middle of the next with the point between them as its control point, so a new point adds one
short piece and nothing painted before changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from desktop.document.drawings import SIDE, PenStroke
from desktop.views.pages.draw.ink_image import InkImage

IMAGE_EDGE = 40  # units of blank paper around the ink of an image, as around a digit of MNIST
PEN_WIDTH = 18.0  # with it, drawn digits are as bold as the data sets' ones; see bench_drawing.py
_CLOSEST = 1.0  # units; nearer points only make the curve tremble
_FAINTEST = 32  # of 255; what is fainter is left over by the eraser


@dataclass
class Stroke:
    """What the pen or the eraser did from being set down to being lifted, a width to a point."""

    eraser: bool
    points: list[QPointF] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    def piece(self, index: int) -> QPainterPath:
        """The part of the curve that the point at `index` added; the first one is a dot."""
        points = self.points
        if index == 0:
            return _line(points[0], points[0])
        middle = (points[index - 1] + points[index]) / 2
        if index == 1:
            return _line(points[0], middle)
        path = QPainterPath((points[index - 2] + points[index - 1]) / 2)
        path.quadTo(points[index - 1], middle)
        return path

    def kept(self) -> PenStroke:
        """The same as it is kept: to a tenth of a unit."""
        widths = tuple(round(width, 1) for width in self.widths)
        return PenStroke(
            points=tuple((_kept(point.x()), _kept(point.y())) for point in self.points),
            widths=widths[:1] if len(set(widths)) == 1 else widths,
            eraser=self.eraser,
        )

    def tail(self) -> QPainterPath:
        """The straight end of the curve, from the last pair's middle to the last point."""
        last = self.points[-1]
        before = self.points[-2] if len(self.points) > 1 else last
        return _line((before + last) / 2, last)


@dataclass(frozen=True)
class Surface:
    """An image that strokes are painted on, `scale` pixels to a unit.

    Every channel of `ink` must be lighter than `paper`'s, or every one darker: each pixel takes the
    inkier of what it has and what is painted, so the seams between pieces do not show.
    """

    image: QImage
    scale: float
    paper: QColor
    ink: QColor

    def wipe(self) -> None:
        """Nothing but paper."""
        self.image.fill(self.paper)

    def paint(self, stroke: Stroke, first: int, *, finished: bool) -> None:
        """Paint the pieces of `stroke` from point `first` on, and its end if it is finished."""
        painter = self._painter(stroke)
        for index in range(first, len(stroke.points)):
            self._piece(painter, stroke, stroke.piece(index), index)
        if finished:
            self._piece(painter, stroke, stroke.tail(), -1)
        painter.end()

    def paint_all(self, ink: Ink) -> None:
        """Start again with paper, and paint the image and the strokes of `ink`."""
        self.wipe()
        if ink.image is not None:
            edge, side = IMAGE_EDGE * self.scale, (SIDE - 2 * IMAGE_EDGE) * self.scale
            ink.image.paint(self.image, self.ink, QRectF(edge, edge, side, side))
        for stroke in ink.strokes:
            self.paint(stroke, 0, finished=stroke is not ink.active)

    def _painter(self, stroke: Stroke) -> QPainter:
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.scale, self.scale)
        lighter = (self.ink.lightness() > self.paper.lightness()) is not stroke.eraser
        painter.setCompositionMode(
            QPainter.CompositionMode.CompositionMode_Lighten
            if lighter
            else QPainter.CompositionMode.CompositionMode_Darken
        )
        return painter

    def _piece(self, painter: QPainter, stroke: Stroke, path: QPainterPath, index: int) -> None:
        color = self.paper if stroke.eraser else self.ink
        painter.strokePath(path, round_pen(color, stroke.widths[index]))


_Entry: TypeAlias = Stroke | InkImage | None  # None: everything was cleared


class Ink:
    """A drawing with its history. `raster()` is what it looks like, whatever shows it."""

    def __init__(self) -> None:
        self._history: list[_Entry] = []
        self._undone: list[_Entry] = []
        self._active: Stroke | None = None
        self._surface = Surface(
            QImage(SIDE, SIDE, QImage.Format.Format_Grayscale8),
            1.0,
            QColor(0, 0, 0),
            QColor(255, 255, 255),
        )
        self._surface.wipe()

    @property
    def active(self) -> Stroke | None:
        """The stroke being drawn."""
        return self._active

    @property
    def can_undo(self) -> bool:
        return bool(self._history)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: never drawn, cleared, or erased."""
        if self._active is not None or self._image_alone is not None:
            return False
        return not bool((self._pixels() >= _FAINTEST).any())

    @property
    def strokes(self) -> list[Stroke]:
        """The strokes since the last clearing or image, in order."""
        drawn = takewhile(lambda entry: isinstance(entry, Stroke), reversed(self._history))
        return [entry for entry in drawn if isinstance(entry, Stroke)][::-1]

    @property
    def image(self) -> InkImage | None:
        """The image that the strokes are drawn on."""
        starts = (each for each in reversed(self._history) if not isinstance(each, Stroke))
        return next(starts, None)

    @property
    def _image_alone(self) -> InkImage | None:
        last = self._history[-1] if self._history else None
        return last if isinstance(last, InkImage) else None

    def show(self, image: InkImage) -> bool:
        """Replace all there is with `image`, as something that can be undone."""
        self.finish()
        self._history.append(image)
        self._undone.clear()
        self._surface.paint_all(self)
        return True

    def begin(self, position: QPointF, width: float = PEN_WIDTH, *, eraser: bool = False) -> Stroke:
        """Set the pen down. A stroke in progress is finished first."""
        self.finish()
        self._active = Stroke(eraser, [position], [width])
        self._history.append(self._active)
        self._undone.clear()
        self._surface.paint(self._active, 0, finished=False)
        return self._active

    def extend(self, position: QPointF, width: float | None = None) -> bool:
        """Move the pen; False if it is not down, or the move is too small to matter."""
        stroke = self._active
        if stroke is None:
            return False
        step = position - stroke.points[-1]
        if step.x() ** 2 + step.y() ** 2 < _CLOSEST**2:
            return False
        stroke.points.append(position)
        stroke.widths.append(stroke.widths[-1] if width is None else width)
        self._surface.paint(stroke, len(stroke.points) - 1, finished=False)
        return True

    def finish(self) -> Stroke | None:
        """Lift the pen; the stroke it drew, or None if it was not down."""
        stroke, self._active = self._active, None
        if stroke is not None:
            self._surface.paint(stroke, len(stroke.points), finished=True)
        return stroke

    def clear(self) -> bool:
        """Take all ink away, as something that can be undone; False if there is none."""
        self.finish()
        if self.image is None and not self.strokes:
            return False
        self._history.append(None)
        self._undone.clear()
        self._surface.wipe()
        return True

    def undo(self) -> bool:
        """Undo the last stroke, image or clearing; False if there is none."""
        return self._step(self._history, self._undone)

    def redo(self) -> bool:
        """Redo what was undone last; False if there is none."""
        return self._step(self._undone, self._history)

    def raster(self) -> NDArray[np.uint8]:
        """The drawing as uint8, ink 255 on 0, the stroke in progress included.

        Its shape is (SIDE, SIDE); an image that nothing was drawn on is as large as it came.
        """
        if self._image_alone is not None:
            return self._image_alone.raster
        if self._active is None:
            return self._pixels().copy()
        image = self._surface.image.copy()
        surface = Surface(image, 1.0, self._surface.paper, self._surface.ink)
        surface.paint(self._active, len(self._active.points), finished=True)
        return _pixels_of(image).copy()

    def _pixels(self) -> NDArray[np.uint8]:
        return _pixels_of(self._surface.image)

    def _step(self, source: list[_Entry], target: list[_Entry]) -> bool:
        self.finish()
        if not source:
            return False
        target.append(source.pop())
        self._surface.paint_all(self)
        return True


def _kept(place: float) -> float:
    """To a tenth of a unit; the pen may have been far beyond the paper."""
    return round(min(max(place, -SIDE), 2 * SIDE), 1)


def round_pen(color: QColor, width: float) -> QPen:
    """A pen with round ends and corners."""
    return QPen(
        color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def bounds(stroke: Stroke, first: int) -> QRectF:
    """In units, what changes when the points from `first` on are added to `stroke`."""
    points = stroke.points[max(0, first - 2) :]
    xs, ys = [point.x() for point in points], [point.y() for point in points]
    margin = max(stroke.widths[max(0, first - 2) :]) / 2 + 2
    return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).adjusted(
        -margin, -margin, margin, margin
    )


def _line(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    # A path from a point to itself has no length, and a pen leaves nothing on such a path.
    path.lineTo(end if end != start else start + QPointF(0.01, 0.0))
    return path


def _pixels_of(image: QImage) -> NDArray[np.uint8]:
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.bytesPerLine())[:, : image.width()]
