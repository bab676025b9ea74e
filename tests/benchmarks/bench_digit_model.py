"""How well the digit model recognizes what is drawn, and how long its answer takes.

    python -m uv run tests/benchmarks/bench_digit_model.py [--model FILE] [--digits N] [DATA]

Real pen strokes that it never saw are drawn with the mouse on the real canvas; the data
are in `../shared/data` by default. Printed are: how many are recognized, and of MNIST's test
images; in how many cases the answer changes when the same strokes are moved, made smaller or
larger, drawn with another pen, or turned; how many letters, scribbles and dots are called unsure,
and how many of the digits that are recognized; how many of the digits in photographs are read
right; the time of an answer, alone and while a network is trained.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtWidgets import QApplication

from desktop import paths
from desktop.document.storage import read_project
from desktop.engine import storage
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.image_reports import ImagePrediction
from desktop.engine.model_card import read_card
from desktop.engine.network import Network
from desktop.engine.training import Trainer
from desktop.views.pages.draw.canvas import Canvas
from desktop.views.pages.draw.drawing import BROADEST, THINNEST
from desktop.views.theme import Theme
from tests.drawn import dots, draw, letter, scribble, upright
from tests.engine.photographs_of_digits import pen_digits, photograph

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
UNSEEN = 0.8  # of the file; what comes after it, `packaging/train_digit_model.py` leaves alone
CHANGED = 100  # digits that are drawn in other ways
OTHERS, PHOTOGRAPHS, ANSWERS = 500, 60, 200


class Judge:
    """The digit model, asked about what is on a canvas."""

    def __init__(self, path: Path) -> None:
        card = read_card(path)
        assert card is not None
        self.predictor = Network.loaded(storage.load_model(path), card.project, card).predictor

    def answer(self, canvas: Canvas) -> tuple[int, bool]:
        """The class, and whether it is sure."""
        prediction = self.predictor.predict_drawing(canvas.raster())
        assert prediction.probabilities is not None
        return int(prediction.probabilities.argmax()), bool(prediction.is_sure)


def recognized(judge: Judge, canvas: Canvas, written: list[tuple[int, Any]]) -> None:
    right, unsure, wrong = 0, 0, Counter[tuple[int, int]]()
    for digit, strokes in written:
        draw(canvas, upright(strokes))
        found, is_sure = judge.answer(canvas)
        right += found == digit
        unsure += found == digit and not is_sure
        if found != digit:
            wrong[digit, found] += 1
    print(f"pen strokes: {right / len(written):.2%} of {len(written)} recognized")
    print(
        "  taken for another: " + ", ".join(f"{a} as {b} {n}" for (a, b), n in wrong.most_common(8))
    )
    print(f"  of these {unsure / right:.2%} unsure")


def on_mnist(judge: Judge, file: Path) -> None:
    with np.load(file, allow_pickle=False) as arrays:
        x, y = arrays["x_test"] / np.float32(255), arrays["y_test"]
    found = [judge.predictor.probabilities(x[at : at + 500]) for at in range(0, len(x), 500)]
    right = np.concatenate([each for each in found if each is not None]).argmax(axis=1) == y
    print(f"MNIST's test images: {right.mean():.2%}")


def changes(judge: Judge, canvas: Canvas, written: list[tuple[int, Any]]) -> None:
    ways: dict[str, list[dict[str, Any]]] = {
        "moved": [{"moved": (x, y)} for x in (-1, 0, 1) for y in (-1, 0, 1)],
        "20 to 100 % of the paper": [{"extent": each} for each in (0.2, 0.3, 0.45, 0.8, 1.0)],
        "with other pens": [{"width": each} for each in (THINNEST, 12, 24, 36, 48, BROADEST)],
        "turned by up to 15 degrees": [{"angle": each} for each in (-15, -10, -5, 5, 10, 15)],
    }
    usual = []
    for _, strokes in written:
        draw(canvas, upright(strokes))
        usual.append(judge.answer(canvas)[0])
    for name, kinds in ways.items():
        changed = []
        for kind in kinds:
            others = []
            for before, (_, strokes) in zip(usual, written, strict=True):
                draw(canvas, upright(strokes), **kind)
                others.append(judge.answer(canvas)[0] != before)
            changed.append(np.mean(others))
        each = " ".join(f"{share:.1%}" for share in changed)
        print(f"{name}: the answer changes in {np.mean(changed):.2%} ({each})")


def unsure(judge: Judge, canvas: Canvas) -> None:
    rng = np.random.default_rng(5)
    every = []
    for name, make in (("letters", letter), ("scribbles", scribble), ("dots", dots)):
        found = []
        for _ in range(OTHERS // 3 + 1):
            draw(canvas, make(rng))
            found.append(not judge.answer(canvas)[1])
        every += found
        print(f"{name}: {np.mean(found):.1%} unsure")
    print(f"all of them: {np.mean(every):.1%} unsure")


def photographs(judge: Judge, written: list[tuple[int, Any]]) -> None:
    rng = np.random.default_rng(7)
    right = total = whole = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PHOTOGRAPHS):
            chosen = [written[at] for at in rng.integers(len(written), size=rng.integers(3, 9))]
            picture = photograph(rng, chosen, 1 + number % 2, lined=number % 3 == 0)
            path = Path(folder) / f"{number}.jpg"
            picture.image.save(path)
            results = judge.predictor.predict_images([path])
            found = [each.best for each in results if isinstance(each, ImagePrediction)]
            total += len(picture.digits)
            whole += tuple(found) == picture.digits
            if len(found) == len(picture.digits):
                right += int(np.sum(np.array(found) == picture.digits))
    print(f"photographs: {right / total:.2%} of {total} digits read right, {whole} of 60 wholly")


def latency(judge: Judge, canvas: Canvas, written: list[tuple[int, Any]]) -> None:
    draw(canvas, upright(written[0][1]))
    raster = canvas.raster()

    def measured(name: str) -> None:
        times = []
        for _ in range(ANSWERS):
            start = time.perf_counter()
            judge.predictor.predict_drawing(raster)
            times.append(1e3 * (time.perf_counter() - start))
            time.sleep(0.01)
        middle, late = np.percentile(times, [50, 95])
        print(f"an answer {name}: {middle:.1f} ms, 95 % within {late:.1f} ms")

    measured("alone")
    project = read_project(paths.example_projects() / "digits.layerwise")
    project = project.replace(training=project.training.replace(epochs=10_000))
    control = RunControl()
    trainer = Trainer(load(project.data))
    thread = threading.Thread(target=trainer.run, args=(project, lambda _: None, control))
    thread.start()
    while not trainer.network or trainer.network.epoch < 2:
        time.sleep(0.1)
    measured("while a network is trained")
    control.stop()
    thread.join()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=paths.digit_model())
    parser.add_argument("--digits", type=int, default=10_000)
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    options = parser.parse_args()
    QApplication([])
    canvas = Canvas(Theme())
    canvas.resize(560, 560)
    canvas.show()
    every = pen_digits(options.data / "pen-digits-train.jsonl.gz")
    written = every[int(len(every) * UNSEEN) :]
    written = written[:: max(1, len(written) // options.digits)]
    judge = Judge(options.model)
    print(f"{options.model.stat().st_size:,} bytes")
    recognized(judge, canvas, written)
    on_mnist(judge, options.data / "mnist.npz")
    unsure(judge, canvas)
    photographs(judge, written)
    latency(judge, canvas, written)
    changes(judge, canvas, written[:: max(1, len(written) // CHANGED)])


if __name__ == "__main__":
    main()
