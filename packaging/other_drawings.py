"""Drawings that are no digits, for the digit model to be unsure of: letters, signs, scribbles.

A way is a tuple of strokes, as in `desktop.engine.generated_digits.templates`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.engine.generated_digits.drawing import paint, written
from desktop.engine.generated_digits.templates import WAYS, Stroke, Way

Images = NDArray[np.uint8]

LETTERS: tuple[Way, ...] = (
    (((0.05, 1.0), (0.5, 0.0)), ((0.5, 0.0), (0.95, 1.0)), ((0.22, 0.65), (0.8, 0.65))),  # A
    (((0.9, 0.15), (0.55, 0.0), (0.12, 0.3), (0.1, 0.7), (0.5, 1.0), (0.92, 0.85)),),  # C
    (
        ((0.85, 0.0), (0.1, 0.0)),
        ((0.1, 0.0), (0.1, 1.0)),
        ((0.1, 1.0), (0.88, 1.0)),
        ((0.1, 0.5), (0.7, 0.5)),
    ),  # E
    (((0.85, 0.0), (0.1, 0.0)), ((0.1, 0.0), (0.1, 1.0)), ((0.1, 0.48), (0.7, 0.48))),  # F
    (((0.1, 0.0), (0.1, 1.0)), ((0.9, 0.0), (0.9, 1.0)), ((0.1, 0.5), (0.9, 0.5))),  # H
    (((0.1, 0.0), (0.1, 1.0)), ((0.85, 0.0), (0.1, 0.55)), ((0.3, 0.42), (0.9, 1.0))),  # K
    (((0.1, 0.0), (0.1, 1.0)), ((0.1, 1.0), (0.8, 1.0))),  # L
    (
        ((0.0, 1.0), (0.1, 0.0)),
        ((0.1, 0.0), (0.5, 0.7)),
        ((0.5, 0.7), (0.9, 0.0)),
        ((0.9, 0.0), (1.0, 1.0)),
    ),  # M
    (((0.1, 1.0), (0.1, 0.0)), ((0.1, 0.0), (0.9, 1.0)), ((0.9, 1.0), (0.9, 0.0))),  # N
    (((0.15, 0.0), (0.15, 1.0)), ((0.15, 0.03), (0.8, 0.08), (0.8, 0.48), (0.15, 0.52))),  # P
    (
        ((0.15, 0.0), (0.15, 1.0)),
        ((0.15, 0.03), (0.8, 0.08), (0.8, 0.45), (0.15, 0.5)),
        ((0.4, 0.5), (0.9, 1.0)),
    ),  # R
    (((0.0, 0.0), (1.0, 0.0)), ((0.5, 0.0), (0.5, 1.0))),  # T
    (((0.08, 0.0), (0.1, 0.65), (0.5, 1.0), (0.9, 0.65), (0.92, 0.0)),),  # U
    (((0.0, 0.0), (0.5, 1.0)), ((0.5, 1.0), (1.0, 0.0))),  # V
    (
        ((0.0, 0.0), (0.25, 1.0)),
        ((0.25, 1.0), (0.5, 0.3)),
        ((0.5, 0.3), (0.75, 1.0)),
        ((0.75, 1.0), (1.0, 0.0)),
    ),  # W
    (((0.05, 0.0), (0.95, 1.0)), ((0.95, 0.0), (0.05, 1.0))),  # X
    (
        (
            (0.85, 0.45),
            (0.5, 0.35),
            (0.15, 0.6),
            (0.3, 0.95),
            (0.7, 0.85),
            (0.85, 0.45),
        ),
        ((0.85, 0.4), (0.85, 0.85), (1.0, 1.0)),
    ),  # a
    (((0.1, 0.55), (0.85, 0.5), (0.55, 0.2), (0.15, 0.5), (0.4, 0.98), (0.9, 0.85)),),  # e
    (((0.15, 0.0), (0.15, 1.0)), ((0.15, 0.65), (0.5, 0.42), (0.8, 0.6), (0.82, 1.0))),  # h
    (
        ((0.08, 0.3), (0.08, 1.0)),
        ((0.08, 0.6), (0.3, 0.32), (0.48, 0.55), (0.48, 1.0)),
        ((0.48, 0.6), (0.7, 0.32), (0.9, 0.55), (0.92, 1.0)),
    ),  # m
    (((0.15, 0.3), (0.15, 1.0)), ((0.15, 0.6), (0.5, 0.3), (0.8, 0.5), (0.82, 1.0))),  # n
    (((0.3, 0.2), (0.3, 1.0)), ((0.3, 0.55), (0.5, 0.28), (0.8, 0.3))),  # r
    (((0.9, 0.1), (0.55, 0.0), (0.45, 0.3), (0.45, 1.0)), ((0.15, 0.45), (0.8, 0.45))),  # f
)
SIGNS: tuple[Way, ...] = (
    (((0.5, 0.0), (0.5, 1.0)), ((0.0, 0.5), (1.0, 0.5))),  # plus
    (((0.0, 0.5), (1.0, 0.5)),),  # minus
    (((0.0, 0.35), (1.0, 0.35)), ((0.0, 0.65), (1.0, 0.65))),  # equals
    (((0.0, 0.0), (0.6, 1.0)),),  # stroke to the right, downwards
    (
        ((0.0, 0.0), (1.0, 0.0)),
        ((1.0, 0.0), (1.0, 1.0)),
        ((1.0, 1.0), (0.0, 1.0)),
        ((0.0, 1.0), (0.0, 0.0)),
    ),  # square
    (((0.5, 0.0), (1.0, 1.0)), ((1.0, 1.0), (0.0, 1.0)), ((0.0, 1.0), (0.5, 0.0))),  # triangle
    (((0.0, 0.6), (0.35, 1.0)), ((0.35, 1.0), (1.0, 0.0))),  # check mark
    (((0.0, 0.5), (1.0, 0.5)), ((0.65, 0.2), (1.0, 0.5)), ((1.0, 0.5), (0.65, 0.8))),  # arrow
    (
        ((0.5, 0.25), (0.2, 0.0), (0.0, 0.3), (0.5, 1.0)),
        ((0.5, 1.0), (1.0, 0.3), (0.8, 0.0)),
        ((0.8, 0.0), (0.5, 0.25)),
    ),  # heart
    (
        ((0.2, 1.0), (0.5, 0.0)),
        ((0.5, 0.0), (0.8, 1.0)),
        ((0.8, 1.0), (0.0, 0.4)),
        ((0.0, 0.4), (1.0, 0.4)),
        ((1.0, 0.4), (0.2, 1.0)),
    ),  # star
    (((0.0, 0.5), (0.25, 0.3), (0.5, 0.5), (0.75, 0.7), (1.0, 0.5)),),  # wave
    (
        ((0.0, 1.0), (0.2, 0.0)),
        ((0.2, 0.0), (0.4, 1.0)),
        ((0.4, 1.0), (0.6, 0.0)),
        ((0.6, 0.0), (0.8, 1.0)),
        ((0.8, 1.0), (1.0, 0.0)),
    ),  # zigzag
    (
        ((0.3, 0.0), (0.2, 1.0)),
        ((0.75, 0.0), (0.65, 1.0)),
        ((0.0, 0.33), (1.0, 0.33)),
        ((0.0, 0.66), (1.0, 0.66)),
    ),  # number sign
    (
        (
            (0.5, 0.5),
            (0.6, 0.42),
            (0.62, 0.6),
            (0.42, 0.68),
            (0.28, 0.45),
            (0.5, 0.22),
            (0.85, 0.4),
            (0.82, 0.8),
            (0.4, 0.98),
            (0.05, 0.6),
            (0.1, 0.1),
        ),
    ),  # spiral
    (
        ((0.3, 0.15), (0.32, 0.3)),
        ((0.7, 0.15), (0.68, 0.3)),
        ((0.0, 0.6), (0.5, 1.0), (1.0, 0.6)),
    ),  # face without outline
)
WIDEST_SCRIBBLE = 14  # points


def other_drawings(count: int, seed: int) -> Images:
    """`count` images (n, 28, 28) as a network for MNIST gets them, ink 255 on 0."""
    rng = np.random.default_rng(seed)
    kinds = (_letters, _scribbles, _two_digits, _dots)
    parts = rng.multinomial(count, (0.45, 0.3, 0.15, 0.1))
    images = np.concatenate([kind(part, rng) for kind, part in zip(kinds, parts, strict=True)])
    return images[rng.permutation(count)]


def _letters(count: int, rng: np.random.Generator) -> Images:
    ways = (*LETTERS, *LETTERS, *SIGNS)
    chosen = np.bincount(rng.integers(len(ways), size=count), minlength=len(ways))
    return np.concatenate(
        [paint(*written(way, part, rng)) for way, part in zip(ways, chosen, strict=True) if part]
    )


def _scribbles(count: int, rng: np.random.Generator) -> Images:
    """Each three have the same points to go through, bent otherwise."""
    images: list[Images] = []
    while sum(map(len, images)) < count:
        way: tuple[Stroke, ...] = tuple(
            tuple(map(tuple, rng.uniform(0, 1, (rng.integers(4, WIDEST_SCRIBBLE), 2)).tolist()))
            for _ in range(rng.integers(1, 4))
        )
        images.append(paint(*written(way, 3, rng)))
    return np.concatenate(images)[:count]


def _two_digits(count: int, rng: np.random.Generator) -> Images:
    """Side by side, as one drawing."""
    images: list[Images] = []
    while sum(map(len, images)) < count:
        left, right = (WAYS[d][rng.integers(len(WAYS[d]))] for d in rng.integers(10, size=2))
        gap = rng.uniform(1.05, 1.6)
        way = left + tuple(tuple((x + gap, y) for x, y in stroke) for stroke in right)
        images.append(paint(*written(way, 3, rng)))
    return np.concatenate(images)[:count]


def _dots(count: int, rng: np.random.Generator) -> Images:
    """One to four of them, or dashes, with a pen about as thick as they are long."""
    images = np.empty((count, 28, 28), np.uint8)
    for image in images:
        number = rng.integers(1, 5)
        at = rng.uniform(0, 1, (number, 1, 2))
        dash = rng.normal(0, 0.06, (number, 1, 2)) * rng.integers(2)
        pieces = np.concatenate([at, at + dash], axis=1)[np.newaxis].astype(np.float32)
        width = rng.uniform(13, 20) if number == 1 else rng.uniform(3, 9)
        image[:] = paint(pieces, np.array([width], np.float32))[0]
    return images
