"""What differs between two projects, in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction
from desktop.document.comparison import difference_text, differences, objections
from desktop.document.data import Digits, Mnist
from desktop.document.fields import FieldSpec, fields_of
from desktop.document.layers import Dense, Dropout, Flatten, Layer
from desktop.document.metrics import in_sentence
from desktop.document.optimizers import SGD, Adam
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from tests.document.strategies import layers, projects, values

BASE = starter_project()


def trained(**changes: object) -> Project:
    return BASE.replace(training=BASE.training.replace(**changes))


CASES = {
    "Dense 2: units 32 → 64": BASE.with_layer(1, BASE.layers[1].replace(units=64)),
    "Dense 2: activation relu → tanh": BASE.with_layer(
        1, BASE.layers[1].replace(activation=ActivationFunction.TANH)
    ),
    "Dropout 3 added after Dense 2 (30%)": BASE.inserted(2, Dropout(rate=0.3)),
    "Flatten 1 removed": BASE.removed(0),
    "Layer 2: class Dense (units 32, activation relu) → Dropout": BASE.with_layer(1, Dropout()),
    "learning rate 0.001 → 0.01": trained(optimizer=Adam(learning_rate=0.01)),
    "optimizer Adam → SGD (momentum 0.9)": trained(optimizer=SGD(momentum=0.9)),
    "early stopping Off → on": trained(early_stopping=EarlyStopping()),
    "seed 812 → Random": trained(seed=None),
    "epochs 20 → 5; shuffle on → off": trained(epochs=5, shuffle=False),
    f"data {BASE.data.title} → {Mnist().title}": BASE.replace(data=Mnist()),
    "validation split 0.1 → 0.3": BASE.replace(data=Digits(validation_split=0.3)),
}


@pytest.mark.parametrize("words", CASES)
def test_a_change_is_said_in_words(words: str) -> None:
    assert difference_text(differences(BASE, CASES[words])) == words


def test_a_layer_that_was_moved_is_one_change() -> None:
    deep = BASE.inserted(1, Dropout(rate=0.3), Dense(units=8))
    found = differences(deep, deep.moved(1, 3))
    assert difference_text(found) == "Dropout 4 moved from place 2"


def test_settings_of_a_callback_are_named_with_it() -> None:
    one, other = (trained(early_stopping=EarlyStopping(patience=each)) for each in (3, 5))
    assert difference_text(differences(one, other)) == "early stopping patience 3 → 5"


@settings(max_examples=30)
@given(projects(), projects())
def test_no_difference_means_equal(one: Project, other: Project) -> None:
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (one != other)


@settings(max_examples=30)
@given(projects(), layers, st.data())
def test_one_edit_of_the_stack_is_one_difference(
    project: Project, layer: Layer, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(project.layers)))
    longer = project.inserted(place, layer)
    assert len(differences(project, longer)) == len(differences(longer, project)) == 1
    assert "added" in difference_text(differences(project, longer))
    assert difference_text(differences(longer, project)).endswith("removed")


@given(st.sampled_from(fields_of(Training)), st.data())
def test_one_edit_of_the_training_names_its_setting(field: FieldSpec, data: st.DataObject) -> None:
    value = data.draw(values(field))
    changed = trained(**{field.name: value})
    found = differences(BASE, changed)
    if changed == BASE:
        assert not found
    else:
        assert all(each.place == "" for each in found)
        if type(value) is not type(getattr(BASE.training, field.name)):
            assert [each.setting for each in found] == [in_sentence(field.title)]


def test_more_than_one_change_is_no_fair_test() -> None:
    units = BASE.with_layer(1, BASE.layers[1].replace(units=64))
    both = units.replace(training=units.training.replace(optimizer=Adam(learning_rate=0.1)))
    assert objections(differences(BASE, units)) == ()
    assert objections(differences(BASE, both)) == (
        "Not a fair test: units and learning rate both changed",
    )
    three = both.replace(training=both.training.replace(batch_size=8))
    assert objections(differences(BASE, three)) == (
        "Not a fair test: units, batch size and learning rate changed",
    )


def test_the_same_change_in_several_layers_is_one() -> None:
    deep = BASE.inserted(1, Dense(units=16, activation=ActivationFunction.RELU))
    relu, tanh = ActivationFunction.RELU, ActivationFunction.TANH
    other = deep.replace(
        layers=tuple(
            each.replace(activation=tanh) if each.nonlinearity is relu else each
            for each in deep.layers
        )
    )
    assert len(differences(deep, other)) == 2
    assert objections(differences(deep, other)) == ()
    one = deep.with_layer(1, Dense(units=8)).with_layer(2, deep.layers[2].replace(units=9))
    one = one.with_layer(1, one.layers[1].replace(activation=relu))
    assert objections(differences(deep, one)) == ("Not a fair test: units changed in several ways",)


def test_other_rows_and_other_seeds_are_said() -> None:
    assert objections((), same_data=False) == ("Not a fair test: the data differs",)
    other = trained(batch_size=8).replace(data=Mnist())
    assert objections(differences(BASE, other), same_data=False, same_split=False) == (
        "Not a fair test: batch size and data both changed",
    )
    (split,) = objections((), same_split=False)
    assert "divided differently" in split
    (seed,) = objections(differences(BASE, trained(seed=7)))
    assert "seeds differ" in seed


def test_flattening_is_named_by_its_place() -> None:
    assert differences(BASE, BASE.inserted(0, Flatten()))[0].text == (
        "Flatten 1 added as the first layer"
    )
