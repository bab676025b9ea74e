"""What may be varied, and the projects that come of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from desktop.document.analysis import analyze
from desktop.document.comparison import difference_text, differences
from desktop.document.constraints import MaxNorm
from desktop.document.data import Mnist
from desktop.document.layers import Activation, Conv2D, Dense, Dropout, Flatten, ReLU, Reshape
from desktop.document.optimizers import SGD
from desktop.document.problems import Severity
from desktop.document.project import Project, starter_project
from desktop.document.space import (
    Range,
    SpaceError,
    parse_space,
    presets,
    read_space,
    settings_of,
    value_text,
)
from tests.document.strategies import projects

BASE = starter_project()
CONVOLUTIONAL = Project(
    data=Mnist(),
    layers=(
        Reshape(target_shape=(28, 28, 1)),
        Conv2D(filters=4, activation="relu"),
        Flatten(),
        Dense(units=8),
        ReLU(),
        Dense(units=10, activation="softmax"),
    ),
)


def problem(project: Project) -> str:
    """The first error of `project`."""
    errors = (each for each in analyze(project).problems if each.severity is Severity.ERROR)
    return next((each.message for each in errors), "")


def changed(project: Project, values: dict[str, Any]) -> str:
    """What `values` change in `project`, in words."""
    space = parse_space({path: [value] for path, value in values.items()}, project)
    return difference_text(differences(project, space.apply(project, values)))


CHANGES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"layers[1].units": 64}, "Dense 2: units 32 → 64"),
    ({"layers[1]": "Dropout"}, "Layer 2: class Dense (units 32, activation relu) → Dropout"),
    ({"training.optimizer": "SGD"}, "optimizer Adam → SGD"),
    (
        # What lies in another setting comes after it, in whatever order they stand.
        {"training.optimizer.learning_rate": 0.5, "training.optimizer": "SGD"},
        "optimizer Adam → SGD (learning rate 0.5)",
    ),
    ({"training.early_stopping": {"patience": 3}}, "early stopping Off → patience 3"),
    ({"data.validation_split": 0.3}, "validation split 0.1 → 0.3"),
    ({"hidden.activation": "tanh"}, "Dense 2: activation relu → tanh"),
    ({"hidden.count": 0}, "Dense 2 removed"),
    ({"hidden.count": 0, "hidden.units": 5}, "Dense 2 removed"),
    ({"hidden.dropout": 0.3}, "Dropout 3 added after Dense 2 (30%)"),
    ({"hidden.l1": 0.1}, "Dense 2: kernel regularizer None → L1 (L1 0.1)"),
    (
        {"hidden.l1": 0.1, "hidden.l2": 0.2},
        "Dense 2: kernel regularizer None → L1L2 (L1 0.1, L2 0.2)",
    ),
    (
        {"hidden.kernel_regularizer": "L2", "hidden.kernel_regularizer.l2": 0.3},
        "Dense 2: kernel regularizer None → L2 (L2 0.3)",
    ),
)


@pytest.mark.parametrize(("values", "words"), CHANGES)
def test_values_change_the_project(values: dict[str, Any], words: str) -> None:
    assert changed(BASE, values) == words


def test_all_hidden_layers_change_together() -> None:
    values = {"hidden.count": 3, "hidden.units": 5, "hidden.dropout": 0.5, "hidden.max_norm": 3.0}
    space = parse_space({path: [value] for path, value in values.items()}, BASE)
    made = space.apply(BASE, values)
    hidden = Dense(units=5, activation="relu", kernel_constraint=MaxNorm(max_value=3.0))
    assert made.layers == (Flatten(), *(hidden, Dropout(rate=0.5)) * 3, BASE.layers[-1])
    fewer = parse_space({"hidden.count": [1]}, made).apply(made, {"hidden.count": 1})
    assert fewer.layers == (Flatten(), hidden, Dropout(rate=0.5), BASE.layers[-1])


def test_convolutions_are_hidden_layers() -> None:
    values = {"hidden.activation": "tanh", "hidden.max_norm": 1.0, "hidden.count": 2}
    space = parse_space({path: [value] for path, value in values.items()}, CONVOLUTIONAL)
    made = space.apply(CONVOLUTIONAL, values)
    constraint = MaxNorm(max_value=1.0)
    hidden = (Dense(units=8, kernel_constraint=constraint), Activation(activation="tanh"))
    assert made.layers[1:-1] == (
        Conv2D(filters=4, activation="tanh", kernel_constraint=constraint.replace(axis=(0, 1, 2))),
        Flatten(),
        *hidden * 2,
    )


def test_the_first_hidden_layer_can_be_varied() -> None:
    without = BASE.removed(1)
    values = {"hidden.count": 2, "hidden.units": 16}
    space = parse_space({"hidden.count": [0, 2], "hidden.units": [16]}, without)
    made = space.apply(without, values)
    assert made.layers[1:-1] == (Dense(units=16, activation="relu"),) * 2


def test_alternatives_are_named_changes_of_several_settings() -> None:
    values = {"size": {"alternatives": {"as it is": {}, "large": {"hidden.units": 99}}}}
    space = parse_space(values, BASE)
    assert space.to_json() == values
    assert list(space.combinations()) == [{"size": "as it is"}, {"size": "large"}]
    assert space.apply(BASE, {"size": "as it is"}) == BASE
    assert space.apply(BASE, {"size": "large"}).layers[1].units == 99  # type: ignore[attr-defined]


def test_a_space_as_the_command_takes_it() -> None:
    text = (
        '{"layers[1].units": [32, 64, 128], '
        '"training.optimizer.learning_rate": {"log": [1e-4, 1e-1]}, '
        '"training.epochs": {"range": [1, 9]}}'
    )
    space = read_space(text, BASE)
    units, rate, epochs = space.settings
    assert (units.title, units.values) == ("Dense 2: units", (32, 64, 128))
    assert (rate.title, rate.range) == ("Learning rate", Range(1e-4, 1e-1, log=True))
    assert (epochs.title, epochs.range) == ("Epochs", Range(1, 9, whole=True))
    assert space.size is None
    assert parse_space(space.to_json(), BASE) == space
    assert parse_space({"hidden.units": [1, 2], "hidden.dropout": [0, 0.5]}, BASE).size == 4


REFUSED = {
    "[]": "must be a JSON object of paths and values",
    "{": "not valid JSON at line 1",
    '{"a": [1], "a": [2]}': 'the key "a" is given twice',
    '{"a b": [1]}': '"a b" is not a path',
    '{"layers.[1].units": [1]}': "is not a path",
    '{"layers[1].unit": [1]}': 'layers[1] has no unit (did you mean "units"?); allowed: units, ',
    '{"layers[7].units": [1]}': "layers[7].units: there is only layers[0] to layers[2]",
    '{"training.early_stopping.patience": [3]}': "training.early_stopping is off",
    '{"hidden.unit": [1]}': 'hidden layers have no unit (did you mean "units"?)',
    '{"layers[1].units": []}': "layers[1].units: [] has no values",
    '{"layers[1].units": [3, 3]}': "layers[1].units: 3 is given twice",
    '{"layers[1].units": 3}': "layers[1].units: 3 is not a list of values",
    '{"layers[1].units": {"log": [3]}}': "[3] must be two numbers",
    '{"layers[1].units": {"log": [9, 3]}}': "low less than high",
    '{"layers[1].units": {"log": [0, 3]}}': "[0, 3] has no logarithm",
    '{"layers[1].units": {"range": [0.5, 3]}}': "[0.5, 3] must be whole numbers",
    '{"layers[1].activation": {"range": [1, 3]}}': "only numbers have a range",
    '{"x": {"alternatives": {"a": 1}}}': 'x: "a": 1 must be an object of paths',
    '{"x": {"alternatives": {"a": {"training.epoch": 1}}}}': "training has no epoch",
    '{"x": {"alternatives": {"a": {"training.epochs": 1}}}, "training.epochs": [1]}': (
        "training.epochs is varied twice: by x and by training.epochs"
    ),
    # Values that the classes of the document refuse, or the analysis of the project.
    '{"layers[1].units": [8, 0]}': "layers[1].units: 0 must be at least 1",
    '{"layers[1].units": ["8"]}': 'layers[1].units: "8" must be a whole number',
    '{"hidden.units": [8, true]}': "hidden.units: layers[1].units: true must be a whole number",
    '{"hidden.activation": ["rel"]}': '"rel" is not allowed (did you mean "relu"?)',
    '{"hidden.dropout": {"range": [0, 1]}}': "hidden.dropout: 1.0 must be less than 1",
    '{"training.optimizer": ["Adamm"]}': 'unknown optimizer "Adamm" (did you mean "Adam"?)',
    '{"training.optimizer": ["Adam", "Adagrad"], "training.optimizer.momentum": [0.5]}': (
        "training.optimizer.momentum: training.optimizer has no momentum"
    ),
    '{"layers[2].units": [10, 7]}': "layers[2].units: 7 cannot be used: The data has 10 classes",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_varied_is_refused_with_its_path(text: str) -> None:
    with pytest.raises(SpaceError) as caught:
        read_space(text, BASE).refuse(BASE, problem)
    assert REFUSED[text] in str(caught.value)


def test_a_value_may_need_one_of_another_setting() -> None:
    values = {"training.optimizer": ["Adam", "SGD"], "training.optimizer.momentum": [0.5, 0.9]}
    space = parse_space(values, BASE)
    space.refuse(BASE, problem)
    assert "has no momentum" in space.problem(
        BASE, {"training.optimizer": "Adam", "training.optimizer.momentum": 0.5}, problem
    )


def test_presets_are_made_of_the_project() -> None:
    regularized = BASE.replace(training=BASE.training.replace(optimizer=SGD(momentum=0.9)))
    regularized = regularized.inserted(2, Dropout(rate=0.4))
    found = presets(regularized)
    words = {
        name: [
            difference_text(differences(regularized, space.apply(regularized, values)))
            for values in space.combinations()
        ]
        for name, space in found.items()
    }
    assert words["one more hidden layer"][0] == ""
    assert [len(words[name]) for name in words] == [2, 3, 7, 6, 8]
    assert words["two hidden layers"][0] == "Dense 2 removed; Dropout 3 removed"
    assert words["optimizers"][1] == "optimizer SGD (momentum 0.9) → Adam"
    assert words["regularization"][0] == "Dropout 3: rate 0.4 → 0"
    assert words["regularization"][4] == "", "its own dropout"
    assert words["regularization"][5].endswith("early stopping Off → patience 5")
    assert words["regularization"][6] == (
        "Dense 2: kernel regularizer None → L2 (L2 0.001); early stopping Off → patience 5"
    )
    assert "kernel constraint" in words["regularization"][7]


def test_what_does_not_suit_a_project_is_not_offered() -> None:
    without = BASE.removed(1)
    assert list(presets(without)) == ["one more hidden layer", "two hidden layers", "optimizers"]
    assert {each.path for each in settings_of(without) if each.group == "Hidden layers"} == {
        "hidden.count"
    }
    assert presets(Project()).keys() == {"optimizers"}


@settings(max_examples=20)
@given(projects())
def test_each_setting_that_is_offered_can_be_varied(project: Project) -> None:
    for name, space in presets(project).items():
        assert space.size and space.size > 1, name
    for each in settings_of(project)[:40]:
        space = parse_space({each.path: list(each.suggested)}, project)
        assert space.settings[0].title
        if each.is_number and each.value is not None and len(each.suggested) > 1:
            space.apply(project, {each.path: each.value})


def test_values_in_words() -> None:
    values = (None, True, 1e-4, 64, "relu", [3, 3], {"optimizer": "SGD", "momentum": 0.9}, {})
    assert [value_text(each) for each in values] == [
        "none", "on", "0.0001", "64", "relu", "3, 3", "SGD (momentum 0.9)", "on",
    ]  # fmt: skip
