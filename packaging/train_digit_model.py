"""Trains the digit model that the program brings: `resources/models/digits.keras` and its card.

    python -m uv run packaging/train_digit_model.py --mnist FILE --pen FILE [--out DIR]

`--mnist` is `mnist.npz` as Keras has it, `--pen` the Pen-Based Recognition of Handwritten Digits
data set of UCI (E. Alpaydin, F. Alimoglu, CC BY 4.0) as JSON lines, one digit a line, in random
order. Of these the last fifth is left alone, to measure by; MNIST's test images as well. Who wrote
which digit is not known, so that these may be by people whose other digits were learned. Another
tenth is not trained with, but the temperature and the least probability to be sure at are chosen by
it. Digits that the program draws itself, and drawings that are none, are made here: for the latter
every class is to be as probable as any other.

Takes about three quarters of an hour on two processors. No two runs give the same weights, but
models as good.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray
from other_drawings import other_drawings

from desktop import paths
from desktop.document.data import Mnist
from desktop.document.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    RandomElasticTransform,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Reshape,
)
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.augmentation import Augmentation
from desktop.engine.builder import build
from desktop.engine.calibration import at_temperature, calibrated, is_sure
from desktop.engine.generated_digits.drawing import generate, paint
from desktop.engine.model_card import ModelCard
from desktop.engine.storage import save_model

Images = NDArray[np.uint8]

CLASSES = 10
BATCH = 128
PEN_COPIES = 4  # of every digit, with pens of other widths
THINNEST, THICKEST = 1.2, 6.5  # pixels of the image
MNIST_HELD = 5_000
GENERATED, OTHER, OTHER_HELD = 15_000, 18_000, 2_000
MOST_RIGHT_UNSURE = 0.015  # of the digits that are recognized

BLACK: dict[str, Any] = {"fill_mode": "constant", "fill_value": 0.0}


@dataclass(frozen=True)
class Stage:
    """A part of the training, at a learning rate that falls to 0 along half a cosine."""

    epochs: int
    learning_rate: float
    augmenting: tuple[Layer, ...]


def _augmenting(turn: float, zoom: float, elastic: float) -> tuple[Layer, ...]:
    """Layers that change every image: by up to `turn` circles, and so on."""
    shift = {"height_factor": turn, "width_factor": turn}
    return (
        RandomRotation(factor=turn, **BLACK),
        RandomShear(x_factor=(0.0, 4 * turn), y_factor=(0.0, 2 * turn), **BLACK),
        RandomZoom(height_factor=(-0.1, zoom), width_factor=(-0.1, 1.5 * zoom), **BLACK),
        RandomTranslation(**shift, **BLACK),
        RandomElasticTransform(
            factor=(0.6, 0.6), scale=(elastic / 2, elastic), value_range=(0, 1), **BLACK
        ),
    )


# First by images that are changed more than people's hands differ, then by such as they draw.
STAGES = (
    Stage(8, 2e-3, _augmenting(turn=0.05, zoom=0.2, elastic=1.0)),
    Stage(4, 7e-4, _augmenting(turn=0.035, zoom=0.12, elastic=0.5)),
)


def _convolution(filters: int) -> tuple[Layer, ...]:
    return (
        Conv2D(filters=filters, kernel_size=(3, 3), use_bias=False),
        BatchNormalization(),
        Activation(activation="relu"),
    )


IMAGE = Reshape(target_shape=(28, 28, 1))
RECOGNIZING: tuple[Layer, ...] = (
    *_convolution(24),
    *_convolution(32),
    MaxPooling2D(),
    *_convolution(48),
    *_convolution(64),
    MaxPooling2D(),
    Flatten(),
    Dropout(rate=0.3),
    Dense(units=96, activation="relu"),
    Dropout(rate=0.3),
    Dense(units=CLASSES, activation="softmax"),
)


@dataclass(frozen=True)
class Labeled:
    """`images` (n, 28, 28) uint8 with ink 255 on 0; `labels` (n,), -1 for no digit."""

    images: Images
    labels: NDArray[np.int64]

    @classmethod
    def joined(cls, *parts: Labeled) -> Labeled:
        return cls(
            np.concatenate([part.images for part in parts]),
            np.concatenate([part.labels for part in parts]),
        )

    @property
    def inputs(self) -> NDArray[np.float32]:
        return self.images.astype(np.float32) / np.float32(255)


def pen_digits(path: Path) -> list[dict[str, Any]]:
    """Digits as strokes: {"digit": 8, "strokes": [[[x, y], ...], ...]}, y upwards."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def painted(rows: list[dict[str, Any]], copies: int, seed: int) -> Labeled:
    rng = np.random.default_rng(seed)
    images, labels = [], []
    for row in rows:
        strokes = [np.array(each, np.float32) for each in row["strokes"]]
        lines = [
            np.stack([each[:-1], each[1:]], axis=1) if len(each) > 1 else np.stack([each, each], 1)
            for each in strokes
        ]
        pieces = np.concatenate(lines) * np.array([1, -1], np.float32)
        widths = np.exp(rng.uniform(math.log(THINNEST), math.log(THICKEST), copies))
        images.append(paint(np.repeat(pieces[None], copies, axis=0), widths.astype(np.float32)))
        labels += [row["digit"]] * copies
    return Labeled(np.concatenate(images), np.array(labels, np.int64))


def others(count: int, seed: int) -> Labeled:
    return Labeled(other_drawings(count, seed), np.full(count, -1, np.int64))


def targets(labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Probabilities (n, classes)."""
    wanted = np.full((len(labels), CLASSES), 1 / CLASSES, np.float32)
    is_digit = labels >= 0
    wanted[is_digit] = np.eye(CLASSES, dtype=np.float32)[labels[is_digit]]
    return wanted


def trained(rows: Labeled, held: Labeled, seed: int) -> Any:
    """A model of `RECOGNIZING` that learned `rows`."""
    model = build(Project(data=Mnist(), layers=(IMAGE, *RECOGNIZING)), seed)
    for number, stage in enumerate(STAGES):
        _train(model, stage, rows, held, seed + number)
    return model


def _train(model: Any, stage: Stage, rows: Labeled, held: Labeled, seed: int) -> None:
    keras, tf = backend.keras(), backend.tensorflow()
    augmenting = Project(data=Mnist(), layers=(IMAGE, *stage.augmenting, *RECOGNIZING))
    augmentation = Augmentation(build(augmenting, seed), augmenting, BATCH)
    steps = len(rows.labels) // BATCH
    chunk = augmentation.chunk_steps(steps)
    images = tf.cast(rows.images, tf.float32) / 255.0
    wanted, rng = targets(rows.labels), np.random.default_rng(seed)

    def batches() -> Iterator[tuple[Any, Any]]:
        for epoch in count():
            order = rng.permutation(len(rows.labels)).astype(np.int32)
            source = images, tf.constant(order)
            program = augmentation.program(source, chunk)
            for number in range(-(-steps // chunk)):
                made = augmentation.rows(program, source, epoch, number, chunk).numpy()[..., 0]
                for place in range(min(chunk, steps - number * chunk)):
                    chosen = order[(number * chunk + place) * BATCH :][:BATCH]
                    yield made[place * BATCH : (place + 1) * BATCH], wanted[chosen]

    schedule = keras.optimizers.schedules.CosineDecay(stage.learning_rate, steps * stage.epochs)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        batches(),
        epochs=stage.epochs,
        steps_per_epoch=steps,
        validation_data=(held.inputs, targets(held.labels)),
        validation_batch_size=500,
        verbose=2,
    )


def without_optimizer(model: Any) -> Any:
    """A copy that has no state of an optimizer, which would be twice as large as the weights."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the digit model")
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--pen", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=paths.resources() / "models")
    options = parser.parse_args()
    with np.load(options.mnist, allow_pickle=False) as file:
        x, y = file["x_train"], file["y_train"].astype(np.int64)
        mnist_test = Labeled(file["x_test"], file["y_test"].astype(np.int64))
    rows = pen_digits(options.pen)
    known, unseen = rows[: len(rows) * 4 // 5], rows[len(rows) * 4 // 5 :]
    learned, chosen_by = known[: len(rows) * 7 // 10], known[len(rows) * 7 // 10 :]
    generated = generate(GENERATED, options.seed)
    training = Labeled.joined(
        Labeled(x[:-MNIST_HELD], y[:-MNIST_HELD]),
        painted(learned, PEN_COPIES, options.seed),
        Labeled(generated.images, generated.labels),
        others(OTHER, options.seed),
    )
    pen_held = painted(chosen_by, 2, options.seed + 1)
    digits_held = Labeled.joined(Labeled(x[-MNIST_HELD:], y[-MNIST_HELD:]), pen_held)
    model = trained(training, digits_held, options.seed)

    def predicted(what: Labeled) -> NDArray[Any]:
        return np.asarray(model.predict(what.inputs, batch_size=500, verbose=0), np.float64)

    calibration = calibrated(
        predicted(digits_held), digits_held.labels, right_unsure=MOST_RIGHT_UNSURE
    )

    def accuracy(what: Labeled) -> str:
        return f"{(predicted(what).argmax(axis=1) == what.labels).mean():.2%}"

    other = predicted(others(OTHER_HELD, options.seed + 1))
    other = at_temperature(other, calibration.temperature)
    unsure = np.mean([not is_sure(each, calibration) for each in other])
    project = Project(data=Mnist(), layers=(IMAGE, *RECOGNIZING))
    schema = project.data.known_schema
    assert schema is not None
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / "digits.keras"
    save_model(
        without_optimizer(model),
        file,
        ModelCard(project=project, data_schema=schema, calibration=calibration),
    )
    print(f"{file}: {file.stat().st_size:,} bytes, {calibration}")
    print(f"MNIST's test images {accuracy(mnist_test)}")
    print(f"strokes that it never saw {accuracy(painted(unseen, 1, options.seed + 2))}")
    print(f"drawings that are no digits, unsure {unsure:.2%}")


if __name__ == "__main__":
    main()
