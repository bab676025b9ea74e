"""Labels for the loss, probabilities from the outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.document.choices import ActivationFunction
from desktop.document.data import DataSource, Digits, LogicTable
from desktop.document.layers import Dense, Flatten
from desktop.document.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from desktop.document.project import Project
from desktop.document.spec import variants
from desktop.document.training import Training
from desktop.engine.builder import ProjectError, build
from desktop.engine.encoding import are_probabilities, class_probabilities, class_scores, encode


def network(units: int, loss: Loss, data: DataSource | None = None) -> Project:
    return Project(
        data=data or (Digits() if units > 2 else LogicTable()),
        layers=(Flatten(), Dense(units=units, activation=ActivationFunction.SIGMOID)),
        training=Training(loss=loss, metrics=()),
    )


LABELS = np.array([0, 1, 1, 0])


FITTING = [
    (cls(), units)
    for cls in variants(Loss)
    for units in (1, 2)
    if units == 2 or "categorical" not in cls.tag
]


@pytest.mark.parametrize(("loss", "units"), FITTING)
def test_encoded_labels_fit_the_loss(loss: Loss, units: int) -> None:
    project = network(units, loss)
    encoded = encode(LABELS, project)
    if isinstance(loss, SparseCategoricalCrossentropy):
        assert encoded.tolist() == LABELS.tolist()
        assert encoded.dtype == np.int64
    elif units == 1:
        assert encoded.tolist() == [[0.0], [1.0], [1.0], [0.0]]
        assert encoded.dtype == np.float32
    else:
        assert encoded.tolist() == np.eye(2)[LABELS].tolist()
        assert encoded.dtype == np.float32
    result = build(project.replace(training=project.training.replace(loss=loss))).evaluate(
        np.zeros((4, 2)), encoded, verbose=0
    )
    assert np.isfinite(result)


def test_no_output_no_labels() -> None:
    with pytest.raises(ProjectError, match="no output"):
        encode(LABELS, Project(data=Digits()))


def test_a_label_without_an_output_is_refused() -> None:
    with pytest.raises(ValueError, match="run to 3"):
        encode(np.array([3]), network(2, MeanSquaredError()))


def test_no_labels_at_all() -> None:
    assert encode(np.zeros(0, np.int64), network(3, MeanSquaredError())).shape == (0, 3)


# --- probabilities --------------------------------------------------------------------------------


def probabilities(outputs: Any, project: Project) -> Any:
    found = class_probabilities(np.array(outputs, np.float32), project)
    assert found is not None
    return found


def test_one_output_is_the_second_class() -> None:
    found = probabilities([[0.25], [1.5], [-1.0]], network(1, BinaryCrossentropy()))
    assert found.tolist() == [[0.75, 0.25], [0.0, 1.0], [1.0, 0.0]]


def test_one_output_without_sigmoid() -> None:
    found = probabilities(
        [[0.0], [800.0], [-2.0]], network(1, BinaryCrossentropy(from_logits=True))
    )
    np.testing.assert_allclose(found[:, 1], [0.5, 1.0, 1 / (1 + np.e**2)], rtol=1e-6)


def test_one_output_for_many_classes_says_nothing_about_them() -> None:
    project = network(1, MeanSquaredError(), Digits())
    assert class_probabilities(np.zeros((2, 1), np.float32), project) is None


def test_softmax_outputs_stay_as_they_are() -> None:
    found = probabilities([[0.2, 0.8]], network(2, CategoricalCrossentropy()))
    np.testing.assert_allclose(found, [[0.2, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("loss", [CategoricalCrossentropy, SparseCategoricalCrossentropy])
def test_logits_go_through_softmax(loss: Any) -> None:
    found = probabilities([[1000.0, 999.0]], network(2, loss(from_logits=True)))
    np.testing.assert_allclose(found, [[np.e / (1 + np.e), 1 / (1 + np.e)]], rtol=1e-6)


def test_several_logits_of_yes_or_no() -> None:
    found = probabilities([[0.0, 800.0]], network(2, BinaryCrossentropy(from_logits=True)))
    np.testing.assert_allclose(found, [[1 / 3, 2 / 3]])


def ten(*values: float, rest: float = 0.0) -> list[float]:
    return [*values, *[rest] * (10 - len(values))]


def test_squared_error_outputs_are_cut_off_at_zero_and_shared_out() -> None:
    project = network(10, MeanSquaredError())
    found = probabilities([ten(-1.0, 0.5, 1.5), ten(), ten(3e38, 3e38)], project)
    np.testing.assert_allclose(found[0], ten(0, 0.25, 0.75))
    np.testing.assert_allclose(found[1], [0.1] * 10)
    np.testing.assert_allclose(found[2], ten(0.5, 0.5))


def test_values_that_are_not_numbers_make_all_classes_equal() -> None:
    found = probabilities([ten(np.nan, 5.0)], network(10, MeanSquaredError()))
    np.testing.assert_allclose(found, [[0.1] * 10])
    assert probabilities([[np.nan]], network(1, BinaryCrossentropy())).tolist() == [[0.5, 0.5]]


@settings(deadline=None, database=None)
@given(
    st.lists(st.floats(width=32, allow_nan=False), min_size=10, max_size=10),
    st.sampled_from([CategoricalCrossentropy(from_logits=True), MeanSquaredError()]),
)
def test_probabilities_add_up_and_keep_the_most_probable(outputs: list[float], loss: Loss) -> None:
    found = probabilities([outputs], network(10, loss))[0]
    assert ((found >= 0) & (found <= 1)).all()
    assert found.sum() == pytest.approx(1.0)
    assert found[np.argmax(np.array(outputs, np.float32))] == pytest.approx(found.max())


@pytest.mark.parametrize(
    ("activation", "loss", "expected"),
    [
        (ActivationFunction.SOFTMAX, CategoricalCrossentropy(), True),
        (ActivationFunction.SIGMOID, MeanSquaredError(), True),
        (ActivationFunction.LINEAR, CategoricalCrossentropy(from_logits=True), True),
        (ActivationFunction.LINEAR, MeanSquaredError(), False),
        (ActivationFunction.RELU, MeanSquaredError(), False),
    ],
)
def test_outputs_are_probabilities_where_softmax_or_sigmoid_makes_them(
    activation: ActivationFunction, loss: Loss, expected: bool
) -> None:
    layers = Flatten(), Dense(units=10, activation=activation)
    what = Project(data=Digits(), layers=layers, training=Training(loss=loss))
    assert are_probabilities(what) is expected


def test_scores_are_the_outputs_as_they_are() -> None:
    two = network(1, MeanSquaredError(), LogicTable())
    scores = class_scores(np.array([[0.48], [1.5]]), two)
    assert scores is not None and np.allclose(scores, [[0.52, 0.48], [-0.5, 1.5]])
    ten = network(10, MeanSquaredError())
    outputs = np.linspace(-1, 2, 10)[np.newaxis]
    assert np.array_equal(class_scores(outputs, ten), outputs)
    assert class_scores(np.ones((2, 3)), ten) is None
