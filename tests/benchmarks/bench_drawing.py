"""How well drawn digits are recognized, and what each step of the preparation is worth.

Real pen strokes of 30 people, painted as the canvas paints them, are shown to networks that learned
MNIST and scikit-learn's digits. Run it with `python tests/benchmarks/bench_drawing.py [DATA]`; the
data are in `../shared/data` by default. Takes about two minutes.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPointF

from desktop.document.drawings import SIDE
from desktop.engine import drawing
from desktop.views.pages.draw.ink import PEN_WIDTH, Ink

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DIGITS = 1_500
WIDTHS = (6, 12, 18, 24, 30, 36)
DRAWN_HEIGHTS = (
    0.3,
    0.65,
    0.9,
)  # of the paper's side, that the larger extent of a digit takes
USUAL = 0.65

Raster = NDArray[np.uint8]
Preparation = Callable[[Raster], NDArray[Any]]


def pen_digits(path: Path) -> list[dict[str, Any]]:
    """`DIGITS` pen digits of all writers: {"digit": 8, "strokes": [[[x, y], ...], ...]}."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return rows[:: len(rows) // DIGITS][:DIGITS]


def paint(strokes: list[list[list[float]]], width: float, height: float) -> Raster:
    """The raster of the canvas on which the strokes were drawn, `height` of it large."""
    points = np.array([point for stroke in strokes for point in stroke], dtype=np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, middle = height * SIDE / max((high - low).max(), 1.0), (low + high) / 2
    ink = Ink()
    for stroke in strokes:
        places = [
            QPointF(SIDE / 2 + (x - middle[0]) * scale, SIDE / 2 - (y - middle[1]) * scale)
            for x, y in stroke
        ]
        ink.begin(places[0], width)
        for place in places[1:]:
            ink.extend(place)
        ink.finish()
    return ink.raster()


def shrunk(size: int) -> Preparation:
    """The whole canvas made small, as it is."""
    return lambda raster: _resized(raster, size, size)


def stretched(size: int) -> Preparation:
    """The ink stretched over the whole field."""
    return lambda raster: _resized(_cropped(raster), size, size)


def boxed(size: int, height: int, width: int) -> Preparation:
    """Fitted into height × width with the proportions kept, the box in the middle."""

    def prepare(raster: Raster) -> NDArray[Any]:
        fitted = drawing.fit(_cropped(raster), height, width)
        return _centerd(fitted, size) / 255

    return prepare


def bitmap(*, upright: bool) -> Preparation:
    """Stretched to NIST's 32 × 20 with or without its slant, and counted; strokes as drawn."""

    def prepare(raster: Raster) -> NDArray[Any]:
        cropped = _cropped(raster)
        if upright:
            cropped = drawing.straighten(cropped)
        image = Image.fromarray(cropped).resize((20, 32), Image.Resampling.BILINEAR)
        return _blocks(_centerd(np.asarray(image), 32))

    return prepare


def fitted_bitmap(raster: Raster) -> NDArray[Any]:
    """Fitted into the 32 × 32 bitmap with the proportions kept, and counted."""
    return _blocks(_centerd(drawing.fit(_cropped(raster), 32, 32), 32))


def product(shape: tuple[int, int]) -> Preparation:
    """What the program does."""

    def prepare(raster: Raster) -> NDArray[Any]:
        prepared = drawing.preprocess(raster, shape)
        assert prepared is not None
        return prepared.image

    return prepare


def _cropped(raster: Raster) -> Raster:
    cropped = drawing.crop(raster)
    assert cropped is not None
    return cropped


def _centerd(image: Raster, size: int) -> Raster:
    field = np.zeros((size, size), np.uint8)
    top, left = (size - image.shape[0]) // 2, (size - image.shape[1]) // 2
    field[top : top + image.shape[0], left : left + image.shape[1]] = image
    return field


def _resized(raster: Raster, height: int, width: int) -> NDArray[Any]:
    image = Image.fromarray(raster).resize((width, height), Image.Resampling.BOX)
    return np.asarray(image) / 255


def _blocks(bitmap: Raster) -> NDArray[Any]:
    return bitmap.reshape(8, 4, 8, 4).mean(axis=(1, 3)) / 255


class Judge:
    """A trained classifier; `score` is the share of drawings it takes for what they are."""

    def __init__(self, name: str, predict: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
        self.name = name
        self._predict = predict

    def score(self, prepare: Preparation, rasters: list[Raster], truth: NDArray[Any]) -> float:
        images = np.array([prepare(raster) for raster in rasters], dtype=np.float32)
        return float((self._predict(images) == truth).mean())


def classes_by(model: Any) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """The likeliest classes of images, by a Keras model."""
    return lambda images: model.predict(images, batch_size=500, verbose=0).argmax(axis=1)


def mnist_judge(path: Path) -> Judge:
    """A plain convolutional network, four epochs on 20,000 rows of MNIST."""
    import keras

    with np.load(path, allow_pickle=False) as arrays:
        x, y = arrays["x_train"][:20_000] / np.float32(255), arrays["y_train"][:20_000]
        x_test, y_test = arrays["x_test"] / np.float32(255), arrays["y_test"]
    keras.utils.set_random_seed(812)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=4, batch_size=128, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    return Judge(f"convolutional network, MNIST test accuracy {accuracy:.3f}", classes_by(model))


def digits_judges() -> list[Judge]:
    """A support-vector machine and a small Keras network, both on scikit-learn's digits."""
    import keras
    from sklearn.datasets import load_digits
    from sklearn.svm import SVC

    data = load_digits()
    x, y = (data.images / 16).astype(np.float32), data.target
    machine = SVC(gamma=0.256, C=10.0).fit(x.reshape(-1, 64), y)
    keras.utils.set_random_seed(812)
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=40, batch_size=32, verbose=0)
    return [
        Judge("support-vector machine", lambda images: machine.predict(images.reshape(-1, 64))),
        Judge("Dense 64, Dense 10", classes_by(model)),
    ]


def main(data: Path) -> None:
    began = time.perf_counter()
    rows = pen_digits(data / "pen-digits-train.jsonl.gz")
    truth = np.array([row["digit"] for row in rows])
    usual = [paint(row["strokes"], PEN_WIDTH, USUAL) for row in rows]

    mnist, digits = mnist_judge(data / "mnist.npz"), digits_judges()
    print(f"{len(rows)} pen digits, pen {PEN_WIDTH:g} of {SIDE}, {USUAL:.0%} of the paper large")
    print(f"\nMNIST: {mnist.name}")
    for name, preparation in {
        "canvas shrunk": shrunk(28),
        "ink stretched to 28 x 28": stretched(28),
        "fitted into 20 x 20, box in the middle": boxed(28, 20, 20),
        "... center of mass in the middle (product)": product((28, 28)),
    }.items():
        print(f"  {name:45} {mnist.score(preparation, usual, truth):.3f}")

    print(f"\noptical digits: {', '.join(judge.name for judge in digits)}")
    for name, preparation in {
        "canvas shrunk": shrunk(8),
        "ink stretched to 8 x 8": stretched(8),
        "fitted into 32 x 32": fitted_bitmap,
        "stretched to 32 x 20": bitmap(upright=False),
        "... slant removed": bitmap(upright=True),
        "... strokes made even (product)": product((8, 8)),
    }.items():
        scores = "  ".join(f"{judge.score(preparation, usual, truth):.3f}" for judge in digits)
        print(f"  {name:45} {scores}")

    print("\npen width and size of the drawing (MNIST; optical digits)")
    for height in DRAWN_HEIGHTS:
        for width in WIDTHS:
            rasters = [paint(row["strokes"], width, height) for row in rows[::3]]
            scores = [mnist.score(product((28, 28)), rasters, truth[::3])]
            scores += [judge.score(product((8, 8)), rasters, truth[::3]) for judge in digits]
            print(
                f"  {height:4.0%} of the paper, pen {width:2}:  "
                + "  ".join(f"{score:.3f}" for score in scores)
            )

    print()
    for shape in ((28, 28), (8, 8)):
        start = time.perf_counter()
        for raster in usual[:300]:
            drawing.preprocess(raster, shape)
        took = (time.perf_counter() - start) * 1000 / 300
        print(f"preparing one drawing for {shape}: {took:.2f} ms")
    print(f"all of it took {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
