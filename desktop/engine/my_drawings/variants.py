"""Other ways in which a drawing might have been drawn by the same hand."""

from __future__ import annotations

import numpy as np

from desktop.document.drawings import SIDE, PenStroke, Strokes

# Standard deviations: radians, columns per row, and of the logarithms of proportions and widths.
TURN, SLANT, STRETCH, PEN = 0.08, 0.1, 0.1, 0.2


def varied(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """`strokes` turned, slanted, made wider or narrower, and drawn with another pen: a little."""
    angle, slant = rng.normal(0, TURN), rng.normal(0, SLANT)
    stretch, width = np.exp(rng.normal(0, STRETCH)), float(np.exp(rng.normal(0, PEN)))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[stretch * cos, slant * cos - sin], [stretch * sin, slant * sin + cos]])
    return tuple(_moved(stroke, matrix, width) for stroke in strokes)


def _moved(stroke: PenStroke, matrix: np.ndarray, width: float) -> PenStroke:
    places = (np.array(stroke.points) - SIDE / 2) @ matrix.T + SIDE / 2
    places = np.clip(places, -SIDE, 2 * SIDE)
    return PenStroke(
        points=tuple((float(x), float(y)) for x, y in places),
        widths=tuple(min(each * width, float(SIDE)) for each in stroke.widths),
        eraser=stroke.eraser,
    )
