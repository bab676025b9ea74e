"""Kept strokes as pixels, as the canvas paints them, without its toolkit.

A curve goes from the middle of one pair of neighboring points to the middle of the next with the
point between them as its control point. Of each straight piece of it, a pixel is covered by how far
the outline is from its middle. A pixel takes the inkier of what it has and what is painted, and
from the eraser the less inky.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.drawings import SIDE, PenStroke
from desktop.engine.drawing import FULL, Raster

PIECE = 4.0  # units: about how long the straight pieces of a curve are
_MIDDLES = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)

Place = NDArray[Any]  # x and y in units, which are pixels here


def paint(strokes: Iterable[PenStroke]) -> Raster:
    """The drawing as uint8 (SIDE, SIDE), ink 255 on 0."""
    ink = np.zeros((SIDE, SIDE), np.float32)
    for stroke in strokes:
        for start, end, width in _pieces(stroke):
            _paint_piece(ink, start, end, width, eraser=stroke.eraser)
    raster: Raster = np.rint(ink * FULL).astype(np.uint8)
    return raster


def _paint_piece(
    ink: NDArray[np.float32], start: Place, end: Place, width: float, *, eraser: bool
) -> None:
    """Paint a straight line with round ends into `ink`, (SIDE, SIDE), 0 to 1."""
    reach = width / 2 + 1
    left, top = np.clip(np.floor(np.minimum(start, end) - reach), 0, SIDE).astype(int)
    right, bottom = np.clip(np.ceil(np.maximum(start, end) + reach), 0, SIDE).astype(int)
    x, y = _MIDDLES[left:right], _MIDDLES[top:bottom, np.newaxis]
    dx, dy = (float(each) for each in end - start)
    x, y = x - np.float32(start[0]), y - np.float32(start[1])
    square = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / square, 0, 1) if square else 0.0
    distance = np.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2)
    covered = np.clip(width / 2 + 0.5 - distance, 0, 1)
    area = ink[top:bottom, left:right]
    if eraser:
        np.minimum(area, 1 - covered, out=area)
    else:
        np.maximum(area, covered, out=area)


def _pieces(stroke: PenStroke) -> Iterator[tuple[Place, Place, float]]:
    """The straight pieces that the curve is made of, and their widths."""
    points = np.array(stroke.points)
    widths = stroke.widths * len(points) if len(stroke.widths) == 1 else stroke.widths
    if len(points) == 1:
        yield points[0], points[0], widths[0]
        return
    middles = (points[:-1] + points[1:]) / 2
    yield points[0], points[0], widths[0]
    yield points[0], middles[0], widths[1]
    for before, control, after, width in zip(
        middles[:-1], points[1:-1], middles[1:], widths[2:], strict=True
    ):
        reach = np.hypot(*(control - before)) + np.hypot(*(after - control))
        t = np.linspace(0, 1, max(1, round(float(reach) / PIECE)) + 1)[:, np.newaxis]
        curve = (1 - t) ** 2 * before + 2 * t * (1 - t) * control + t**2 * after
        for start, end in pairwise(curve):
            yield start, end, width
    yield middles[-1], points[-1], widths[-1]
