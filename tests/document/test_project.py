"""A project is a value; an edit makes another one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.document.callbacks import EarlyStopping
from desktop.document.data import GATES, GATES_OF_THREE, Digits, LogicTable, Mnist
from desktop.document.layers import Dense, Dropout, Flatten
from desktop.document.memory import activation_bytes, parameter_bytes
from desktop.document.optimizers import SGD, Adam
from desktop.document.project import MAX_LAYERS, Project, starter_project
from desktop.document.schema import RowKind
from desktop.document.spec import SpecError
from desktop.document.training import Training
from tests.document.strategies import projects


def names(project: Project) -> list[str]:
    return [layer.tag for layer in project.layers]


def test_edits_leave_the_old_project_alone() -> None:
    before = starter_project()
    copy = before.model_copy(deep=True)
    before.inserted(0, Dropout())
    before.removed(0, 1)
    before.moved(0, 2)
    before.with_layer(0, Dropout())
    assert before == copy


def test_insert() -> None:
    project = starter_project()
    assert names(project.inserted(0, Dropout())) == ["Dropout", "Flatten", "Dense", "Dense"]
    assert names(project.inserted(3, Dropout()))[-1] == "Dropout"
    assert names(project.inserted(1, Dropout(), Flatten()))[1:3] == ["Dropout", "Flatten"]


def test_remove() -> None:
    assert names(starter_project().removed(0, 2)) == ["Dense"]
    assert names(starter_project().removed()) == ["Flatten", "Dense", "Dense"]


def test_move() -> None:
    assert names(starter_project().moved(0, 2)) == ["Dense", "Dense", "Flatten"]
    assert names(starter_project().moved(2, 0)) == ["Dense", "Flatten", "Dense"]


@given(project=projects(), data=st.data())
def test_edits_can_be_taken_back(project: Project, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(project.layers)))
    longer = project.inserted(index, Dense())
    assert longer.removed(index) == project
    to = data.draw(st.integers(0, len(project.layers)))
    assert longer.moved(index, to).moved(to, index) == longer
    assert longer.moved(index, to).layers[to] == Dense()
    assert longer.with_layer(index, Dropout()).with_layer(index, Dense()) == longer


def test_a_stack_has_a_limit() -> None:
    full = Project(layers=(Flatten(),) * MAX_LAYERS)
    with pytest.raises(SpecError):
        full.inserted(0, Flatten())


def test_the_first_project_trains_within_seconds() -> None:
    project = starter_project()
    assert project.data == Digits()
    starter_rows = Digits().known_schema.rows.training
    assert starter_rows * project.training.epochs < 50_000


# --- data -----------------------------------------------------------------------------------------


def test_what_is_known_of_data_without_loading_it() -> None:
    digits, mnist = Digits().known_schema, Mnist().known_schema
    assert (digits.input_shape, digits.class_names) == ((8, 8), tuple("0123456789"))
    assert (mnist.input_shape, mnist.outputs) == ((28, 28), 10)
    assert digits.is_image and mnist.is_image
    assert Mnist(validation_split=0).known_schema.rows.training == 60_000
    assert Mnist(scale_pixels=False).known_schema.value_range == (0, 255)
    assert Digits(scale_pixels=False).known_schema.value_range == (0, 16)
    assert digits.value_range == (0, 1)
    assert not Digits(validation_split=0).has_validation


@pytest.mark.parametrize("name", GATES)
def test_logic_tables(name: str) -> None:
    table = LogicTable(rows=GATES[name])
    answers = {
        "AND": lambda a, b: a and b,
        "OR": lambda a, b: a or b,
        "NAND": lambda a, b: not (a and b),
        "XOR": lambda a, b: a != b,
    }
    assert table.title == f"Logic table: {name}"
    assert [row[2] for row in table.rows] == [int(answers[name](a, b)) for a, b, _ in table.rows]
    schema = table.known_schema
    assert (schema.input_shape, schema.class_names, schema.rows.training) == ((2,), ("0", "1"), 4)
    assert not schema.is_image


@pytest.mark.parametrize("name", GATES_OF_THREE)
def test_logic_tables_of_three_inputs(name: str) -> None:
    table = LogicTable(rows=GATES_OF_THREE[name])
    targets = {
        "AND": (0, 0, 0, 0, 0, 0, 0, 1),
        "OR": (0, 1, 1, 1, 1, 1, 1, 1),
        "NAND": (1, 1, 1, 1, 1, 1, 1, 0),
        "Parity": (0, 1, 1, 0, 1, 0, 0, 1),
        "Majority": (0, 0, 0, 1, 0, 1, 1, 1),
    }
    assert table.title == f"Logic table: {name}"
    assert tuple(row[-1] for row in table.rows) == targets[name]
    schema = table.known_schema
    assert (schema.input_shape, schema.row) == ((3,), RowKind.TABLE_ROW)
    assert schema.features == ("Input 1", "Input 2", "Input 3")


def test_a_table_of_ones_own() -> None:
    table = LogicTable(rows=((-1.0, 3.0, 1),))
    assert table.title == "Logic table: own rows"
    assert table.known_schema.value_range == (-1, 3)
    assert table.known_schema.feature_ranges == ((-1, -1), (3, 3))


# --- memory ---------------------------------------------------------------------------------------


def test_what_a_network_takes() -> None:
    from desktop.document.trace import trace

    adam, plain = Training(optimizer=Adam()), Training(optimizer=SGD())
    assert parameter_bytes(1000, 1000, adam) == 16_000  # weights, gradients, two running means
    assert parameter_bytes(1000, 1000, plain) == 8_000
    assert parameter_bytes(1000, 400, plain) == 5_600  # no gradients of what is not trained
    restoring = EarlyStopping(restore_best_weights=True)
    assert parameter_bytes(1000, 1000, plain.replace(early_stopping=restoring)) == 12_000
    project = Project(data=Mnist(), layers=(Flatten(), Dense(units=10), Dropout()))
    assert activation_bytes(trace(project)) == 20 * 4 * 2  # flattening takes no memory
