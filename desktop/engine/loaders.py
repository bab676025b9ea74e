"""How the rows of each kind of data source are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import (
    Arrays,
    BreastCancer,
    CaliforniaHousing,
    Cifar10,
    DataSource,
    Diabetes,
    Digits,
    FashionMnist,
    GeneratedDigits,
    Idx,
    ImageFolder,
    Iris,
    LogicTable,
    Mnist,
    MyDrawings,
    PlanePoints,
    ScikitLearnTable,
    Table,
    Wine,
    held_back,
)
from desktop.document.schema import Classes, Range, is_grayscale, is_image
from desktop.engine.data_error import DataError
from desktop.engine.image_rows import FIXED_SEED, image_dataset
from desktop.engine.keras_files import load_california_housing, load_cifar10, load_idx
from desktop.engine.mnist import read_mnist
from desktop.engine.points import load_points
from desktop.engine.progress import Progress
from desktop.engine.reports import DataPreview, FloatArray
from desktop.engine.rows import Dataset, Rows
from desktop.engine.splits import split

Shape: TypeAlias = tuple[int, ...]

LOGIC_NOTE = (
    "All {rows} rows are used for training, so the test shows how well they were learned, "
    "not how it does on new ones"
)


def _load_mnist(source: Mnist, progress: Progress) -> Dataset:
    arrays = read_mnist(source.path)
    training, test = (arrays.x_train, arrays.y_train), (arrays.x_test, arrays.y_test)
    return _drawn_digits(source, training, test, FIXED_SEED)


def _load_digits(source: Digits, progress: Progress) -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = digits.images, digits.target
    kept, held = split(y, source.test_split, source.split_seed, "Test split")
    return _drawn_digits(source, (x[kept], y[kept]), (x[held], y[held]), source.split_seed)


def _load_generated_digits(source: GeneratedDigits, progress: Progress) -> Dataset:
    from desktop.engine.generated_digits.drawing import generate

    digits = generate(source.count, source.seed, progress)
    test = held_back(source.test_split, source.count)
    x, y = digits.images, digits.labels
    return _drawn_digits(source, (x[test:], y[test:]), (x[:test], y[:test]), FIXED_SEED)


def _drawn_digits(
    source: Digits | GeneratedDigits | Mnist,
    training: tuple[NDArray[Any], NDArray[Any]],
    test: tuple[NDArray[Any], NDArray[Any]],
    seed: int,
) -> Dataset:
    schema = source.known_schema
    assert isinstance(schema.target, Classes)
    return image_dataset(source, training, test, schema.target, seed, schema.ink)


def _load_logic_table(source: LogicTable, progress: Progress) -> Dataset:
    values = np.array([row[:-1] for row in source.rows], np.float64)
    limit = float(np.finfo(np.float32).max)
    too_large = np.argwhere(np.abs(values) > limit)
    if len(too_large):
        row, column = (int(index) for index in too_large[0])
        raise DataError(
            f"Row {row + 1} of the logic table has the input {values[row, column]:g}, which is too "
            f"large to compute with; use numbers up to {limit:.1g}"
        )
    rows = Rows(values.astype(np.float32), np.array([row[-1] for row in source.rows], np.int64))
    note = LOGIC_NOTE.format(rows=_in_words(len(rows)))
    return Dataset(
        source, source.known_schema, rows, None, rows, test_is_training=True, notes=(note,)
    )


def _in_words(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _load_table(source: Table, progress: Progress) -> Dataset:
    from desktop.engine.tables.loader import load_table  # pandas takes a while to load

    return load_table(source, progress)


def _load_scikit_learn(source: ScikitLearnTable, progress: Progress) -> Dataset:
    from desktop.engine.tables.scikit_learn import load_scikit_learn

    return load_scikit_learn(source, progress)


def _load_arrays(source: Arrays, progress: Progress) -> Dataset:
    from desktop.engine.arrays import load_arrays  # pandas takes a while to load

    return load_arrays(source, progress)


def _preview_table(source: Table) -> DataPreview | None:
    from desktop.engine.tables.frame import first_rows

    return first_rows(source)


# For sources whose first rows can be shown before the rest is read; None where that is quick.
PREVIEWS: dict[type[DataSource], Callable[[Any], DataPreview | None]] = {Table: _preview_table}


def _load_image_folder(source: ImageFolder, progress: Progress) -> Dataset:
    from desktop.engine.image_folder.loader import load_image_folder

    return load_image_folder(source, progress)


def _load_my_drawings(source: MyDrawings, progress: Progress) -> Dataset:
    from desktop.engine.my_drawings.rows import load_my_drawings

    return load_my_drawings(source, progress)


# One for each class of data source.
LOADERS: dict[type[DataSource], Callable[[Any, Progress], Dataset]] = {
    Mnist: _load_mnist,
    Digits: _load_digits,
    GeneratedDigits: _load_generated_digits,
    MyDrawings: _load_my_drawings,
    LogicTable: _load_logic_table,
    PlanePoints: load_points,
    Table: _load_table,
    Arrays: _load_arrays,
    Idx: load_idx,
    FashionMnist: load_idx,
    Cifar10: load_cifar10,
    CaliforniaHousing: load_california_housing,
    ImageFolder: _load_image_folder,
    Iris: _load_scikit_learn,
    Wine: _load_scikit_learn,
    BreastCancer: _load_scikit_learn,
    Diabetes: _load_scikit_learn,
}


def _like_the_folder(path: Path, source: ImageFolder, shape: Shape, ends: Range) -> FloatArray:
    from desktop.engine.image_folder.pictures import read_row

    return read_row(path, source, shape, ends)


def _as_a_picture(path: Path, source: DataSource, shape: Shape, ends: Range) -> FloatArray:
    return _like_the_folder(path, ImageFolder(), shape, ends)


# How an image file is read for a network that was trained with pictures.
IMAGE_READERS: dict[type[DataSource], Callable[[Path, Any, Shape, Range], FloatArray]] = {
    ImageFolder: _like_the_folder,
    Cifar10: _as_a_picture,
}


def image_reader(source: DataSource, shape: Shape) -> Callable[[Path, Range], FloatArray] | None:
    """What reads an image file as a row of `source`, of `shape`, black and white being the ends of
    a range.

    None where it is prepared like a drawing instead. What reads raises ImageError.
    """
    is_color = is_image(shape) and not is_grayscale(shape)
    read = IMAGE_READERS.get(type(source), _as_a_picture if is_color else None)
    if read is None:
        return None
    return lambda path, ends: read(path, source, shape, ends)
