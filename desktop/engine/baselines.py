"""What simple models are worth on the same rows, so that one sees what a network is worth."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from desktop.document.schema import Classes, Numbers
from desktop.engine.reports import Baseline, FloatArray, IntArray
from desktop.engine.rows import Dataset

# A linear model is fitted on so many training rows, and numbers among them, in a second or two.
MOST_ROWS = 5_000
MOST_VALUES = 1_000_000
MOST_FEATURES = 2_000


def baselines(dataset: Dataset) -> tuple[Baseline, ...]:
    """The largest class, or the mean, and a linear model, fitted on training rows.

    Of classes the value is the accuracy on the test rows, of numbers the mean absolute error of
    each in the unit of the target. A linear model is left out where a row has more than
    MOST_FEATURES numbers.
    """
    training, test, target = dataset.training, dataset.test, dataset.schema.target
    if isinstance(target, Classes):
        counts = np.bincount(training.y, minlength=len(target.names))
        largest = int(counts.argmax())
        constant = np.full(len(test), largest)
        first = Baseline(
            f'always predicting "{dataset.schema.class_names[largest]}"',
            scores(target, test.y, constant),
        )
    else:
        constant = np.broadcast_to(training.y.mean(axis=0), test.y.shape)
        first = Baseline("always predicting the mean", scores(target, test.y, constant))
    features = int(np.prod(training.x.shape[1:]))
    if features > MOST_FEATURES:
        return (first,)
    return first, _linear(dataset, features)


def scores(
    target: Classes | Numbers, true: IntArray | FloatArray, predicted: IntArray | FloatArray
) -> tuple[float, ...]:
    """The accuracy, or the mean absolute error of each number in the unit of the target."""
    if isinstance(target, Classes):
        return (float(np.mean(true == predicted)),)
    errors = np.abs(true - predicted).mean(axis=0, dtype=np.float64)
    return tuple((errors * np.array(target.scales or (1.0,))).tolist())


def _linear(dataset: Dataset, features: int) -> Baseline:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    training, test, target = dataset.training, dataset.test, dataset.schema.target
    count = min(len(training), MOST_ROWS, max(1, MOST_VALUES // features))
    chosen: Any = slice(None)
    note = ""
    if count < len(training):
        random = np.random.default_rng(0)
        chosen = np.sort(random.choice(len(training), count, replace=False))
        note = f"fitted on {count:,} of the training rows"
    x, y = training.x[chosen].reshape(count, features), training.y[chosen]
    weights = None if training.sample_weight is None else training.sample_weight[chosen]
    is_classes = isinstance(target, Classes)
    if is_classes and len(np.unique(y)) < 2:
        return Baseline("logistic regression", scores(target, test.y, np.full(len(test), y[0])))
    model: Any = LogisticRegression(max_iter=500) if is_classes else Ridge()
    with warnings.catch_warnings():  # where it has not converged it is a baseline all the same
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y, sample_weight=weights)
    predicted = model.predict(test.x.reshape(len(test), features)).reshape(test.y.shape)
    title = "logistic regression" if is_classes else "Ridge regression"
    return Baseline(title, scores(target, test.y, predicted), note)
