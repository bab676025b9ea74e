"""Points in a plane: where they are, and how they are split."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import PlanePoints, PointShape
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load
from desktop.engine.rows import Dataset


def everything(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    parts = [rows for _, rows in dataset.splits]
    return np.concatenate([rows.x for rows in parts]), np.concatenate([rows.y for rows in parts])


@pytest.mark.parametrize("shape", PointShape)
def test_points_lie_near_the_middle_and_are_split(shape: PointShape) -> None:
    source = PlanePoints(shape=shape, classes=3, points=200, noise=0)
    dataset = load(source)
    assert dataset.schema == source.known_schema
    x, y = everything(dataset)
    assert x.dtype == np.float32 and x.shape == (200, 2)
    assert np.abs(x).max() <= 1.01 and x.max(axis=0).min() > 0.4
    if source.class_count:
        assert set(y) == set(range(source.class_count))
        assert all(set(rows.y) == set(y) for _, rows in dataset.splits)
    else:
        assert y.dtype == np.float32 and y.shape == (200, 1) and np.abs(y).max() <= 1


def test_points_follow_from_the_seed() -> None:
    first, again, other = (load(PlanePoints(seed=seed)).training.x for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_xor_and_surfaces_are_what_their_formulas_say() -> None:
    x, y = everything(load(PlanePoints(shape=PointShape.XOR, noise=0)))
    np.testing.assert_array_equal(y, (x[:, 0] > 0) != (x[:, 1] > 0))
    x, y = everything(load(PlanePoints(shape=PointShape.SLOPE, noise=0)))
    np.testing.assert_allclose(y[:, 0], x.mean(axis=1), atol=1e-6)
    x, y = everything(load(PlanePoints(shape=PointShape.HILLS, noise=0)))
    assert (y[x.sum(axis=1) > 0.3] > 0).all() and (y[x.sum(axis=1) < -0.3] < 0).all()


def test_noise_moves_points_but_not_the_numbers_of_surfaces_alone() -> None:
    exact, noisy = (load(PlanePoints(noise=noise)).training.x for noise in (0, 0.1))
    assert np.std(noisy - exact) == pytest.approx(0.1, rel=0.2)
    surface = PlanePoints(shape=PointShape.SLOPE)
    exact, noisy = (load(surface.replace(noise=noise)).training for noise in (0, 0.1))
    np.testing.assert_array_equal(exact.x, noisy.x)
    assert np.std(noisy.y - exact.y) == pytest.approx(0.1, rel=0.2)


def test_edits_leave_every_other_point_in_its_part() -> None:
    before = load(PlanePoints(points=100))
    gone = [tuple(map(float, rows.x[index])) for _, rows in before.splits for index in range(4)]
    after = load(before.source.without_points(gone).with_points([(0.25, -0.5, 1.0)]))
    added = after.training.x[-1], after.training.y[-1]
    np.testing.assert_array_equal(added[0], np.float32((0.25, -0.5)))
    assert added[1] == 1
    for (name, old), (again, new) in zip(before.splits, after.splits, strict=True):
        assert name == again
        np.testing.assert_array_equal(new.x[: len(old) - 4], old.x[4:])
    assert after.schema.rows.training == len(after.training)


def test_without_test_points_the_training_points_are_tested() -> None:
    few = PlanePoints(points=20)
    few = few.without_points([tuple(map(float, row)) for row in everything(load(few))[0]])
    few = few.with_points([(0, 0, 0), (1, 1, 1)])
    dataset = load(few)
    assert dataset.test_is_training and dataset.validation is None
    assert "training points are used for the test" in " ".join(dataset.notes)
    with pytest.raises(DataError, match="All training points are removed"):
        load(few.replace(added=()))


def test_a_split_that_leaves_nothing_says_so() -> None:
    for shape in (PointShape.SLOPE, PointShape.MOONS):
        with pytest.raises(DataError, match="Validation split"):
            load(PlanePoints(shape=shape, points=20, test_split=0.9, validation_split=0.9))
