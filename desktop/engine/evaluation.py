"""How well a network does on the test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.project import Project
from desktop.document.schema import Numbers
from desktop.document.text import one_line
from desktop.engine import backend
from desktop.engine.baselines import baselines, scores
from desktop.engine.batches import large_batch
from desktop.engine.control import RunControl
from desktop.engine.encoding import are_probabilities, class_probabilities, encode
from desktop.engine.reports import (
    Baseline,
    Evaluation,
    FloatArray,
    IntArray,
    Mistake,
    NumbersFit,
    read_only,
)
from desktop.engine.rows import Dataset, Rows

MAX_MISTAKES = 200
MAX_POINTS = 2_000  # of predicted against true numbers
MAX_WORST = 20  # rows with the largest errors
BINS = 31  # of the residuals

NOT_NUMBERS = "Some of the network's outputs are not numbers, so its predictions mean nothing"


def evaluate(
    model: Any,
    project: Project,
    dataset: Dataset,
    epoch: int,
    control: RunControl | None = None,
    *,
    is_loaded: bool = False,
    with_baselines: bool = False,
) -> Evaluation:
    """Measure `model`, compiled for `project`, on the test rows; its weights are those of `epoch`.

    `with_baselines` measures simple models as well, which takes a second or two.
    Raises Stopped as soon as `control` is told to stop.
    """
    from sklearn.metrics import confusion_matrix

    rows, classes = dataset.test, dataset.schema.class_names
    callbacks = stoppable(control)
    batch_size = large_batch(model)
    metrics = model.evaluate(
        rows.x,
        encode(rows.y, project, dataset.schema),
        batch_size=batch_size,
        verbose=0,
        return_dict=True,
        callbacks=callbacks,
    )
    outputs = model.predict(rows.x, batch_size=batch_size, verbose=0, callbacks=callbacks)
    probabilities = class_probabilities(outputs, project, dataset.schema)
    confusion: IntArray | None = None
    mistakes: tuple[Mistake, ...] = ()
    mistake_count = 0
    target = dataset.schema.target
    numbers: tuple[NumbersFit, ...] = ()
    right: tuple[float, ...] = ()
    if isinstance(target, Numbers) and np.isfinite(outputs).all() and outputs.shape == rows.y.shape:
        numbers = _numbers(target, rows.y, outputs)
        right = scores(target, rows.y, outputs)
    if probabilities is not None:
        predicted = probabilities.argmax(axis=1)
        right = scores(target, rows.y, predicted)
        confusion = read_only(confusion_matrix(rows.y, predicted, labels=range(len(classes))))
        mistakes, mistake_count = _mistakes(
            rows,
            predicted,
            probabilities,
            with_confidence=are_probabilities(project, dataset.schema),
        )
    return Evaluation(
        rows=len(rows),
        metrics={name: float(value) for name, value in metrics.items()},
        classes=classes,
        confusion=confusion,
        mistakes=mistakes,
        mistake_count=mistake_count,
        epoch=epoch,
        note=_note(dataset, outputs),
        on_training_rows=dataset.test_is_training,
        value_range=dataset.schema.value_range,
        is_loaded=is_loaded,
        numbers=numbers,
        scores=right,
        baselines=_baselines(dataset, control) if with_baselines and right else (),
    )


def _baselines(dataset: Dataset, control: RunControl | None) -> tuple[Baseline, ...]:
    if control is not None:
        control.checkpoint()
    return baselines(dataset)


def _numbers(
    target: Numbers, true: NDArray[Any], predicted: NDArray[Any]
) -> tuple[NumbersFit, ...]:
    """What is shown of each column of `target`; `true` and `predicted` are scaled."""
    columns = (target.in_unit(each.T.astype(np.float64)) for each in (true, predicted))
    return tuple(map(_fit, target.columns, *columns))


def _fit(column: str, true: NDArray[Any], predicted: NDArray[Any]) -> NumbersFit:
    from sklearn.metrics import r2_score

    residuals = true - predicted
    shown = np.unique(np.linspace(0, len(true) - 1, MAX_POINTS).astype(np.int64))
    worst = np.argsort(-np.abs(residuals), kind="stable")[:MAX_WORST]
    counts, edges = np.histogram(residuals, bins=BINS)
    return NumbersFit(
        column=one_line(column),
        true=read_only(true[shown]),
        predicted=read_only(predicted[shown]),
        r2=float(r2_score(true, predicted)) if len(true) > 1 else float("nan"),
        counts=read_only(counts),
        edges=read_only(edges),
        worst=tuple((int(row), float(true[row]), float(predicted[row])) for row in worst),
    )


def _mistakes(
    rows: Rows,
    predicted: NDArray[np.intp],
    probabilities: FloatArray,
    *,
    with_confidence: bool,
) -> tuple[tuple[Mistake, ...], int]:
    """The mistakes made with the most confidence, worst first, and the count of all."""
    wrong = np.flatnonzero(predicted != rows.y)
    confidence = probabilities[wrong, predicted[wrong]]
    worst = np.argsort(-confidence, kind="stable")[:MAX_MISTAKES]
    mistakes = tuple(
        Mistake(
            row=int(row),
            sample=read_only(rows.x[row]),
            true_class=int(rows.y[row]),
            predicted_class=int(predicted[row]),
            confidence=float(sure) if with_confidence else None,
        )
        for row, sure in zip(wrong[worst], confidence[worst], strict=True)
    )
    return mistakes, len(wrong)


def _note(dataset: Dataset, outputs: NDArray[Any]) -> str:
    notes = []
    if dataset.test_is_training:
        notes.append(
            "These are the rows the network was trained with: this shows how well they were "
            "learned, not how well it generalizes"
        )
    if not np.isfinite(outputs).all():
        notes.append(NOT_NUMBERS)
    return ". ".join(notes)


def stoppable(control: RunControl | None) -> list[Any]:
    """Keras callbacks that ask `control` at every batch."""
    if control is None:
        return []

    def ask(batch: int, logs: Any = None) -> None:
        control.checkpoint()

    control.checkpoint()
    callback = backend.keras().callbacks.LambdaCallback(
        on_test_batch_begin=ask, on_predict_batch_begin=ask
    )
    return [callback]
