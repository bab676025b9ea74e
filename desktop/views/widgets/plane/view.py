"""The plane: points of the data, and what the network predicts for every other one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.document.schema import DataSchema, Range, RowKind
from desktop.document.text import with_minus
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.card_text import small
from desktop.views.widgets.plane.legend import TRAINING, Legend
from desktop.views.widgets.plane.picture import number_color, picture
from desktop.workers.reports import DataSummary, SplitSummary, Surface

MARGIN = 0.08  # of the range of the points, on every side
STEP = 0.25  # the range ends at a multiple of it, so that a single point seldom moves it
POINT, LARGE_POINT = 3.0, 6.0  # pixels, the radius of a point among many and among few
FEW = 20


def is_plane(schema: DataSchema | None) -> bool:
    """Whether the rows are points in a plane."""
    return schema is not None and schema.row is RowKind.POINT and schema.input_shape == (2,)


@dataclass(frozen=True)
class UnitOutput:
    """What a unit called `name` makes of the plane; `numbers` have the outermost colors."""

    name: str
    surface: Surface
    numbers: Range


class PlaneView(QWidget):
    """Training points are filled, others are rings; the color is that of the class or number.

    Behind them is the prediction of the network or, while there is one, the output of a unit.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.summary: DataSummary | None = None
        self._surface: Surface | None = None
        self._unit: UnitOutput | None = None
        self._image: QImage | None = None  # of the surface or the unit
        self._shows_held_out = True
        self._points: QPixmap | None = None  # painted once for a size
        self._extent: Range = (-1.0, 1.0)
        self._numbers: tuple[float, float] = (-1.0, 1.0)
        self.setAccessibleName("Points in the plane and what the network predicts for them")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._theme_changed)

    @property
    def extent(self) -> Range:
        """What is seen of both axes."""
        return self._extent

    @property
    def surface(self) -> Surface | None:
        """The prediction on show."""
        return self._surface

    @property
    def unit(self) -> UnitOutput | None:
        """The output of a unit on show in place of the prediction."""
        return self._unit

    @property
    def splits(self) -> tuple[SplitSummary, ...]:
        """The points on show."""
        splits = self.summary.splits if self.summary is not None else ()
        return tuple(each for each in splits if self._shows_held_out or each.name == TRAINING)

    def show_held_out(self, shows: bool) -> None:
        """Show the points that are held out, or only those for training."""
        self._shows_held_out = shows
        self._points = None
        self._describe()
        self.update()

    def show_points(self, summary: DataSummary) -> None:
        """Show the points of `summary`, which `is_plane`."""
        before, self.summary = self.summary, summary
        if before is None or before.schema.target != summary.schema.target:
            self._surface = self._image = None
        self._extent = _extent(summary)
        if not summary.schema.class_names:
            largest = max(float(np.abs(split.y).max(initial=0)) for split in summary.splits)
            self._numbers = (-largest, largest)
        self._points = None
        self._describe()
        self.update()

    def show_surface(self, surface: Surface | None) -> None:
        """Show `surface` behind the points; None shows none."""
        summary = self.summary
        if surface is not None and summary is not None:
            expected = len(summary.schema.class_names) or 1
            if surface.values.shape[2] != expected:
                surface = None
        self._surface, self._image = surface, None
        self._describe()
        self.update()

    def show_unit(self, unit: UnitOutput | None) -> None:
        """Show `unit` in place of the prediction; None shows that again."""
        self._unit, self._image = unit, None
        self._describe()
        self.update()

    def color_of(self, target: float) -> QColor:
        """The color of a point of the class, or with the number, `target`."""
        tokens = self.theme.tokens
        if self.summary is not None and not self.summary.schema.class_names:
            return number_color(target, self._numbers, tokens)
        return tokens.classes[int(target) % len(tokens.classes)]

    def _describe(self) -> None:
        parts = [] if self.summary is None else [self.summary.title]
        if self.summary is not None:
            parts += [f"{split.rows:,} {split.name} points" for split in self.splits]
        if self._unit is not None:
            parts.append(f"output of {self._unit.name}")
        elif self._surface is not None:
            parts.append(f"prediction after epoch {self._surface.epoch}")
        self.setAccessibleDescription(", ".join(parts))

    # --- places -------------------------------------------------------------------------------

    @property
    def square(self) -> QRectF:
        """Where the plane is, in the widget's coordinates."""
        line = self.fontMetrics().height()
        left, top, bottom = scaled(34), line + scaled(SPACE_S), line + scaled(SPACE_XS)
        side = max(min(self.width() - left - 2, self.height() - top - bottom), 10)
        across = (self.width() - left - side) / 2
        return QRectF(left + across, top, side, side)

    def to_widget(self, x: float, y: float) -> QPointF:
        """Where the point at `x`, `y` is painted."""
        low, high = self._extent
        square = self.square
        across, up = (x - low) / (high - low), (y - low) / (high - low)
        return QPointF(
            square.left() + across * square.width(), square.bottom() - up * square.height()
        )

    def to_plane(self, place: QPointF) -> tuple[float, float]:
        """The coordinates of what is painted at `place`."""
        low, high = self._extent
        square = self.square
        across = (place.x() - square.left()) / square.width()
        up = (square.bottom() - place.y()) / square.height()
        return low + across * (high - low), low + up * (high - low)

    # --- painting -----------------------------------------------------------------------------

    def _theme_changed(self) -> None:
        self._image = self._points = None
        self.update()

    def _radius(self) -> float:
        rows = sum(split.rows for split in self.summary.splits) if self.summary else 0
        return float(scaled(LARGE_POINT if rows <= FEW else POINT))

    def _paint_points(self, summary: DataSummary, split: SplitSummary, painter: QPainter) -> None:
        tokens, square = self.theme.tokens, self.square
        radius = self._radius()
        edge = tokens.color("surface" if summary.schema.class_names else "muted")
        for (x, y), target in zip(split.x, split.y, strict=True):
            color = self.color_of(float(np.ravel(target)[0]))
            place = self.to_widget(float(x), float(y)) - square.topLeft()
            if split.name == TRAINING:
                painter.setPen(QPen(edge, 1))
                painter.setBrush(color)
            else:
                painter.setPen(QPen(tokens.color("text"), 2.4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(place, radius, radius)
                painter.setPen(QPen(color, 1.6))
            painter.drawEllipse(place, radius, radius)

    def _points_pixmap(self) -> QPixmap:
        if self._points is None:
            ratio, square = self.devicePixelRatioF(), self.square
            self._points = QPixmap((square.size() * ratio).toSize())
            self._points.setDevicePixelRatio(ratio)
            self._points.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._points)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # What is trained on lies on top.
            if self.summary is not None:
                for split in reversed(self.splits):
                    self._paint_points(self.summary, split, painter)
            painter.end()
        return self._points

    def _paint_axes(self, painter: QPainter, square: QRectF) -> None:
        tokens, (low, high) = self.theme.tokens, self._extent
        painter.setFont(small())
        height = painter.fontMetrics().height()
        for value in _ticks(low, high):
            place = self.to_widget(value, value)
            text = with_minus(f"{value:g}")
            painter.setPen(tokens.color("muted"))
            wide = scaled(40)
            painter.drawText(
                QRectF(place.x() - wide / 2, square.bottom() + 2, wide, height),
                Qt.AlignmentFlag.AlignCenter,
                text,
            )
            painter.drawText(
                QRectF(square.left() - wide - SPACE_XS, place.y() - height / 2, wide, height),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                text,
            )
            painter.setPen(tokens.color("muted", 0.25))
            painter.drawLine(QPointF(place.x(), square.top()), QPointF(place.x(), square.bottom()))
            painter.drawLine(QPointF(square.left(), place.y()), QPointF(square.right(), place.y()))

    def _paint_legend(self, painter: QPainter, square: QRectF) -> None:
        """Above the plane: what the colors, a filled point and a ring are, or which unit it is."""
        if self.summary is None:
            return
        tokens, names = self.theme.tokens, self.summary.schema.class_names
        if self._unit is not None:
            legend = Legend(painter, tokens, 0, self.width())
            legend.write(self._unit.name)
            legend.numbers(self._unit.numbers)
            return
        legend = Legend(painter, tokens, square.left(), self.width())
        if names:
            legend.classes(names)
        else:
            legend.numbers(self._numbers)
        legend.points([split.name for split in self.splits if split.rows])

    # --- Qt -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens, square = QPainter(self), self.theme.tokens, self.square
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(square, tokens.color("surface"))
        surface, numbers = self._surface, self._numbers
        if self._unit is not None:
            surface, numbers = self._unit.surface, self._unit.numbers
        if surface is not None:
            if self._image is None:
                self._image = picture(surface, tokens, numbers)
            low, high = surface.extent
            corners = QRectF(self.to_widget(low, high), self.to_widget(high, low))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipRect(square)
            painter.drawImage(corners, self._image)
            painter.setClipping(False)
        self._paint_axes(painter, square)
        painter.drawPixmap(square.topLeft(), self._points_pixmap())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(tokens.color("border"))
        painter.drawRect(square)
        self._paint_legend(painter, square)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(scaled(320), scaled(340))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(180), scaled(200))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._points = None

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._points = None  # may be large


def _extent(summary: DataSummary) -> Range:
    """The range of both axes: of the points and of what the source says, with a margin."""
    ranges = summary.schema.feature_ranges or (summary.schema.value_range,)
    ends = [end for each in ranges for end in each]
    for split in summary.splits:
        if split.rows:
            ends += [float(split.x.min()), float(split.x.max())]
    low, high = min(ends), max(ends)
    margin = max(MARGIN * (high - low), 0.1)
    low, high = low - margin, high + margin
    if high - low < 1000:
        low, high = math.floor(low / STEP) * STEP, math.ceil(high / STEP) * STEP
    return low, high


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`, three to six."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(each for each in (1, 2, 5, 10) if each * power >= rough * 0.7)
    first = math.ceil(low / step)
    return [round(k * step, 10) for k in range(first, math.floor(high / step) + 1)]
