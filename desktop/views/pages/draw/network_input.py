"""The network input made of a drawing, pixel by pixel."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from desktop.document.schema import DataSchema, Range
from desktop.document.text import number_text, one_line, with_minus
from desktop.views.pages.draw.prediction import values_of
from desktop.views.pages.draw.show_menu import ShowMenu
from desktop.views.pages.draw.sign_colors import colored, marks
from desktop.views.theme import SPACE_M, Theme
from desktop.views.widgets.cards import Card
from desktop.views.widgets.samples import to_image
from desktop.workers.reports import FloatArray, Prediction

LIKE_TRAINING = "prepared like the training data"
UNLIKE_TRAINING = "not like the training data: steps of the preparation are left out"
SMALLEST = 88  # pixels a side, of the network input
OPAQUE = 0.9  # of the largest contribution; the ink below is still to be seen
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
        self._contributions: FloatArray | None = None
        self._range = 0.0, 1.0
        self.setMinimumSize(56, 56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    @property
    def values(self) -> FloatArray | None:
        """The image shown, (height, width)."""
        return self._values

    @property
    def contributions(self) -> FloatArray | None:
        """What lies over the image, (height, width)."""
        return self._contributions

    def show_contributions(self, contributions: FloatArray | None) -> None:
        """Lay the contributions of the pixels over the image, each sign in a color of its own."""
        self._contributions = contributions
        self.update()

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
        text = f"Row {row + 1}, column {column + 1}: {self._values[row, column]:.3g}"
        if self._contributions is not None:
            text += f", contribution {with_minus(f'{self._contributions[row, column]:.3g}')}"
        return text

    def sizeHint(self) -> QSize:
        return QSize(100, 100)

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
        if self._contributions is not None:
            painter.drawImage(area, colored(self._contributions, self._theme, OPAQUE))
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
    """The image that the network gets of a drawing, and what there is to know of it.

    `show_menu` says what is shown of it.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Network input", parent)
        self._theme = theme
        self.pixels = PixelView(theme)
        self.pixels.setObjectName("network-input")
        self.pixels.setMinimumSize(SMALLEST, SMALLEST)
        self.show_menu = ShowMenu()
        self.heading.addWidget(self.show_menu)
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
        self, schema: DataSchema | None, prediction: Prediction | None, *, with_pixels: bool
    ) -> None:
        """Show the image of `prediction`, a row of such data; None: an empty one.

        `with_pixels` says whether the contributions of its pixels are shown.
        """
        self.pixels.setVisible(schema is not None)
        if schema is None:
            self.pixels.show_values(None)
            self._about.clear()
            return
        low, high = schema.value_range
        image, contributions, is_complete = None, None, True
        if prediction is not None:
            image = prediction.image
            contributions = prediction.contributions if with_pixels else None
            is_complete = all(step.is_used for step in prediction.steps)
        if image is None:
            image = np.full(schema.input_shape[:2], low, np.float32)
        self.pixels.show_values(image, (low, high))
        self.pixels.show_contributions(contributions)
        if prediction is not None and contributions is not None:
            self._about.setText(self._legend(prediction))
            return
        height, width = image.shape
        self._about.setText(
            f"{width} × {height} pixels from {number_text(low)} (black) to {number_text(high)} "
            f"(white), {LIKE_TRAINING if is_complete else UNLIKE_TRAINING}"
        )

    def _legend(self, prediction: Prediction) -> str:
        """What the colors over the image are, as HTML."""
        values = values_of(prediction)
        assert values is not None
        name = escape(one_line(prediction.classes[int(np.argmax(values))]))
        output = "logit" if prediction.scores is None else "output"
        positive, negative = marks(self._theme)
        return f"{positive} for {name} {negative} against it<br>Gradient of the {output} × input"

    def hasHeightForWidth(self) -> bool:
        return False  # the text beside the image must not take the paper's height
