"""Digits that the program draws itself: as the canvas would show them, and good to learn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from scipy.ndimage import gaussian_filter

from desktop.document.data import GeneratedDigits
from desktop.document.drawings import SIDE
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import datasets
from desktop.engine.control import RunControl, Stopped
from desktop.engine.drawing import center_of_mass, preprocess
from desktop.engine.generated_digits.drawing import generate, paint
from desktop.engine.generated_digits.templates import WAYS
from desktop.engine.reports import RunEnded
from desktop.engine.training import Trainer
from desktop.views.pages.draw.ink import Ink
from tests.conftest import shared_file
from tests.engine.photographs_of_digits import pen_digits


def soft(image: np.ndarray) -> np.ndarray:
    blurred: np.ndarray = gaussian_filter(image.astype(float), 0.8)
    return blurred


def on_the_canvas(lines: list[np.ndarray], width: float) -> np.ndarray:
    """The image that a network gets of straight strokes that are drawn on the canvas."""
    ink = Ink()
    for line in lines:
        ink.begin(QPointF(*line[0]), width)
        for share in np.linspace(0, 1, 12)[1:]:
            ink.extend(QPointF(*(line[0] + share * (line[1] - line[0]))))
        ink.finish()
    prepared = preprocess(ink.raster(), (28, 28), 255.0)
    assert prepared is not None
    return prepared.image


@given(seed=st.integers(0, 10_000), count=st.integers(2, 6), width=st.floats(14, 30))
@settings(max_examples=60)
def test_strokes_are_painted_as_the_canvas_paints_them(seed: int, count: int, width: float) -> None:
    points = np.random.default_rng(seed).uniform(50, SIDE - 50, (count, 2, 2)).astype(np.float32)
    points[0] = [[60, 60], [200, 220]]  # tall enough to be a digit
    extent = points.max(axis=(0, 1)) - points.min(axis=(0, 1)) + width
    pen = np.array([20 * width / extent.max()], np.float32)  # in pixels of the image
    (image,) = paint(points[np.newaxis], pen)
    expected = on_the_canvas(list(points), width)
    # The canvas is made smaller pixel by pixel, which blurs, and half a pixel may be rounded up.
    differences = [
        np.abs(soft(image) - soft(np.roll(expected, (down, right), (0, 1)))).mean()
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    assert min(differences) < 6, differences
    assert image.sum() == pytest.approx(expected.sum(), rel=0.12)


def test_digits_are_placed_like_those_of_mnist() -> None:
    digits = generate(300, seed=4)
    assert digits.images.shape == (300, 28, 28) and digits.images.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [30] * 10
    for image in digits.images:
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) in (19, 20, 21)
        assert image.max() > 150
        row, column = center_of_mass(image)
        assert 13 <= row <= 15.01 and 13 <= column <= 15.01


def test_the_same_seed_gives_the_same_digits_and_no_two_are_alike() -> None:
    first, again, other = generate(200, 7), generate(200, 7), generate(200, 8)
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert (first.images != other.images).any()
    assert len({image.tobytes() for image in first.images}) == 200


def test_every_digit_is_written_in_several_ways() -> None:
    assert len(WAYS) == 10
    for ways in WAYS:
        assert len(set(ways)) >= 3
        for stroke in (stroke for way in ways for stroke in way):
            assert len(stroke) > 1
            assert all(-0.05 <= value <= 1.05 for point in stroke for value in point)


def test_the_source_says_beforehand_what_it_holds() -> None:
    source = GeneratedDigits(count=500, test_split=0.3)
    dataset = datasets.load(source)
    assert dataset.schema == source.known_schema
    assert len(dataset.test) == 150
    assert dataset.training.x.min() == 0 and dataset.training.x.max() == 1
    trained = {row.tobytes() for row in dataset.training.x}
    assert not any(row.tobytes() in trained for row in dataset.test.x)


def test_drawing_can_be_canceled() -> None:
    def cancel(part: float) -> None:
        if part > 0.1:
            raise Stopped

    with pytest.raises(Stopped):
        generate(5000, 0, cancel)


@pytest.mark.slow
def test_a_network_that_learned_them_knows_written_digits() -> None:
    """On MNIST's test images and pen strokes; a convolutional network reaches .93 and .95."""
    source = GeneratedDigits(count=12_000, test_split=0.05)
    layers = Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")
    trainer, ended = Trainer(datasets.load(source)), []
    trainer.run(
        Project(data=source, layers=layers, training=Training(epochs=6, seed=1)),
        lambda report: ended.append(report) if isinstance(report, RunEnded) else None,
        RunControl(),
    )
    assert ended
    with np.load(shared_file("mnist.npz")) as file:
        x, y = file["x_test"][:4000], file["y_test"][:4000]
    assert (trainer.model.predict(x / 255.0, verbose=0).argmax(axis=1) == y).mean() > 0.8
    written = pen_digits(shared_file("pen-digits-train.jsonl.gz"))[::20]
    images = []
    for _, strokes in written:
        lines = [np.stack([each[:-1], each[1:]], axis=1) for each in strokes if len(each) > 1]
        pieces = np.concatenate(lines) * [1, -1]
        images.append(paint(pieces[np.newaxis].astype(np.float32), np.array([2.2], np.float32))[0])
    predicted = trainer.model.predict(np.stack(images) / 255.0, verbose=0).argmax(axis=1)
    assert (predicted == [digit for digit, _ in written]).mean() > 0.85
