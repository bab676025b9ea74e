"""A sensible first project for a data source: layers, loss, metrics and training settings."""

from __future__ import annotations

from math import ceil, log2

from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import DataSource
from desktop.document.layers import Dense, Layer
from desktop.document.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
)
from desktop.document.project import Project
from desktop.document.regularizers import L2
from desktop.document.schema import Classes, DataSchema
from desktop.document.training import Training

# Measured on the tables of the tests with five splits each: that many steps of these batches are
# enough to learn a small table, and the penalty keeps the network from learning it by heart.
_STEPS = 1_700
_SMALL = 2_000  # training rows
_ENOUGH = 200  # validation rows from which their loss is a reliable sign of when to stop


def first_project(source: DataSource, schema: DataSchema) -> Project:
    """A project that learns `source`, which holds what `schema` says, without further settings."""
    small = schema.rows.training < _SMALL
    hidden = Dense(
        units=16 if small else 64,
        activation=ActivationFunction.RELU,
        kernel_regularizer=L2(l2=0.01 if small else 0.0001),
    )
    return Project(
        data=source, layers=(hidden, hidden, _output(schema)), training=_training(schema)
    )


def _output(schema: DataSchema) -> Layer:
    if not isinstance(schema.target, Classes):
        return Dense(units=schema.outputs)
    if schema.outputs == 2:
        return Dense(units=1, activation=ActivationFunction.SIGMOID)
    return Dense(units=schema.outputs, activation=ActivationFunction.SOFTMAX)


def _training(schema: DataSchema) -> Training:
    rows = schema.rows.training
    batch = 2 ** round(log2(max(16, min(256, rows / 100))))
    epochs = min(200, max(20, ceil(_STEPS / ceil(rows / batch))))
    loss: Loss
    if not isinstance(schema.target, Classes):
        loss, metric = MeanSquaredError(), Metric.MEAN_ABSOLUTE_ERROR
    else:
        metric = Metric.ACCURACY
        loss = BinaryCrossentropy() if schema.outputs == 2 else CategoricalCrossentropy()
    stopping = EarlyStopping(patience=10, restore_best_weights=True)
    return Training(
        epochs=epochs,
        batch_size=batch,
        loss=loss,
        metrics=(metric,),
        early_stopping=stopping if schema.rows.validation >= _ENOUGH else None,
    )
