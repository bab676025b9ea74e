"""Points in a plane: how they are made, and which are for training, validation and test.

The points of every shape lie within about -1 to 1 in both directions, before noise is added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from desktop.document.data import DECIMALS, SURFACES, PlanePoints, PointShape, held_back
from desktop.document.schema import RowCounts
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.rows import Dataset, Rows
from desktop.engine.splits import scaled, split

TURNS = 1.25  # of a spiral's arm
GAP = 0.05  # between an axis and the points of XOR
CENTERS = 0.6  # how far the centers of blobs are from the middle
SPREAD = 0.12  # of a blob without noise
WIDTH = 0.35  # of a hill, its standard deviation
PLACE = 0.45  # x and y of the hill; the valley is opposite
SEVERAL_NOTE = "Added points are training points; validation and test keep theirs"
ALL_NOTE = "There are no test points left, so the training points are used for the test"

Made = tuple[FloatArray, "IntArray | FloatArray"]  # coordinates (n, 2), targets (n,) before noise


def moons(source: PlanePoints) -> Made:
    """scikit-learn's two moons, which lie in -1 to 2 × -0.5 to 1, moved and divided by 1.5."""
    from sklearn.datasets import make_moons

    x, y = make_moons(source.points, random_state=source.seed)
    return (x - (0.5, 0.25)) / 1.5, y


def circles(source: PlanePoints) -> Made:
    """scikit-learn's circles, of radius 1 and 0.5."""
    from sklearn.datasets import make_circles

    x, y = make_circles(source.points, factor=0.5, random_state=source.seed)
    return x, y


def blobs(source: PlanePoints) -> Made:
    """scikit-learn's normal distributions, their centers evenly on a circle."""
    from sklearn.datasets import make_blobs

    angles = 2 * np.pi * (np.arange(source.class_count) / source.class_count + 0.125)
    centers = CENTERS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    x, y = make_blobs(source.points, centers=centers, cluster_std=SPREAD, random_state=source.seed)
    return x, y


def spirals(source: PlanePoints) -> Made:
    """Arms r = 0.1 + 0.9 t at the angle 2π (1.25 t + k / classes), t from 0 to 1, for arm k."""
    y = np.arange(source.points) % source.class_count
    t = np.arange(source.points) / (source.points - 1)
    angles = 2 * np.pi * (TURNS * t + y / source.class_count)
    return (0.1 + 0.9 * t)[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1), y


def xor(source: PlanePoints) -> Made:
    """Points spread evenly over a square, of class 1 where the signs of x and y differ."""
    x = np.random.default_rng(source.seed).uniform(GAP - 1, 1 - GAP, (source.points, 2))
    return x + GAP * np.sign(x), (x[:, 0] * x[:, 1] < 0).astype(np.int64)


def hills(source: PlanePoints) -> Made:
    """exp(-|p - a|² / 2w²) - exp(-|p + a|² / 2w²) at points p spread evenly over a square."""
    x = np.random.default_rng(source.seed).uniform(-1, 1, (source.points, 2))
    hill, valley = (
        np.exp(-np.square(x - place).sum(axis=1) / (2 * WIDTH**2)) for place in (PLACE, -PLACE)
    )
    return x, hill - valley


def slope(source: PlanePoints) -> Made:
    """(x + y) / 2 at points spread evenly over a square."""
    x = np.random.default_rng(source.seed).uniform(-1, 1, (source.points, 2))
    return x, x.mean(axis=1)


SHAPES: dict[PointShape, Callable[[PlanePoints], Made]] = {
    PointShape.MOONS: moons,
    PointShape.CIRCLES: circles,
    PointShape.BLOBS: blobs,
    PointShape.SPIRALS: spirals,
    PointShape.XOR: xor,
    PointShape.HILLS: hills,
    PointShape.SLOPE: slope,
}


def load_points(source: PlanePoints, progress: Progress) -> Dataset:
    """Make the points of `source` and split them. Raises DataError if none is left to train on.

    Which part a point is in does not depend on others being added or removed.
    """
    x, y = _with_noise(source, *SHAPES[source.shape](source))
    rest, test = _divide(y, source.test_split, source.seed, "Test split")
    kept, held = rest, rest[:0]
    if source.validation_split:
        places = _divide(y[rest], source.validation_split, source.seed, "Validation split")
        kept, held = (rest[each] for each in places)
    training, validation, tested = (
        _rows(source, x, y, indices, is_training)
        for indices, is_training in ((kept, True), (held, False), (test, False))
    )
    if not len(training):
        raise DataError("All training points are removed; undo that, or add points of your own")
    counts = RowCounts(len(training), len(validation), len(tested))
    return Dataset(
        source,
        replace(source.known_schema, rows=counts),
        training,
        validation if len(validation) else None,
        tested if len(tested) else training,
        test_is_training=not len(tested),
        notes=(*((SEVERAL_NOTE,) if source.added else ()), *(() if len(tested) else (ALL_NOTE,))),
    )


def _with_noise(source: PlanePoints, x: FloatArray, y: IntArray | FloatArray) -> Made:
    random = np.random.default_rng([source.seed, 1])
    if source.shape in SURFACES:
        return x, y + source.noise * random.standard_normal(len(y))
    return x + source.noise * random.standard_normal(x.shape), y.astype(np.int64)


def _divide(
    y: IntArray | FloatArray, part: float, seed: int, title: str
) -> tuple[IntArray, IntArray]:
    """Numbers of the rows that stay and of those held back, of every class alike."""
    if y.dtype == np.int64:
        return split(y, part, seed, title)
    held = held_back(part, len(y))
    if held >= len(y):
        raise DataError(f'"{title}" {part:g} leaves none of {len(y)} points; choose a smaller one')
    order = np.random.default_rng([seed, 2]).permutation(len(y))
    return np.sort(order[held:]), np.sort(order[:held])


def _rows(
    source: PlanePoints,
    x: FloatArray,
    y: IntArray | FloatArray,
    indices: IntArray,
    is_training: bool,
) -> Rows:
    """Those of `indices` that are not removed and, for training, those that were added."""
    removed = {(round(a, DECIMALS), round(b, DECIMALS)) for a, b in source.removed}
    if removed:
        # Rounded as Python does, from the float32 that pages show.
        places = x[indices].astype(np.float32).tolist()
        stay = [(round(a, DECIMALS), round(b, DECIMALS)) not in removed for a, b in places]
        indices = indices[np.array(stay, bool)]
    own = np.array(source.added if is_training else (), np.float64).reshape(-1, 3)
    inputs = np.concatenate([x[indices], own[:, :2]])
    targets = np.concatenate([y[indices], own[:, 2]])
    if source.class_count:
        return Rows(scaled(inputs, 1.0), targets.astype(np.int64))
    return Rows(scaled(inputs, 1.0), targets.astype(np.float32).reshape(-1, 1))
