"""The hidden units of a network as small heat maps of the plane, a block for each layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QBuffer, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop.document.schema import Range
from desktop.document.text import with_minus
from desktop.views.theme import SPACE_S, SPACE_XS, Theme, scaled
from desktop.views.widgets.card_text import draw, small
from desktop.views.widgets.plane.picture import unit_picture
from desktop.views.widgets.plane.view import UnitOutput
from desktop.views.widgets.text import plain
from desktop.workers.reports import FloatArray, HiddenUnits, LayerUnits, Surface

SQUARE, LARGE = 30, 150  # pixels: of a unit, and of the one below the mouse


@dataclass(frozen=True)
class Unit:
    """The place of a unit: its layer, and its number in that, from 0."""

    layer: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.layer}, unit {self.number + 1}"


class UnitMaps(QWidget):
    """A square for each unit of `show_units`, in the colors of numbers.

    The strongest color is the largest output of the layer, without its sign, so that units of a
    layer compare. The unit that is seen large has the same colors for its own outputs. A click,
    Enter or Space chooses the unit to be seen large, and again, or Escape, none; arrows go from one
    to the next. The tip says which unit it is, and between which values its outputs are.

    Signals:
        chosen: the UnitOutput to be seen large, whenever it changes, or None.
        moved: to the square in this QRect, with the keys.
    """

    chosen = Signal(object)
    moved = Signal(QRect)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._units: HiddenUnits | None = None
        self._images: dict[Unit, QImage] = {}
        self._choice: Unit | None = None
        self._current: Unit | None = None  # of the keys
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Hidden units")
        theme.changed.connect(self._recolor)

    @property
    def units(self) -> HiddenUnits | None:
        """What is shown."""
        return self._units

    @property
    def choice(self) -> Unit | None:
        """The unit that is seen large."""
        return self._choice

    def show_units(self, units: HiddenUnits | None) -> None:
        """Show `units`, and what is chosen of them; None shows nothing."""
        self._units = units
        self._recolor()
        known = self._images
        self._current = self._current if self._current in known else None
        if self._choice is not None:
            self.choose(self._choice if self._choice in known else None)
        self._describe()
        self.updateGeometry()

    def choose(self, unit: Unit | None) -> None:
        """Have `unit` seen large."""
        self._choice = unit
        layer = self._layer(unit)
        output = None
        if unit is not None and layer is not None and self._units is not None:
            values = layer.values[unit.number][..., np.newaxis]
            surface = Surface(values, self._units.extent, False, self._units.epoch)
            output = UnitOutput(unit.name, surface, _numbers(values))
        self.chosen.emit(output)
        self.update()

    def place(self, unit: Unit) -> QRect:
        """Where the square of `unit` is."""
        return self._places()[unit]

    def describe(self, unit: Unit) -> str:
        """Which unit it is, and its least and largest output."""
        layer = self._layer(unit)
        if layer is None:
            return unit.name
        values = layer.values[unit.number]
        low, high = (with_minus(f"{end:.3g}") for end in (values.min(), values.max()))
        same = f"always {low}" if low == high else f"from {low} to {high}"
        return f"{unit.name} of {layer.units}: {same}"

    def _layer(self, unit: Unit | None) -> LayerUnits | None:
        layers = self._units.layers if self._units is not None else ()
        return next((each for each in layers if unit and each.layer == unit.layer), None)

    def _large(self, unit: Unit) -> QImage:
        """The picture of `unit` in the colors of its own outputs."""
        layer = self._layer(unit)
        values = layer.values[unit.number] if layer is not None else np.zeros((1, 1), np.float32)
        return unit_picture(values, _numbers(values), self._theme.tokens)

    def _describe(self) -> None:
        text = self.describe(self._current) if self._current is not None else ""
        self.setAccessibleDescription(text)

    def _recolor(self) -> None:
        self._images = {
            Unit(layer.layer, number): unit_picture(
                values, _numbers(layer.values), self._theme.tokens
            )
            for layer in (self._units.layers if self._units is not None else ())
            for number, values in enumerate(layer.values)
        }
        self.update()

    # --- places -------------------------------------------------------------------------------

    def _lines(self, width: int) -> tuple[dict[str, int], dict[Unit, QRect], int]:
        """Where layers begin, where the squares are, and the height, in a widget so `width`."""
        side, gap, line = scaled(SQUARE), scaled(SPACE_XS), self._line()
        columns = max(1, (width + gap) // (side + gap))
        tops: dict[str, int] = {}
        places: dict[Unit, QRect] = {}
        top = 0
        for layer in self._units.layers if self._units is not None else ():
            tops[layer.layer] = top
            top += line
            for number in range(len(layer.values)):
                row, column = divmod(number, columns)
                place = QRect(column * (side + gap), top + row * (side + gap), side, side)
                places[Unit(layer.layer, number)] = place
            top += -(-len(layer.values) // columns) * (side + gap) + scaled(SPACE_S)
        return tops, places, max(top - scaled(SPACE_S), 0)

    def _places(self) -> dict[Unit, QRect]:
        return self._lines(self.width())[1]

    def _line(self) -> int:
        return self.fontMetrics().height() + scaled(SPACE_XS)

    def _unit_at(self, place: QPointF) -> Unit | None:
        point = place.toPoint()
        return next((unit for unit, rect in self._places().items() if rect.contains(point)), None)

    # --- Qt -----------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lines(width)[2]

    def sizeHint(self) -> QSize:
        width = scaled(8 * (SQUARE + SPACE_XS))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(SQUARE), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        tops, places, _ = self._lines(self.width())
        for layer in self._units.layers if self._units is not None else ():
            count = f"{layer.units} unit" + ("s" if layer.units > 1 else "")
            if len(layer.values) < layer.units:
                count = f"{len(layer.values)} of {count}"
            rect = QRect(0, tops[layer.layer], self.width(), self._line())
            draw(painter, rect, f"{layer.layer}: {count}", small(), tokens.color("muted"))
        for unit, rect in places.items():
            painter.drawImage(QRectF(rect), self._images[unit])
            painter.setPen(QPen(tokens.color("border"), 1))
            painter.drawRect(rect)
            if unit == self._choice:
                painter.setPen(QPen(tokens.color("accent"), 3))
                painter.drawRect(rect)
            if unit == self._current and self.hasFocus():
                painter.setPen(QPen(tokens.color("text"), 1.5, Qt.PenStyle.DotLine))
                painter.drawRect(rect.adjusted(2, 2, -2, -2))
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            unit = self._unit_at(QPointF(event.pos()))
            if unit is None:
                QToolTip.hideText()
            else:
                picture = _embedded(self._large(unit), scaled(LARGE))
                text = f"{picture}<br>{plain(self.describe(unit))}"
                QToolTip.showText(event.globalPos(), text, self, self.place(unit))
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        unit = self._unit_at(event.position())
        if unit is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = unit
            self._toggle(unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        places, key = self._places(), Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if places and key in steps:
            self._move(places, *steps[key])
        elif self._current and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self._current)
        elif self._choice is not None and key == Qt.Key.Key_Escape:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._current is None:
            self._current = next(iter(self._places()), None)
            self._describe()

    def _toggle(self, unit: Unit) -> None:
        self.choose(None if unit == self._choice else unit)
        self._describe()

    def _move(self, places: dict[Unit, QRect], across: int, down: int) -> None:
        units = list(places)
        if self._current is None:
            index = 0
        elif across:
            index = min(max(units.index(self._current) + across, 0), len(units) - 1)
        else:
            here = places[self._current]
            rows = sorted({rect.top() for rect in places.values()})
            row = min(max(rows.index(here.top()) + down, 0), len(rows) - 1)
            beside = [unit for unit, rect in places.items() if rect.top() == rows[row]]
            nearest = min(beside, key=lambda unit: abs(places[unit].left() - here.left()))
            index = units.index(nearest)
        self._current = units[index]
        self._describe()
        self.moved.emit(places[self._current])
        self.update()


def _numbers(values: FloatArray) -> Range:
    """What the outermost colors stand for where `values` are shown."""
    finite: FloatArray = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0)) or 1.0
    return -largest, largest


def _embedded(image: QImage, side: int) -> str:
    """`image` as a part of a rich text."""
    large = image.scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    QImageWriter(buffer, b"png").write(large)
    encoded = bytes(buffer.data().toBase64().data()).decode()
    return f'<img src="data:image/png;base64,{encoded}">'
