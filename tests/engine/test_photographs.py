"""Digits on photographs: every one is found, where it is and in reading order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from desktop.engine.drawing import FAINTEST, Raster
from desktop.engine.image_reports import Box
from desktop.engine.photographs import find_drawings
from tests.conftest import shared_file
from tests.engine.photographs_of_digits import (
    HEIGHT,
    WIDTH,
    Frame,
    Photograph,
    pen_digits,
    photograph,
)

PHOTOGRAPHS = 60


@pytest.fixture(scope="module")
def photographs() -> list[Photograph]:
    """Of one to eight digits, in one row or two; every third on ruled paper."""
    written = pen_digits(shared_file("pen-digits-train.jsonl.gz"))
    rng = np.random.default_rng(812)
    result = []
    for number in range(PHOTOGRAPHS):
        count = int(rng.integers(1, 9))
        chosen = [written[place] for place in rng.integers(len(written), size=count)]
        rows = 2 if count >= 6 and rng.random() < 0.5 else 1
        result.append(photograph(rng, chosen, rows, lined=number % 3 == 0))
    return result


def gray(image: Image.Image) -> Raster:
    return np.asarray(image.convert("L"))


def overlap(box: Box, frame: Frame) -> float:
    """Intersection over union."""
    left, top = box.left * WIDTH, box.top * HEIGHT
    right, bottom = left + box.width * WIDTH, top + box.height * HEIGHT
    across = min(right, frame[2]) - max(left, frame[0])
    down = min(bottom, frame[3]) - max(top, frame[1])
    common = max(across, 0) * max(down, 0)
    own = (frame[2] - frame[0]) * (frame[3] - frame[1])
    return common / ((right - left) * (bottom - top) + own - common)


def test_digits_are_found_where_they_are_and_in_order(photographs: Sequence[Photograph]) -> None:
    right = total = 0
    for each in photographs:
        found = find_drawings(gray(each.image))
        total += len(each.frames)
        if len(found) == len(each.frames):
            right += sum(
                overlap(one.box, frame) > 0.7 for one, frame in zip(found, each.frames, strict=True)
            )
    assert right >= 0.97 * total, (right, total)


def test_a_drawing_is_the_ink_of_its_digit_alone(photographs: Sequence[Photograph]) -> None:
    each = max(photographs, key=lambda one: len(one.digits))
    for one, frame in zip(find_drawings(gray(each.image)), each.frames, strict=True):
        ink = one.drawing >= FAINTEST
        assert not one.drawing.flags.writeable
        assert one.drawing.max() == 255
        # Ink reaches all sides of the drawing, but for the margin, and does not fill it.
        assert ink[:5].any() and ink[-5:].any() and ink[:, :5].any() and ink[:, -5:].any()
        assert 0.03 < ink.mean() < 0.8
        assert one.drawing.shape[0] == pytest.approx(frame[3] - frame[1], abs=10)


def page(*, background: int = 255, noise: float = 0.0) -> Image.Image:
    values = np.random.default_rng(3).normal(background, noise, (300, 500))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


@given(background=st.integers(0, 255), noise=st.floats(0, 12))
def test_on_empty_paper_there_is_nothing(background: int, noise: float) -> None:
    assert find_drawings(gray(page(background=background, noise=noise))) == ()


@pytest.mark.parametrize(("paper", "ink"), [(240, 20), (30, 230), (120, 250), (140, 10)])
def test_ink_is_dark_on_light_or_light_on_dark(paper: int, ink: int) -> None:
    image = page(background=paper, noise=2)
    draw = ImageDraw.Draw(image)
    for left in (60, 200, 340):
        draw.line([(left, 80), (left + 60, 80), (left + 20, 220)], ink, width=12)
    found = find_drawings(gray(image))
    assert [round(each.box.left * 500, -1) for each in found] == [50, 190, 330] or [
        round(each.box.left * 500, -1) for each in found
    ] == [60, 200, 340]


def test_specks_are_left_out_and_parts_stay_together() -> None:
    image = page()
    draw = ImageDraw.Draw(image)
    draw.line([(80, 120), (80, 220)], 0, width=10)  # an i and its dot
    draw.ellipse([74, 84, 88, 98], 0)
    draw.line([(300, 80), (290, 150), (350, 150)], 0, width=10)  # an open four of two strokes
    draw.line([(345, 110), (340, 220)], 0, width=10)
    for x, y in ((200, 40), (430, 260), (210, 200)):
        draw.ellipse([x, y, x + 3, y + 3], 0)
    first, second = find_drawings(gray(image))
    assert first.box.top * 300 == pytest.approx(84, abs=4)
    assert second.box.width * 500 == pytest.approx(70, abs=12)


def test_a_bar_as_wide_as_the_image_is_no_ruled_line() -> None:
    image = page()
    draw = ImageDraw.Draw(image)
    draw.line([(60, 40), (440, 40), (200, 280)], 0, width=24)  # a large seven
    (seven,) = find_drawings(gray(image))
    assert seven.box.width * 500 == pytest.approx(390, abs=20)


def test_tiny_images_are_no_trouble() -> None:
    for shape in ((1, 1), (1, 9), (9, 1), (3, 3)):
        find_drawings(np.zeros(shape, np.uint8))
        find_drawings(np.arange(np.prod(shape), dtype=np.uint8).reshape(shape))
