"""Arrays from a file as a data set: split, and scaled by what the training rows hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import ArrayRow, Arrays, ColumnKind, Scaling, TargetKind
from desktop.document.schema import (
    DataSchema,
    Range,
    RowCounts,
    RowKind,
    is_image,
)
from desktop.engine.array_files import shape_text
from desktop.engine.array_parts import Parts, read_parts
from desktop.engine.data_error import DataError
from desktop.engine.image_rows import LEVELS
from desktop.engine.progress import Progress, ignore
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.rows import Dataset, Rows
from desktop.engine.tables.fitting import fit_target
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import Preparation, PreparedColumn
from desktop.engine.tables.splits import parts as split_parts
from desktop.engine.tables.splits import without_validation
from desktop.engine.tables.target import MOST_CLASSES, TargetValues, read_target
from desktop.engine.zero_copy import aligned_empty

_BLOCK = 2**22  # values that are scaled at once
_CENTERED = (-0.5, 0.5), (-1.0, 1.0)  # black and white of pixels around 0
_SMALLEST_IMAGE = 8  # pixels on a side, from which whole numbers are taken for pixels
_ROW_KINDS = {
    ArrayRow.NUMBERS: RowKind.TABLE_ROW,
    ArrayRow.IMAGE: RowKind.IMAGE,
    ArrayRow.SEQUENCE: RowKind.SEQUENCE,
}


@dataclass(frozen=True)
class _Scale:
    """What turns values into inputs: (value - offset) / scale, for every feature or for all."""

    offset: Any
    scale: Any


def load_arrays(source: Arrays, progress: Progress = ignore) -> Dataset:
    """The data set of the file of `source`. Raises DataError."""
    return dataset(source, read_parts(source), progress)


def dataset(source: Arrays, found: Parts, progress: Progress) -> Dataset:
    """The rows of `found` as a network gets them. Raises DataError."""
    inputs = [found.x] if found.test is None else [found.x, found.test[0]]
    row, blocks, notes = _rows(source, inputs)
    count = len(found.x)
    y = found.y if found.test is None else np.concatenate([found.y, found.test[1]])
    target = _target(source, found.name, y)
    if found.test is None:
        training, validation, test = split_parts(source, target, np.arange(count), None)
    else:
        training, validation = without_validation(source, target, np.arange(count), None)
        test = np.arange(count, len(y))
        _require_training_rows(target, training)
    scale = _scale(source.scaling, row, blocks[0], training)
    prepared = fit_target(found.name, target, training)

    def rows(numbers: IntArray, first: float, last: float) -> Rows:
        block = blocks[0]
        if len(blocks) > 1 and len(numbers) and numbers[0] >= count:
            block, inside = blocks[1], numbers - count
        else:
            inside = numbers
        x = _scaled(block, inside, scale, lambda part: progress(first + (last - first) * part))
        return Rows(x, prepared.encoded(target.y[numbers]))

    share = 1 / len(y)
    edges = len(training) * share, (len(training) + len(validation)) * share
    train = rows(training, 0.0, edges[0])
    held = rows(validation, *edges) if len(validation) else None
    tested = rows(test, edges[1], 1.0)
    shape = blocks[0].shape[1:]
    features: tuple[str, ...] = ()
    columns: tuple[PreparedColumn, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    if row is ArrayRow.NUMBERS:
        features = tuple(f"Input {number + 1}" for number in range(shape[0]))
        columns = _columns(features, scale)
        lows, highs = train.x.min(axis=0), train.x.max(axis=0)
        ranges = tuple((float(low), float(high)) for low, high in zip(lows, highs, strict=True))
    schema = DataSchema(
        input_shape=shape,
        row=_ROW_KINDS[row],
        target=prepared.in_schema,
        rows=RowCounts(len(train), len(validation), len(tested)),
        value_range=_range(row, blocks[0], training, scale, train.x),
        features=features,
        feature_ranges=ranges,
    )
    return Dataset(
        source,
        schema,
        train,
        held,
        tested,
        test_is_training=False,
        notes=(*notes, *found.notes, *target.notes),
        arrays=found.names,
        preparation=Preparation(columns=columns, target=prepared),
    )


def _columns(features: tuple[str, ...], scale: _Scale) -> tuple[PreparedColumn, ...]:
    offsets = np.broadcast_to(scale.offset, len(features)).tolist()
    scales = np.broadcast_to(scale.scale, len(features)).tolist()
    return tuple(
        PreparedColumn(name=name, kind=ColumnKind.NUMBER, offset=offset, scale=divisor)
        for name, offset, divisor in zip(features, offsets, scales, strict=True)
    )


def _require_training_rows(target: TargetValues, training: IntArray) -> None:
    if target.kind is TargetKind.CLASSES:
        counts = np.bincount(target.y[training], minlength=len(target.classes))
        if not counts.all():
            missing = target.classes[int(counts.argmin())]
            raise DataError(
                f'Class "{missing:.40}" is among the test rows, but no training row has it; add '
                "training rows of it, or leave out its test rows"
            )


# --- inputs ---------------------------------------------------------------------------------------


def _rows(
    source: Arrays, inputs: list[NDArray[Any]]
) -> tuple[ArrayRow, list[NDArray[Any]], tuple[str, ...]]:
    """What a row is, and the inputs of training and test with the shape that it has."""
    x = inputs[0]
    notes: tuple[str, ...] = ()
    if x.dtype.kind not in "biuf":
        raise DataError(
            f"The inputs hold texts ({x.dtype!s:.60}); numbers are needed: choose another array"
        )
    if x.ndim == 1:
        inputs = [block[:, None] for block in inputs]
    elif x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] not in (1, 3):
        inputs = [np.moveaxis(block, 1, -1) for block in inputs]
        notes = ("The channels of the images stood first, and were moved last",)
    shape = inputs[0].shape[1:]
    row = source.row or _found_row(inputs[0])
    fits = {
        ArrayRow.NUMBERS: len(shape) == 1,
        ArrayRow.IMAGE: is_image(shape),
        ArrayRow.SEQUENCE: len(shape) == 2,
    }
    if not fits[row]:
        raise DataError(
            f"The inputs have the shape {shape_text(inputs[0].shape)}, which is not "
            f"{_SHAPES[row]}: choose another array, or what one row is"
        )
    for block in inputs:
        if block.dtype.kind == "f":
            bad = np.flatnonzero(~np.isfinite(block.reshape(len(block), -1)).all(axis=1))
            if len(bad):
                raise DataError(
                    f"Row {bad[0] + 1} of the inputs holds a value that is missing or infinite, "
                    f"as do {len(bad) - 1:,} more: fill or remove them, and save the array again"
                )
    return row, inputs, notes


_SHAPES = {
    ArrayRow.NUMBERS: "rows of numbers (rows, features)",
    ArrayRow.IMAGE: "images (rows, height, width) or (rows, height, width, 1 or 3)",
    ArrayRow.SEQUENCE: "sequences (rows, steps, features)",
}


def _found_row(x: NDArray[Any]) -> ArrayRow:
    """What the rows of `x` look like."""
    shape = x.shape[1:]
    if len(shape) == 1:
        return ArrayRow.NUMBERS
    if len(shape) != 2:
        return ArrayRow.IMAGE
    is_large = min(shape) >= _SMALLEST_IMAGE
    pixels = x.dtype == np.uint8 or shape[0] == shape[1]
    return ArrayRow.IMAGE if is_large and pixels else ArrayRow.SEQUENCE


def _scale(scaling: Scaling | None, row: ArrayRow, x: NDArray[Any], training: IntArray) -> _Scale:
    """The scale by the `training` rows of `x` alone: for every feature, or for all pixels."""
    is_picture = row is ArrayRow.IMAGE
    is_bytes = is_picture and x.dtype == np.uint8
    if scaling is None and is_picture and x.dtype.kind == "f":
        within = x[training].min() >= 0 and x[training].max() <= 1
        scaling = Scaling.NONE if within else Scaling.ZERO_TO_ONE
    if scaling is None:
        scaling = Scaling.ZERO_TO_ONE if is_picture else Scaling.STANDARDIZE
    if scaling is Scaling.NONE:
        return _Scale(0.0, 1.0)
    if scaling is Scaling.ZERO_TO_ONE and is_bytes:
        return _Scale(0.0, 255.0)
    values = x[training]
    axes = None if is_picture else tuple(range(values.ndim - 1))
    with np.errstate(over="ignore", invalid="ignore"):
        if scaling is Scaling.STANDARDIZE:
            offset = values.mean(axis=axes, dtype=np.float64)
            scale = values.std(axis=axes, dtype=np.float64)
        else:
            offset = np.asarray(values.min(axis=axes), np.float64)
            scale = values.max(axis=axes) - offset
    if not (np.isfinite(offset).all() and np.isfinite(scale).all()):
        raise DataError("The inputs are too large to be scaled: divide them, and save them again")
    return _Scale(offset, np.where(scale > 0, scale, 1.0))


def _range(
    row: ArrayRow, x: NDArray[Any], training: IntArray, scale: _Scale, inputs: FloatArray
) -> Range:
    """The least and the largest of the `inputs`; of images, what black and white are among them.

    Pixels `x` are taken to be 0 to 1, 16 or 255, -0.5 to 0.5 or -1 to 1: the first of these that
    all training rows are within.
    """
    if row is ArrayRow.IMAGE:
        low, high = float(x[training].min()), float(x[training].max())
        for black, white in (*((0.0, float(level)) for level in LEVELS), *_CENTERED):
            if black <= low and high <= white:
                offset, divisor = float(scale.offset), float(scale.scale)
                return (black - offset) / divisor, (white - offset) / divisor
    return float(inputs.min()), float(inputs.max())


def _scaled(x: NDArray[Any], rows: IntArray, scale: _Scale, progress: Progress) -> FloatArray:
    """The `rows` of `x` as inputs, in memory that TensorFlow can share."""
    result: FloatArray = aligned_empty((len(rows), *x.shape[1:]), np.float32)
    step = max(1, _BLOCK // max(1, int(np.prod(x.shape[1:]))))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(rows), step):
            progress(start / len(rows))
            block = x[rows[start : start + step]]
            result[start : start + step] = (block - scale.offset) / scale.scale
    if not np.isfinite(result).all():
        raise DataError(
            "Some inputs are too large to compute with: divide them, and save the array again"
        )
    return result


# --- target ---------------------------------------------------------------------------------------


def _is_one_hot(y: NDArray[Any]) -> bool:
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def _target(source: Arrays, name: str, y: NDArray[Any]) -> TargetValues:
    import pandas as pd

    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    is_numbers = y.dtype.kind in "biuf"
    may_be_classes = is_numbers and source.target_kind is not TargetKind.NUMBER
    if y.ndim == 2 and may_be_classes and _is_one_hot(y):
        y = y.argmax(axis=1)
    if y.ndim > 2 or (y.ndim == 2 and not is_numbers):
        raise DataError(
            f"The targets have the shape {shape_text(y.shape)}; one class for each row, one-hot "
            "classes, or one or several numbers can be predicted: choose another array"
        )
    if y.dtype.kind == "f":
        bad = np.flatnonzero(~np.isfinite(y.reshape(len(y), -1)).all(axis=1))
        if len(bad):
            raise DataError(
                f"Row {bad[0] + 1} of the targets is missing or infinite: remove the row, and save "
                "the arrays again"
            )
    if y.ndim == 2:
        return _several(source, name, y.astype(np.float64))
    if y.dtype.kind == "f" and (y == np.floor(y)).all() and np.abs(y).max() < 2**53:
        y = y.astype(np.int64)  # classes are called 1, not 1.0
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    distinct, places = np.unique(y, return_inverse=True)
    texts = np.array([str(value) for value in distinct.tolist()], object)[places]
    return read_target(pd.Series(texts, name=name), source.target_kind, NumberFormat())


def _several(source: Arrays, name: str, y: FloatArray) -> TargetValues:
    """Several numbers for each row; `y` has the shape (rows, columns)."""
    columns = y.shape[1]
    if source.target_kind is TargetKind.CLASSES:
        raise DataError(
            f"The targets have the shape {shape_text(y.shape)} and are not one-hot, so they are no "
            "classes: predict numbers, or choose another array"
        )
    if not 0 < columns <= MOST_CLASSES:
        raise DataError(
            f"Each row has {columns:,} targets; 1 to {MOST_CLASSES:,} numbers can be predicted: "
            "choose another array"
        )
    constant = np.flatnonzero((y == y[:1]).all(axis=0))
    if len(constant):
        raise DataError(
            f"Column {constant[0] + 1} of the targets has the same value in every row; leave it "
            "out, or choose another array"
        )
    return TargetValues(
        TargetKind.NUMBER, f'"{name}" has {columns} columns', y, np.ones(len(y), bool)
    )
