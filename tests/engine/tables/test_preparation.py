"""What prepares the rows of a table is fitted on its training rows, and does the same to others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.document.data import Column, ColumnKind, Fill, Scaling, Table, TargetKind
from desktop.document.schema import Classes, Numbers, RowKind
from desktop.engine import datasets
from desktop.engine.data_error import DataError
from desktop.engine.tables.frame import read_table
from desktop.engine.tables.loader import PreparedTable, prepare
from desktop.engine.tables.numbers import PLAIN
from desktop.engine.tables.preparation import Preparation

NUMBERS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6).map(lambda x: round(x, 3)))
CELLS = {
    "number": NUMBERS.map(str),
    "holes": st.one_of(NUMBERS.map(str), st.just("NA"), st.just("")),
    "color": st.sampled_from(("red", "green", "blue", "")),
    "flag": st.sampled_from(("yes", "no")),
    "day": st.dates().map(str),
    "text": st.text("abcdefghijklmnop", min_size=8, max_size=12),
}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables of 40 to 80 rows with some columns of each kind, and a target of two classes."""
    rows = draw(st.integers(40, 80))
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    columns = {
        f"{kind} {index}": draw(st.lists(CELLS[kind], min_size=rows, max_size=rows))
        for index, kind in enumerate(kinds)
    }
    columns["first"] = [str(index % 7) for index in range(rows)]  # one that is always used
    columns["target"] = [("a", "b")[index % 2] for index in range(rows)]
    return pd.DataFrame(columns)


def prepared(frame: pd.DataFrame, folder: Path, **settings: object) -> PreparedTable:
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    source = Table.model_validate(
        {"path": str(path), "header": True, "delimiter": "comma", **settings}
    )
    return prepare(source, read_table(source))


@settings(max_examples=25)
@given(frame=tables(), seed=st.integers(0, 5), data=st.data())
def test_test_rows_change_nothing_that_is_fitted(
    frame: pd.DataFrame, seed: int, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    before = prepared(frame, folder, split_seed=seed)
    held = [*before.test, *before.validation]
    parts = np.concatenate((before.training, before.validation, before.test))
    assert len(np.unique(parts)) == len(parts) == len(frame)  # every row in one split

    changed = frame.copy()
    cells = st.one_of(*CELLS.values(), st.text("xyz19.-", max_size=6))
    for name in frame.columns[:-1]:
        changed.loc[held, name] = data.draw(
            st.lists(cells, min_size=len(held), max_size=len(held)), label=name
        )
    after = prepared(changed, folder, split_seed=seed)
    assert after.preparation == before.preparation
    assert [each.kind for each in after.columns] == [each.kind for each in before.columns]
    np.testing.assert_array_equal(after.training, before.training)
    form = after.raw.numbers
    np.testing.assert_array_equal(
        after.preparation.inputs(after.raw.frame.iloc[after.training], form),
        before.preparation.inputs(before.raw.frame.iloc[before.training], before.raw.numbers),
    )
    same_with_other_test_files(frame, frame.iloc[held], changed.iloc[held], folder)


@pytest.mark.parametrize("cell", ["red", "NA", "2.5"])
def test_a_column_is_what_its_training_rows_are_whatever_test_rows_hold(
    cell: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame(
        {
            "of two": [str(index // 3 % 2) for index in range(60)],
            "case id": [str(index * 37 % 1009) for index in range(60)],
            "number": [f"{index * 7 % 23}.0" for index in range(60)],
            "target": ["ab"[index % 2] for index in range(60)],
        }
    )
    before = prepared(frame, tmp_path)
    kinds = {each.name: each.kind for each in before.columns}
    assert kinds["of two"] is ColumnKind.YES_NO
    assert kinds["case id"] is ColumnKind.LEFT_OUT
    assert kinds["number"] is ColumnKind.NUMBER
    changed = frame.copy()
    changed.loc[before.test[0], changed.columns[:-1]] = cell
    after = prepared(changed, tmp_path)
    assert after.preparation == before.preparation
    assert after.columns == before.columns


def same_with_other_test_files(
    frame: pd.DataFrame, held: pd.DataFrame, others: pd.DataFrame, folder: Path
) -> None:
    """Check that nothing is fitted on the rows of a test file."""
    training, test = folder / "table.csv", folder / "test.csv"
    frame.to_csv(training, index=False)
    source = Table(path=str(training), test_path=str(test), target="target")
    loaded = []
    for rows in (held, others):
        rows[rows.columns[::-1]].to_csv(test, index=False)
        loaded.append(datasets.load(source))
    assert loaded[0].preparation == loaded[1].preparation
    assert loaded[0].columns == loaded[1].columns
    assert loaded[0].schema.rows.test == loaded[1].schema.rows.test == len(held)
    assert loaded[0].schema.rows.training + loaded[0].schema.rows.validation == len(frame)
    np.testing.assert_array_equal(loaded[0].training.x, loaded[1].training.x)


@settings(max_examples=15)
@given(frame=tables())
def test_a_preparation_survives_as_json_and_takes_columns_in_any_order(
    frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = prepared(frame, tmp_path_factory.mktemp("tables"))
    kept = Preparation.model_validate_json(table.preparation.model_dump_json())
    assert kept == table.preparation
    rows = table.raw.frame
    turned = rows[list(reversed(rows.columns))].drop(columns="target")
    np.testing.assert_array_equal(
        kept.inputs(turned, table.raw.numbers), table.preparation.inputs(rows, table.raw.numbers)
    )


def people(rows: int = 60) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": range(1, rows + 1),
            "age": [str(20 + index % 40) if index % 10 else "" for index in range(rows)],
            "city": [("Bonn", "Köln", "")[index % 3] for index in range(rows)],
            "member": [("yes", "no")[index % 2] for index in range(rows)],
            "joined": [f"2020-{1 + index % 12:02d}-{1 + index % 28:02d}" for index in range(rows)],
            "note": [f"text {index} of a person" for index in range(rows)],
            "same": ["x"] * rows,
            "income": [f"{1000 + 37 * index % 900}.5" for index in range(rows)],
            "class": [("low", "high")[index % 2] for index in range(rows)],
        }
    )


def test_every_column_has_a_kind_and_a_reason(tmp_path: Path) -> None:
    table = prepared(people(), tmp_path)
    kinds = {each.name: each.kind for each in table.columns}
    assert kinds == {
        "id": ColumnKind.LEFT_OUT,
        "age": ColumnKind.NUMBER,
        "city": ColumnKind.CATEGORY,
        "member": ColumnKind.YES_NO,
        "joined": ColumnKind.DATE,
        "note": ColumnKind.LEFT_OUT,
        "same": ColumnKind.LEFT_OUT,
        "income": ColumnKind.NUMBER,
        "class": ColumnKind.LEFT_OUT,
    }
    reasons = {each.name: each.reason for each in table.columns}
    training = len(table.training)
    assert reasons["note"] == f"{training} different texts in {training} rows"
    target = next(each for each in table.columns if each.name == "class")
    assert target.purpose == "target" and target.reason == "2 different texts"
    assert table.preparation.features == (
        "age",
        "city = Bonn",
        "city = Köln",
        "city = (missing)",
        "member = yes",
        "joined",
        "income",
    )


def test_numbers_are_filled_and_scaled_by_the_training_rows(tmp_path: Path) -> None:
    table = prepared(people(), tmp_path)
    ages = table.raw.frame["age"].to_numpy(float)
    training = ages[table.training]
    median = np.median(training[np.isfinite(training)])
    filled = np.where(np.isfinite(training), training, median)
    expected = (np.where(np.isfinite(ages), ages, median) - filled.mean()) / filled.std()
    got = table.preparation.inputs(table.raw.frame, table.raw.numbers)[:, 0]
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_decisions_of_the_user_come_first(tmp_path: Path) -> None:
    decisions = (
        Column(name="id", kind=ColumnKind.NUMBER, scaling=Scaling.ZERO_TO_ONE),
        Column(name="age", fill=Fill.DROP_ROW),
        Column(name="city", kind=ColumnKind.LEFT_OUT),
        Column(name="income", scaling=Scaling.NONE),
    )
    table = prepared(people(), tmp_path, columns=decisions)
    facts = {each.name: each for each in table.columns}
    assert facts["id"].kind is ColumnKind.NUMBER and facts["id"].decided == ("kind", "scaling")
    assert facts["city"].reason.startswith("chosen by you")
    used = np.concatenate((table.training, table.validation, table.test))
    assert np.isfinite(table.raw.frame["age"].to_numpy(float)[used]).all() and len(used) == 54
    inputs = table.preparation.inputs(table.raw.frame.iloc[table.training], table.raw.numbers)
    first = table.preparation.features.index("id")
    last = table.preparation.features.index("income")
    assert (inputs[:, first].min(), inputs[:, first].max()) == (0.0, 1.0)
    assert inputs[:, last].min() >= 1000
    with pytest.raises(DataError, match='no column "nobody"'):
        prepared(people(), tmp_path, columns=(Column(name="nobody", kind=ColumnKind.NUMBER),))


def test_new_rows_with_gaps_and_unknown_categories(tmp_path: Path) -> None:
    table = prepared(people(), tmp_path)
    new = pd.DataFrame({"city": ["Rom", "Bonn", None], "income": ["1.5", "x", "2"]})
    inputs = table.preparation.inputs(new, PLAIN)
    assert np.isfinite(inputs).all()
    cities = [table.preparation.features.index(f"city = {name}") for name in ("Bonn", "(missing)")]
    np.testing.assert_array_equal(inputs[:, cities], [[0, 0], [1, 0], [0, 1]])
    assert table.preparation.unseen(new, PLAIN) == {"city": {"Rom": 1}}


def test_a_regression_target_is_scaled_by_the_training_rows(tmp_path: Path) -> None:
    frame = people().drop(columns="class")
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    dataset = datasets.load(Table(path=str(path)))
    target = dataset.schema.target
    assert isinstance(target, Numbers) and target.columns == ("income",)
    income = frame["income"].astype(float)
    assert income.min() < target.offsets[0] < income.max() and target.scales[0] > 0
    assert dataset.training.y.shape == (len(dataset.training), 1)
    assert dataset.training.y.mean() == pytest.approx(0, abs=1e-5)
    assert dataset.training.y.std() == pytest.approx(1, abs=1e-5)


def test_a_table_of_classes_as_a_data_set(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    people().to_csv(path, index=False)
    dataset = datasets.load(Table(path=str(path), weight="id", group="joined"))
    schema = dataset.schema
    assert schema.target == Classes(("high", "low"))
    assert (schema.row, schema.input_shape) == (RowKind.TABLE_ROW, (6,))
    assert len(schema.features) == len(schema.feature_ranges) == 6
    assert dataset.training.sample_weight is not None
    assert schema.rows.training + schema.rows.validation + schema.rows.test == 60


def test_groups_stay_together(tmp_path: Path) -> None:
    frame = people()
    frame["person"] = [f"p{index // 4}" for index in range(len(frame))]
    table = prepared(frame, tmp_path, group="person", target="class")
    sides = [
        set(frame["person"].iloc[part]) for part in (table.training, table.validation, table.test)
    ]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    for part in (table.training, table.validation, table.test):
        assert set(frame["class"].iloc[part]) == {"low", "high"}


LABELS = {
    "1,2,3": (("1", "2", "3"), TargetKind.CLASSES),
    "1.0,2.0,10.0": (("1.0", "2.0", "10.0"), TargetKind.CLASSES),
    "True,False": (("False", "True"), TargetKind.CLASSES),
    " >50K., <=50K.": (("<=50K.", ">50K."), TargetKind.CLASSES),
    "item 10,item 2": (("item 2", "item 10"), TargetKind.CLASSES),
    "none,?,NA": (("?", "NA", "none"), TargetKind.CLASSES),
    "-1,1": (("-1", "1"), TargetKind.CLASSES),
}


@pytest.mark.parametrize("labels", LABELS)
def test_labels_are_sorted_naturally_and_shown_as_written(labels: str, tmp_path: Path) -> None:
    names, kind = LABELS[labels]
    each = labels.split(",")
    rows = [f"{index * 0.5},{each[index % len(each)]}" for index in range(60)]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["x,y", *rows]))
    table = prepare(Table(path=str(path)), read_table(Table(path=str(path))))
    assert (table.target.classes, table.target.kind) == (names, kind)
    written = [each[index % len(each)].strip() for index in range(60)]
    assert [names[index] for index in table.target.y] == written


def test_whole_numbers_are_classes_or_a_number_as_the_user_wants(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(180) * 0.3, "quality": np.arange(180) % 6 + 3})
    found = prepared(frame, tmp_path)
    assert found.target.kind is TargetKind.CLASSES
    assert found.target.reason == "6 different whole numbers"
    chosen = prepared(frame, tmp_path, target_kind=TargetKind.NUMBER)
    assert (chosen.target.kind, chosen.target.reason) == (
        TargetKind.NUMBER,
        "chosen by you; found: classes, 6 different whole numbers",
    )
