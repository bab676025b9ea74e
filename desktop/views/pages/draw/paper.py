"""A square of paper that shows ink, the pen and the eraser, whatever moves them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.document.drawings import SIDE, PenStroke
from desktop.views.pages.draw.ink import PEN_WIDTH, Ink, Stroke, Surface, bounds, round_pen
from desktop.views.pages.draw.ink_image import InkImage
from desktop.views.theme import RADIUS, SIZE_TITLE, Theme, scaled

FRAME = 2  # pixels around the paper, for the border and the focus
SMALLEST = 220  # pixels a side
HAIR = 8  # pixels that the cross-hairs of the pen reach beyond its ring


class Paper(QWidget):
    """Paper with a drawing and its history. Positions and widths are in units of the ink.

    `raster()` is the drawing as the network's preprocessing wants it; it depends neither on the
    size of the widget nor on the theme. The paper has `SIDE` units a side.

    Signals:
        changed: the drawing looks different.
        cleared: all of it was taken away at once.
    """

    changed = Signal()
    cleared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ink = Ink()
        self._pen_width = PEN_WIDTH
        self._eraser_width = 2 * PEN_WIDTH
        self._eraser = False
        self._hint = ""
        self._display: Surface | None = None  # what is shown; None: to be painted again
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALLEST, SMALLEST)
        theme.changed.connect(self._repaint_all)

    @property
    def eraser(self) -> bool:
        """Whether the eraser is in use instead of the pen."""
        return self._eraser

    @eraser.setter
    def eraser(self, eraser: bool) -> None:
        self._ink.finish()
        self._eraser = eraser
        self.update()

    @property
    def width_in_use(self) -> float:
        """The width of the pen or of the eraser, whichever is in use, in units."""
        return self._eraser_width if self._eraser else self._pen_width

    @width_in_use.setter
    def width_in_use(self, width: float) -> None:
        if self._eraser:
            self._eraser_width = width
        else:
            self._pen_width = width
        self.update()

    @property
    def hint(self) -> str:
        """What empty paper says."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        self._hint = hint
        self.update()

    @property
    def is_empty(self) -> bool:
        """Whether there is no ink."""
        return self._ink.is_empty

    @property
    def can_undo(self) -> bool:
        return self._ink.can_undo

    @property
    def can_redo(self) -> bool:
        return self._ink.can_redo

    def raster(self) -> NDArray[np.uint8]:
        """The drawing as uint8 (SIDE, SIDE), ink 255 on 0; an image alone has its own size."""
        return self._ink.raster()

    @property
    def shows_image(self) -> bool:
        """Whether an image from a file lies below what is drawn."""
        return self._ink.image is not None

    @property
    def kept_strokes(self) -> tuple[PenStroke, ...]:
        """What pen and eraser did, as it is kept; nothing where an image lies below."""
        self.lift()
        return () if self.shows_image else tuple(s.kept() for s in self._ink.strokes)

    def clear(self) -> None:
        """Take all ink away; undo brings it back."""
        self._change(self._ink.clear)
        self.cleared.emit()

    def show_image(self, raster: NDArray[np.uint8]) -> None:
        """Replace the drawing with the ink `raster`, (h, w), 255 on 0; undo brings it back."""
        self._change(lambda: self._ink.show(InkImage(raster)))

    def undo(self) -> None:
        """Undo the last stroke, image or clearing."""
        self._change(self._ink.undo)

    def redo(self) -> None:
        """Redo what was undone last."""
        self._change(self._ink.redo)

    # --- drawing ----------------------------------------------------------------------------------

    @property
    def is_down(self) -> bool:
        """Whether the pen or the eraser touches the paper."""
        return self._ink.active is not None

    def begin(self, position: QPointF, pressure: float = 1.0, *, eraser: bool = False) -> None:
        """Lower the pen, or the eraser, at `position`; `pressure` multiplies its width."""
        self.lift()
        eraser = eraser or self._eraser
        width = (self._eraser_width if eraser else self._pen_width) * pressure
        stroke = self._ink.begin(position, width, eraser=eraser)
        if self._display is not None:
            self._display.paint(stroke, 0, finished=False)
        self._drawn(stroke)

    def extend(self, position: QPointF, pressure: float = 1.0) -> None:
        """Move the pen to `position`; nothing happens if it is not down."""
        stroke = self._ink.active
        if stroke is None:
            return
        width = (self._eraser_width if stroke.eraser else self._pen_width) * pressure
        if self._ink.extend(position, width):
            if self._display is not None:
                self._display.paint(stroke, len(stroke.points) - 1, finished=False)
            self._drawn(stroke)

    def lift(self) -> None:
        """Lift the pen."""
        stroke = self._ink.finish()
        if stroke is not None:
            if self._display is not None:
                self._display.paint(stroke, len(stroke.points), finished=True)
            self._drawn(stroke)

    def _change(self, change: Callable[[], bool]) -> None:
        if change():
            self._repaint_all()
            self.changed.emit()

    def _drawn(self, stroke: Stroke) -> None:
        if len(stroke.points) < 3:
            self.update()  # the hint may have gone
        else:
            self.update(self._on_widget(bounds(stroke, len(stroke.points) - 1)).toAlignedRect())
        self.changed.emit()

    def _repaint_all(self) -> None:
        self._display = None
        self.update()

    # --- where things are -------------------------------------------------------------------------

    def units(self, position: QPointF) -> QPointF:
        """Where a position on the widget is on the paper."""
        paper = self._paper()
        return (position - paper.topLeft()) * (SIDE / paper.width())

    def pen_place(self) -> tuple[QPointF | None, bool]:
        """Where the pen is, None if not there, and whether cross-hairs help to see it."""
        return None, False

    def update_pen(self, *places: QPointF | None) -> None:
        """Repaint what the pen's ring covers at `places`."""
        reach = max(self._pen_width, self._eraser_width) / 2 + 2
        for place in places:
            if place is not None:
                around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
                self.update(self._on_widget(around).toAlignedRect())

    def _paper(self) -> QRectF:
        side = max(min(self.width(), self.height()) - 2 * FRAME, 1)
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _on_widget(self, area: QRectF) -> QRectF:
        paper = self._paper()
        scale = paper.width() / SIDE
        return QRectF(area.topLeft() * scale + paper.topLeft(), area.size() * scale)

    # --- painting ---------------------------------------------------------------------------------

    def _current_display(self) -> Surface:
        """The drawing in the widget's own pixels and the theme's colors."""
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        side = max(1, round(self._paper().width() * ratio))
        display = self._display
        if display is None or display.image.width() != side:
            display = Surface(
                QImage(side, side, QImage.Format.Format_RGB32),
                side / SIDE,
                tokens.color("surface"),
                tokens.color("text"),
            )
            display.paint_all(self._ink)
            self._display = display
        return display

    def _paint_pen(self, painter: QPainter) -> None:
        """A ring as wide as the pen where it is."""
        place, crossed = self.pen_place()
        if place is None or not self.isEnabled():
            return
        tokens, paper = self._theme.tokens, self._paper()
        scale = paper.width() / SIDE
        middle, radius = place * scale + paper.topLeft(), self.width_in_use * scale / 2
        painter.setPen(QPen(tokens.color("accent" if self.is_down else "muted"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, radius, radius)
        if crossed:
            for direction in (QPointF(-1, 0), QPointF(1, 0), QPointF(0, -1), QPointF(0, 1)):
                painter.drawLine(middle + direction * radius, middle + direction * (radius + HAIR))

    def sizeHint(self) -> QSize:
        return QSize(SMALLEST, SMALLEST)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, paper = self._theme.tokens, self._paper()
        display = self._current_display()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(paper, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.drawImage(paper, display.image)
        stroke = self._ink.active
        if stroke is not None:
            painter.save()
            painter.translate(paper.topLeft())
            painter.scale(paper.width() / SIDE, paper.width() / SIDE)
            color = display.paper if stroke.eraser else display.ink
            painter.strokePath(stroke.tail(), round_pen(color, stroke.widths[-1]))
            painter.restore()
        elif self._ink.is_empty:
            font = self.font()
            font.setPixelSize(scaled(SIZE_TITLE))
            painter.setFont(font)
            painter.setPen(tokens.color("muted"))
            painter.drawText(
                paper, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint
            )
        self._paint_pen(painter)
        painter.setClipping(False)
        focused = self.hasFocus()
        painter.setPen(QPen(tokens.color("accent" if focused else "border"), 2 if focused else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(paper.adjusted(-0.5, -0.5, 0.5, 0.5), RADIUS, RADIUS)
        painter.end()
