"""Images that were read, as a data set: what they show, and rows that fit into memory."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop import machine
from desktop.document.data.images import Images
from desktop.document.memory import BYTES_PER_NUMBER
from desktop.document.schema import Classes, DataSchema, Ink, RowCounts, RowKind, is_grayscale
from desktop.document.text import counted, shape_text
from desktop.engine.data_error import DataError
from desktop.engine.rows import Dataset, Rows
from desktop.engine.splits import scaled, training_and_validation

FIXED_SEED = 0  # of splits that cannot be changed
ENOUGH = 1000  # images to judge by
LEVELS = (1, 16, 255)  # the largest pixel there may be: of two levels, of seventeen, of bytes
_PLAIN = 0.8  # part of the images, and of the edge of each, that is plain paper in drawings
_NEAR = 24 / 255  # of the range of levels: what is that close to the paper is paper
_MOST_INK = 0.35  # part of all pixels that are not paper


def image_dataset(
    source: Images,
    training: tuple[NDArray[Any], NDArray[Any]],
    test: tuple[NDArray[Any], NDArray[Any]],
    classes: Classes,
    seed: int = FIXED_SEED,
    ink: Ink = Ink.NONE,
) -> Dataset:
    """The data set of images and the indices of their `classes`, some held out for validation.

    My drawings are among the training rows if `source` asks for them.
    """
    divisor = source.pixel_maximum if source.scale_pixels else 1.0
    train, validation = training_and_validation(*training, source.validation_split, seed, divisor)
    tested = Rows(scaled(test[0], divisor), test[1].astype(np.int64))
    held = len(validation) if validation is not None else 0
    schema = DataSchema(
        input_shape=train.x.shape[1:],
        row=RowKind.IMAGE,
        target=classes,
        rows=RowCounts(len(train), held, len(tested)),
        value_range=(0.0, source.pixel_maximum / divisor),
        ink=ink,
    )
    dataset = Dataset(source, schema, train, validation, tested, test_is_training=False)
    if not source.uses_drawings:
        return dataset
    from desktop.engine.my_drawings.rows import with_my_drawings

    return with_my_drawings(dataset)


def found_ink(images: NDArray[np.uint8]) -> Ink:
    """What `images` (n, h, w) or (n, h, w, channels) look like, 0 being black.

    Drawings have plain paper along the edges of nearly every image, and little ink.
    """
    if not is_grayscale(images.shape[1:]):
        return Ink.NONE
    some = images[:: max(1, len(images) // ENOUGH)].reshape(-1, *images.shape[1:3])
    highest = max(int(some.max()), 1)
    edges = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    near = _NEAR * highest
    for ink, edge, pixels in (
        (Ink.LIGHT, edges <= near, some <= near),
        (Ink.DARK, edges >= highest - near, some >= highest - near),
    ):
        plain = edge.mean(axis=1) >= _PLAIN
        if plain.mean() >= _PLAIN and 1 - pixels.mean() <= _MOST_INK:
            return ink
    return Ink.NONE


def check_memory(images: int, shape: tuple[int, ...], title: str) -> None:
    """Raise DataError if so many `images` of `shape` do not fit into the free memory."""
    # As read, 1 byte each value; as the network gets them, 4; and a part of each while splitting.
    needed = images * prod(shape) * (1 + 1 + BYTES_PER_NUMBER)
    free = machine.available_memory()
    if free is not None and needed > free:
        raise DataError(
            f"{title}: {counted(images, 'image')} of {shape_text(shape)} take "
            f"{needed / 2**30:,.1f} GB of memory, and {free / 2**30:,.1f} GB are free; choose a "
            "smaller size or grayscale, or use fewer images"
        )
