"""What the network predicts over the plane, as an image in the theme's colors."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from desktop.views.theme import Tokens
from desktop.workers.reports import FloatArray, Surface

SIDE = 180  # pixels; a multiple of what is predicted, so that the boundary is a fine line
STRENGTH = 0.5  # of a color where the network is sure
LINE = 0.85  # opacity of the boundary


def picture(surface: Surface, tokens: Tokens, numbers: tuple[float, float]) -> QImage:
    """`surface` from low x and high y on; `numbers` are the values of the outermost colors.

    Classes are shown by their colors, the stronger the likelier they are, and the line between
    them; numbers by colors from that of the first class through none to that of the second.
    """
    back, colors = _rgb(tokens.color("surface")), np.stack([*map(_rgb, tokens.classes)])
    values = surface.values[::-1]
    if not surface.is_classes:
        values = np.clip(values, *numbers)
    values = _enlarged(np.nan_to_num(values))
    if surface.is_classes:
        count = values.shape[2]
        weights = np.clip((values - 1 / count) / (1 - 1 / count), 0, 1)
    else:
        weights = signed_weights(values[:, :, 0], numbers)
        count = 2
    colors = colors[np.arange(count) % len(colors)]
    pixels = back + weights @ (STRENGTH * (colors - back))
    if surface.is_classes:
        edge = _edge(values.argmax(axis=2))
        pixels[edge] += LINE * (_rgb(tokens.color("text")) - pixels[edge])
    return _image(pixels)


def unit_picture(values: FloatArray, numbers: tuple[float, float], tokens: Tokens) -> QImage:
    """`values`, (n, n), of a unit as an image of as many pixels, high y at the top."""
    back, colors = _rgb(tokens.color("surface")), np.stack([*map(_rgb, tokens.classes[:2])])
    return _image(back + signed_weights(np.nan_to_num(values[::-1]), numbers) @ (colors - back))


def signed_weights(values: FloatArray, numbers: tuple[float, float]) -> FloatArray:
    """How much of the color for low and for high numbers each of `values` has: (..., 2)."""
    low, high = numbers
    place = np.clip((values - low) / ((high - low) or 1.0), 0, 1) * 2 - 1
    weights: FloatArray = np.stack([np.clip(-place, 0, 1), np.clip(place, 0, 1)], axis=-1)
    return weights


def number_color(value: float, numbers: tuple[float, float], tokens: Tokens) -> QColor:
    """The color of a point with that value."""
    back = _rgb(tokens.color("surface"))
    colors = np.stack([_rgb(color) for color in tokens.classes[:2]])
    mixed = back + signed_weights(np.array(value), numbers) @ (colors - back)
    return QColor(*(int(part) for part in np.clip(mixed, 0, 255)))


def _image(pixels: FloatArray) -> QImage:
    """`pixels`, (height, width, 3), from 0 to 255."""
    data = np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8))
    height, width = data.shape[:2]
    return QImage(data.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _rgb(color: QColor) -> FloatArray:
    return np.array((color.red(), color.green(), color.blue()), np.float32)


def _enlarged(values: FloatArray) -> FloatArray:
    """`values`, (n, n, k), with SIDE rows and columns, those between being interpolated linearly.

    Without a product of matrices: of one of this size numpy's library keeps every processor busy
    for some time after it, which would be taken from the training.
    """
    last = len(values) - 1
    places = np.linspace(0, last, SIDE, dtype=np.float32)
    below = np.minimum(places.astype(np.intp), max(last - 1, 0))
    above = np.minimum(below + 1, last)
    parts = (places - below).astype(np.float32)[:, np.newaxis]
    rows = values[below] + parts[:, np.newaxis] * (values[above] - values[below])
    left, right = rows[:, below], rows[:, above]
    enlarged: FloatArray = left + parts * (right - left)
    return enlarged


def _edge(labels: FloatArray) -> FloatArray:
    """Where a neighbor has another label."""
    edge = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[1:] |= down
    return edge
