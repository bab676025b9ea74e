"""The network input made of a drawing, and the prediction: pixels, and a bar for each class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolTip, QWidget

from desktop.views.theme import SPACE_S, Theme
from desktop.views.widgets.samples import percent, picture
from desktop.workers.reports import FloatArray

MOST_BARS = 12  # with more classes, the likeliest of them are shown
GRID_FROM = 4.0  # pixels; smaller cells are shown without lines between them


class PixelView(QWidget):
    """A small grey picture as the other pages show it: 0 is black, the greatest value white.

    Each pixel is a square that tells its value when pointed at.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: FloatArray | None = None
        self._maximum = 1.0
        self.setMinimumSize(56, 56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Network input")
        theme.changed.connect(self.update)

    @property
    def values(self) -> FloatArray | None:
        """The picture on show, (height, width)."""
        return self._values

    def show_values(self, values: FloatArray | None, maximum: float = 1.0) -> None:
        """Show the picture, `maximum` being white; None shows nothing."""
        self._values, self._maximum = values, maximum or 1.0
        self._keep_proportions()
        self.setAccessibleDescription("" if values is None else self._description(values))
        self.update()

    def _description(self, values: FloatArray) -> str:
        height, width = values.shape
        inked = int((values > 0).sum())
        return f"{height} by {width} pixels, {inked} of them with ink, values 0 to {values.max():g}"

    def _keep_proportions(self) -> None:
        """Be no wider than the picture is at this height."""
        proportion = 1.0
        if self._values is not None:
            proportion = self._values.shape[1] / self._values.shape[0]
        self.setMaximumWidth(max(self.minimumWidth(), round(self.height() * proportion)))

    def _cell(self, shape: tuple[int, ...]) -> tuple[QPointF, float]:
        """Where the picture begins and how large one of its pixels is on the widget."""
        height, width = shape
        cell = min((self.width() - 2) / width, (self.height() - 2) / height)
        cell = float(int(cell)) if cell >= 2 else cell  # whole pixels keep the grid even
        return QPointF(1, 1), cell

    def _text_at(self, place: QPointF) -> str:
        if self._values is None:
            return ""
        corner, cell = self._cell(self._values.shape)
        column = int((place.x() - corner.x()) // cell)
        row = int((place.y() - corner.y()) // cell)
        height, width = self._values.shape
        if not (0 <= row < height and 0 <= column < width):
            return ""
        return f"Row {row + 1}, column {column + 1}: {self._values[row, column]:.3g}"

    def sizeHint(self) -> QSize:
        return QSize(142, 142)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._keep_proportions()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._values is None:
            return
        height, width = self._values.shape
        corner, cell = self._cell(self._values.shape)
        area = QRectF(corner.x(), corner.y(), cell * width, cell * height)
        painter = QPainter(self)
        painter.drawImage(area, picture(self._values, (0.0, self._maximum)))
        if cell >= GRID_FROM:
            painter.setPen(QPen(self._theme.tokens.color("muted", 0.25), 1))
            for column in range(1, width):
                x = area.left() + column * cell
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            for row in range(1, height):
                y = area.top() + row * cell
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QPen(self._theme.tokens.color("border"), 1))
        painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


class Bar(QWidget):
    """A horizontal bar, full at 1."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share = 0.0
        self._top = False
        self.setMinimumSize(24, 8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_share(self, share: float, *, top: bool) -> None:
        """Show `share`, 0 to 1, stronger if it is the `top` one."""
        self._share, self._top = share, top
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        height = float(min(self.height() - 4, 22))
        track = QRectF(0, (self.height() - height) / 2, self.width(), height)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._fill(painter, track, tokens.color("hover"))
        if self._share >= 0.005:  # less is told as 0 %
            track.setWidth(max(track.width() * min(self._share, 1.0), 2.0))
            self._fill(painter, track, tokens.color("accent" if self._top else "muted"))
        painter.end()

    def _fill(self, painter: QPainter, area: QRectF, color: QColor) -> None:
        radius = min(3.0, area.width() / 2)
        painter.setBrush(color)
        painter.drawRoundedRect(area, radius, radius)


class ProbabilityBars(QWidget):
    """A line for each class: its name, a bar, and the probability as text.

    Up to `MOST_BARS` classes stand in their own order; of more, the likeliest are shown, likeliest
    first.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[tuple[QLabel, Bar, QLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.setAccessibleName("Probability of each class")

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The class and the value of each line, as they can be read."""
        return tuple((name.text(), value.text()) for name, _, value in self._lines)

    def show_values(
        self,
        classes: tuple[str, ...],
        values: FloatArray,
        as_text: Callable[[float], str] = percent,
    ) -> None:
        """Show `values`, shape (classes,): probabilities, or outputs that are none."""
        kind = "Probability" if as_text is percent else "Output"
        self.setAccessibleName(f"{kind} of each class")
        order = list(range(len(classes)))
        if len(order) > MOST_BARS:
            order = np.argsort(-values, kind="stable")[:MOST_BARS].tolist()
        self._make_lines(len(order))
        top = int(np.argmax(values))
        for index, (name, bar, value) in zip(order, self._lines, strict=True):
            text = as_text(float(values[index]))
            name.setText(classes[index])
            bar.show_share(float(values[index]), top=index == top)
            value.setText(text)
            value.setAccessibleName(f"{classes[index]}: {text}")
            for label in (name, value):
                _set_bold(label, index == top)
        summary = ", ".join(f"{name} {value}" for name, value in self.texts)
        self.setAccessibleDescription(summary)

    def _make_lines(self, count: int) -> None:
        if len(self._lines) == count:
            return
        for line in self._lines:
            for widget in line:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._lines = []
        for row in range(count):
            name, bar, value = QLabel(), Bar(self._theme), QLabel()
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setMinimumWidth(value.fontMetrics().horizontalAdvance(">99 %") + SPACE_S)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(bar, row, 1)
            self._grid.addWidget(value, row, 2)
            self._lines.append((name, bar, value))


def _set_bold(label: QLabel, bold: bool) -> None:
    """Through the style sheet: a font set directly is lost when the application's sheet changes."""
    if bold != bool(label.property("bold")):
        label.setProperty("bold", bold)
        label.setStyleSheet("font-weight: 600" if bold else "")
