"""Positive and negative numbers in two colors, the stronger the larger they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from desktop.views.theme import Theme
from desktop.workers.reports import FloatArray


def signs(theme: Theme) -> tuple[QColor, QColor]:
    """The colors of positive and of negative numbers."""
    low, high = theme.tokens.classes[:2]
    return high, low


def marks(theme: Theme) -> tuple[str, str]:
    """A square in each of these colors, as HTML, for the legend."""
    positive, negative = signs(theme)
    square = '<span style="color:{}">■</span>'
    return square.format(positive.name()), square.format(negative.name())


def colored(
    values: FloatArray, theme: Theme, opacity: float = 1.0, largest: float | None = None
) -> QImage:
    """`values`, (h, w), as an image: 0 is transparent, the `largest` size has `opacity`.

    None takes the largest there is. What is not a number is transparent.
    """
    sizes = np.abs(np.nan_to_num(values))
    scale = float(sizes.max()) if largest is None else largest
    height, width = values.shape
    pixels = np.empty((height, width, 4), np.uint8)
    positive, negative = signs(theme)
    for color, places in ((positive, values >= 0), (negative, ~(values >= 0))):
        pixels[places, :3] = color.red(), color.green(), color.blue()
    pixels[..., 3] = np.rint(255 * opacity * np.minimum(sizes / (scale or 1.0), 1.0))
    image = QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_RGBA8888)
    return image.copy()
