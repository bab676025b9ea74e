"""IDX files and Keras's own data sets: found by their names, checked, never trusted."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.data import (
    FASHION,
    CaliforniaHousing,
    Cifar10,
    FashionMnist,
    Idx,
    Table,
    sources_for,
)
from desktop.document.schema import Classes, Numbers
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load
from tests.harmless import harmless

RNG = np.random.default_rng(0)


def idx(values: Any) -> bytes:
    """`values`, unsigned bytes, as an IDX file."""
    array = np.asarray(values, np.uint8)
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes((0, 0, 8, array.ndim)) + lengths + array.tobytes()


def written(folder: Path, rows: int = 100, *, prefix: str = "", ending: str = "") -> Path:
    """The four files of a data set with ten classes; returns the training images."""
    pack = gzip.compress if ending == ".gz" else bytes
    test = "test" if prefix else "t10k"
    for part, count in (("train", rows), (test, rows // 2)):
        images = RNG.integers(0, 256, (count, 6, 5))
        (folder / f"{prefix}{part}-images-idx3-ubyte{ending}").write_bytes(pack(idx(images)))
        labels = np.arange(count) % 10
        (folder / f"{prefix}{part}-labels-idx1-ubyte{ending}").write_bytes(pack(idx(labels)))
    return folder / f"{prefix}train-images-idx3-ubyte{ending}"


def failure(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load(Idx(path=str(path)))
    return str(caught.value)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_one_file_brings_the_others(tmp_path: Path, ending: str) -> None:
    chosen = written(tmp_path, ending=ending)
    first = load(Idx(path=str(chosen)))
    assert [len(rows) for _, rows in first.splits] == [90, 10, 50]
    assert first.schema.input_shape == (6, 5) and first.training.x.max() <= 1
    assert first.schema.target == Classes(tuple("0123456789"))
    for file in tmp_path.iterdir():
        assert sources_for(file) == (Idx,)
        other = load(Idx(path=str(file)))
        np.testing.assert_array_equal(other.training.x, first.training.x)


def test_emnist_is_turned_and_its_letters_are_named(tmp_path: Path) -> None:
    chosen = written(tmp_path, prefix="emnist-digits-", ending=".gz")
    turned = load(Idx(path=str(chosen)))
    stored = load(Idx(path=str(chosen), turned=False))
    assert turned.schema.input_shape == (5, 6)
    np.testing.assert_array_equal(turned.test.x, stored.test.x.swapaxes(1, 2))
    named = load(Idx(path=str(chosen), class_names=tuple("abcdefghij")))
    assert named.schema.class_names == tuple("abcdefghij")
    with pytest.raises(DataError, match="10 different labels, but 2 class names"):
        load(Idx(path=str(chosen), class_names=("a", "b")))


def test_without_test_files_some_rows_become_the_test(tmp_path: Path) -> None:
    chosen = written(tmp_path)
    for file in tmp_path.glob("t10k*"):
        file.unlink()
    assert len(load(Idx(path=str(chosen), validation_split=0.25)).test) == 20


def test_wrong_idx_files_are_named(tmp_path: Path) -> None:
    images = written(tmp_path)
    labels, good = tmp_path / "train-labels-idx1-ubyte", images.read_bytes()
    for content, expected in (
        (b"\0\0\x0d\x03" + good[4:], "begins with 00 00 0d 03"),
        (labels.read_bytes(), "begins with 00 00 08 01"),
        (b"", "begins with nothing"),
        (good[:-1], "3,000 bytes of values, but it has 2,999"),
        (good + b"\0", "3,000 bytes of values, but it has more"),
        (good[:9], "can be used"),
        (good[:4] + b"\xff" * 12, "can be used"),
        (idx(np.zeros((59, 6, 5))), "59 images, but"),
        (gzip.compress(good)[:-20], "is damaged"),
        (gzip.compress(good + bytes(10**7)), "but it has more"),
    ):
        images.write_bytes(content)
        message = failure(images)
        assert expected in message and str(images) in message
    labels.unlink()
    images.write_bytes(good)
    assert "no file like train-labels-idx1-ubyte" in failure(images)
    other = tmp_path / "digits.idx"
    other.write_bytes(good)
    assert "usual names" in failure(other)


def test_damaged_idx_files_are_refused_and_nothing_else_happens(tmp_path: Path) -> None:
    images = written(tmp_path, ending=".gz")
    whole, chance = images.read_bytes(), random.Random(1)
    for number in range(150):
        data = bytearray(whole if number % 2 else gzip.decompress(whole))
        if number % 3 == 0:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.randrange(1, 6)):
            if data:
                data[chance.randrange(min(len(data), 40))] = chance.randrange(256)
        images.write_bytes(data)
        try:
            with harmless():
                load(Idx(path=str(images), validation_split=0.2))
        except DataError as error:
            assert str(tmp_path) in str(error)


def test_a_gzipped_table_stays_a_table(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert sources_for(path) == (Table,)


def test_fashion_mnist_is_read_from_keras_folder(keras_folder: Path) -> None:
    with pytest.raises(DataError, match=r"not on this computer.*train-images-idx3-ubyte\.gz"):
        load(FashionMnist())
    folder = keras_folder / "fashion-mnist"
    folder.mkdir()
    written(folder, ending=".gz")
    assert load(FashionMnist(validation_split=0.2)).schema.class_names == FASHION


def test_cifar_is_read_from_its_binary_version(keras_folder: Path) -> None:
    path = keras_folder / "cifar-10-binary.tar.gz"
    pixels = RNG.integers(0, 256, (20, 3, 32, 32), np.uint8)
    labels = (np.arange(20) % 10).astype(np.uint8)
    records = np.column_stack([labels, pixels.reshape(20, -1)])

    def write(**batches: bytes) -> None:
        with tarfile.open(path, "w:gz") as archive:
            for name, data in batches.items():
                info = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))

    batch = records.tobytes()
    write(data_batch_1=batch, data_batch_2=batch, test_batch=batch)
    dataset = load(Cifar10(validation_split=0))
    assert dataset.schema.input_shape == (32, 32, 3) and len(dataset.training) == 40
    np.testing.assert_allclose(dataset.test.x[3] * 255, np.moveaxis(pixels[3], 0, -1), atol=1e-3)
    assert dataset.schema.class_names[dataset.test.y[9]] == "truck"
    write(data_batch_1=batch[:-1], test_batch=batch)
    with pytest.raises(DataError, match="not a multiple"):
        load(Cifar10())
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DataError, match="damaged"):
        load(Cifar10())


def test_california_housing_is_a_table_with_names(keras_folder: Path) -> None:
    x = RNG.normal(3, 2, (200, 8))
    path = keras_folder / "california_housing.npz"
    np.savez(path, x=x, y=x.sum(axis=1) * 1000)
    dataset = load(CaliforniaHousing())
    assert dataset.schema.features[0] == "median income"
    assert isinstance(dataset.schema.target, Numbers)
    assert dataset.schema.target.columns == ("median house value",)
    assert sources_for(path) == (CaliforniaHousing,)
    np.savez(path, x=x[:, :7], y=x[:, 0])
    with pytest.raises(DataError, match=r"shape \(200, 7\)"):
        load(CaliforniaHousing())


@pytest.fixture
def keras_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"
