"""The dialog that chooses what to vary."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.space import presets
from desktop.views.pages.groups.sweep.dialog import VaryDialog
from desktop.views.pages.groups.sweep.setting_row import ChoiceRow, Form, NumberRow
from desktop.views.theme import Theme
from tests.engine.trials.helpers import project

UNITS, FUNCTION, RATE = "hidden.units", "hidden.activation", "training.optimizer.learning_rate"


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> VaryDialog:
    given = project()
    schema = given.data.known_schema
    assert schema is not None
    dialog = VaryDialog(given, schema, theme)
    qtbot.addWidget(dialog)
    return dialog


def number_row(dialog: VaryDialog, path: str) -> NumberRow:
    row = dialog.rows[path]
    assert isinstance(row, NumberRow)
    return row


def test_each_preset_of_the_lesson_is_one_click(dialog: VaryDialog) -> None:
    assert not dialog.start.isEnabled()
    for name, space in presets(project()).items():
        dialog.preset_buttons[name].click()
        assert dialog.start.isEnabled(), dialog.message.text()
        assert dialog.wanted is not None
        assert dialog.wanted.space.to_json() == space.to_json()
        assert f"{space.size} trainings" in dialog.message.text()
    assert set(dialog.preset_buttons) == {
        "one more hidden layer",
        "two hidden layers",
        "activation functions",
        "optimizers",
        "regularization",
    }


def test_values_and_ranges_are_typed(dialog: VaryDialog) -> None:
    dialog.vary(UNITS)
    number_row(dialog, UNITS).values.setText("4, 8; 16")
    dialog.vary(FUNCTION)
    choices = dialog.rows[FUNCTION]
    assert isinstance(choices, ChoiceRow)
    assert [box.text() for box in choices.boxes if box.isChecked()] == ["relu"]
    next(box for box in choices.boxes if box.text() == "tanh").click()
    dialog.check()
    assert dialog.message.text() == "6 trainings, one for each combination."
    dialog.vary(RATE)
    row = number_row(dialog, RATE)
    row.form.setCurrentText(Form.LOG)
    row.low.setText("1e-4")
    row.high.setText("0.1")
    dialog.check()
    assert not dialog.start.isEnabled() and "Learning rate has a range" in dialog.message.text()
    dialog.method.search.click()
    dialog.method.amount.setValue(12)
    dialog.accept()
    assert dialog.wanted is not None and dialog.wanted.method.trials == 12
    assert dialog.wanted.space.to_json() == {
        UNITS: [4, 8, 16],
        FUNCTION: ["relu", "tanh"],
        RATE: {"log": [1e-4, 0.1]},
    }


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        (UNITS, "8, many", "many is not a whole number"),
        (UNITS, "8, 8", "8 is there twice"),
        (UNITS, "8, 0", "must be at least 1"),
        (UNITS, "", "Enter values"),
        ("hidden.max_norm", "none, -1", "must be more than 0"),
        ("training.batch_size", "64, 2.5", "2.5 is not a whole number"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    dialog: VaryDialog, path: str, typed: str, said: str
) -> None:
    dialog.vary(path)
    row = number_row(dialog, path)
    row.values.setText(typed)
    dialog.check()
    assert said in row.error.text().replace("\u200b", "")
    assert not dialog.start.isEnabled() and dialog.wanted is None
    dialog.leave(path)
    assert dialog.message.text() == "Nothing is varied yet."
