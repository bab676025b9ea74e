"""Shapes, parameter counts and what the editor shows of a project."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given

from desktop.document.analysis import analyze
from desktop.document.choices import ActivationFunction, Padding
from desktop.document.data import Digits, LogicTable, Mnist
from desktop.document.layers import (
    LAYER_CLASSES,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
    Reshape,
    Shape,
    ShapeError,
    Softmax,
)
from desktop.document.project import Project, starter_project
from desktop.document.text import shape_text
from desktop.document.trace import trace
from tests.document.strategies import layers as any_layer
from tests.document.strategies import usual_projects


def test_the_network_of_the_course() -> None:
    layers = (Flatten(), Dense(units=128), Dense(units=10))
    found = analyze(Project(data=Mnist(), layers=layers))
    assert [info.output_shape for info in found.layers] == [(784,), (128,), (10,)]
    assert [info.parameters for info in found.layers] == [0, 100_480, 1_290]
    assert found.parameters == 101_770
    assert [info.name for info in found.layers] == ["Flatten 1", "Dense 2", "Dense 3"]


@pytest.mark.parametrize(
    ("layer", "shape", "output", "parameters"),
    [
        (Dense(units=5), (28, 3), (28, 5), 20),
        (Dense(units=5, use_bias=False), (7,), (5,), 35),
        (Conv2D(filters=4), (28, 28, 1), (26, 26, 4), 40),
        (Conv2D(filters=4, padding=Padding.SAME, strides=(2, 3)), (28, 28, 1), (14, 10, 4), 40),
        (Conv2D(filters=4, dilation_rate=(2, 2)), (9, 9, 3), (5, 5, 4), 112),
        (Conv2D(filters=4, groups=2), (9, 9, 6), (7, 7, 4), 112),
        (MaxPooling2D(), (9, 9, 6), (4, 4, 6), 0),
        (MaxPooling2D(padding=Padding.SAME), (9, 9, 6), (5, 5, 6), 0),
        (MaxPooling2D(strides=(1, 1)), (9, 9, 6), (8, 8, 6), 0),
        (GlobalAveragePooling2D(), (9, 9, 6), (6,), 0),
        (GlobalAveragePooling2D(keepdims=True), (9, 9, 6), (1, 1, 6), 0),
        (Flatten(), (9, 9, 6), (486,), 0),
        (Reshape(target_shape=(3, -1)), (9, 2), (3, 6), 0),
        (BatchNormalization(), (9, 9, 6), (9, 9, 6), 24),
        (BatchNormalization(axis=1, scale=False), (9, 8, 6), (9, 8, 6), 27),
        (Rescaling(), (9,), (9,), 0),
        (Dropout(), (9,), (9,), 0),
    ],
)
def test_shapes_and_counts(layer: Layer, shape: Shape, output: Shape, parameters: int) -> None:
    assert layer.output_shape(shape) == output
    assert layer.parameter_count(shape) == parameters


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2D(), (28, 28), "needs an image with channels"),
        (Conv2D(filters=4, groups=2), (28, 28, 3), "3 channels cannot be divided by that"),
        (Conv2D(kernel_size=(9, 9)), (8, 8, 1), "too large for an input of 8 × 8 × 1"),
        (Conv2D(dilation_rate=(4, 4)), (8, 8, 1), "window of 3 × 3 (dilated), too large"),
        (GlobalAveragePooling2D(), (8,), "gets a vector of 8 numbers"),
        (Reshape(target_shape=(3, 3)), (8,), "cannot make 3 × 3 of 8"),
        (Softmax(axis=0), (8,), "can only be -1 to -1 or 1 to 1"),
        (BatchNormalization(axis=3), (8, 8), "can only be -2 to -1 or 1 to 2"),
    ],
)
def test_inputs_that_cannot_be_taken(layer: Layer, shape: Shape, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        layer.output_shape(shape)
    assert message in str(error.value)


def test_running_means_are_kept_but_not_trained() -> None:
    info = trace(Project(data=LogicTable(), layers=(BatchNormalization(),)))[0]
    assert (info.parameters, info.trainable_parameters) == (8, 4)


def test_after_a_layer_that_cannot_work_nothing_is_known() -> None:
    found = analyze(Project(layers=(Conv2D(), Flatten(), Dense())))
    first, second, third = found.layers
    assert (first.input_shape, first.output_shape) == ((8, 8), None)
    assert first.error is not None
    assert (second.input_shape, second.output_shape, second.error) == (None, None, None)
    assert third.parameters == 0
    assert not found.is_trainable


def test_problems_of_a_layer() -> None:
    found = analyze(Project(data=Digits(), layers=(Flatten(), Dense(units=3))))
    assert found.problems_of(0) == ()
    assert found.problems_of(1) == found.problems
    assert analyze(starter_project()).is_trainable


def test_what_the_machine_has_is_taken_into_account() -> None:
    assert not analyze(starter_project(), memory=1000).is_trainable
    assert analyze(starter_project(), memory=10**9).is_trainable


def test_shapes_as_they_are_shown() -> None:
    assert shape_text((28, 28, 1)) == "28 × 28 × 1"
    assert shape_text((100_000,)) == "100,000"


@pytest.mark.parametrize("cls", LAYER_CLASSES, ids=lambda cls: cls.__name__)
def test_every_layer_has_a_summary_of_its_settings(cls: type[Layer]) -> None:
    assert isinstance(cls().details(), str)
    assert len(cls().details()) < 30


@given(layer=any_layer)
def test_shapes_are_positive_and_counts_agree(layer: Layer) -> None:
    for shape in ((2,), (8, 8), (28, 28, 3), (4, 4, 2, 3)):
        try:
            output = layer.output_shape(shape)
        except ShapeError as error:
            assert str(error)
            continue
        assert all(isinstance(size, int) and size > 0 for size in output)
        weights = {**layer.weight_shapes(shape), **layer.state_shapes(shape)}
        assert layer.parameter_count(shape) == sum(prod(each) for each in weights.values())


@given(project=usual_projects())
def test_each_layer_gets_what_the_one_before_it_makes(project: Project) -> None:
    schema = project.data.known_schema
    assert schema is not None
    shape: Shape | None = schema.input_shape
    for info in trace(project):
        assert info.input_shape == shape
        assert (info.error is None) == (info.output_shape is not None or info.input_shape is None)
        shape = info.output_shape


def test_activations_that_a_layer_applies() -> None:
    assert Dense(activation=ActivationFunction.TANH).nonlinearity is ActivationFunction.TANH
    assert Flatten().nonlinearity is None
