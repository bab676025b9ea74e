"""Photographs of digits, rendered: uneven light, noise, rotation, colors, ruled paper."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 900, 600
FINE = 2  # times as large is drawn what is then made smaller
INKS = ((20, 20, 30), (25, 35, 120), (120, 25, 25), (60, 60, 60))

Stroke = Any  # float (points, 2), x to the right and y upwards
Frame = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Photograph:
    """`image` shows `digits`, in reading order, each in one of `frames`."""

    image: Image.Image
    digits: tuple[int, ...]
    frames: tuple[Frame, ...]


def pen_digits(path: Path) -> list[tuple[int, list[Stroke]]]:
    """The digits of the file at `path`, each with its strokes."""
    with gzip.open(path, "rt") as file:
        rows = [json.loads(line) for line in file]
    return [(row["digit"], [np.array(each, float) for each in row["strokes"]]) for row in rows]


def photograph(
    rng: np.random.Generator,
    chosen: Sequence[tuple[int, list[Stroke]]],
    rows: int = 1,
    *,
    lined: bool = False,
) -> Photograph:
    """A photograph of the digits `chosen` in that many `rows`."""
    paper = rng.uniform([200, 195, 180], [255, 250, 245])
    ink = _color(np.array(INKS[rng.integers(len(INKS))]) + rng.uniform(0, 30, 3))
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), _color(paper))
    draw = ImageDraw.Draw(image)
    if lined:
        _draw_lines(draw, rng, paper)
    angle = rng.uniform(-10, 10)
    per_row = -(-len(chosen) // rows)
    cell = min(WIDTH * 0.9 / per_row, HEIGHT * 0.8 / rows) * FINE
    height = cell * rng.uniform(0.55, 0.75)
    pen = max(2 * FINE, height * rng.uniform(0.05, 0.12))
    frames = []
    for place, (_, strokes) in enumerate(chosen):
        row, column = divmod(place, per_row)
        center = np.array(
            [
                WIDTH * FINE / 2 + (column - (per_row - 1) / 2) * cell,
                HEIGHT * FINE / 2 + (row - (rows - 1) / 2) * cell,
            ]
        )
        placed = _placed(strokes, height * rng.uniform(0.85, 1.1), center, rng, cell)
        own = Image.new("L", image.size)
        for target, color in ((draw, ink), (ImageDraw.Draw(own), 255)):
            _draw_strokes(target, placed, pen, color)
        own = own.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        box = own.rotate(angle, Image.Resampling.BICUBIC).point(lambda v: 255 * (v > 127)).getbbox()
        assert box is not None
        frames.append(box)
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=_color(paper))
    return Photograph(_exposed(image, rng), tuple(digit for digit, _ in chosen), tuple(frames))


def _color(values: Any) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in np.clip(values, 0, 255))
    return red, green, blue


def _draw_lines(draw: ImageDraw.ImageDraw, rng: np.random.Generator, paper: Any) -> None:
    step = rng.uniform(45, 80) * FINE
    tint = np.array([25, 10, -10]) * rng.uniform()
    color = _color(paper * rng.uniform(0.55, 0.8) - tint)
    for y in np.arange(rng.uniform(0, step), HEIGHT * FINE, step):
        draw.line([(-10, y), (WIDTH * FINE + 10, y)], color, width=int(rng.integers(2, 5)))


def _placed(
    strokes: Sequence[Stroke], height: float, center: Any, rng: np.random.Generator, cell: float
) -> list[Stroke]:
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = height / max(high[1] - low[1], (high[0] - low[0]) * 0.9, 1)
    moved = center + rng.uniform(-0.06, 0.06, 2) * cell
    return [(each - (low + high) / 2) * scale * [1, -1] + moved for each in strokes]


def _draw_strokes(
    draw: ImageDraw.ImageDraw, strokes: Sequence[Stroke], pen: float, color: Any
) -> None:
    radius = pen / 2
    for stroke in strokes:
        if len(stroke) > 1:
            draw.line([(x, y) for x, y in stroke], color, width=int(pen), joint="curve")
        for x, y in stroke:
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], color)


def _exposed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """`image` in uneven light with a soft shadow, blurred, with noise, as a JPEG."""
    down, right = np.mgrid[0:HEIGHT, 0:WIDTH] / [[[HEIGHT]], [[WIDTH]]]
    angle, (x, y) = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2)
    across = (right - 0.5) * np.cos(angle) + (down - 0.5) * np.sin(angle)
    light = 1 - rng.uniform(0.1, 0.45) * (across + 0.6)
    shadow = np.exp(-(((right - x) / 0.4) ** 2 + ((down - y) / 0.4) ** 2))
    light *= (1 - rng.uniform(0, 0.35) * shadow) * rng.uniform(0.7, 1)
    lit = Image.fromarray((np.asarray(image) * light[..., np.newaxis]).astype(np.uint8))
    blurred = lit.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.6)))
    noisy = np.asarray(blurred) + rng.normal(0, rng.uniform(2, 10), (HEIGHT, WIDTH, 3))
    file = io.BytesIO()
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    picture.save(file, "JPEG", quality=int(rng.integers(60, 95)))
    return Image.open(file)
