"""Arrays from .npz and .npy files: found by name, split, scaled, and never trusted."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.data import ArrayRow, Arrays, Mnist, Scaling, TargetKind, sources_for
from desktop.document.schema import Classes, Numbers, RowKind
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load, summarize
from desktop.engine.rows import Dataset
from tests.harmless import harmless

RNG = np.random.default_rng(0)


def saved(folder: Path, **arrays: Any) -> Path:
    path = folder / "data.npz"
    np.savez_compressed(path, **arrays)
    return path


def loaded(path: Path, **settings: Any) -> Dataset:
    return load(Arrays(path=str(path), **settings))


def failure(path: Path, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        loaded(path, **settings)
    return str(caught.value)


def given(rows: int = 60, shape: tuple[int, ...] = (3,)) -> dict[str, Any]:
    """Arrays of numbers with the test rows given, of three classes."""
    return {
        "x_train": RNG.normal(5, 2, (rows, *shape)),
        "y_train": np.arange(rows) % 3,
        "x_test": RNG.normal(5, 2, (rows // 2, *shape)),
        "y_test": np.arange(rows // 2) % 3,
    }


def test_given_test_rows_stay_test_rows_and_fit_nothing(tmp_path: Path) -> None:
    arrays = given()
    first = loaded(saved(tmp_path, **arrays))
    assert [len(rows) for _, rows in first.splits] == [54, 6, 30]
    assert first.training.x.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert first.training.x.std(axis=0) == pytest.approx(1, abs=1e-6)
    assert first.schema.row is RowKind.TABLE_ROW and first.arrays == tuple(arrays)
    changed = loaded(saved(tmp_path, **arrays | {"x_test": arrays["x_test"] * 100}))
    np.testing.assert_array_equal(changed.training.x, first.training.x)
    assert changed.preparation == first.preparation
    assert abs(changed.test.x).max() > 50


@pytest.mark.parametrize(
    ("x", "expected", "shape"),
    [
        (np.ones((40, 4)), RowKind.TABLE_ROW, (4,)),
        (np.arange(40), RowKind.TABLE_ROW, (1,)),
        (RNG.integers(0, 256, (40, 9, 12), np.uint8), RowKind.IMAGE, (9, 12)),
        (RNG.random((40, 8, 8)), RowKind.IMAGE, (8, 8)),
        (RNG.random((40, 20, 3)), RowKind.SEQUENCE, (20, 3)),
        (RNG.integers(0, 256, (40, 9, 9, 3), np.uint8), RowKind.IMAGE, (9, 9, 3)),
        (RNG.integers(0, 256, (40, 3, 9, 9), np.uint8), RowKind.IMAGE, (9, 9, 3)),
    ],
)
def test_what_a_row_is_follows_from_its_shape(
    tmp_path: Path, x: Any, expected: RowKind, shape: tuple[int, ...]
) -> None:
    dataset = loaded(saved(tmp_path, data=x, labels=np.arange(40) % 2))
    assert dataset.schema.row is expected and dataset.schema.input_shape == shape
    assert summarize(dataset).arrays == ("data", "labels")
    if expected is RowKind.IMAGE:
        assert dataset.training.x.min() >= 0 and dataset.training.x.max() <= 1


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (np.array(["b", "a"] * 20), Classes(("a", "b"))),
        (np.array([b"b", b"a"] * 20), Classes(("a", "b"))),
        (np.array([True, False] * 20), Classes(("False", "True"))),
        (np.array([10.0, 2.0] * 20), Classes(("2", "10"))),
        (np.eye(3)[np.arange(40) % 3], Classes(("0", "1", "2"))),
        (np.arange(40)[:, None] % 3, Classes(("0", "1", "2"))),
    ],
)
def test_targets_are_classes(tmp_path: Path, y: Any, expected: Any) -> None:
    dataset = loaded(saved(tmp_path, X=RNG.normal(size=(40, 2)), y=y))
    assert dataset.schema.target == expected


def in_own_unit(dataset: Dataset) -> Any:
    """The targets of the training rows by what the schema says of their scale."""
    target = dataset.schema.target
    assert isinstance(target, Numbers)
    return dataset.training.y * target.scales[0] + target.offsets[0]


def test_a_number_as_target_keeps_its_unit(tmp_path: Path) -> None:
    y = np.linspace(2000, 5000, 40)
    dataset = loaded(saved(tmp_path, X=RNG.normal(size=(40, 2)), y=y))
    assert isinstance(dataset.schema.target, Numbers)
    assert dataset.schema.target.columns == ("y",)
    for value in in_own_unit(dataset)[:, 0]:
        assert np.abs(y - value).min() < 0.01


def test_several_numbers_are_predicted_each_in_its_unit(tmp_path: Path) -> None:
    y = np.column_stack([np.linspace(2000, 5000, 40), np.linspace(-1, 1, 40) ** 3])
    dataset = loaded(saved(tmp_path, X=RNG.normal(size=(40, 2)), y=y))
    assert isinstance(dataset.schema.target, Numbers)
    assert dataset.schema.target.columns == ("y 1", "y 2")
    np.testing.assert_allclose(dataset.training.y.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(dataset.training.y.std(axis=0), 1, atol=1e-6)
    target = dataset.schema.target
    for row in dataset.training.y * target.scales + target.offsets:
        assert np.isclose(y, row, rtol=1e-4).all(axis=1).any()
    one_hot = saved(tmp_path, X=RNG.normal(size=(40, 2)), y=np.eye(2)[np.arange(40) % 2])
    assert isinstance(loaded(one_hot).schema.target, Classes)
    numbers = loaded(one_hot, target_kind=TargetKind.NUMBER).schema.target
    assert numbers == Numbers(("y 1", "y 2"), (0.5, 0.5), (0.5, 0.5))
    assert "not one-hot" in failure(
        saved(tmp_path, X=RNG.normal(size=(40, 2)), y=y), target_kind=TargetKind.CLASSES
    )


def test_the_input_and_the_target_can_be_chosen(tmp_path: Path) -> None:
    one, two = RNG.normal(size=(40, 2)), RNG.normal(size=(40, 5))
    path = saved(tmp_path, a=one, b=two, c=np.arange(40) % 4, d=np.arange(40) % 2)
    assert "cannot be told by their names" in failure(path)
    dataset = loaded(
        path, inputs="a", target="c", target_kind=TargetKind.NUMBER, scaling=Scaling.NONE
    )
    assert isinstance(dataset.schema.target, Numbers) and dataset.schema.input_shape == (2,)
    assert dataset.schema.target.columns == ("c",)
    assert set(np.round(in_own_unit(dataset)[:, 0], 4)) == {0, 1, 2, 3}
    assert set(dataset.training.x[:, 0]) <= set(one[:, 0].astype(np.float32))
    assert dataset.training.y.mean() == pytest.approx(0, abs=1e-6)
    assert 'no array "e"; it has a, b, c and d' in failure(path, inputs="e")
    assert "not images" in failure(path, inputs="a", target="c", row=ArrayRow.IMAGE)


def test_npy_has_its_target_in_the_last_column_or_a_second_file(tmp_path: Path) -> None:
    x, y = RNG.normal(size=(40, 3)), np.arange(40) % 2
    np.save(tmp_path / "x.npy", np.column_stack([x, y]))
    alone = loaded(tmp_path / "x.npy")
    assert alone.schema.target == Classes(("0", "1")) and alone.schema.input_shape == (3,)
    np.save(tmp_path / "y.npy", y[::-1])
    dataset = loaded(tmp_path / "x.npy", target_path=str(tmp_path / "y.npy"))
    assert dataset.schema.input_shape == (4,)
    np.save(tmp_path / "y.npy", y[:-1])
    assert "40 rows, but targets has 39" in failure(
        tmp_path / "x.npy", target_path=str(tmp_path / "y.npy")
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"y_train": np.array([object()] * 60)}, "never opened"),
        ({"x_train": np.array([None] * 60)}, "never opened"),
        ({"y_train": np.zeros(59)}, "x_train has 60 rows, but y_train has 59"),
        ({"x_test": np.zeros((30, 4))}, "must have the same shape"),
        ({"x_train": np.zeros((0, 3)), "y_train": np.zeros(0)}, "no rows"),
        ({"x_train": np.zeros((60, 3), complex)}, "complex128"),
        ({"x_train": np.full((60, 3), np.nan)}, "Row 1 of the inputs"),
        ({"y_train": np.full(60, np.inf)}, "Row 1 of the targets"),
        ({"x_train": np.zeros((60, 2, 2, 2, 2)), "x_test": np.zeros((30, 2, 2, 2, 2))}, "not im"),
        ({"y_train": np.zeros((60, 2)), "y_test": np.zeros((30, 2))}, "Column 1 of the targets"),
        ({"y_train": np.zeros((60, 2, 2)), "y_test": np.zeros((30, 2, 2))}, "targets have the sh"),
        ({"y_train": np.zeros(60, int), "y_test": np.zeros(30, int)}, "single class"),
        ({"y_test": np.full(30, 7)}, 'Class "7" is among the test rows'),
        ({"x_train": np.full((60, 3), 1e300)}, "too large"),
    ],
)
def test_arrays_that_cannot_be_used_are_named(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    path = saved(tmp_path, **given() | changes)
    message = failure(path)
    assert expected in message


def test_a_zip_bomb_is_refused_by_its_headers(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    for shape, expected in (((10**7, 10**5), "at most"), ((10**6, 3), "only")):
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": shape}
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.npy", header.getvalue() + bytes(10_000))
            archive.writestr("y.npy", header.getvalue() + bytes(10_000))
        assert expected in failure(path)


def test_damaged_files_are_refused_and_nothing_else_happens(tmp_path: Path) -> None:
    whole = saved(tmp_path, **given(rows=30)).read_bytes()
    np.save(tmp_path / "one.npy", RNG.normal(size=(20, 3)))
    lone = (tmp_path / "one.npy").read_bytes()
    chance = random.Random(0)
    for number in range(300):
        data = bytearray(lone if number % 3 == 0 else whole)
        path = tmp_path / ("fuzzed.npy" if number % 3 == 0 else "fuzzed.npz")
        if number % 2:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randrange(1, 9)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            with harmless():
                loaded(path)
        except DataError as error:
            assert str(path) in str(error) or "inputs" in str(error) or "target" in str(error)


def test_the_source_of_an_npz_file_is_found_by_its_contents(tmp_path: Path) -> None:
    digits = {
        "x_train": np.zeros((20, 28, 28), np.uint8),
        "y_train": np.arange(20) % 10,
        "x_test": np.zeros((10, 28, 28), np.uint8),
        "y_test": np.arange(10),
    }
    np.savez(tmp_path / "mnist.npz", **digits)
    np.savez(tmp_path / "letters.npz", **digits)
    np.savez(tmp_path / "not-mnist.npz", x=np.zeros((20, 3)), y=np.arange(20))
    assert sources_for(tmp_path / "mnist.npz") == (Mnist,)
    for name in ("letters.npz", "not-mnist.npz", "absent.npz"):
        assert sources_for(tmp_path / name) == (Arrays,)
