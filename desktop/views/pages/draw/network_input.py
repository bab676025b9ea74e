"""The network input made of a drawing, pixel by pixel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
)

from desktop.document.schema import Range
from desktop.document.text import number_text
from desktop.views.theme import SPACE_M, Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.samples import to_image
from desktop.workers.reports import DataSummary, FloatArray

LIKE_TRAINING = "prepared like the training data"
UNLIKE_TRAINING = "not like the training data: steps of the preparation are left out"
GRID_FROM = 4.0  # pixels; smaller cells are shown without lines between them


class PixelView(QWidget):
    """A small grayscale image as the other pages show it: low values are dark, high ones light.

    Each pixel is a square that tells its value when pointed at.
    """

    def __init__(
        self, theme: Theme, name: str = "Network input", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: FloatArray | None = None
        self._range = 0.0, 1.0
        self.setMinimumSize(56, 56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    @property
    def values(self) -> FloatArray | None:
        """The image shown, (height, width)."""
        return self._values

    def show_values(self, values: FloatArray | None, value_range: Range = (0.0, 1.0)) -> None:
        """Show the image, the ends of the range being black and white; None shows nothing."""
        self._values, self._range = values, value_range
        self._keep_proportions()
        self.setAccessibleDescription("" if values is None else self._description(values))
        self.update()

    def _description(self, values: FloatArray) -> str:
        height, width = values.shape
        low = float(np.float32(self._range[0]))
        inked = int((values > low).sum())
        numbers = f"values {number_text(low)} to {number_text(float(values.max()))}"
        return f"{height} by {width} pixels, {inked} of them with ink, {numbers}"

    def _keep_proportions(self) -> None:
        """Be no wider than the image is at this height."""
        proportion = 1.0
        if self._values is not None:
            proportion = self._values.shape[1] / self._values.shape[0]
        self.setMaximumWidth(max(self.minimumWidth(), round(self.height() * proportion)))

    def _cell(self, shape: tuple[int, ...]) -> tuple[QPointF, float]:
        """Where the image begins and how large one of its pixels is on the widget."""
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
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell < 1)
        painter.drawImage(area, to_image(self._values, self._range))
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


class NetworkInputCard(Card):
    """The image that the network gets of a drawing, what it is made of, and a switch for its steps.

    Signals:
        stepsToggled: the steps of the preparation are to be shown, or no longer.
    """

    stepsToggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Network input", parent)
        self.pixels = PixelView(theme)
        self.pixels.setObjectName("network-input")
        self.steps = QToolButton()
        self.steps.setText("Steps")
        self.steps.setCheckable(True)
        self.steps.setObjectName("preparation-steps")
        self.steps.setAccessibleName("Steps of the preparation")
        self.steps.setToolTip("Show how the drawing becomes the network input, step by step")
        self.steps.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.steps.toggled.connect(self.stepsToggled)
        self.heading.addWidget(self.steps)
        self._about = QLabel()
        self._about.setProperty("role", "muted")
        self._about.setWordWrap(True)
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        # What is shown must not move the paper while someone draws on it.
        self._about.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        both = QHBoxLayout()
        both.setSpacing(SPACE_M)
        both.addWidget(self.pixels, 3)
        both.addWidget(self._about, 2)
        self.body.addLayout(both, 1)

    def show_input(
        self, summary: DataSummary | None, image: FloatArray | None, *, is_complete: bool = True
    ) -> None:
        """Show `image`, (height, width), as a row of data that can be drawn; None: an empty one.

        `is_complete` says whether no step of the preparation was left out.
        """
        self.pixels.setVisible(summary is not None)
        if summary is None:
            self.pixels.show_values(None)
            self._about.clear()
            return
        low, high = summary.schema.value_range
        if image is None:
            image = np.full(summary.schema.input_shape[:2], low, np.float32)
        self.pixels.show_values(image, (low, high))
        height, width = image.shape
        self._about.setText(
            f"{width} × {height} pixels from {number_text(low)} (black) to {number_text(high)} "
            f"(white), {LIKE_TRAINING if is_complete else UNLIKE_TRAINING}"
        )
