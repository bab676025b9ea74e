"""Targets in the form a loss wants, and outputs as probabilities of classes."""

from __future__ import annotations

import numpy as np

from desktop.document.choices import ActivationFunction
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Numbers
from desktop.document.trace import output_activation, trace
from desktop.engine.builder import output_units
from desktop.engine.reports import FloatArray, IntArray


def encode(
    labels: IntArray | FloatArray, project: Project, schema: DataSchema | None = None
) -> FloatArray | IntArray:
    """The targets of rows for the loss and the outputs of `project`.

    Numbers, shape (n, columns), stay as they are. Class indices, (n,), become int64 (n,) for sparse
    categorical cross-entropy; else float32: (n, 1) with the index itself for one output, one-hot
    (n, outputs) for several. `schema` is what the data was found to hold; None takes what the
    source itself knows. Raises ProjectError if there is no output, ValueError if a label has no
    output.
    """
    schema = schema or project.data.known_schema
    if schema is not None and isinstance(schema.target, Numbers):
        return np.asarray(labels, dtype=np.float32)
    if project.training.loss.takes_class_indices:
        return np.asarray(labels, dtype=np.int64)
    units = output_units(project, schema)
    if units == 1:
        return np.asarray(labels, dtype=np.float32).reshape(-1, 1)
    if len(labels) and not 0 <= labels.min() <= labels.max() < units:
        raise ValueError(f"the labels run to {labels.max()}, but there are {units} outputs")
    encoded = np.zeros((len(labels), units), np.float32)
    encoded[np.arange(len(labels)), labels] = 1.0
    return encoded


def class_probabilities(
    outputs: FloatArray, project: Project, schema: DataSchema | None = None
) -> FloatArray | None:
    """What `outputs`, shape (n, units), say about the classes: float64 (n, classes), rows sum to 1.

    None where they do not stand for classes: the target is numbers, or there is one output for more
    than two classes. `schema` is what the data was found to hold; None takes what the source itself
    knows.

    One output is the probability of the second class: cut off at 0 and 1, or through the sigmoid
    if the loss applies that (from_logits). Several outputs go through softmax or sigmoid if the
    loss does that. Then negative ones, which a loss like the mean squared error allows, count as
    0, and the rest is divided by its sum. A row without any positive output is put through
    softmax, so that the largest stays the likeliest. Values that are not numbers make all classes
    of their row equally likely.
    """
    schema = schema or project.data.known_schema
    classes = len(schema.class_names) if schema is not None else 0
    values: FloatArray = np.asarray(outputs, dtype=np.float64)
    loss = project.training.loss
    logits = bool(getattr(loss, "from_logits", False))
    if values.shape[1] == 1:
        if classes != 2:
            return None
        second = _sigmoid(values[:, 0]) if logits else np.clip(values[:, 0], 0.0, 1.0)
        second = np.where(np.isnan(second), 0.5, second)
        return np.stack([1.0 - second, second], axis=1)
    if values.shape[1] != classes:
        return None
    if logits and loss.activation is ActivationFunction.SOFTMAX:
        return _softmax(values)
    if logits and loss.activation is ActivationFunction.SIGMOID:
        values = _sigmoid(values)
    return _normalized(values)


def are_probabilities(project: Project, schema: DataSchema | None = None) -> bool:
    """Whether the outputs of `project` are probabilities: network or loss apply softmax or sigmoid.

    Those of a linear output trained with the mean squared error, for example, are not: they come
    near 0 and 1, but may be anything. What nothing is known about, no layers, is taken for them.
    `schema` is what the data was found to hold; None takes what the source itself knows.
    """
    layers = trace(project, schema)
    if not layers or getattr(project.training.loss, "from_logits", False):
        return True
    _, function = output_activation(layers)
    return function in (
        ActivationFunction.SIGMOID,
        ActivationFunction.HARD_SIGMOID,
        ActivationFunction.SOFTMAX,
    )


def class_scores(
    outputs: FloatArray, project: Project, schema: DataSchema | None = None
) -> FloatArray | None:
    """`outputs`, shape (n, units), as they are, for each class: float64 (n, classes).

    One output is that of the second class, and what it lacks to 1 that of the first. None where
    outputs do not stand for classes. `schema` is as above.
    """
    schema = schema or project.data.known_schema
    classes = len(schema.class_names) if schema is not None else 0
    values: FloatArray = np.asarray(outputs, dtype=np.float64)
    if values.shape[1] == 1 and classes == 2:
        return np.concatenate([1.0 - values, values], axis=1)
    return values if values.shape[1] == classes else None


def _normalized(values: FloatArray) -> FloatArray:
    largest = values.max(axis=1, keepdims=True)
    usable = np.isfinite(values).all(axis=1, keepdims=True) & (largest > 0)
    # Divided by the largest first, so that the sum cannot overflow.
    positive = np.clip(values, 0.0, None) / np.where(usable, largest, 1.0)
    totals = positive.sum(axis=1, keepdims=True)
    shares = positive / np.where(usable, totals, 1.0)
    return np.where(usable, shares, _softmax(values))


def _softmax(values: FloatArray) -> FloatArray:
    """e^x / Σ e^x along each row, shifted so that it cannot overflow; infinity takes it all."""
    limited = np.nan_to_num(values, nan=np.nan, posinf=1e300, neginf=-1e300)
    powers = np.exp(np.maximum(limited - limited.max(axis=1, keepdims=True), -1e3))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    shares[np.isnan(shares)] = 1.0 / values.shape[1]
    return shares


def _sigmoid(values: FloatArray) -> FloatArray:
    """1 / (1 + e^-x), written so that it cannot overflow."""
    result: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * values))
    return result
