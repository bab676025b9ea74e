"""The digit model that comes with the program, on what is drawn on the real canvas."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop import paths
from desktop.engine.digit_model import digit_model
from desktop.engine.prediction import Predictor
from desktop.views.pages.draw.canvas import Canvas
from desktop.views.theme import Theme
from tests.drawn import dots, draw, letter, scribble, upright
from tests.engine.photographs_of_digits import pen_digits

# Said by the offscreen platform whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

UNSEEN = 0.8  # of the pen strokes; what comes after it the model has never seen
DIGITS, OTHERS = 200, 90


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return digit_model().predictor


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    canvas = Canvas(Theme())
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.show()
    return canvas


def answer(predictor: Predictor, canvas: Canvas) -> tuple[int, bool]:
    """The digit, and whether the model is sure."""
    prediction = predictor.predict_drawing(canvas.raster())
    assert prediction.probabilities is not None
    return int(prediction.probabilities.argmax()), prediction.is_sure is True


def test_digits_that_it_never_saw_are_recognized(
    predictor: Predictor, canvas: Canvas, pen_digits_file: Path
) -> None:
    every = pen_digits(pen_digits_file)
    unseen = every[int(len(every) * UNSEEN) :]
    answers = []
    for digit, strokes in unseen[:: len(unseen) // DIGITS][:DIGITS]:
        draw(canvas, upright(strokes))
        found, is_sure = answer(predictor, canvas)
        answers.append((found == digit, is_sure))
    right = [is_sure for is_right, is_sure in answers if is_right]
    assert len(answers) == DIGITS and len(right) >= 0.975 * DIGITS
    assert np.mean(right) >= 0.96


def test_what_is_no_digit_is_called_unsure(predictor: Predictor, canvas: Canvas) -> None:
    rng = np.random.default_rng(11)
    unsure = []
    for number in range(OTHERS):
        draw(canvas, (letter, scribble, dots)[number % 3](rng))
        unsure.append(not answer(predictor, canvas)[1])
    assert np.mean(unsure) >= 0.85


def test_images_of_mnist_are_recognized(predictor: Predictor, mnist_file: Path) -> None:
    with np.load(mnist_file, allow_pickle=False) as arrays:
        x, y = arrays["x_test"][:2_000] / np.float32(255), arrays["y_test"][:2_000]
    probabilities = predictor.probabilities(x)
    assert probabilities is not None
    assert (probabilities.argmax(axis=1) == y).mean() >= 0.98


def test_it_is_small_and_plain_keras_loads_it() -> None:
    path = paths.digit_model()
    assert path.stat().st_size < 1_000_000
    code = (
        "import sys, json, keras\n"
        "model = keras.models.load_model(sys.argv[1])\n"
        "print(json.dumps([model.input_shape, model.output_shape]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [[None, 28, 28], [None, 10]]
