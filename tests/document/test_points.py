"""Points in a plane as a data source: what is known of them, and edits by hand."""

from __future__ import annotations

import pytest

from desktop.document.data import PlanePoints, PointShape
from desktop.document.first_network import first_project
from desktop.document.schema import Classes, Numbers, RowKind


@pytest.mark.parametrize("shape", PointShape)
def test_what_the_points_are_is_known_before_they_are_made(shape: PointShape) -> None:
    schema = PlanePoints(shape=shape, classes=4, points=100).known_schema
    assert (schema.input_shape, schema.row, schema.features) == ((2,), RowKind.POINT, ("x", "y"))
    assert (schema.rows.training, schema.rows.validation, schema.rows.test) == (63, 7, 30)
    match shape:
        case PointShape.HILLS | PointShape.SLOPE:
            assert schema.target == Numbers(("value",))
        case PointShape.BLOBS | PointShape.SPIRALS:
            assert schema.target == Classes(("0", "1", "2", "3"))
        case _:
            assert schema.target == Classes(("0", "1"))


def test_settings_that_make_other_points_bring_removed_ones_back() -> None:
    edited = PlanePoints(added=((0.5, 0.5, 1),), removed=((0, 1),))
    assert edited.replace(validation_split=0.2).removed == ((0, 1),)
    for change in ({"noise": 0.2}, {"points": 300}, {"seed": 1}, {"shape": PointShape.CIRCLES}):
        changed = edited.replace(**change)
        assert (changed.removed, changed.added) == ((), edited.added)


def test_added_points_stay_where_their_class_does() -> None:
    blobs = PlanePoints(shape=PointShape.BLOBS, classes=3, added=((0, 0, 1), (0, 1, 2)))
    assert blobs.replace(classes=2).added == ((0, 0, 1),)
    assert blobs.replace(shape=PointShape.HILLS).added == ()


def test_points_are_added_and_removed() -> None:
    source = PlanePoints().with_points([(0.123456, 0.5, 1.0), (0.2, 0.2, 0.0)])
    assert source.added == ((0.1235, 0.5, 1.0), (0.2, 0.2, 0.0))
    source = source.without_points([(0.2, 0.2), (0.987654, 0), (0.987654, 0)])
    assert source.added == ((0.1235, 0.5, 1.0),)
    assert source.removed == ((0.9877, 0.0),)
    full = PlanePoints(added=((0, 0, 1),) * 1999).with_points([(1, 1, 0)] * 3)
    assert len(full.added) == 2000


def test_an_added_point_of_a_class_there_is_not_is_refused() -> None:
    for target in (2, -1, 0.5):
        with pytest.raises(ValueError, match=r"the added point at 0\.5, 0\.25 has the class"):
            PlanePoints(added=((0.5, 0.25, target),))
    assert PlanePoints(shape=PointShape.SLOPE, added=((0, 0, -0.5),)).added


def test_the_first_network_for_points_has_an_output_for_its_target() -> None:
    for shape, classes, units in (
        (PointShape.MOONS, 2, 1),
        (PointShape.BLOBS, 5, 5),
        (PointShape.HILLS, 2, 1),
    ):
        source = PlanePoints(shape=shape, classes=classes)
        project = first_project(source, source.known_schema)
        assert project.layers[-1].units == units
