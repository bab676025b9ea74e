"""Drawings on the real canvas: pen strokes with the mouse, letters, scribbles and dots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from desktop.views.pages.draw.canvas import Canvas
from desktop.views.pages.draw.ink import PEN_WIDTH, SIDE

Points = NDArray[Any]  # (points, 2), x to the right and y downwards
USUAL = 0.65  # of the paper's side, that the larger extent of a drawing takes

# Letters by the corners of their strokes, in a field 2 wide and 4 high.
LETTERS = {
    "A": [[(0, 4), (1, 0), (2, 4)], [(0.4, 2.6), (1.6, 2.6)]],
    "E": [[(2, 0), (0, 0), (0, 4), (2, 4)], [(0, 2), (1.6, 2)]],
    "F": [[(2, 0), (0, 0), (0, 4)], [(0, 2), (1.6, 2)]],
    "H": [[(0, 0), (0, 4)], [(2, 0), (2, 4)], [(0, 2), (2, 2)]],
    "K": [[(0, 0), (0, 4)], [(2, 0), (0, 2.2), (2, 4)]],
    "M": [[(0, 4), (0, 0), (1, 2.5), (2, 0), (2, 4)]],
    "N": [[(0, 4), (0, 0), (2, 4), (2, 0)]],
    "R": [[(0, 4), (0, 0), (1.6, 0.2), (2, 1), (1.6, 1.9), (0, 2.1), (2, 4)]],
    "T": [[(0, 0), (2, 0)], [(1, 0), (1, 4)]],
    "V": [[(0, 0), (1, 4), (2, 0)]],
    "W": [[(0, 0), (0.5, 4), (1, 1), (1.5, 4), (2, 0)]],
    "X": [[(0, 0), (2, 4)], [(2, 0), (0, 4)]],
}


def upright(strokes: Sequence[Any]) -> list[Points]:
    """Strokes whose y grows upwards, turned round."""
    return [np.array(each, float) * [1, -1] for each in strokes]


def draw(
    canvas: Canvas,
    strokes: Sequence[Points],
    *,
    width: float = PEN_WIDTH,
    extent: float = USUAL,
    angle: float = 0.0,
    moved: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Draw `strokes` with the mouse on an empty paper.

    The larger extent of the drawing takes `extent` of the paper's side. It is turned by `angle`
    degrees, and its middle is that of the paper, `moved` by parts of what is free beside it. A
    stroke of one point is a dot.
    """
    canvas.clear()
    canvas.width_in_use = width
    points = np.concatenate(strokes)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turned = [(each - middle) @ np.array([[cos, sin], [-sin, cos]]) for each in strokes]
    every = np.concatenate(turned)
    low, high = every.min(axis=0), every.max(axis=0)
    size = high - low
    scale = (extent * SIDE - width) / max(size.max(), 1e-6) if size.max() > 0 else 1.0
    free = np.maximum(SIDE - width - scale * size, 0) / 2
    corner = SIDE / 2 - scale * (low + high) / 2 + np.array(moved) * free
    left = Qt.MouseButton.LeftButton
    for stroke in turned:
        places = [_place(canvas, QPointF(*(scale * point + corner))) for point in stroke]
        QTest.mousePress(canvas, left, pos=places[0])
        for place in places[1:]:
            QTest.mouseMove(canvas, place)
        QTest.mouseRelease(canvas, left, pos=places[-1])


def _place(canvas: Canvas, at: QPointF) -> QPoint:
    """Where on the widget `at`, in units of the paper, is."""
    start, end = canvas.units(QPointF(0, 0)), canvas.units(QPointF(1000, 1000))
    span = end - start
    place = QPointF((at.x() - start.x()) / span.x(), (at.y() - start.y()) / span.y()) * 1000
    return place.toPoint()


def letter(rng: np.random.Generator) -> list[Points]:
    """A letter of straight lines that is like no digit, a little crooked and slanted."""
    lines = LETTERS[tuple(LETTERS)[rng.integers(len(LETTERS))]]
    slant = np.array([[rng.uniform(0.5, 0.9), 0.0], [rng.normal(0, 0.15), 1.0]])
    strokes = []
    for line in lines:
        corners = np.array(line, float) + rng.normal(0, 0.12, (len(line), 2))
        at = np.linspace(0, len(corners) - 1, 12 * (len(corners) - 1) + 1)
        whole = np.arange(len(corners))
        x, y = (np.interp(at, whole, corners[:, axis]) for axis in (0, 1))
        strokes.append(np.stack([x, y], axis=1) @ slant)
    return strokes


def scribble(rng: np.random.Generator) -> list[Points]:
    """A line that goes to and fro, of 12 to 40 points."""
    steps = rng.normal(0, 1, (rng.integers(12, 40), 2))
    swing = np.cos(np.arange(len(steps)) * rng.uniform(1.5, 3.1))[:, None] * rng.normal(0, 3, 2)
    return [np.cumsum(steps, axis=0) * 0.4 + swing]


def dots(rng: np.random.Generator) -> list[Points]:
    """One to five dots."""
    return [each[np.newaxis] for each in rng.uniform(0, 100, (rng.integers(1, 6), 2))]
