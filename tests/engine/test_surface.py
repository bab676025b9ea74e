"""What a network predicts all over the plane."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import Digits, PlanePoints, PointShape
from desktop.document.first_network import first_project
from desktop.engine.builder import build
from desktop.engine.prediction import PredictionError
from desktop.engine.surface import SIDE, SurfacePredictor


@pytest.mark.parametrize(
    ("shape", "classes", "depth"),
    [(PointShape.MOONS, 2, 2), (PointShape.BLOBS, 3, 3), (PointShape.HILLS, 2, 1)],
)
def test_the_prediction_of_every_point_is_that_of_the_model(
    shape: PointShape, classes: int, depth: int
) -> None:
    source = PlanePoints(shape=shape, classes=classes)
    schema = source.known_schema
    project = first_project(source, schema)
    model = build(project, 1, schema)
    surface = SurfacePredictor(model, project, schema).predict((-1.5, 1.5), 4)
    assert surface.values.shape == (SIDE, SIDE, depth)
    assert (surface.epoch, surface.is_classes) == (4, depth > 1)
    corners = np.array([[-1.5, -1.5], [1.5, -1.5]], np.float32)  # y rises with the row
    outputs = model.predict(corners, verbose=0)
    np.testing.assert_allclose(surface.values[0, [0, -1], -1], outputs[:, -1], atol=1e-6)


def test_a_network_for_other_data_is_refused() -> None:
    digits = Digits()
    project = first_project(digits, digits.known_schema)
    with pytest.raises(PredictionError, match="not the coordinates"):
        SurfacePredictor(build(project, 1), project, digits.known_schema)
