"""Test rows in a file of their own are prepared like the training rows, and change none of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.document.data import Table
from desktop.engine import datasets
from desktop.engine.data_error import DataError
from desktop.engine.rows import Dataset

COLORS = ("red", "green", "blue")
TRAINING = [
    f"{20 + row % 37},{COLORS[row % 3]},2020-01-{10 + row % 19},{row % 4},{'yn'[row % 2]}"
    for row in range(60)
]


@pytest.fixture
def training(tmp_path: Path) -> Path:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(["age,color,day,weight,class", *TRAINING]))
    return path


def loaded(training: Path, test: list[str], **settings: object) -> Dataset:
    path = training.with_name("test.csv")
    path.write_text("\n".join(test))
    return datasets.load(
        Table.model_validate({"path": str(training), "test_path": str(path), **settings})
    )


def test_rows_are_prepared_alike_in_whatever_way_they_are_written(training: Path) -> None:
    first = loaded(training, ["age,color,day,weight,class", *TRAINING[:20]])
    turned = [";".join([*reversed(row.replace(",", ".0,", 1).split(","))]) for row in TRAINING]
    other = loaded(training, ["class;weight;day;color;age;", *(f"{row};" for row in turned[:20])])
    assert first.schema.rows == other.schema.rows
    assert (first.schema.rows.test, first.schema.rows.training) == (20, 54)
    np.testing.assert_array_equal(first.test.x, other.test.x)
    np.testing.assert_array_equal(first.test.y, [1, 0] * 10)
    np.testing.assert_array_equal(first.test.y, other.test.y)
    summary = datasets.summarize(other)
    assert summary.notes == ()
    assert any("of 20 test rows have the same inputs" in each for each in summary.warnings)
    assert summary.cells is not None and summary.cells.text("test", 1, 1) == "green"
    assert [example.cells["color"] for example in summary.examples[:3]] == list(COLORS)


def test_what_does_not_match_is_counted_and_named(training: Path) -> None:
    rows = [f"{row},pink,,{'Y.' if row else 'maybe'}" for row in range(9)]
    rows += ["old,red,,", "7,red,3,n"]
    dataset = loaded(training, ["age,color,CLASS,class", *rows])
    assert dataset.schema.rows.test == 9
    assert list(dataset.test.y) == [1] * 8 + [0]
    for note in (
        'test.csv: 1 row has no value in the target "class" and is left out',
        'test.csv: 1 row has a class that the training file does not have and is left out: "maybe"',
        'test.csv: 1 class is written in another way: "Y." for "y"',
        "test.csv: 2 columns missing, filled as missing values: day and weight",
        'test.csv: Column "color" has 9 cells with categories',
    ):
        assert any(each.startswith(note) for each in dataset.notes), dataset.notes


def test_numbers_in_their_own_unit_and_format(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(["x,y", *(f"{row * 0.5},{row * 2.25 + 0.5}" for row in range(50))]))
    dataset = loaded(path, ["y;x", "12,75;0,5", "10,5;1,5", ";4,5"])
    assert dataset.preparation is not None
    target = dataset.preparation.target
    np.testing.assert_allclose(
        dataset.test.y[:, 0] * target.scales + target.offsets, [12.75, 10.5], rtol=1e-6
    )
    assert [example.cells["x"] for example in dataset.examples] == [0.5, 1.5]
    with pytest.raises(DataError, match=r'test\.csv: the target "y" has the value "many" in row 2'):
        loaded(path, ["y;x", "12,75;0,5", "many;1,5", "1,5;4,5"])


def test_without_names_columns_are_matched_by_position(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("\n".join(f"{row * 0.5},{row % 7 * 0.1},{row % 3}" for row in range(60)))
    dataset = loaded(path, ["0.5;0.3;1", "1.5;0.2;2", "2.5;0.2;0"])
    assert list(dataset.test.y) == [1, 2, 0]
    ending = loaded(path, ["0.5;0.3;1;", "1.5;0.2;2;", "2.5;0.2;0;"])
    np.testing.assert_array_equal(ending.test.x, dataset.test.x)
    assert ending.notes == ()
    with pytest.raises(DataError, match=r"test\.csv has 4 columns without names"):
        loaded(path, ["1;2;3;4", "3;4;5;6"] * 3)


def test_weights_are_read_as_the_test_file_writes_numbers(training: Path) -> None:
    rows = [f"{row};red;2020-01-11;{row},5;y" for row in range(10)]
    dataset = loaded(training, ["age;color;day;weight;class", *rows], weight="weight")
    assert dataset.test.sample_weight is not None
    assert list(dataset.test.sample_weight) == [row + 0.5 for row in range(10)]


def test_weights_and_dropped_rows_count_in_both_files(training: Path) -> None:
    columns = [{"name": "age", "fill": "drop row"}]
    rows = [f"{'' if row < 3 else row},red,2020-01-11,{row},y" for row in range(10)]
    header = "age,color,day,weight,class"
    dataset = loaded(training, [header, *rows], weight="weight", columns=columns)
    assert dataset.test.sample_weight is not None
    assert list(dataset.test.sample_weight) == [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("test", "settings", "message"),
    [
        (["age,color", "1,red", "2,red"], {}, 'test.csv has no column "class".* age and color'),
        (["age,class", "1,y", "2,n"], {"weight": "weight"}, 'test.csv has no column "weight"'),
        (["p,q", "1,y", "2,n"], {}, "none of the columns"),
        (["age,class", "1,a", "2,b"], {}, 'no row that can be used.*"a" \\(1\\) and "b" \\(1\\)'),
        ([""], {}, "test.csv is empty"),
    ],
)
def test_a_test_file_that_cannot_be_used(
    training: Path, test: list[str], settings: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        loaded(training, test, **settings)
    with pytest.raises(DataError, match=r"The test file .*none\.csv is not there"):
        datasets.load(Table(path=str(training), test_path=str(training.with_name("none.csv"))))


def test_only_shuffled_test_rows_lose_the_order_of_dates(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    rows = [
        f"20{10 + row // 12}-{row % 12 + 1:02}-03,{row * 7 % 5},{row * 3 % 2}" for row in range(72)
    ]
    path.write_text("\n".join(["day,x,y", *rows]))
    test = ["day,x,y", "2019-01-01,3,1", "2019-02-01,2,0"]
    apart = datasets.summarize(loaded(path, test)).warnings
    shuffled = datasets.summarize(datasets.load(Table(path=str(path)))).warnings
    assert any("order of the dates" in each for each in shuffled)
    assert not any("order of the dates" in each for each in apart)
