"""The training images nearest to a drawing."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import Digits
from desktop.engine import nearest
from desktop.engine.datasets import load
from desktop.engine.nearest import COUNT, NearestSearch, TrainingImages


def test_the_nearest_images_are_found_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load(Digits())
    rows = dataset.training.x
    monkeypatch.setattr(nearest, "BLOCK", 64 * 100)
    images = TrainingImages(dataset)
    for query in (rows[17], np.full((8, 8), 0.3, np.float32)):
        search = NearestSearch(images, query)
        steps = 1
        while (found := search.step()) is None:
            steps += 1
        assert steps == -(-len(rows) // 100)
        distances = np.sqrt(((rows - query) ** 2).sum(axis=(1, 2), dtype=np.float64))
        expected = np.argsort(distances, kind="stable")[:COUNT]
        assert [each.row for each in found.images] == expected.tolist()
        assert found.rows == len(rows)
        for each in found.images:
            np.testing.assert_array_equal(each.image, rows[each.row])
            assert each.label == str(dataset.training.y[each.row])
            assert each.distance == pytest.approx(distances[each.row], abs=1e-5)
