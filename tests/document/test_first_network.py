"""The first network for some data has no problem, whatever its rows and its target are."""

from __future__ import annotations

import pytest

from desktop.document.analysis import analyze
from desktop.document.data import GATES, Digits, LogicTable, Mnist, Table
from desktop.document.first_network import description, first_project, stack_text
from desktop.document.layers import Dense
from desktop.document.regularizers import L1L2, L2
from desktop.document.schema import (
    Classes,
    DataSchema,
    LinearFit,
    Numbers,
    RowCounts,
    RowKind,
    Target,
)

TARGETS: dict[str, Target] = {
    "two classes": Classes(("no", "yes")),
    "three classes": Classes(("a", "b", "c")),
    "a number": Numbers(("price",)),
    "two numbers": Numbers(("x", "y")),
}
ROWS = {
    "table": (RowKind.TABLE_ROW, (7,)),
    "points": (RowKind.POINT, (2,)),
    "digits": (RowKind.IMAGE, (8, 8)),
    "photos": (RowKind.IMAGE, (32, 32, 3)),
    "large scans": (RowKind.IMAGE, (64, 64)),
    "icons": (RowKind.IMAGE, (4, 4, 3)),
    "sequences": (RowKind.SEQUENCE, (20, 3)),
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("count", [4, 100, 1_000_000])
def test_it_can_be_trained_as_it_is(rows: str, target: str, count: int) -> None:
    kind, shape = ROWS[rows]
    counts = RowCounts(count, count // 9, count // 4)
    schema = DataSchema(shape, kind, TARGETS[target], counts, (0.0, 1.0))
    project = first_project(Table(path="a.csv"), schema)
    analysis = analyze(project, schema)
    assert analysis.problems == ()
    assert analysis.layers[-1].output_shape == (
        (1,) if target == "two classes" else (schema.outputs,)
    )


@pytest.mark.parametrize("source", [Digits(), Mnist(), LogicTable(rows=GATES["XOR"])])
def test_it_suits_the_data_that_comes_with_the_program(source: Digits | Mnist | LogicTable) -> None:
    assert analyze(first_project(source, source.known_schema)).problems == ()


def test_the_layers_in_a_line() -> None:
    counts = RowCounts(600, 60, 150)
    schema = DataSchema((8,), RowKind.TABLE_ROW, TARGETS["two classes"], counts, (-1.0, 1.0))
    assert stack_text(first_project(Table(), schema).layers) == "Dense 16, Dense 16, Dense 1"
    assert stack_text(first_project(Mnist(), Mnist().known_schema).layers) == (
        "Flatten, Dense 128, Dense 10"
    )


def test_numbers_get_stronger_penalties_where_there_are_few_rows_for_each_input() -> None:
    found = []
    for rows, inputs in ((50, 100), (400, 20), (1_000, 10), (100_000, 10)):
        counts = RowCounts(rows, rows // 9, rows // 4)
        schema = DataSchema((inputs,), RowKind.TABLE_ROW, TARGETS["a number"], counts, (-1.0, 1.0))
        first, second, _ = first_project(Table(), schema).layers
        assert isinstance(first, Dense) and isinstance(second, Dense)
        assert isinstance(first.kernel_regularizer, L1L2)
        assert isinstance(second.kernel_regularizer, L2)
        assert first.kernel_regularizer.l2 == second.kernel_regularizer.l2
        found.append((first.kernel_regularizer.l1, first.kernel_regularizer.l2))
    assert found == [(0.017, 0.05), (0.0083, 0.025), (0.0017, 0.005), (3.3e-05, 0.0001)]


def test_more_classes_get_wider_layers_and_more_rows_weaker_penalties() -> None:
    found = []
    for classes, inputs, rows in (
        (2, 8, 538),
        (3, 4, 105),
        (10, 20, 1_050),
        (20, 25, 1_400),
        (300, 25, 1_400),
        (4, 20, 3_500),
        (2, 10, 100_000),
    ):
        counts = RowCounts(rows, rows // 9, rows // 4)
        target = Classes(tuple(map(str, range(classes))))
        schema = DataSchema((inputs,), RowKind.TABLE_ROW, target, counts, (-1.0, 1.0))
        first, second, _ = first_project(Table(), schema).layers
        assert isinstance(first, Dense) and first == second
        assert isinstance(first.kernel_regularizer, L2)
        found.append((first.units, first.kernel_regularizer.l2))
    assert found == [
        (16, 0.0074),
        (16, 0.012),
        (64, 0.0029),
        (128, 0.0021),
        (128, 0.0011),
        (64, 0.0014),
        (64, 0.0001),
    ]


def test_there_is_no_hidden_layer_where_a_linear_model_is_best_and_that_is_told() -> None:
    counts = RowCounts(300, 30, 80)
    linear = LinearFit(error=1234.5, nonlinear_error=1250.0, l1=0.00523, l2=0.00261)
    schema = DataSchema(
        (7,), RowKind.TABLE_ROW, TARGETS["a number"], counts, (-1.0, 1.0), linear=linear
    )
    project = first_project(Table(path="a.csv"), schema)
    (layer,) = project.layers
    assert isinstance(layer, Dense) and layer.units == 1
    assert layer.kernel_regularizer == L1L2(l1=0.0052, l2=0.0026)
    assert analyze(project, schema).problems == ()
    assert description(project, schema) == (
        "Dense 1. No hidden layer: in a cross-validation on the training rows a linear model "
        "predicts better than nonlinear ones (root mean squared error 1,234.5 and 1,250)"
    )
