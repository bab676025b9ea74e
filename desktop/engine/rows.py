"""The rows of a data source, in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from desktop.document.data import DataSource
from desktop.document.schema import Classes, DataSchema
from desktop.document.training import Training
from desktop.engine.fingerprint import (
    Fingerprint,
    fingerprint_of,
    hashes_of_arrays,
    hashes_of_table,
)
from desktop.engine.reports import ColumnFacts, FloatArray, IntArray, TableCells
from desktop.engine.row_reports import RowExample
from desktop.engine.shares import some_rows

if TYPE_CHECKING:
    from desktop.engine.tables.preparation import Preparation


@dataclass(frozen=True)
class Rows:
    """Inputs `x`, float32 (n, *input_shape), and targets `y`.

    Targets are class indices, int64 (n,), or numbers, float32 (n, columns).

    `names` says where each row is from, such as its file, where they have names.

    `sample_weight`, float32 (n,), says how much each row counts in the loss; None if all count the
    same. Weights of classes are such weights of their rows. All arrays are read-only.
    """

    x: FloatArray
    y: IntArray | FloatArray
    sample_weight: FloatArray | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in self.arrays:
            array.setflags(write=False)

    @property
    def arrays(self) -> tuple[FloatArray | IntArray, ...]:
        """Inputs, targets and, if there are any, weights."""
        found = (self.x, self.y, self.sample_weight)
        return tuple(array for array in found if array is not None)

    def __len__(self) -> int:
        return len(self.y)

    def part(self, indices: IntArray) -> Rows:
        """The rows at `indices`, shape (k,), as a copy."""
        weight = None if self.sample_weight is None else self.sample_weight[indices]
        names = tuple(self.names[index] for index in indices) if self.names else ()
        return Rows(self.x[indices], self.y[indices], weight, names)


def balanced(rows: Rows, classes: int) -> Rows:
    """The same with the weights of their classes: n / (k n_c), times their own if they have some.

    n rows, n_c of them of class c, k = `classes`; scikit-learn's class_weight="balanced", to be
    given to Keras's `fit` as `class_weight` (G. King, L. Zeng, "Logistic Regression in Rare Events
    Data", 2001).
    """
    counts = np.maximum(np.bincount(rows.y, minlength=classes), 1)
    weights = (len(rows) / (classes * counts))[rows.y].astype(np.float32)
    if rows.sample_weight is not None:
        weights *= rows.sample_weight
    return replace(rows, sample_weight=weights)


@dataclass(frozen=True)
class Dataset:
    """The rows of `source`, which hold what `schema` says.

    A table tells about its `columns`, how they are prepared in `preparation`, and its `cells`.
    `turned` says whether rows and columns of images were swapped; None where that is not asked.
    `notes` say what a user should know; `arrays` are the names of all arrays of the file, or of the
    columns that its images are made of. With `test_is_training` there are no others to test with.
    """

    source: DataSource
    schema: DataSchema
    training: Rows
    validation: Rows | None
    test: Rows
    test_is_training: bool
    notes: tuple[str, ...] = ()
    columns: tuple[ColumnFacts, ...] = ()
    arrays: tuple[str, ...] = ()
    preparation: Preparation | None = None
    cells: TableCells | None = None
    examples: tuple[RowExample, ...] = ()
    turned: bool | None = None

    def training_rows(self, training: Training) -> Rows:
        """As many training rows as the settings `training` ask for, weighted as they ask."""
        target, rows = self.schema.target, self.training
        if training.rows is not None and training.rows < len(rows):
            rows = rows.part(some_rows(rows.y, training.rows))
        if training.balance_classes and isinstance(target, Classes):
            return balanced(rows, len(target.names))
        return rows

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What tells these rows and their split from others: by the cells of a table as they were
        read, else by what the network gets."""
        if self.cells is not None:
            frames = {id(frame): frame for frame in self.cells.frames.values()}
            hashes = {key: hashes_of_table(frame) for key, frame in frames.items()}
            splits = {
                name: hashes[id(self.cells.frames[name])][rows]
                for name, rows in self.cells.splits.items()
            }
            return fingerprint_of((), splits)  # how many inputs there are follows from the split
        splits = {name: hashes_of_arrays(rows.arrays) for name, rows in self.splits}
        return fingerprint_of(self.schema.input_shape, splits)

    @property
    def splits(self) -> tuple[tuple[str, Rows], ...]:
        """The parts there are, by name, in the order they are used."""
        test = None if self.test_is_training else self.test
        parts = (("training", self.training), ("validation", self.validation), ("test", test))
        return tuple((name, rows) for name, rows in parts if rows is not None)
