"""The rows of a data source: read, checked, split and scaled.

Rows are split once, by a fixed seed, into training, validation and test; the test rows are never
used for fitting, stopping or choosing. Nothing is downloaded here.
"""

from __future__ import annotations

import numpy as np

from desktop.document.data import DataSource
from desktop.document.schema import Classes, Target
from desktop.engine.data_error import DataError
from desktop.engine.data_warnings import find_warnings
from desktop.engine.loaders import LOADERS, PREVIEWS
from desktop.engine.progress import Progress, ignore
from desktop.engine.reports import (
    DataPreview,
    DataSummary,
    FloatArray,
    IntArray,
    SplitSummary,
    read_only,
)
from desktop.engine.rows import Dataset, Rows
from desktop.engine.tables.fitting import identity
from desktop.engine.tables.preparation import Preparation

SAMPLES = 100


def load(source: DataSource, progress: Progress = ignore) -> Dataset:
    """Read and split the rows of `source`. Raises DataError."""
    try:
        return LOADERS[type(source)](source, progress)
    except MemoryError as error:
        raise DataError(
            f"{source.title} does not fit into the free memory; close other programs, or use "
            "smaller data"
        ) from error


def preview(source: DataSource) -> DataPreview | None:
    """The first rows of `source`, if they are there long before the rest. Raises DataError."""
    first = PREVIEWS.get(type(source))
    return first(source) if first is not None else None


def summarize(dataset: Dataset) -> DataSummary:
    """What a page shows of `dataset`: counts, ranges, and up to 100 training rows.

    Where rows belong to classes, these are of all classes alike.
    """
    training, target = dataset.training, dataset.schema.target
    preparation = preparation_of(dataset)
    chosen: IntArray = np.arange(min(SAMPLES, len(training)))
    if isinstance(target, Classes):
        chosen = _spread(training.y, SAMPLES)
    return DataSummary(
        source=dataset.source,
        title=dataset.source.title,
        schema=dataset.schema,
        splits=tuple(_split_summary(name, rows, target) for name, rows in dataset.splits),
        minimum=float(training.x.min()),
        maximum=float(training.x.max()),
        mean=float(training.x.mean(dtype=np.float64)),
        samples=read_only(training.x[chosen]),
        sample_targets=read_only(training.y[chosen]),
        notes=dataset.notes,
        columns=dataset.columns,
        fields=preparation.fields if preparation is not None else (),
        examples=dataset.examples,
        arrays=dataset.arrays,
        warnings=find_warnings(dataset),
        cells=dataset.cells,
        turned=dataset.turned,
    )


def preparation_of(dataset: Dataset) -> Preparation | None:
    """What prepares the rows of `dataset`; None if they are no rows of a table."""
    schema = dataset.schema
    if len(schema.input_shape) != 1:
        return None
    if dataset.preparation is None and schema.features:
        return identity(schema, dataset.training.x)
    return dataset.preparation


def _split_summary(name: str, rows: Rows, target: Target) -> SplitSummary:
    counts: tuple[int, ...] = ()
    if isinstance(target, Classes):
        counts = tuple(np.bincount(rows.y, minlength=len(target.names)).tolist())
    return SplitSummary(name, len(rows), counts, rows.x, rows.y, rows.names)


def _spread(y: IntArray | FloatArray, count: int) -> IntArray:
    """Indices of up to `count` rows, in turn one of every class, each class in its own order."""
    turn = np.empty(len(y), np.int64)  # how many rows of the same class come before
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        turn[places] = np.arange(len(places))
    return np.lexsort((y, turn))[:count]
