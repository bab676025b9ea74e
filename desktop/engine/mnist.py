"""Reads `mnist.npz`, the file Keras keeps MNIST in, without trusting it.

The file holds `x_train` (n, 28, 28), `y_train` (n,), `x_test` and `y_test`: pixels 0 to 255 and
classes 0 to 9, whole numbers. The headers are checked before any array is read, so that a small
file cannot ask for all of the memory; pickled objects are never opened.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from desktop import paths
from desktop.document.text import some
from desktop.engine.array_files import (
    SHOWN,
    archive_header,
    array_names,
    explained,
    read_from_archive,
    require_file,
    shape_text,
)
from desktop.engine.data_error import DataError

SIDE = 28
CLASSES = 10
PIXEL_MAXIMUM = 255
MAX_ROWS = 300_000  # several times MNIST; EMNIST's digits are 280,000

WHAT_TO_DO = "choose another mnist.npz, or use the handwritten digits that come with the program"


@dataclass(frozen=True)
class MnistArrays:
    """The four arrays of the file, with their own integer types."""

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]


def cached_file() -> Path:
    """Where Keras keeps MNIST once it has downloaded it."""
    return paths.keras_file("mnist.npz")


def read_mnist(path: str | None) -> MnistArrays:
    """The arrays in the file at `path`, or in Keras's data folder. Raises DataError."""
    file = Path(path).expanduser() if path else cached_file()
    if not file.exists():
        place = f"Download it on the page Data, put {file.name} there, choose a file"
        advice = "Choose another file" if path else place
        raise DataError(
            f"MNIST is not on this computer: there is no file {file}. {advice}, or use the "
            "digits that come with the program: those it draws itself (generated_digits) are as "
            "large as these"
        )
    require_file(file, WHAT_TO_DO)
    with explained(file, WHAT_TO_DO), zipfile.ZipFile(file) as archive:
        x_train, y_train = _read_part(archive, file, "train")
        x_test, y_test = _read_part(archive, file, "test")
    return MnistArrays(x_train, y_train, x_test, y_test)


def _read_part(
    archive: zipfile.ZipFile, file: Path, part: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The checked images and labels of "train" or "test"."""
    images, labels = f"x_{part}", f"y_{part}"
    pixel_shape = _check_header(archive, file, images, (SIDE, SIDE))
    label_shape = _check_header(archive, file, labels, ())
    if pixel_shape[0] != label_shape[0]:
        raise DataError(
            f"{file}: {images} has {pixel_shape[0]:,} rows, but {labels} has {label_shape[0]:,}; "
            f"they must be as many: {WHAT_TO_DO}"
        )
    return (
        _read(archive, file, images, PIXEL_MAXIMUM),
        _read(archive, file, labels, CLASSES - 1),
    )


def _check_header(
    archive: zipfile.ZipFile, file: Path, name: str, row_shape: tuple[int, ...]
) -> tuple[int, ...]:
    """The shape that the array `name` declares, if it is (n, *row_shape) of whole numbers."""
    names = array_names(archive)
    if name not in names:
        raise DataError(
            f"{file} has no array {name}; it has {some(names, SHOWN)}. MNIST's are "
            f"x_train, y_train, x_test and y_test: {WHAT_TO_DO}"
        )
    header = archive_header(archive, file, name, WHAT_TO_DO)
    shape, dtype = header.shape, header.dtype
    if dtype.kind not in "iu":
        raise DataError(f"{file}: {name} holds {dtype!s:.60}, not whole numbers: {WHAT_TO_DO}")
    if len(shape) != 1 + len(row_shape) or shape[1:] != row_shape:
        expected = ", ".join(["rows", *map(str, row_shape)])
        raise DataError(
            f"{file}: {name} has the shape {shape_text(shape)}, but ({expected}) is needed: "
            f"{WHAT_TO_DO}"
        )
    if not 1 <= shape[0] <= MAX_ROWS:
        raise DataError(
            f"{file}: {name} has {shape[0]:,} rows; 1 to {MAX_ROWS:,} can be used: {WHAT_TO_DO}"
        )
    return shape


def _read(archive: zipfile.ZipFile, file: Path, name: str, maximum: int) -> NDArray[Any]:
    """The values of the array `name`, all of them from 0 to `maximum`."""
    array = read_from_archive(archive, name)
    lowest, highest = int(array.min()), int(array.max())
    if lowest < 0 or highest > maximum:
        wrong = lowest if lowest < 0 else highest
        raise DataError(
            f"{file}: {name} holds the value {wrong}, but 0 to {maximum} are allowed: {WHAT_TO_DO}"
        )
    return array
