"""My drawings as rows: a data set of their own, or added to the training rows of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from desktop.document.data import MyDrawings
from desktop.document.drawings import KeptDrawing, Strokes
from desktop.document.schema import Classes, DataSchema, Ink, Range, RowCounts, RowKind, shown_names
from desktop.document.text import are, natural
from desktop.engine.data_error import DataError
from desktop.engine.my_drawings.painting import paint
from desktop.engine.my_drawings.store import DrawingsError, DrawingStore, KeptDrawings
from desktop.engine.network_input import network_input
from desktop.engine.progress import Progress, ignore
from desktop.engine.reports import FloatArray, IntArray, read_only
from desktop.engine.rows import Dataset, Rows
from desktop.engine.shares import draw
from desktop.engine.splits import sides
from desktop.engine.zero_copy import aligned_empty

NO_DRAWINGS = (
    "There are no drawings yet. Draw on the page Draw, and say there what it is: the drawing is "
    "kept in My drawings"
)


def read_drawings() -> KeptDrawings:
    """My drawings as they are now. Raises DataError."""
    try:
        return DrawingStore().read()
    except DrawingsError as error:
        raise DataError(str(error)) from error


def images_of(
    drawings: Sequence[KeptDrawing],
    input_shape: tuple[int, ...],
    value_range: Range,
    ink: Ink,
    progress: Progress = ignore,
) -> FloatArray:
    """`drawings` as a network gets them, float32 (n, *input_shape), prepared as on the canvas."""
    images = np.empty((len(drawings), *input_shape[:2]), np.float32)
    for number, drawing in enumerate(drawings):
        images[number] = _image_of(drawing.strokes, input_shape, value_range, ink)
        progress((number + 1) / len(drawings))
    return images.reshape(len(drawings), *input_shape)


@lru_cache(maxsize=4096)  # images: data is loaded again whenever a drawing was kept or deleted
def _image_of(
    strokes: Strokes, input_shape: tuple[int, ...], value_range: Range, ink: Ink
) -> FloatArray:
    return read_only(network_input(paint(strokes), input_shape, value_range, ink).image)


def of_classes(
    drawings: Sequence[KeptDrawing], target: Classes
) -> tuple[tuple[KeptDrawing, ...], IntArray]:
    """Those of `drawings` whose label is a class of `target`, and the indices of their classes."""
    places = {name: index for index, name in enumerate(shown_names(target))}
    chosen = tuple(drawing for drawing in drawings if drawing.label in places)
    return chosen, np.array([places[drawing.label] for drawing in chosen], np.int64)


def load_my_drawings(source: MyDrawings, progress: Progress) -> Dataset:
    """The drawings with the labels that `source` names. Raises DataError."""
    kept = read_drawings()
    if not kept.drawings:
        raise DataError(NO_DRAWINGS)
    found = sorted({drawing.label for drawing in kept.drawings}, key=natural)
    classes = Classes(source.labels if source.labels is not None else tuple(found))
    chosen, y = of_classes(kept.drawings, classes)
    missing = [name for index, name in enumerate(classes.names) if index not in y]
    if missing:
        raise DataError(f'No drawing has the label "{missing[0]}": draw some, or leave it out')
    if len(classes.names) < 2:
        raise DataError(
            f'All drawings have the label "{classes.names[0]}"; keep drawings of something else, '
            "too: two classes are needed"
        )
    high = 1.0 if source.scale_pixels else source.pixel_maximum
    shape = (source.size, source.size)
    x = images_of(chosen, shape, (0.0, high), Ink.LIGHT, progress)
    rows = Rows(x, y, names=tuple(drawing.id for drawing in chosen))
    remaining, test = _held_out(rows, source.test_split, source.split_seed)
    training, validation = _held_out(remaining, source.validation_split, source.split_seed)
    notes = [kept.warning] if kept.warning else []
    if test is None:
        notes.append("No drawing is held out, so the test uses those of the training")
    schema = DataSchema(
        input_shape=shape,
        row=RowKind.IMAGE,
        target=classes,
        rows=RowCounts(len(training), len(validation or ()), len(test or ())),
        value_range=(0.0, high),
        ink=Ink.LIGHT,
    )
    return Dataset(
        source,
        schema,
        training,
        validation,
        training if test is None else test,
        test_is_training=test is None,
        notes=tuple(notes),
    )


def _held_out(rows: Rows, part: float, seed: int) -> tuple[Rows, Rows | None]:
    """The rows that stay, and `part` of each class: at least one of two, and one stays.

    There may be few of them, so that not every class can have a row on both sides.
    """
    counts = np.bincount(rows.y)
    counts = counts[counts > 0]
    wanted = np.rint(counts * part).astype(np.int64)
    numbers = np.clip(wanted, 1, counts - 1) if part else np.zeros_like(counts)
    if not numbers.any():
        return rows, None
    kept, held = sides(len(rows), draw(rows.y, numbers, seed))
    return rows.part(kept), rows.part(held)


def with_my_drawings(dataset: Dataset) -> Dataset:
    """`dataset` with My drawings of its classes among the training rows. Raises DataError."""
    schema, training = dataset.schema, dataset.training
    assert isinstance(schema.target, Classes)
    kept = read_drawings()
    chosen, y = of_classes(kept.drawings, schema.target)
    notes = [kept.warning] if kept.warning else []
    if not schema.is_grayscale:
        chosen, note = (), "My drawings cannot be added to images in color"
    elif not chosen:
        note = "None of My drawings has one of these classes as its label"
    else:
        note = f"{len(chosen):,} of My drawings {are(len(chosen))} added to the training rows"
    notes.append(note)
    if chosen:
        ink = schema.ink if schema.ink is not Ink.NONE else Ink.LIGHT
        x = aligned_empty((len(training) + len(chosen), *schema.input_shape), np.float32)
        x[: len(training)] = training.x
        x[len(training) :] = images_of(chosen, schema.input_shape, schema.value_range, ink)
        training = Rows(x, np.concatenate([training.y, y]))
        schema = replace(schema, rows=replace(schema.rows, training=len(training)))
    return replace(dataset, schema=schema, training=training, notes=(*dataset.notes, *notes))
