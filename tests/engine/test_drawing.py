"""Drawings become images like those of the training data."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from desktop.document.schema import is_grayscale
from desktop.engine.drawing import (
    BITMAP_INK,
    SHOWN,
    center_of_mass,
    crop,
    even_strokes,
    preprocess,
    slant,
    straighten,
)
from desktop.engine.drawing_reports import Step

SIDE = 280
Raster = NDArray[np.uint8]
Strokes = list[list[tuple[float, float]]]


def render(strokes: Strokes, width: int = 18) -> Raster:
    """Strokes in the units of a SIDE × SIDE raster as ink, with round ends."""
    image = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        pen.line(stroke, fill=255, width=width, joint="curve")
        for x, y in stroke:
            half = width / 2
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return np.asarray(image)


def pen_digits(path: Path, step: int, count: int) -> list[tuple[int, Raster]]:
    """Every `step`-th digit, with its drawing as large as it comfortably fits."""
    digits = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, step * count, step):
            entry = json.loads(line)
            points = np.array([point for stroke in entry["strokes"] for point in stroke])
            low, high = points.min(axis=0), points.max(axis=0)
            scale = 200 / (high - low).max()
            middle = (low + high) / 2
            strokes = [
                [
                    (SIDE / 2 + (x - middle[0]) * scale, SIDE / 2 - (y - middle[1]) * scale)
                    for x, y in stroke
                ]
                for stroke in entry["strokes"]
            ]
            digits.append((entry["digit"], render(strokes)))
    return digits


coordinates = st.tuples(st.integers(60, 220), st.integers(60, 220))
drawings = st.lists(st.lists(coordinates, min_size=1, max_size=6), min_size=1, max_size=4)


@given(strokes=drawings, right=st.integers(-45, 45), down=st.integers(-45, 45))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (20, 32)])
def test_it_does_not_matter_where_the_drawing_is(
    shape: tuple[int, int], strokes: Strokes, right: int, down: int
) -> None:
    raster = render(strokes)
    moved = np.roll(raster, (down, right), axis=(0, 1))
    here, there = preprocess(raster, shape), preprocess(moved, shape)
    assert here is not None and there is not None
    assert np.array_equal(here.image, there.image)


@given(strokes=drawings)
@settings(deadline=None, max_examples=100)
def test_images_are_like_those_of_mnist(strokes: Strokes) -> None:
    prepared = preprocess(render(strokes), (28, 28))
    assert prepared is not None
    image = prepared.image
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() == 0.0 and 0.5 < image.max() <= 1.0
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    extent = np.ptp(rows) + 1, np.ptp(columns) + 1
    assert max(extent) <= 20 and max(extent) >= 19
    # Within half a pixel of the middle of pixel (14, 14), unless it would not fit the field.
    touches = rows[0] == 0 or columns[0] == 0 or rows[-1] == 27 or columns[-1] == 27
    assume(not touches)
    row, column = center_of_mass(image)
    assert abs(row - 14.5) <= 0.5 + 1e-6 and abs(column - 14.5) <= 0.5 + 1e-6


@given(strokes=drawings)
@settings(deadline=None, max_examples=60)
def test_images_are_like_the_optical_digits(strokes: Strokes) -> None:
    prepared = preprocess(render(strokes), (8, 8), maximum=16.0)
    assert prepared is not None
    image = prepared.image
    assert image.shape == (8, 8)
    assert image.min() >= 0.0 and image.max() <= 16.0
    # As tall as the field, but for what making a very thick stroke even takes off its ends.
    assert image[:2].any() and image[-2:].any()


def test_mnists_own_images_are_where_this_would_put_them(mnist_file: Path) -> None:
    with np.load(mnist_file, allow_pickle=False) as arrays:
        images = arrays["x_test"][:500]
    same = 0
    for image in images:
        prepared = preprocess(image, (28, 28), maximum=255.0)
        assert prepared is not None
        same += float(np.abs(prepared.image - image).mean()) < 3.0
    assert same > 450


def test_the_aspect_is_kept() -> None:
    tall = preprocess(render([[(140, 40), (140, 240)]], width=20), (28, 28))
    assert tall is not None
    columns = np.flatnonzero(tall.image.any(axis=0))
    assert np.ptp(columns) + 1 <= 3


def test_the_maximum_scales_the_values() -> None:
    raster = render([[(60, 60), (200, 220)]])
    for shape in ((28, 28), (8, 8), (16, 24)):
        unit, bytes_ = preprocess(raster, shape), preprocess(raster, shape, maximum=255.0)
        assert unit is not None and bytes_ is not None
        assert np.allclose(unit.image * 255, bytes_.image, atol=1e-3)


def test_other_sizes_and_a_channel_axis() -> None:
    raster = render([[(60, 60), (200, 220)]])
    for shape in ((28, 28, 1), (16, 24), (64, 64, 1), (2, 2)):
        prepared = preprocess(raster, shape)
        assert prepared is not None and prepared.image.shape == shape[:2]


def test_the_steps_lead_from_the_ink_to_the_image() -> None:
    raster = render([[(60, 60), (200, 220)]])
    for shape in ((28, 28), (8, 8)):
        prepared = preprocess(raster, shape)
        assert prepared is not None
        first, last = prepared.steps[0].image, prepared.steps[-1].image
        cropped = crop(raster)
        assert cropped is not None and np.array_equal(first, cropped)
        assert np.allclose(last / 255, prepared.image, atol=1e-6)
        assert len({step.title for step in prepared.steps}) == len(prepared.steps)
        assert not prepared.image.flags.writeable


@pytest.mark.parametrize(("shape", "count"), [((28, 28), 3), ((20, 32), 3), ((8, 8), 5)])
def test_a_step_that_is_left_out_is_shown_as_such(shape: tuple[int, int], count: int) -> None:
    raster = render([[(80, 60), (140, 120), (100, 220)], [(80, 60), (40, 90)]], width=26)
    whole = preprocess(raster, shape)
    assert whole is not None and len(whole.steps) == count
    assert all(step.is_used for step in whole.steps)
    for left_out in (each.step for each in whole.steps if each.step is not None):
        prepared = preprocess(raster, shape, left_out=[left_out])
        assert prepared is not None
        assert [step.title for step in prepared.steps] == [step.title for step in whole.steps]
        assert [step.step for step in prepared.steps if not step.is_used] == [left_out]
        assert not np.array_equal(prepared.image, whole.image)


@pytest.mark.parametrize("shape", [(28, 28), (8, 8)])
def test_without_any_step_the_whole_paper_is_made_small(shape: tuple[int, int]) -> None:
    raster = render([[(40, 40), (60, 90)]])
    prepared = preprocess(raster, shape, maximum=255.0, left_out=list(Step))
    assert prepared is not None
    area = (SIDE / shape[0]) * (SIDE / shape[1])
    assert prepared.image.sum() == pytest.approx(raster.sum() / area, rel=0.1)
    drawn = np.array(center_of_mass(raster)) * shape / SIDE
    np.testing.assert_allclose(center_of_mass(prepared.image), drawn, atol=0.1)


def test_a_drawing_that_is_not_fitted_keeps_its_size_and_is_moved() -> None:
    raster = render([[(30, 30), (30, 58)]], width=14)
    prepared = preprocess(raster, (28, 28), left_out=[Step.FIT])
    assert prepared is not None
    rows = np.flatnonzero((prepared.image > 0.5).any(axis=1))
    assert np.ptp(rows) + 1 == pytest.approx(4, abs=1)
    row, column = center_of_mass(prepared.image)
    assert 14 <= row < 15 and 14 <= column < 15


def test_paper_that_is_not_cropped_does_not_keep_the_ink_from_the_middle() -> None:
    raster = render([[(30, 30), (30, 80)]])
    prepared = preprocess(raster, (28, 28), left_out=[Step.CROP, Step.FIT])
    assert prepared is not None
    row, column = center_of_mass(prepared.image)
    assert 14 <= row < 15 and 14 <= column < 15


@given(strokes=drawings, left_out=st.sets(st.sampled_from(Step)))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("shape", [(28, 28), (8, 8), (20, 32)])
def test_any_steps_can_be_left_out(
    shape: tuple[int, int], strokes: Strokes, left_out: set[Step]
) -> None:
    prepared = preprocess(render(strokes), shape, left_out=left_out)
    assert prepared is not None and prepared.image.shape == shape
    assert prepared.image.any() and prepared.image.min() >= 0 and prepared.image.max() <= 1


@pytest.mark.parametrize("shape", [(28, 28), (8, 8)])
def test_a_dot_on_large_paper_that_is_not_cropped(shape: tuple[int, int]) -> None:
    raster = np.zeros((2000, 2000), np.uint8)
    raster[7, 1900] = 255
    for left_out in ([Step.CROP], list(Step)):
        prepared = preprocess(raster, shape, left_out=left_out)
        assert prepared is not None and np.isfinite(prepared.image).all()
        assert max(max(step.image.shape) for step in prepared.steps) <= SHOWN


def test_nothing_drawn() -> None:
    assert preprocess(np.zeros((SIDE, SIDE), np.uint8), (28, 28)) is None
    faint = np.full((SIDE, SIDE), 10, np.uint8)
    assert preprocess(faint, (28, 28)) is None


def test_all_ink_and_a_single_pixel() -> None:
    for shape in ((28, 28), (8, 8)):
        for raster in (np.full((SIDE, SIDE), 255, np.uint8), np.zeros((SIDE, SIDE), np.uint8)):
            raster[7, 9] = 255
            prepared = preprocess(raster, shape)
            assert prepared is not None and np.isfinite(prepared.image).all()


def test_what_cannot_be_prepared_is_refused() -> None:
    raster = render([[(60, 60), (200, 220)]])
    for shape in ((2,), (28, 28, 3), (4, 28, 28, 1), (1, 28)):
        assert not is_grayscale(shape)
        with pytest.raises(ValueError, match="input has shape"):
            preprocess(raster, shape)
    with pytest.raises(ValueError, match="uint8 array"):
        preprocess(raster.astype(np.float32), (28, 28))  # type: ignore[arg-type]


def test_a_leaning_stroke_is_straightened() -> None:
    leaning = crop(render([[(180, 40), (100, 240)]]))
    assert leaning is not None
    assert slant(leaning) == pytest.approx(-0.4, abs=0.02)
    upright = straighten(leaning)
    assert abs(slant(upright)) < 0.02
    assert upright.shape[1] < 30


@pytest.mark.parametrize("width", [10, 18, 36])
def test_strokes_become_even(width: int) -> None:
    three = [[(60, 60), (200, 60), (130, 130), (200, 160), (200, 220), (60, 220)]]
    prepared = preprocess(render(three, width), (8, 8), maximum=16.0)
    assert prepared is not None
    assert prepared.image.sum() == pytest.approx(BITMAP_INK, rel=0.2)


def test_blank_stays_blank_where_strokes_are_made_even() -> None:
    short = np.zeros((32, 32), np.uint8)
    short[4:28, 15:17] = 255
    even = even_strokes(short, BITMAP_INK)
    assert 48 < (even > 127).sum() < BITMAP_INK
    assert not even[:, :8].any() and not even[:, 24:].any()


def test_pen_digits_are_recognized_by_what_learned_the_optical_digits(
    pen_digits_file: Path,
) -> None:
    from sklearn.datasets import load_digits
    from sklearn.svm import SVC

    data = load_digits()
    model = SVC(gamma=0.256, C=10.0).fit(data.data / 16, data.target)
    digits = pen_digits(pen_digits_file, step=37, count=200)
    prepared = [preprocess(raster, (8, 8)) for _, raster in digits]
    images = np.array([one.image.ravel() for one in prepared if one is not None])
    right = model.predict(images) == [digit for digit, _ in digits]
    assert right.mean() > 0.88
