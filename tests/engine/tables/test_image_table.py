"""Tables whose rows are images: which are taken for that, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from desktop.document.data import Table
from desktop.document.schema import Classes, Ink, Numbers, RowKind
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load
from desktop.engine.rows import Dataset

ROWS = 200


@pytest.fixture(scope="module")
def drawn() -> tuple[Any, Any]:
    """Digits as images of 28 × 28 bytes, and their labels."""
    digits = load_digits()
    images = np.zeros((ROWS, 28, 28), np.uint8)
    images[:, 2:26, 2:26] = np.kron(digits.images[:ROWS] * (255 / 16), np.ones((3, 3)))
    return images, digits.target[:ROWS]


def write(path: Path, rows: Any, header: str = "") -> str:
    lines = [",".join(map(str, row)) for row in np.asarray(rows).tolist()]
    path.write_text("\n".join([*([header] if header else []), *lines]))
    return str(path)


def all_rows(dataset: Dataset) -> set[tuple[bytes, int]]:
    """What each row holds, as bytes and class."""
    parts = [rows for _, rows in dataset.splits]
    return {
        (np.round(x * 255).astype(np.uint8).tobytes(), int(y))
        for rows in parts
        for x, y in zip(rows.x, rows.y, strict=True)
    }


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("header", ["", "pixel", "grid"])
def test_mnist_as_it_is_passed_around(
    tmp_path: Path, drawn: tuple[Any, Any], last: bool, header: str
) -> None:
    images, labels = drawn
    columns = [labels[:, None], images.reshape(ROWS, -1)]
    names = [
        ["label"],
        [f"pixel{number}" for number in range(784)]
        if header == "pixel"
        else [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
    ]
    order = -1 if last else 1
    line = ",".join(name for part in names[::order] for name in part) if header else ""
    path = write(tmp_path / "mnist.csv", np.hstack(columns[::order]), line)
    dataset = load(Table(path=path))
    schema = dataset.schema
    assert schema.input_shape == (28, 28) and schema.row is RowKind.IMAGE
    assert schema.target == Classes(tuple("0123456789")) and schema.value_range == (0.0, 1.0)
    assert schema.ink is Ink.LIGHT
    assert all_rows(dataset) == {(x.tobytes(), int(y)) for x, y in zip(images, labels, strict=True)}
    assert any("image of 28 × 28 pixels" in note for note in dataset.notes)


def test_the_digits_of_uci_have_seventeen_levels(tmp_path: Path) -> None:
    digits = load_digits()
    for name, rows in (
        ("whole.csv", np.column_stack([digits.data[:ROWS].astype(int), digits.target[:ROWS]])),
        ("floats.csv", np.column_stack([digits.data[:ROWS], digits.target[:ROWS]])),
    ):
        dataset = load(Table(path=write(tmp_path / name, rows)))
        assert dataset.schema.input_shape == (8, 8)
        assert len(dataset.schema.class_names) == 10
        assert dataset.training.x.max() == 1.0 and (dataset.training.x * 16 % 1 == 0).all()


def test_other_tables_of_whole_numbers_stay_tables(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    answers = np.column_stack([random.integers(1, 6, (ROWS, 64)), random.integers(0, 2, ROWS)])
    prices = np.column_stack([random.integers(0, 900, (ROWS, 64)), random.integers(0, 2, ROWS)])
    for rows in (answers, prices):
        dataset = load(Table(path=write(tmp_path / "table.csv", rows)))
        assert dataset.schema.row is RowKind.TABLE_ROW


def test_what_turns_out_late_to_be_no_pixel(tmp_path: Path, drawn: tuple[Any, Any]) -> None:
    images, labels = drawn
    rows = np.hstack([labels[:, None], images.reshape(ROWS, -1)]).astype(int)
    rows[ROWS - 3, 500] = 300
    rows = np.vstack([rows[: ROWS - 5]] * 3 + [rows])  # the beginning that is looked at has none
    path = write(tmp_path / "table.csv", rows)
    assert load(Table(path=path, target="Column 1")).schema.row is RowKind.TABLE_ROW
    with pytest.raises(DataError, match=r'row 783 has "300" in the column "Column 501"'):
        load(Table(path=path, images=True))


def test_the_user_decides(tmp_path: Path, drawn: tuple[Any, Any]) -> None:
    images, labels = drawn
    rows = np.hstack([labels[:, None], images.reshape(ROWS, -1)])
    path = write(tmp_path / "digits.csv", rows)
    table = load(Table(path=path, images=False, target="Column 1"))
    assert table.schema.row is RowKind.TABLE_ROW and table.cells is not None
    number = load(Table(path=path, target="Column 1", target_kind="number"))
    assert isinstance(number.schema.target, Numbers) and number.schema.is_image
    small = np.column_stack([rows[:, 300:316], labels])
    path = write(tmp_path / "small.csv", small)
    assert load(Table(path=path)).schema.row is RowKind.TABLE_ROW
    assert load(Table(path=path, images=True)).schema.input_shape == (4, 4)
    with pytest.raises(DataError, match="785 = 1 \\+ 28 × 28"):
        load(Table(path=write(tmp_path / "odd.csv", small[:, 1:]), images=True))


def test_letters_are_classes_and_test_rows_have_a_file(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels = np.arange(ROWS) % 26 + 1
    pixels = random.integers(0, 256, (ROWS, 64))
    names = ["label", *(f"pixel{number}" for number in range(64))]
    train = write(tmp_path / "train.csv", np.column_stack([labels, pixels]), ",".join(names))
    test = write(
        tmp_path / "test.csv",
        np.column_stack([pixels[:9], labels[:9]]),
        ",".join(names[1:] + names[:1]),
    )
    dataset = load(Table(path=train, test_path=test, validation_split=0.0))
    assert len(dataset.schema.class_names) == 26
    assert len(dataset.training) == ROWS and len(dataset.test) == 9
    np.testing.assert_array_equal(dataset.test.x, dataset.training.x[:9])
    np.testing.assert_array_equal(dataset.test.y, dataset.training.y[:9])
    lines = Path(test).read_text().splitlines()
    Path(test).write_text("\n".join([*lines[:-1], lines[-1].rpartition(",")[0] + ","]))
    dataset = load(Table(path=train, test_path=test, validation_split=0.0))
    assert len(dataset.test) == 8
    assert 'test.csv: 1 row has no value in the target "label" and is left out' in dataset.notes
    with pytest.raises(DataError, match="has 64 columns"):
        path = write(tmp_path / "other.csv", np.zeros((9, 64), int))
        load(Table(path=train, test_path=path, validation_split=0.0))
