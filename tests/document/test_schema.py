"""What the data holds: for numbers as targets, and as long as it is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desktop.document.analysis import analyze
from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import Digits
from desktop.document.layers import Conv2D, Dense, Flatten, Layer, Softmax
from desktop.document.layers.core import Activation
from desktop.document.losses import MeanSquaredError
from desktop.document.problems import PROJECT_CHECKS, Problem, Severity
from desktop.document.project import Project, starter_project
from desktop.document.schema import Classes, DataSchema, Numbers, RowCounts, RowKind
from desktop.document.training import Training

HOUSES = DataSchema(
    input_shape=(3,),
    row=RowKind.TABLE_ROW,
    target=Numbers(("price", "years")),
    rows=RowCounts(80, 10, 10),
    value_range=(-2.0, 2.0),
    features=("rooms", "area", "floor"),
)


DIGITS = Digits().known_schema


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source knows nothing before it is read, as one of a file."""
    monkeypatch.setattr(Digits, "known_schema", None)


def stack(*layers: Layer, **training: Any) -> Project:
    return Project(layers=layers, training=Training(**training))


def regression(*layers: Layer, **training: Any) -> Project:
    return stack(*layers, **({"loss": MeanSquaredError(), "metrics": ()} | training))


def problems(project: Project) -> tuple[Problem, ...]:
    return analyze(project, HOUSES).problems


def test_without_a_schema_nothing_is_known_and_nothing_is_wrong() -> None:
    softmax = Dense(units=7, activation=ActivationFunction.SOFTMAX)
    found = analyze(stack(Softmax(), softmax, Conv2D()))
    assert found.schema is None
    assert found.problems == ()
    assert not found.is_trainable
    assert [(info.input_shape, info.output_shape, info.error) for info in found.layers] == [
        (None, None, None)
    ] * 3


def test_settings_are_checked_without_a_schema() -> None:
    assert PROJECT_CHECKS
    found = analyze(stack(early_stopping=EarlyStopping(monitor="val_accuracy"), metrics=()))
    assert [problem.field for problem in found.problems] == ["early_stopping"]


def test_once_the_schema_is_there_shapes_and_problems_are() -> None:
    found = analyze(
        regression(Dense(units=4, activation=ActivationFunction.RELU), Dense(units=2)), HOUSES
    )
    assert found.schema is HOUSES
    assert found.problems == ()
    assert found.is_trainable
    assert [info.output_shape for info in found.layers] == [(4,), (2,)]


def test_a_schema_that_was_found_goes_before_what_the_source_knows() -> None:
    schema = replace(DIGITS, target=Classes(("even", "odd")))
    (problem,) = analyze(starter_project(), schema).problems
    assert problem.message.startswith("The data has 2 classes, but the network has 10 outputs")


@pytest.mark.parametrize(
    ("project", "message"),
    [
        (regression(Dense(units=3)), "The data has 2 numbers to predict, but the network has 3"),
        (
            stack(Dense(units=2), metrics=()),
            "categorical_crossentropy is for classes, but the data has numbers to predict",
        ),
        (
            regression(Dense(units=2), metrics=(Metric.ACCURACY, Metric.MEAN_ABSOLUTE_ERROR)),
            "The metric accuracy is for classes",
        ),
        (regression(), "The model has no layers yet"),
        (regression(Flatten()), "No layer has weights to train"),
    ],
)
def test_what_does_not_suit_numbers_is_reported_and_fixed(project: Project, message: str) -> None:
    (problem,) = problems(project)
    assert problem.message.startswith(message)
    assert problem.severity is Severity.ERROR
    assert problem.fix is not None
    assert problems(problem.fix.project) == ()


@pytest.mark.parametrize(
    ("project", "words"),
    [
        (
            regression(Dense(units=2, activation=ActivationFunction.SOFTMAX)),
            "softmax gives numbers between 0 and 1 that add up to 1",
        ),
        (
            regression(Dense(units=2), Activation(activation=ActivationFunction.RELU)),
            "relu gives no negative numbers",
        ),
        (
            regression(Dense(units=2, activation=ActivationFunction.TANH)),
            "tanh gives numbers between -1 and 1",
        ),
        (regression(Dense(units=2), balance_classes=True), "Classes are to be balanced"),
    ],
)
def test_what_keeps_a_network_from_the_numbers_is_a_warning(project: Project, words: str) -> None:
    (problem,) = problems(project)
    assert words in problem.message
    assert problem.severity is Severity.WARNING
    assert problem.fix is not None
    assert problems(problem.fix.project) == ()
