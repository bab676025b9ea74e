"""Digits as people might draw them: the templates, varied at random, painted and prepared.

Every digit is one of the ways of `templates`, bent by a smooth field of shifts, slanted, turned,
made wider or narrower, and painted with a round pen. It becomes the image that a drawing on the
canvas becomes: as large as fits into MNIST's box, the center of mass in the middle. That is done
with the strokes instead of their pixels, which is some ten times as fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from desktop.engine.drawing import FULL, MNIST_BOX, MNIST_SIZE, crop, place
from desktop.engine.generated_digits.templates import WAYS, Stroke
from desktop.engine.progress import Progress, ignore

Floats = NDArray[np.float32]

PIECES = 6  # straight pieces between two points of a template
CHUNK = 256  # digits painted at a time
WAVES = 3  # of the field of shifts, along each side
BEND, TREMBLE = 0.12, 0.02  # standard deviations of shifts, in parts of the digit's height
SLANT, TURN = 0.28, 0.12  # standard deviations: columns per row; radians
NARROW, STRETCH = 0.62, 0.3  # the usual width in heights; the spread of its logarithm
PEN, PEN_SPREAD = 2.5, 0.3  # pixels of the image: the median, and the spread of the logarithm
THINNEST, THICKEST = 1.2, 5.0


@dataclass(frozen=True)
class GeneratedDigits:
    """`images` (n, 28, 28) are uint8, ink 255 on 0; `labels` (n,) int64."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def generate(count: int, seed: int, progress: Progress = ignore) -> GeneratedDigits:
    """That many digits, of every class as many as of any other, in random order."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(WAYS)).astype(np.int64)
    ways = np.array([rng.integers(len(WAYS[label])) for label in labels])
    images = np.zeros((count, MNIST_SIZE, MNIST_SIZE), np.uint8)
    done = 0
    for label, of_digit in enumerate(WAYS):
        for number, way in enumerate(of_digit):
            places = np.flatnonzero((labels == label) & (ways == number))
            for start in range(0, len(places), CHUNK):
                own = places[start : start + CHUNK]
                images[own] = paint(*written(way, len(own), rng))
                done += len(own)
                progress(done / count)
    return GeneratedDigits(images, labels)


# --- strokes --------------------------------------------------------------------------------------


def written(way: tuple[Stroke, ...], count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """`count` digits: their straight pieces (count, pieces, 2, 2), from and to, and pen widths."""
    damping = 1.0 + np.add.outer(np.arange(WAVES), np.arange(WAVES))
    field = rng.normal(0, 1, (count, WAVES, WAVES, 2)) / damping[..., np.newaxis]
    pieces = []
    for stroke in way:
        points = np.array(stroke)
        waves = np.cos(np.pi * points[..., np.newaxis] * np.arange(WAVES))  # (points, 2, WAVES)
        shifts = np.einsum("nijd,pi,pj->npd", field, waves[:, 0], waves[:, 1])
        varied = points + BEND * shifts + rng.normal(0, TREMBLE, (count, *points.shape))
        curve = np.einsum("sp,npd->nsd", _smooth(len(points)), varied)
        pieces.append(np.stack([curve[:, :-1], curve[:, 1:]], axis=2))
    every = np.concatenate(pieces, axis=1)
    angle, slant = rng.normal(0, TURN, count), rng.normal(0, SLANT, count)
    stretch = NARROW * np.exp(rng.normal(0, STRETCH, count))
    cos, sin = np.cos(angle), np.sin(angle)
    across = np.stack([stretch * cos, -slant * cos - sin], axis=-1)
    down = np.stack([stretch * sin, cos - slant * sin], axis=-1)
    placed = np.einsum("nij,npej->npei", np.stack([across, down], axis=-2), every - 0.5)
    width = np.clip(np.exp(rng.normal(np.log(PEN), PEN_SPREAD, count)), THINNEST, THICKEST)
    return placed.astype(np.float32), width.astype(np.float32)


@cache
def _smooth(points: int) -> Floats:
    """What makes points into a Catmull-Rom curve through them: (samples, points)."""
    if points == 2:
        samples = np.linspace(0, 1, PIECES + 1)
        return np.stack([1 - samples, samples], axis=1).astype(np.float32)
    at = np.arange((points - 1) * PIECES + 1) / PIECES
    first = np.minimum(at.astype(int), points - 2)
    t = at - first
    weights = np.stack(
        [
            (-t + 2 * t**2 - t**3) / 2,
            (2 - 5 * t**2 + 3 * t**3) / 2,
            (t + 4 * t**2 - 3 * t**3) / 2,
            (-(t**2) + t**3) / 2,
        ],
        axis=1,
    )
    matrix = np.zeros((len(at), points), np.float32)
    for row, (start, four) in enumerate(zip(first, weights, strict=True)):
        for offset, weight in zip(range(-1, 3), four, strict=True):
            place = start + offset
            if place < 0:  # beyond the ends the curve would go on straight
                matrix[row, 0] += 2 * weight
                matrix[row, 1] -= weight
            elif place >= points:
                matrix[row, -1] += 2 * weight
                matrix[row, -2] -= weight
            else:
                matrix[row, place] += weight
    return matrix


# --- pixels ---------------------------------------------------------------------------------------


def paint(pieces: Floats, width: Floats) -> NDArray[np.uint8]:
    """Images (n, 28, 28) of digits of straight `pieces` (n, m, 2, 2), in any unit.

    `width` (n,) is that of the pen in pixels of the image. The ink fits into MNIST's box, and the
    center of mass is in the middle pixel.
    """
    half = width[:, np.newaxis] / 2
    low, high = pieces.min(axis=(1, 2)), pieces.max(axis=(1, 2))
    scale = np.min((MNIST_BOX - 2 * half) / np.maximum(high - low, 1e-6), axis=1)
    scale = scale[:, np.newaxis, np.newaxis, np.newaxis]
    edge = half[..., np.newaxis, np.newaxis] + (MNIST_SIZE - MNIST_BOX) // 2
    pixels = (pieces - low[:, np.newaxis, np.newaxis]) * scale + edge
    ink = _ink(pixels.astype(np.float32), half.astype(np.float32))
    drawn = np.rint(ink * FULL).astype(np.uint8)
    images = np.zeros_like(drawn)
    for image, own in zip(images, drawn, strict=True):
        cropped = crop(own)
        if cropped is not None:
            image[:] = place(cropped, MNIST_SIZE, MNIST_SIZE)
    return images


def _ink(pieces: Floats, half: Floats) -> Floats:
    """How much of each pixel is inked: (n, 28, 28), by its distance from the nearest piece."""
    start, along = pieces[:, :, 0], pieces[:, :, 1] - pieces[:, :, 0]
    square = np.maximum((along**2).sum(axis=-1), 1e-9)[..., np.newaxis]
    along_x, along_y = along[..., 0, np.newaxis], along[..., 1, np.newaxis]
    axis = np.arange(MNIST_SIZE, dtype=np.float32) + 0.5
    right, down = axis - start[..., 0, np.newaxis], axis - start[..., 1, np.newaxis]  # (n, m, 28)
    # The nearest point of a piece is a part of the way along it: (n, m, rows, columns).
    part = (down * along_y / square)[..., np.newaxis] + (right * along_x / square)[:, :, np.newaxis]
    np.clip(part, 0, 1, out=part)
    x = right[:, :, np.newaxis] - part * along_x[..., np.newaxis]
    y = down[..., np.newaxis] - part * along_y[..., np.newaxis]
    nearest = np.sqrt((x * x + y * y).min(axis=1))
    ink: Floats = np.clip(half[..., np.newaxis] - nearest + 0.5, 0, 1)
    return ink
