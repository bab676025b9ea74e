"""Tables whose rows are images: a label and the pixels, line by line, as MNIST is passed around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import Table, TargetKind
from desktop.document.schema import DataSchema, RowCounts, RowKind
from desktop.engine.data_error import DataError
from desktop.engine.image_rows import LEVELS, check_memory, found_ink
from desktop.engine.progress import Progress, between
from desktop.engine.reports import IntArray
from desktop.engine.rows import Dataset, Rows
from desktop.engine.splits import scaled
from desktop.engine.tables.dialect import Recognized
from desktop.engine.tables.fitting import fit_target
from desktop.engine.tables.frame import column_names, preview
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import Preparation, PreparedTarget
from desktop.engine.tables.reading import read_blocks
from desktop.engine.tables.sample import Sample
from desktop.engine.tables.separate_rows import matched_targets
from desktop.engine.tables.splits import parts, without_validation
from desktop.engine.tables.target import MOST_CLASSES, read_target

SMALLEST = 8  # pixels on a side, from which whole numbers are taken for pixels
_FEWLEVELS = 16  # pixels have at least so many, unless their columns are called pixels
_BLOCK = 2**21  # pixels that are read at once
_PIXEL = re.compile(r"(\d{1,3})(?:\.0*)?")
_PIXEL_NAME = re.compile(r"(?:pixel|px|pix|p)[ _]?\d+(?:[ _x]\d+)*|\d+x\d+", re.IGNORECASE)
_LABEL_NAME = re.compile(r"labels?|class|target|y|digit|letter", re.IGNORECASE)
_PLAIN = 0.8  # the part of the rows whose corner is plain in drawings


class NoPixels(Exception):
    """What was taken for pixels has another value in it."""


@dataclass(frozen=True)
class _Look:
    """Which columns of a table are what."""

    names: tuple[str, ...]
    label: int

    @property
    def target(self) -> str:
        return self.names[self.label]

    @property
    def pixels(self) -> list[str]:
        return [name for index, name in enumerate(self.names) if index != self.label]

    @property
    def side(self) -> int:
        return isqrt(len(self.names) - 1)


def load_images(
    source: Table, beginning: tuple[Sample, Recognized], progress: Progress
) -> Dataset | None:
    """The data set of the file of `source`, if its rows are images; None if it is another table.

    A row is an image if all its columns but one are whole numbers of 0 to 255, and n times n of
    them, n being 8 or more; their largest is at least 16, unless the columns are called pixels.
    Raises DataError.
    """
    if source.images is False:
        return None
    names, notes = column_names(beginning[1])
    path = Path(source.path)
    try:
        look = _look(source, beginning[1], names)
        images, labels = _read(source, beginning, look, between(progress, 0, 0.7))
    except NoPixels as error:
        if source.images is None:
            return None
        raise DataError(f'{path.name}: {error}; set "Rows are images" to "no"') from error
    return _dataset(source, look, images, labels, (*beginning[1].questions, *notes), progress)


def _look(source: Table, recognized: Recognized, names: Sequence[str]) -> _Look:
    """Which column is the label, by the first rows. Raises NoPixels."""
    others = [source.group, source.weight]
    if any(name is not None for name in others) or source.columns:
        raise NoPixels("columns of images cannot be used for anything else")
    side = isqrt(max(0, len(names) - 1))
    if side**2 != len(names) - 1 or side < (SMALLEST if source.images is None else 2):
        raise NoPixels(
            f"{len(names):,} columns are not a label and the pixels of a square image, such as "
            "785 = 1 + 28 × 28"
        )
    rows = [row for row in recognized.rows if len(row) == len(names)]
    values = np.array([[pixel_of(cell) for cell in row] for row in rows]).reshape(-1, len(names))
    are_pixels: Any = (values >= 0).all(axis=0)
    label = label_column(source, names, values, are_pixels)
    pixels: Any = np.delete(np.arange(len(names)), label)
    if not are_pixels[pixels].all():
        column = int(pixels[are_pixels[pixels].argmin()])
        row = int((values[:, column] >= 0).argmin())
        raise NoPixels(_not_apixel_of(names[column], rows[row][column], row))
    named = all(_PIXEL_NAME.fullmatch(names[index]) for index in pixels)
    highest = values[:, pixels].max(initial=0)
    if source.images is None and not named and highest < _FEWLEVELS:
        raise NoPixels("the numbers may mean something else")
    return _Look(tuple(names), label)


def pixel_of(cell: str) -> int:
    """The pixel that `cell` holds; -1 if it holds something else."""
    found = _PIXEL.fullmatch(cell)
    value = int(found[1]) if found else -1
    return value if value <= LEVELS[-1] else -1


def label_column(source: Table, names: Sequence[str], values: Any, are_pixels: Any) -> int:
    """Which column is the label: the first or the last, if none is chosen."""
    if source.target is not None:
        if source.target not in names:
            raise NoPixels(f'there is no column "{source.target:.40}" to predict')
        return list(names).index(source.target)
    first, last = 0, len(names) - 1
    if are_pixels[first] != are_pixels[last]:
        return last if are_pixels[first] else first
    called = [bool(_LABEL_NAME.fullmatch(names[index].strip())) for index in (first, last)]
    if called[0] != called[1]:
        return first if called[0] else last
    # A corner of drawings is plain nearly always, and a corner of photographs has many values.
    counts = [np.unique(values[:, index], return_counts=True)[1] for index in (first, last)]
    plain = [count.max(initial=0) >= _PLAIN * len(values) for count in counts]
    if plain[0] != plain[1]:
        return last if plain[0] else first
    return first if len(counts[0]) <= len(counts[1]) else last


def _not_apixel_of(name: str, value: Any, row: int) -> str:
    return (
        f'row {row + 1:,} has "{value!s:.40}" in the column "{name:.40}", but pixels are whole '
        "numbers from 0 to 255"
    )


# --- reading --------------------------------------------------------------------------------------


def _read(
    source: Table, beginning: tuple[Sample, Recognized], look: _Look, progress: Progress
) -> tuple[NDArray[np.uint8], Any]:
    """All images (n, side, side) and the texts of their labels. Raises NoPixels, DataError."""
    import pandas as pd

    images: list[NDArray[np.uint8]] = []
    labels: list[Any] = []
    names, pixels = list(look.names), look.pixels
    count = 0
    step = max(1, _BLOCK // len(names))
    path = Path(source.path)
    for block in read_blocks(path, beginning, names, look.target, step, progress):
        images.append(pixel_bytes(block[pixels], count).reshape(-1, look.side, look.side))
        labels.append(block[look.target])
        count += len(block)
    if not count:
        raise DataError(f"{path.name} has a header but no rows; choose another")
    check_memory(count, (look.side, look.side), source.title)
    return np.concatenate(images), pd.concat(labels, ignore_index=True).fillna("")


def pixel_bytes(block: Any, before: int) -> NDArray[np.uint8]:
    """The pixels of `block`, before which there are so many rows. Raises NoPixels."""
    kinds = {column.kind for column in block.dtypes.unique()}
    if kinds <= set("iuf"):
        values = block.to_numpy()
        good = (values >= 0) & (values <= LEVELS[-1])
        if "f" in kinds:
            good &= values == np.floor(values)
        if good.all():
            return np.asarray(values.astype(np.uint8))
        row, column = (int(index) for index in np.argwhere(~good)[0])
    else:
        texts = block.astype(str).map(pixel_of).to_numpy()
        row, column = (int(index) for index in np.argwhere(texts < 0)[0])
    raise NoPixels(_not_apixel_of(block.columns[column], block.iat[row, column], before + row))


# --- the data set ---------------------------------------------------------------------------------


def _dataset(
    source: Table,
    look: _Look,
    images: NDArray[np.uint8],
    labels: Any,
    notes: tuple[str, ...],
    progress: Progress,
) -> Dataset:
    kind = source.target_kind
    if kind is None and 2 * labels.nunique() <= min(len(labels), 2 * MOST_CLASSES):
        kind = TargetKind.CLASSES  # as many letters as there are in an alphabet
    target = read_target(labels, kind, NumberFormat())
    rows = np.flatnonzero(target.present)
    test: IntArray = rows[:0]
    if source.has_test_file:
        training, validation = without_validation(source, target, rows, None)
    else:
        training, validation, test = parts(source, target, rows, None)
    prepared = fit_target(look.target, target, training)
    highest = int(images[training].max())
    divisor = float(next(level for level in LEVELS if highest <= level))

    def chosen(numbers: IntArray) -> Rows:
        return Rows(scaled(images[numbers], divisor), prepared.encoded(target.y[numbers]))

    read_as = (
        f"Each row is an image of {look.side} × {look.side} pixels with its label in the column "
        f'"{look.target:.40}"; "Rows are images" in the settings changes that'
    )
    notes = (read_as, *notes, *target.notes)
    tested = chosen(test)
    if source.has_test_file:
        tested, more = _separate(source, look, prepared, divisor, between(progress, 0.7, 0.9))
        notes += more
    schema = DataSchema(
        input_shape=images.shape[1:],
        row=RowKind.IMAGE,
        target=prepared.in_schema,
        rows=RowCounts(len(training), len(validation), len(tested)),
        value_range=(0.0, 1.0),
        ink=found_ink(images[training]),
    )
    return Dataset(
        source,
        schema,
        chosen(training),
        chosen(validation) if len(validation) else None,
        tested,
        test_is_training=False,
        notes=notes,
        arrays=look.names,
    )


def _separate(
    source: Table, look: _Look, prepared: PreparedTarget, divisor: float, progress: Progress
) -> tuple[Rows, tuple[str, ...]]:
    """The rows of the test file: its columns have the same names, or the same order."""
    path = Path(source.test_path or "")
    other = source.replace(path=str(path), test_path=None, header=None)
    beginning = preview(other)
    names, _ = column_names(beginning[1])
    if len(names) != len(look.names):
        raise DataError(
            f"{path.name} has {len(names):,} columns, but the training file has "
            f"{len(look.names):,}; choose another test file"
        )
    if set(names) == set(look.names):
        order = [*look.pixels, look.target]
    else:
        target = names[look.label]
        order = [*(name for name in names if name != target), target]
    try:
        own = _Look(tuple(names), names.index(order[-1]))
        images, labels = _read(other, beginning, own, progress)
    except NoPixels as error:
        raise DataError(f"{path.name}: {error}; choose another test file") from error
    places = [own.pixels.index(name) for name in order[:-1]]
    images = images.reshape(len(images), -1)[:, places].reshape(images.shape)
    preparation = Preparation(columns=(), target=prepared)
    y, there, notes = matched_targets(labels.str.strip(), NumberFormat(), preparation, path)
    used = np.flatnonzero(there)
    if not len(used):
        raise DataError(f"{path.name} has no row that can be used for the test: {'; '.join(notes)}")
    rows = Rows(scaled(images[used], divisor), prepared.encoded(y[used]))
    return rows, tuple(f"{path.name}: {each}" for each in notes)
