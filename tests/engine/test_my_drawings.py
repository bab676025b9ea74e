"""My drawings: the file they are kept in, their pixels, and the rows that they become."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from PySide6.QtCore import QPointF

from desktop import paths
from desktop.document.data import Digits, GeneratedDigits, MyDrawings
from desktop.document.drawings import SIDE, KeptDrawing, PenStroke
from desktop.engine import datasets
from desktop.engine.data_error import DataError
from desktop.engine.drawing import preprocess
from desktop.engine.my_drawings.painting import paint
from desktop.engine.my_drawings.store import DAMAGED, DrawingsError, DrawingStore
from desktop.views.pages.draw.ink import Ink
from tests.kept_drawings import drawings_of, strokes_of


@pytest.fixture
def store() -> DrawingStore:
    return DrawingStore()


# --- the file -------------------------------------------------------------------------------------


def test_what_is_kept_is_read_again(store: DrawingStore) -> None:
    first, second = drawings_of("71")
    assert store.read().drawings == ()
    store.add([second])
    assert store.add([first]).drawings == (first, second)
    assert DrawingStore().read().drawings == (first, second)
    assert store.file.is_relative_to(paths.data_folder())
    assert store.remove([first.id]).drawings == (second,)
    renamed = second.replace(label="0")
    assert store.add([renamed]).drawings == (renamed,)


def test_damaged_lines_are_set_aside(store: DrawingStore) -> None:
    (good,) = drawings_of("7")
    store.add([good])
    damaged = [
        b'{"id": "a", "label": "7"}',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"id": "../a", "label": "7", "strokes": [{"points": [[1, 2]], "widths": [3]}]}',
        b'{"id": "a", "label": "7", "strokes": [{"points": [[1e300, 2]], "widths": [3]}]}',
        b'{"id": "a", "label": "7", "strokes": [{"points": [[NaN, 2]], "widths": [3]}]}',
        b'{"id": "a", "label": "7", "strokes": [{"points": [[1, 2]], "widths": [3, 4]}]}',
        b'{"id": "a", "label": "7", "strokes": [], "more": 1}',
    ]
    store.file.write_bytes(store.file.read_bytes() + b"\n".join(damaged) + b"\n\n")
    kept = store.read()
    assert kept.drawings == (good,)
    assert kept.damaged == len(damaged)
    assert "8 lines of My drawings" in kept.warning
    store.add(drawings_of("71"))
    assert store.read().damaged == 0
    assert (store.file.parent / DAMAGED).read_bytes().splitlines() == damaged


def test_what_is_no_file_is_said(store: DrawingStore) -> None:
    store.file.mkdir(parents=True)
    with pytest.raises(DrawingsError, match="not a regular file"):
        store.read()
    with pytest.raises(DrawingsError, match="not a regular file"):
        store.add(drawings_of("7"))


def test_programs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    drawings = drawings_of("017" * 8)

    def keep(part: list[KeptDrawing]) -> None:
        for drawing in part:
            DrawingStore(tmp_path).add([drawing])

    threads = [threading.Thread(target=keep, args=(drawings[start::3],)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert DrawingStore(tmp_path).read().drawings == tuple(drawings)


def test_too_much_is_refused() -> None:
    many = PenStroke(points=((1.0, 2.0),) * 15_000, widths=(3.0,))
    with pytest.raises(ValidationError, match="30,000 points"):
        KeptDrawing(id="a", label="7", strokes=(many, many))


# --- pixels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [6.0, 18.0, 40.0])
@pytest.mark.parametrize("label", ["0", "1", "7"])
def test_strokes_are_painted_as_on_the_canvas(label: str, width: float) -> None:
    ink = Ink()
    for stroke in strokes_of(label):
        for number, (x, y) in enumerate(stroke.points):
            if number == 0:
                ink.begin(QPointF(x, y), width)
            else:
                ink.extend(QPointF(x, y), width * (1 + 0.05 * number))
        ink.finish()
    kept = [stroke.kept() for stroke in ink.strokes]
    painted, expected = paint(kept), ink.raster()
    assert painted.shape == expected.shape == (SIDE, SIDE)
    difference = np.abs(painted.astype(int) - expected)
    assert difference.sum() < 0.04 * expected.sum()
    prepared, wanted = preprocess(painted, (28, 28)), preprocess(expected, (28, 28))
    assert prepared is not None and wanted is not None
    # A center of mass at the edge of a pixel may move the image by one.
    shifted = [
        np.abs(np.roll(prepared.image, (down, right), (0, 1)) - wanted.image).mean()
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    assert min(shifted) < 0.006


def test_the_eraser_takes_ink_away() -> None:
    (line,) = strokes_of("1")
    eraser = PenStroke(points=((100.0, 130.0), (180.0, 130.0)), widths=(36.0,), eraser=True)
    before, after = paint([line]), paint([line, eraser])
    assert before[130, 141] == 255 and after[130, 141] == 0
    assert after[60, 140] == before[60, 140] == 255
    dot = paint([PenStroke(points=((50.0, 50.0),), widths=(20.0,))])
    assert dot[50, 50] == 255 and abs(dot.sum() / 255 - np.pi * 100) < 15


# --- rows -----------------------------------------------------------------------------------------


def test_drawings_are_rows_of_their_labels(store: DrawingStore) -> None:
    drawings = drawings_of("7017" * 5)
    store.add(drawings)
    dataset = datasets.load(MyDrawings(validation_split=0.2))
    assert dataset.schema.class_names == ("0", "1", "7")
    assert dataset.schema.input_shape == (28, 28)
    assert dataset.source.takes_drawings(dataset.schema)
    assert [len(rows) for _, rows in dataset.splits] == [12, 4, 4]
    by_id = {drawing.id: drawing.label for drawing in drawings}
    seen = []
    for _, rows in dataset.splits:
        seen += rows.names
        assert [by_id[name] for name in rows.names] == [
            dataset.schema.class_names[label] for label in rows.y
        ]
    assert sorted(seen) == sorted(by_id)
    wanted = preprocess(paint(drawings[0].strokes), (28, 28))
    assert wanted is not None
    rows = next(rows for _, rows in dataset.splits if drawings[0].id in rows.names)
    np.testing.assert_array_equal(rows.x[rows.names.index(drawings[0].id)], wanted.image)


def test_a_few_drawings_are_enough(store: DrawingStore) -> None:
    store.add(drawings_of("71"))
    dataset = datasets.load(MyDrawings())
    assert dataset.test_is_training and dataset.validation is None
    assert len(dataset.training) == 2
    assert "No drawing is held out" in dataset.notes[0]
    store.add(drawings_of("717"))
    dataset = datasets.load(MyDrawings(size=8, scale_pixels=False))
    assert dataset.schema.input_shape == (8, 8)
    assert dataset.training.x.max() == 255
    assert (len(dataset.training), len(dataset.test)) == (2, 1)


def test_what_cannot_be_used_is_said(store: DrawingStore) -> None:
    with pytest.raises(DataError, match="no drawings yet"):
        datasets.load(MyDrawings())
    store.add(drawings_of("77"))
    with pytest.raises(DataError, match='All drawings have the label "7"'):
        datasets.load(MyDrawings())
    with pytest.raises(DataError, match='No drawing has the label "3"'):
        datasets.load(MyDrawings(labels=("3", "7")))


@pytest.mark.parametrize("source", [Digits(), GeneratedDigits(count=200, scale_pixels=False)])
def test_drawings_can_be_added_to_the_training_rows(
    store: DrawingStore, source: Digits | GeneratedDigits
) -> None:
    plain = datasets.load(source)
    store.add([*drawings_of("701"), drawings_of("0")[0].replace(id="x", label="circle")])
    dataset = datasets.load(source.replace(add_drawings=True))
    before, after = len(plain.training), len(dataset.training)
    assert after == before + 3 == dataset.schema.rows.training
    np.testing.assert_array_equal(dataset.training.x[:before], plain.training.x)
    assert dataset.training.y[before:].tolist() == [7, 0, 1]
    high = dataset.schema.value_range[1]
    assert high / 2 < dataset.training.x[before:].max() <= high
    assert dataset.validation is not None and plain.validation is not None
    np.testing.assert_array_equal(dataset.validation.x, plain.validation.x)
    np.testing.assert_array_equal(dataset.test.x, plain.test.x)
    assert dataset.notes[-1] == "3 of My drawings are added to the training rows"
    assert not dataset.training.x.flags.writeable
