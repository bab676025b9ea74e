"""A network learns the hand of its user: it is trained further on My drawings.

A copy of the network is trained, so that nothing is changed if that is stopped. Trained on the
drawings alone, it would lose much of what it knew: most rows of each batch are old training rows.
What it gains and loses is measured on rows that it was not trained with. If it loses too much, the
new weights are moved back towards the old ones (M. Wortsman et al., "Robust fine-tuning of
zero-shot models", 2022). The figures were chosen by `tests/benchmarks/bench_handwriting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from desktop.document.drawings import KeptDrawing
from desktop.document.optimizers import Adam
from desktop.document.project import Project
from desktop.document.schema import Classes, DataSchema, Ink
from desktop.engine.batches import large_batch
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import class_probabilities
from desktop.engine.my_drawings.rows import images_of, of_classes
from desktop.engine.my_drawings.variants import varied
from desktop.engine.network import Network
from desktop.engine.progress import Progress, between, ignore
from desktop.engine.reports import FloatArray, IntArray, Outcome, Report, RunEnded
from desktop.engine.rows import Dataset, Rows
from desktop.engine.shares import some_rows
from desktop.engine.training import Trainer

HOLD_OUT = 5  # of so many drawings of a class, one is held out
VARIANTS = 8  # of each drawing, beside itself
OLD_ROWS = 10  # old training rows for each row of a drawing
EPOCHS = 4
BATCH = 32
LEARNING_RATE = 0.0005
LARGEST_FALL = 0.002  # of the accuracy on validation rows
SHARES = (1.0, 0.8, 0.6, 0.4, 0.2)  # of the way to the new weights that are tried
MOST = 3_000  # drawings; of more, the latest are learned
SEED = 0


class LearningError(Exception):
    """The drawings could not be learned; the message says why and what to do."""


@dataclass(frozen=True)
class Learned:
    """What a network gained and lost: accuracies, 0 to 1, before and after.

    `drawings` were learned and `held_out` were not; without any of those, `own` is None. `rows` are
    the validation rows, without which `others` is None. `weights` are the new ones, `before` the
    old ones, and `seconds` what the training took.
    """

    drawings: int
    held_out: int
    own: tuple[float, float] | None
    rows: int
    others: tuple[float, float] | None
    weights: tuple[FloatArray, ...]
    before: tuple[FloatArray, ...]
    seconds: float


@dataclass(frozen=True)
class Recipe:
    """How the drawings are learned: see the constants."""

    variants: int = VARIANTS
    old_rows: int = OLD_ROWS
    epochs: int = EPOCHS
    learning_rate: float = LEARNING_RATE


def learn(
    network: Network,
    dataset: Dataset,
    drawings: Sequence[KeptDrawing],
    control: RunControl,
    progress: Progress = ignore,
    recipe: Recipe = Recipe(),
) -> Learned:
    """Train a copy of `network` further on `drawings` and rows of `dataset`, which it was made for.

    Raises LearningError, and Stopped.
    """
    schema = dataset.schema
    if not isinstance(schema.target, Classes) or not dataset.source.takes_drawings(schema):
        raise LearningError("This network does not tell classes of drawings apart")
    chosen, y = of_classes(drawings, schema.target)
    if not chosen:
        raise LearningError(
            "There are no drawings of these classes: keep some first, best five of each or more"
        )
    chosen, y = chosen[-MOST:], y[-MOST:]
    began = perf_counter()
    held = _held_out(y)
    learned = [drawing for drawing, out in zip(chosen, held, strict=True) if not out]
    kept_back = [drawing for drawing, out in zip(chosen, held, strict=True) if out]
    painting = between(progress, 0.0, 0.4)
    mixed = _mixed(dataset, learned, y[~held], recipe, control, painting)
    project = network.project

    def accuracy(model: Any, x: FloatArray, of: IntArray | FloatArray) -> float:
        return _accuracy(model, project, schema, x, of)

    own, validation = (_images(kept_back, schema), y[held]), dataset.validation
    own_before = accuracy(network.model, *own)
    before = accuracy(network.model, validation.x, validation.y) if validation is not None else 0.0
    control.checkpoint()
    copy = _trained_copy(network, dataset, mixed, recipe, control, between(progress, 0.4, 1.0))
    old, new = network.model.get_weights(), copy.model.get_weights()
    after = 0.0
    if validation is not None:
        for share in SHARES:
            control.checkpoint()
            copy.model.set_weights(_between(old, new, share))
            after = accuracy(copy.model, validation.x, validation.y)
            if before - after <= LARGEST_FALL:
                break
    return Learned(
        drawings=len(learned),
        held_out=len(kept_back),
        own=(own_before, accuracy(copy.model, *own)) if kept_back else None,
        rows=len(validation or ()),
        others=(before, after) if validation is not None else None,
        weights=tuple(copy.model.get_weights()),
        before=tuple(old),
        seconds=perf_counter() - began,
    )


def _between(old: list[FloatArray], new: list[FloatArray], share: float) -> list[FloatArray]:
    """The weights at `share` of the way from `old` to `new`; what is no quantity is the new one."""
    pairs = zip(old, new, strict=True)
    return [a + share * (b - a) if np.issubdtype(b.dtype, np.floating) else b for a, b in pairs]


def _held_out(y: IntArray) -> Any:
    """Which drawings are held out: every fifth of each class, so none of the first four."""
    held = np.zeros(len(y), bool)
    for label in np.unique(y):
        held[np.flatnonzero(y == label)[HOLD_OUT - 1 :: HOLD_OUT]] = True
    return held


def _mixed(
    dataset: Dataset,
    drawings: Sequence[KeptDrawing],
    y: IntArray,
    recipe: Recipe,
    control: RunControl,
    progress: Progress,
) -> Dataset:
    """`dataset` with other training rows: the drawings, variants of them, and old rows."""
    rng = np.random.default_rng(SEED)
    every = [
        drawing if number == 0 else drawing.replace(strokes=varied(drawing.strokes, rng))
        for number in range(recipe.variants + 1)
        for drawing in drawings
    ]

    def checked(part: float) -> None:
        control.checkpoint()
        progress(part)

    x, labels = _images(every, dataset.schema, checked), np.tile(y, recipe.variants + 1)
    old = dataset.training
    number = min(len(old), recipe.old_rows * len(every))
    old = old.part(some_rows(old.y, number))
    rows = Rows(np.concatenate([old.x, x]), np.concatenate([old.y, labels]))
    return replace(dataset, training=rows, validation=None)


def _images(
    drawings: Sequence[KeptDrawing], schema: DataSchema, progress: Progress = ignore
) -> FloatArray:
    ink = schema.ink if schema.ink is not Ink.NONE else Ink.LIGHT
    return images_of(drawings, schema.input_shape, schema.value_range, ink, progress)


def _accuracy(
    model: Any, project: Project, schema: DataSchema, x: FloatArray, y: IntArray | FloatArray
) -> float:
    if not len(y):
        return 0.0
    outputs = model.predict(x, batch_size=large_batch(model), verbose=0)
    probabilities = class_probabilities(outputs, project, schema)
    if probabilities is None:
        raise LearningError("The outputs of this network do not stand for classes")
    return float((probabilities.argmax(axis=1) == y).mean())


def _trained_copy(
    network: Network,
    dataset: Dataset,
    mixed: Dataset,
    recipe: Recipe,
    control: RunControl,
    progress: Progress,
) -> Network:
    """A network with the weights of `network`, trained on the training rows of `mixed`."""
    training = network.project.training.replace(
        epochs=recipe.epochs,
        batch_size=BATCH,
        optimizer=Adam(learning_rate=recipe.learning_rate),
        seed=SEED,
        rows=None,
        balance_classes=False,
        early_stopping=None,
        reduce_lr_on_plateau=None,
        tensorboard=False,
    )
    project = network.project.replace(training=training)
    copy = Network.new(project, SEED, dataset)
    copy.model.set_weights(network.model.get_weights())
    copy.comes_from("", 0, 0)
    ended: list[RunEnded] = []

    def sink(report: Report) -> None:
        if isinstance(report, RunEnded):
            ended.append(report)
        progress(copy.epoch / recipe.epochs)

    Trainer(mixed, copy).run(project, sink, control, resume=True)
    (end,) = ended
    if end.outcome is Outcome.STOPPED:
        raise Stopped
    if end.outcome is Outcome.FAILED:
        raise LearningError(f"The drawings could not be learned: {end.message}")
    return copy
