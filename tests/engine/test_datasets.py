"""Loading and splitting rows; bad files."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.data import GATES, GATES_OF_THREE, Digits, LogicTable, Mnist
from desktop.engine import datasets, mnist
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load, summarize
from desktop.engine.progress import Progress
from desktop.engine.rows import Dataset


def arrays(training: int = 60, test: int = 20, **changes: Any) -> dict[str, Any]:
    """Small arrays like those of mnist.npz: the first pixel of row i is i."""

    def images(count: int) -> np.ndarray:
        x = np.zeros((count, 28, 28), np.uint8)
        x[:, 0, 0] = np.arange(count) % 256
        x[:, 1, 1] = 255
        return x

    return {
        "x_train": images(training),
        "y_train": (np.arange(training) % 10).astype(np.uint8),
        "x_test": images(test),
        "y_test": (np.arange(test) % 10).astype(np.uint8),
        **changes,
    }


@pytest.fixture
def npz(tmp_path: Path) -> Callable[..., Mnist]:
    """Writes an mnist.npz and gives the source that reads it."""

    def write(source: dict[str, Any] | None = None, **changes: Any) -> Mnist:
        path = tmp_path / "mnist.npz"
        np.savez(path, **arrays(**changes))
        return Mnist(path=str(path), **(source or {}))

    return write


def failure(source: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(source)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- the sources ----------------------------------------------------------------------------------


def test_digits_are_split_into_three_parts_without_overlap() -> None:
    dataset = load(Digits(validation_split=0.1, test_split=0.2))
    assert dataset.validation is not None
    assert [len(rows) for _, rows in dataset.splits] == [1293, 144, 360]
    from sklearn.datasets import load_digits

    everything = sorted(image.tobytes() for image in load_digits().images.astype(np.float32) / 16)
    found = sorted(row.tobytes() for _, rows in dataset.splits for row in rows.x)
    assert found == everything


def test_every_class_has_its_share_in_every_part() -> None:
    dataset = load(Digits(validation_split=0.25, test_split=0.5))
    for _, rows in dataset.splits:
        shares = np.bincount(rows.y, minlength=10) / len(rows)
        assert shares.min() > 0.085 and shares.max() < 0.115


def test_the_split_follows_from_its_seed() -> None:
    first, again, other = (load(Digits(split_seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.training.x, again.training.x)
    assert not np.array_equal(first.training.x, other.training.x)


def test_the_validation_split_leaves_the_test_rows_alone() -> None:
    some, none = load(Digits(validation_split=0.3)), load(Digits(validation_split=0))
    assert none.validation is None
    np.testing.assert_array_equal(some.test.x, none.test.x)


@pytest.mark.parametrize(("scale", "largest"), [(True, 1.0), (False, 16.0)])
def test_pixels_are_scaled_on_request(scale: bool, largest: float) -> None:
    x = load(Digits(scale_pixels=scale)).training.x
    assert (x.min(), x.max()) == (0.0, largest)


def test_rows_are_float32_and_int64_and_cannot_be_changed() -> None:
    for _, rows in load(Digits()).splits:
        assert (rows.x.dtype, rows.y.dtype) == (np.float32, np.int64)
        assert rows.x.shape == (len(rows), 8, 8)
        with pytest.raises(ValueError, match="read-only"):
            rows.x[0] = 1


def test_a_logic_table_is_tested_on_its_training_rows_and_says_so() -> None:
    dataset = load(LogicTable(rows=GATES["NAND"]))
    assert dataset.test_is_training and dataset.validation is None
    assert [name for name, _ in dataset.splits] == ["training"]
    np.testing.assert_array_equal(dataset.training.x, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(dataset.test.y, [1, 1, 1, 0])
    (note,) = summarize(dataset).notes
    assert note.startswith("All four rows are used for training")


def test_a_logic_table_may_have_three_inputs() -> None:
    training = load(LogicTable(rows=GATES_OF_THREE["Majority"])).training
    np.testing.assert_array_equal(training.x[3], [0, 1, 1])
    np.testing.assert_array_equal(training.y, training.x.sum(axis=1) >= 2)


def test_a_number_too_large_for_float32_names_its_row() -> None:
    message = failure(LogicTable(rows=((0.0, 0.0, 0), (0.0, -1e300, 1))))
    assert "Row 2" in message and "-1e+300" in message


# --- MNIST ----------------------------------------------------------------------------------------


def test_mnist_keeps_the_files_own_test_rows(npz: Callable[..., Mnist]) -> None:
    dataset = load(npz({"validation_split": 0.25}))
    assert [len(rows) for _, rows in dataset.splits] == [45, 15, 20]
    np.testing.assert_allclose(dataset.test.x[:, 0, 0], np.arange(20) / 255, rtol=1e-6)
    assert dataset.validation is not None
    firsts = np.concatenate([dataset.training.x[:, 0, 0], dataset.validation.x[:, 0, 0]])
    np.testing.assert_allclose(np.sort(firsts), np.arange(60) / 255, rtol=1e-6)


def test_the_real_mnist(mnist_file: Path) -> None:
    dataset = load(Mnist(path=str(mnist_file), validation_split=0.1))
    summary = summarize(dataset)
    assert [split.rows for split in summary.splits] == [54_000, 6_000, 10_000]
    assert summary.split("test").class_counts[1] == 1135
    assert (summary.minimum, summary.maximum) == (0.0, 1.0)
    assert summary.mean == pytest.approx(0.1307, abs=0.0005)


def test_mnist_is_found_in_keras_folder_and_never_fetched(
    npz: Callable[..., Mnist], tmp_path: Path
) -> None:
    assert not mnist.cached_file().is_file()
    message = failure(Mnist())
    assert str(tmp_path / "keras-home" / "datasets" / "mnist.npz") in message
    assert "Download it on the page Data, put mnist.npz there, choose a file" in message
    assert "digits that come with the program" in message
    written = npz().path
    assert written is not None
    folder = tmp_path / "keras-home" / "datasets"
    folder.mkdir(parents=True)
    Path(written).rename(folder / "mnist.npz")
    assert mnist.cached_file().is_file()
    assert len(load(Mnist(validation_split=0.2)).test) == 20


def test_other_whole_number_types_are_fine(npz: Callable[..., Mnist]) -> None:
    changed = arrays()
    wider = {
        "x_train": changed["x_train"].astype(">i4"),
        "y_train": changed["y_train"].astype(np.int64),
    }
    dataset = load(npz({"validation_split": 0.2}, **wider))
    assert dataset.training.x.max() == 1.0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"x_train": np.zeros((60, 27, 28), np.uint8)}, "shape (60, 27, 28)"),
        ({"x_test": np.zeros((20, 28, 28, 1), np.uint8)}, "x_test has the shape (20, 28, 28, 1)"),
        ({"y_train": np.zeros((60, 1), np.uint8)}, "y_train has the shape (60, 1)"),
        ({"x_train": np.zeros((60, 28, 28), np.float64)}, "float64, not whole numbers"),
        ({"y_test": np.array(["7"] * 20)}, "not whole numbers"),
        ({"y_train": np.zeros(59, np.uint8)}, "x_train has 60 rows, but y_train has 59"),
        ({"y_train": np.full(60, 10)}, "value 10, but 0 to 9"),
        ({"y_test": np.full(20, -1)}, "value -1, but 0 to 9"),
        ({"x_test": np.full((20, 28, 28), 256)}, "value 256, but 0 to 255"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "x_test has 0 rows"),
        ({"y_test": np.array([object()] * 20)}, "pickled Python objects"),
    ],
)
def test_wrong_arrays_are_named(
    npz: Callable[..., Mnist], changes: dict[str, Any], expected: str
) -> None:
    source = npz(**changes)
    message = failure(source)
    assert expected in message and str(source.path) in message


def test_a_missing_array_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, images=np.zeros(3), labels=np.zeros(3))
    message = failure(Mnist(path=str(path)))
    assert "no array x_train; it has images and labels" in message


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "executed"

    class Harmful:
        def __reduce__(self) -> Any:
            return Path.touch, (marker,)

    path = tmp_path / "mnist.npz"
    np.savez(path, **arrays(x_train=np.array([Harmful()] * 60, object)))
    assert "never opened" in failure(Mnist(path=str(path)))
    assert not marker.exists()
    # ... nor as a bare pickle under an array's name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", pickle.dumps(Harmful()))
    assert "damaged" in failure(Mnist(path=str(path)))
    assert not marker.exists()


def test_a_file_that_would_fill_the_memory_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", header.getvalue() + bytes(10_000))
        archive.writestr("y_train.npy", header.getvalue())
    assert "784,000,000,000,000 values" in failure(Mnist(path=str(path)))


@pytest.mark.parametrize("keep", [0.0, 0.001, 0.5, 0.99])
def test_a_file_cut_short_is_damaged(npz: Callable[..., Mnist], keep: float) -> None:
    path = Path(npz().path or "")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    assert "cut short" in failure(Mnist(path=str(path)))


def test_a_flipped_bit_is_noticed(npz: Callable[..., Mnist]) -> None:
    path = Path(npz().path or "")
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    assert "damaged" in failure(Mnist(path=str(path)))


def test_an_array_shorter_than_it_says_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "short.npz"
    np.savez(path, **arrays())
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["x_train.npy"] = members["x_train.npy"][:-100]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert "damaged" in failure(Mnist(path=str(path)))


def test_a_folder_and_a_text_file_are_not_mnist(tmp_path: Path) -> None:
    assert "is a folder" in failure(Mnist(path=str(tmp_path)))
    text = tmp_path / "mnist.npz"
    text.write_text("not a zip file")
    assert "not a .npz file" in failure(Mnist(path=str(text)))


def test_no_permission_is_reported(
    npz: Callable[..., Mnist], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    source = npz()
    monkeypatch.setattr(mnist.zipfile, "ZipFile", refuse)
    assert "no permission" in failure(source)


# --- tiny data and extreme splits -----------------------------------------------------------------


def test_a_class_with_a_single_row_cannot_be_split(npz: Callable[..., Mnist]) -> None:
    labels = np.array([0, 1] * 30)
    labels[7] = 5
    message = failure(npz(y_train=labels))
    assert message.startswith("Class 5 has a single row") and "Validation split" in message
    assert load(npz({"validation_split": 0}, y_train=labels)).validation is None


@pytest.mark.parametrize(
    "source", [Digits(validation_split=0.001), Digits(test_split=0.001), Digits(test_split=0.9)]
)
def test_a_split_too_small_says_what_would_do(source: Digits) -> None:
    if source.test_split == 0.9:
        assert len(load(source).training) == 161
        return
    message = failure(source)
    assert "choose a value between 0.00" in message and "10 classes" in message


def test_classes_that_do_not_occur_are_counted_as_zero(npz: Callable[..., Mnist]) -> None:
    dataset = load(npz(y_train=np.array([3, 4] * 30)))
    assert summarize(dataset).splits[0].class_counts == (0, 0, 0, 27, 27, 0, 0, 0, 0, 0)


# --- the summary ----------------------------------------------------------------------------------


def test_the_summary_counts_and_measures_the_training_rows() -> None:
    dataset = load(Digits())
    summary = summarize(dataset)
    assert [split.name for split in summary.splits] == ["training", "validation", "test"]
    assert all(sum(split.class_counts) == split.rows for split in summary.splits)
    assert summary.mean == pytest.approx(float(dataset.training.x.astype(np.float64).mean()))
    assert summary.notes == ()


def test_samples_are_training_rows_spread_over_the_classes() -> None:
    dataset = load(Digits())
    summary = summarize(dataset)
    assert summary.samples.shape == (100, 8, 8)
    assert np.bincount(summary.sample_targets).tolist() == [10] * 10
    assert summary.sample_targets[:10].tolist() == list(range(10))
    training = {
        (int(y), x.tobytes()) for x, y in zip(dataset.training.x, dataset.training.y, strict=True)
    }
    for x, y in zip(summary.samples, summary.sample_targets, strict=True):
        assert (int(y), x.tobytes()) in training


def test_few_rows_are_all_shown() -> None:
    summary = summarize(load(LogicTable()))
    assert len(summary.samples) == 4


def test_too_little_memory_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Digits, progress: Progress) -> Dataset:
        raise MemoryError

    monkeypatch.setitem(datasets.LOADERS, Digits, fail)
    assert "does not fit into the free memory" in failure(Digits())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "mnist.npz"
    os.mkfifo(pipe)
    with pytest.raises(DataError, match="regular file"):
        load(Mnist(path=str(pipe)))
