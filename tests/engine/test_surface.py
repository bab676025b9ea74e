"""What a network predicts all over the plane."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from desktop.document.data import Digits, LogicTable, PlanePoints, PointShape
from desktop.document.first_network import first_project
from desktop.document.layers import Dense, Dropout, ReLU
from desktop.document.project import Project
from desktop.engine.builder import build
from desktop.engine.prediction import PredictionError
from desktop.engine.surface import SIDE, UNIT_SIDE, SurfacePredictor


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


def test_the_outputs_of_hidden_units_are_those_of_the_model() -> None:
    source = PlanePoints(shape=PointShape.HILLS)
    layers = (
        Dense(units=70, activation="relu"),
        Dropout(rate=0.5),
        Dense(units=3),
        ReLU(),
        Dense(units=1),
    )
    project = first_project(source, source.known_schema).replace(layers=layers)
    model = build(project, 1, source.known_schema)
    hidden = SurfacePredictor(model, project, source.known_schema).hidden_units((-1.5, 1.5), 4)
    assert (hidden.extent, hidden.epoch) == ((-1.5, 1.5), 4)
    named = [(layer.layer, layer.units, layer.values.shape) for layer in hidden.layers]
    size = (UNIT_SIDE, UNIT_SIDE)
    assert named == [
        ("Dense 1", 70, (64, *size)),
        ("Dense 3", 3, (3, *size)),
        ("ReLU 4", 3, (3, *size)),
    ]
    steps = np.linspace(-1.5, 1.5, UNIT_SIDE, dtype=np.float32)
    points = np.array([(x, y) for y in steps for x in steps], np.float32)
    for layer, index in zip(hidden.layers, (0, 2, 3), strict=True):
        part = keras.Model(model.inputs, model.layers[index].output)
        outputs = part.predict(points, verbose=0)[:, :64]
        np.testing.assert_allclose(layer.values.reshape(-1, len(points)).T, outputs, atol=1e-6)


def test_a_network_for_a_logic_table_of_two_inputs_has_hidden_units_too() -> None:
    source = LogicTable()
    layers = (Dense(units=4, activation="tanh"), Dense(units=2, activation="softmax"))
    project = Project(data=source, layers=layers)
    predictor = SurfacePredictor(build(project, 1), project, None)
    assert [layer.units for layer in predictor.hidden_units((0, 1)).layers] == [4]
    alone = project.replace(layers=project.layers[1:])
    assert SurfacePredictor(build(alone, 1), alone, None).hidden_units((0, 1)).layers == ()
