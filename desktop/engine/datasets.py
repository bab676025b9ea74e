"""The rows of a data source: read, checked, split and scaled.

Rows are split once, by a fixed seed, into training, validation and test; the test rows are never
used for fitting, stopping or choosing. Nothing is ever downloaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import DataSource, Digits, LogicTable, Mnist
from desktop.engine.mnist import DataError, mnist_available, read_mnist
from desktop.engine.reports import DataSummary, FloatArray, IntArray, SplitSummary, read_only
from desktop.engine.residence import aligned_empty

__all__ = ["DataError", "Dataset", "Rows", "load", "mnist_available", "summarise"]

MNIST_SPLIT_SEED = 0
SAMPLES = 100

TABLE_NOTE = (
    "All {rows} rows are used for training, so the test shows how well they were learnt, "
    "not how it does on new ones"
)


@dataclass(frozen=True)
class Rows:
    """Inputs `x`, float32 (n, *input_shape), and class indices `y`, int64 (n,).

    `sample_weight`, float32 (n,), says how much each row counts in the loss; None if all count the
    same. Weights of classes are such weights of their rows. All arrays are read-only.
    """

    x: FloatArray
    y: IntArray
    sample_weight: FloatArray | None = None

    def __post_init__(self) -> None:
        for array in (self.x, self.y, self.sample_weight):
            if array is not None:
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Dataset:
    """The rows of `source`. With `test_is_training` there are no others to test with."""

    source: DataSource
    training: Rows
    validation: Rows | None
    test: Rows
    test_is_training: bool

    @property
    def splits(self) -> tuple[tuple[str, Rows], ...]:
        """The parts there are, by name, in the order they are used."""
        test = None if self.test_is_training else self.test
        parts = (("training", self.training), ("validation", self.validation), ("test", test))
        return tuple((name, rows) for name, rows in parts if rows is not None)


def load(source: DataSource) -> Dataset:
    """Read and split the rows of `source`. Raises DataError."""
    try:
        match source:
            case Mnist():
                return _load_mnist(source)
            case Digits():
                return _load_digits(source)
            case LogicTable():
                return _load_table(source)
    except MemoryError as error:
        raise DataError(
            f"{source.title} does not fit into the free memory; close other programs, or use "
            "smaller data"
        ) from error
    raise DataError(f"{source.title}: this kind of data cannot be loaded")


def summarise(dataset: Dataset) -> DataSummary:
    """What a page shows of `dataset`: counts, ranges, and 100 training rows of all classes."""
    source, training = dataset.source, dataset.training
    classes = len(source.classes)
    chosen = _spread(training.y, SAMPLES)
    return DataSummary(
        source=source,
        title=source.title,
        input_shape=source.input_shape,
        classes=source.classes,
        splits=tuple(
            SplitSummary(name, len(rows), tuple(np.bincount(rows.y, minlength=classes).tolist()))
            for name, rows in dataset.splits
        ),
        minimum=float(training.x.min()),
        maximum=float(training.x.max()),
        mean=float(training.x.mean(dtype=np.float64)),
        samples=read_only(training.x[chosen]),
        sample_labels=read_only(training.y[chosen]),
        note=TABLE_NOTE.format(rows=_in_words(len(training))) if dataset.test_is_training else "",
    )


# --- the sources ----------------------------------------------------------------------------------


def _load_mnist(source: Mnist) -> Dataset:
    arrays = read_mnist(source.path)
    divisor = source.pixel_maximum if source.scale_pixels else 1.0
    training, validation = _training_and_validation(
        arrays.x_train, arrays.y_train, source.validation_split, MNIST_SPLIT_SEED, divisor
    )
    test = Rows(_scaled(arrays.x_test, divisor), arrays.y_test.astype(np.int64))
    return Dataset(source, training, validation, test, test_is_training=False)


def _load_digits(source: Digits) -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    x, y = digits.images, digits.target
    divisor = source.pixel_maximum if source.scale_pixels else 1.0
    kept, held = _split(y, source.test_split, source.split_seed, "Test split")
    training, validation = _training_and_validation(
        x[kept], y[kept], source.validation_split, source.split_seed, divisor
    )
    test = Rows(_scaled(x[held], divisor), y[held].astype(np.int64))
    return Dataset(source, training, validation, test, test_is_training=False)


def _load_table(source: LogicTable) -> Dataset:
    values = np.array([row[:2] for row in source.rows], np.float64)
    limit = float(np.finfo(np.float32).max)
    too_large = np.argwhere(np.abs(values) > limit)
    if len(too_large):
        row, column = (int(index) for index in too_large[0])
        raise DataError(
            f"Row {row + 1} of the logic table has the input {values[row, column]:g}, which is too "
            f"large to compute with; use numbers up to {limit:.1g}"
        )
    rows = Rows(values.astype(np.float32), np.array([row[2] for row in source.rows], np.int64))
    return Dataset(source, rows, None, rows, test_is_training=True)


# --- splitting and scaling ------------------------------------------------------------------------


def _training_and_validation(
    x: NDArray[Any], y: NDArray[Any], part: float, seed: int, divisor: float
) -> tuple[Rows, Rows | None]:
    labels = y.astype(np.int64)
    if part == 0:
        return Rows(_scaled(x, divisor), labels), None
    kept, held = _split(labels, part, seed, "Validation split")
    # Splitting before scaling moves a quarter of the bytes.
    return (
        Rows(_scaled(x[kept], divisor), labels[kept]),
        Rows(_scaled(x[held], divisor), labels[held]),
    )


def _scaled(x: NDArray[Any], divisor: float) -> FloatArray:
    """`x` / `divisor` as float32, in memory that TensorFlow can share."""
    scaled: FloatArray = aligned_empty(x.shape, np.float32)
    np.divide(x, np.float32(divisor), out=scaled, dtype=np.float32)
    return scaled


def _split(y: NDArray[Any], part: float, seed: int, title: str) -> tuple[IntArray, IntArray]:
    """Indices of the rows that stay and of those held back: `part` of them, of every class alike.

    `title` is what the user calls `part`. Both keep the order of the rows. Raises DataError if a
    class cannot be on both sides.
    """
    from sklearn.model_selection import train_test_split

    labels, counts = np.unique(y, return_counts=True)
    rows, classes = len(y), len(labels)
    if counts.min() < 2:
        raise DataError(
            f"Class {labels[counts.argmin()]} has a single row, which cannot be split: set "
            f'"{title}" to 0, or use data with more rows of it'
        )
    held = math.ceil(part * rows)
    if min(held, rows - held) < classes:
        smallest, largest = classes / rows, 1 - (classes + 1) / rows
        raise DataError(
            f'"{title}" {part:g} would keep apart {held} of {rows} rows and leave {rows - held}, '
            f"but each side needs one row of each of the {classes} classes: "
            + (
                f"choose a value between {smallest:.2g} and {largest:.2g}"
                if smallest < largest
                else "use data with more rows"
            )
        )
    staying, held_back = train_test_split(
        np.arange(rows), test_size=held, random_state=seed, stratify=y
    )
    return np.sort(staying), np.sort(held_back)


def _spread(y: IntArray, count: int) -> IntArray:
    """Indices of up to `count` rows, in turn one of every class, each class in its own order."""
    turn = np.empty(len(y), np.int64)  # how many rows of the same class come before
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        turn[places] = np.arange(len(places))
    return np.lexsort((y, turn))[:count]


def _in_words(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)
