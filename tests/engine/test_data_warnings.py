"""What a user should look at before training is said, and nothing where all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desktop.document.data import GATES, Column, ColumnKind, Digits, Iris, LogicTable, Table
from desktop.document.schema import Classes, DataSchema, Numbers, RowCounts, RowKind
from desktop.engine import datasets
from desktop.engine.data_warnings import find_warnings
from desktop.engine.rows import Dataset, Rows

RANDOM = np.random.default_rng(0)
ROWS, TEST = 120, 40
PETS = Classes(("cat", "dog"))


def dataset(
    x: np.ndarray,
    y: np.ndarray,
    target: Classes | Numbers = PETS,
    row: RowKind = RowKind.TABLE_ROW,
) -> Dataset:
    """`x` and `y` as a data set: the last 40 rows for the test."""
    rows = [
        Rows(x[part].astype(np.float32), y[part]) for part in (slice(-TEST), slice(-TEST, None))
    ]
    counts = RowCounts(len(rows[0]), 0, len(rows[1]))
    schema = DataSchema(x.shape[1:], row, target, counts, (float(x.min()), float(x.max())))
    return Dataset(Digits(), schema, rows[0], None, rows[1], test_is_training=False)


def inputs(columns: int = 3) -> np.ndarray:
    return RANDOM.normal(size=(ROWS + TEST, columns))


def labels(classes: int = 2) -> np.ndarray:
    return RANDOM.integers(classes, size=ROWS + TEST)


def test_nothing_is_said_where_all_is_well() -> None:
    assert find_warnings(dataset(inputs(), labels())) == ()
    numbers = dataset(inputs(), inputs(1), Numbers(("price",)))
    assert find_warnings(numbers) == ()
    assert find_warnings(datasets.load(LogicTable(rows=GATES["XOR"]))) == ()
    assert find_warnings(datasets.load(Digits())) == ()


def test_classes_with_few_rows() -> None:
    y = labels()
    y[:ROWS] = [0] * (ROWS - 2) + [1] * 2
    (warning,) = find_warnings(dataset(inputs(), y))
    assert 'very few training rows to learn from: "dog" (2)' in warning


def test_classes_that_look_alike() -> None:
    (warning,) = find_warnings(dataset(inputs(), labels(3), Classes(("Cat", "cat ", "dog"))))
    assert 'look like one, written differently: "Cat" and "cat "' in warning
    (warning,) = find_warnings(dataset(inputs(), labels(2), Classes(("1", "1.0"))))
    assert '"1" and "1.0"' in warning
    for names in (("<=50K", ">50K"), ("A", "A+")):
        assert find_warnings(dataset(inputs(), labels(2), Classes(names))) == ()


def test_an_input_that_never_changes() -> None:
    x = inputs()
    x[:ROWS, 1] = 1
    (warning,) = find_warnings(dataset(x, labels()))
    assert "same value in every training row" in warning and '"Input 2"' in warning


@pytest.mark.parametrize("noise", [0, 1])
def test_an_input_that_tells_the_target(noise: int) -> None:
    x, y = inputs(), labels()
    x[:, 2] = y + 0.1 * RANDOM.normal(size=len(y))
    x[:noise, 2] = 1 - y[:noise]
    (warning,) = find_warnings(dataset(x, y))
    assert 'nearly tell the target by themselves: "Input 3"' in warning


def test_an_input_that_is_the_target_in_another_unit() -> None:
    x, y = inputs(), inputs(1)
    x[:, 0] = 3 - 2 * y[:, 0] + 0.01 * x[:, 0]
    (warning,) = find_warnings(dataset(x, y, Numbers(("price",))))
    assert 'nearly tell the target by themselves: "Input 1"' in warning


def test_a_rare_class_does_not_make_every_input_tell_the_target() -> None:
    y = np.zeros(ROWS + TEST, np.int64)
    y[[*range(12), *range(-12, 0)]] = 1
    assert find_warnings(dataset(inputs(), y)) == ()


@pytest.mark.parametrize("rows", [40, 70, 200])
def test_few_different_numbers_do_not_tell_the_target_by_chance(rows: int) -> None:
    y = np.arange(rows + TEST) % 2
    assert find_warnings(dataset(RANDOM.normal(size=(rows + TEST, 3)), y)) == ()


@pytest.mark.parametrize("shape", [(3,), (60, 60, 3)])
def test_rows_both_in_training_and_test(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.engine.data_warnings._NUMBERS", 100_000)  # not all at once
    x, y = RANDOM.normal(size=(ROWS + TEST, *shape)), labels()
    x[-3:], y[-3:] = x[:3], y[:3]
    x[-4], y[-4] = x[4], 1 - y[4]  # the same inputs, but another target
    row = RowKind.TABLE_ROW if len(shape) == 1 else RowKind.IMAGE
    (warning,) = find_warnings(dataset(x, y, row=row))
    assert warning.startswith("3 of 40 test rows have the same inputs and target as a training row")


@pytest.mark.parametrize(("factor", "what"), [(1000, "large"), (1e-4, "small")])
def test_numbers_that_are_not_scaled(factor: float, what: str) -> None:
    x = inputs()
    x[:, 1] *= factor
    (warning,) = find_warnings(dataset(x, labels()))
    assert f'have {what} numbers: "Input 2"; scale them' in warning
    (warning,) = find_warnings(datasets.load(Digits(scale_pixels=False)))
    assert "not scaled, they go from 0 to 16" in warning


def table(tmp_path: Path, **columns: object) -> Table:
    frame = pd.DataFrame({"x": inputs()[:, 0].round(6), **columns, "y": labels()})
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return Table(path=str(path))


def test_identifiers(tmp_path: Path) -> None:
    count = np.arange(ROWS + TEST)
    source = table(tmp_path, id=count * 7, word=[f"w{n}" for n in count], step=count)
    used, left_out = find_warnings(datasets.load(source))
    assert used.startswith('These columns have another value in every row, as an ID has: "step"')
    assert '"id" and "word"; they are left out' in left_out


def test_a_constant_column_of_a_table(tmp_path: Path) -> None:
    (warning,) = find_warnings(datasets.load(table(tmp_path, same="a")))
    assert "same value in every training row" in warning and '"same"' in warning


def test_a_category_that_tells_the_target(tmp_path: Path) -> None:
    source = table(tmp_path)
    frame = pd.read_csv(source.path)
    frame.insert(0, "answer", frame["y"].map({0: "never", 1: "always"}))
    frame.loc[:5, "answer"] = "unknown"
    frame.to_csv(source.path, index=False)
    (warning,) = find_warnings(datasets.load(source))
    assert 'nearly tell the target by themselves: "answer"' in warning


def test_rows_in_the_order_of_dates(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=ROWS + TEST).strftime("%Y-%m-%d")
    source = table(tmp_path, day=days)
    (warning,) = find_warnings(datasets.load(source))
    assert 'in the order of the dates in "day", but shuffled' in warning
    left_out = source.with_column(Column(name="day", kind=ColumnKind.LEFT_OUT))
    assert not any("order" in each for each in find_warnings(datasets.load(left_out)))
    shuffled = table(tmp_path, day=RANDOM.permutation(days))
    assert find_warnings(datasets.load(shuffled)) == ()


def test_a_summary_has_the_warnings() -> None:
    summary = datasets.summarize(datasets.load(Iris()))
    assert summary.warnings == find_warnings(datasets.load(Iris()))
