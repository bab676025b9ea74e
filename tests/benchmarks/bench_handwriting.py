"""What a network gains and loses by learning the drawings of a hand that it finds hard.

    python tests/benchmarks/bench_handwriting.py MODEL [DATA]

MODEL is a .keras file of a network for MNIST, for example one that `main.py train` made of the
convolutional example; DATA is `../shared/data` by default. The pen strokes there do not say who
drew them. So a hand is made of the ways in which MODEL finds the digits hard: for each digit the
strokes are put into twelve groups by what they look like, and the hand draws it as in the group
that is recognized worst, or next to worst. Five drawings of each digit are learned; measured are
the others of that hand, all strokes, and MNIST's test images. Takes about four minutes, most of
them for the painting of 7,494 drawings.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import Mnist
from desktop.document.drawings import SIDE, KeptDrawing, PenStroke
from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.import_model import open_network
from desktop.engine.my_drawings.learning import Recipe, learn
from desktop.engine.my_drawings.rows import images_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
PEN, HEIGHT = 18.0, 0.65  # of the canvas; see bench_drawing.py
WAYS, FEWEST = 12, 15  # groups of a digit, and the drawings of one that is used
LEARNED = 5  # of each digit
RECIPES = (
    Recipe(),
    Recipe(old_rows=5),
    Recipe(learning_rate=0.00025),
    Recipe(variants=0, old_rows=20, epochs=8),
)


def pen_drawings(path: Path) -> list[KeptDrawing]:
    """All pen strokes as they would have been kept."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [_kept(number, row) for number, row in enumerate(rows)]


def _kept(number: int, row: dict[str, Any]) -> KeptDrawing:
    points = np.array([point for stroke in row["strokes"] for point in stroke], np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, middle = HEIGHT * SIDE / max((high - low).max(), 1.0), (low + high) / 2
    strokes = tuple(
        PenStroke(
            points=tuple(
                (
                    float(SIDE / 2 + (x - middle[0]) * scale),
                    float(SIDE / 2 - (y - middle[1]) * scale),
                )
                for x, y in stroke
            ),
            widths=(PEN,),
        )
        for stroke in row["strokes"]
        if stroke
    )
    return KeptDrawing(id=f"{number:06}", label=str(row["digit"]), strokes=strokes)


def hands(
    x: NDArray[Any], y: NDArray[Any], known: NDArray[np.bool_]
) -> list[list[NDArray[np.int64]]]:
    """Two hands: of each digit, the rows of the group that is recognized worst, and next to it."""
    from sklearn.cluster import KMeans

    found: list[list[NDArray[np.int64]]] = [[], []]
    for digit in range(10):
        rows = np.flatnonzero(y == digit)
        group = KMeans(WAYS, n_init=3, random_state=0).fit_predict(x[rows].reshape(len(rows), -1))
        groups = [rows[group == number] for number in range(WAYS)]
        groups = sorted(
            (each for each in groups if len(each) >= FEWEST), key=lambda each: known[each].mean()
        )
        for hand, own in zip(found, groups, strict=False):
            hand.append(own)
    return found


def main(model: Path, data: Path) -> None:
    dataset = datasets.load(Mnist(path=str(data / "mnist.npz")))
    network = open_network(model, dataset.source)
    network.project = network.project.replace(data=dataset.source)  # from the same file
    drawings = pen_drawings(data / "pen-digits-train.jsonl.gz")
    schema = dataset.schema
    x = images_of(drawings, schema.input_shape, schema.value_range, schema.ink)
    y = np.array([int(drawing.label) for drawing in drawings])
    test = dataset.test

    def known(images: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.bool_]:
        outputs = network.model.predict(images, batch_size=500, verbose=0)
        right: NDArray[np.bool_] = outputs.argmax(axis=1) == labels
        return right

    before, mnist = known(x, y), known(test.x, test.y).mean()
    print(f"MNIST test images {mnist:.4f}, all pen strokes {before.mean():.4f}")
    old = network.model.get_weights()
    for recipe in RECIPES:
        print(recipe)
        for number, hand in enumerate(hands(x, y, before), 1):
            mixed = [np.random.default_rng(1).permutation(rows) for rows in hand]
            learned = np.sort(np.concatenate([rows[:LEARNED] for rows in mixed]))
            others = np.concatenate([rows[LEARNED:] for rows in mixed])
            result = learn(
                network, dataset, [drawings[row] for row in learned], RunControl(), recipe=recipe
            )
            network.model.set_weights(list(result.weights))
            after, test_after = known(x, y), known(test.x, test.y).mean()
            network.model.set_weights(old)
            print(
                f"  hand {number}: its other {len(others)} digits "
                f"{before[others].mean():.3f} -> {after[others].mean():.3f}, all strokes "
                f"{before.mean():.3f} -> {after.mean():.3f}, MNIST "
                f"{100 * (test_after - mnist):+.2f} points, {result.seconds:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else DATA)
