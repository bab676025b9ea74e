"""A sensible first project for a data source: layers, loss, metrics and training settings."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2, prod

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import DataSource
from desktop.document.initializers import Zeros
from desktop.document.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D, Reshape
from desktop.document.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    MeanSquaredError,
)
from desktop.document.optimizers import Adam
from desktop.document.project import Project
from desktop.document.regularizers import L1L2, L2
from desktop.document.schema import Classes, DataSchema, RowKind
from desktop.document.training import Training

# Measured on the tables of the tests with five splits each: that many steps of these batches are
# enough to learn a small table, and the penalty keeps the network from learning it by heart.
_STEPS = 1_700
_SMALL = 2_000  # training rows
# Where a linear model is best for numbers, there is no hidden layer, which would learn the noise
# as well. Others are learned by a smooth network that is nearly linear where there are few rows for
# each input: its penalties follow the inputs per row. Measured on generated tables, linear ones and
# others, of 60 to 1,000 rows and 4 to 100 inputs, with four to six splits each.
# So do those for classes, where a row counts as often as its class has bits, log2(classes) of them;
# and the more classes there are to tell apart, the wider are the layers. Measured on generated
# tables and digits, of 2 to 20 classes, 150 to 10,000 rows and 6 to 64 inputs, with two to five
# splits each.
_L2 = 0.5
_LARGEST_L2, _SMALLEST_L2 = 0.05, 0.0001
_LARGEST_L2_OF_CLASSES = 0.03
_UNITS_PER_CLASS, _MOST_UNITS = 8, 128
_L1 = 1 / 3  # of that, in the first layer: it lets go of inputs that say nothing
_ENOUGH = 200  # validation rows from which their loss is a reliable sign of when to stop
_TINY = 32  # training rows: a table of all there is to know, learned by heart
_FLAT = 1_000  # pixels of a grayscale image that Dense layers learn well enough


def first_project(source: DataSource, schema: DataSchema) -> Project:
    """A project that learns `source`, which holds what `schema` says, without further settings."""
    layers = (*_hidden(schema), _output(schema))
    return Project(data=source, layers=layers, training=_training(schema))


def stack_text(layers: Sequence[Layer]) -> str:
    """The layers and their sizes in a line: "Dense 16, Dense 16, Dense 1"."""
    return ", ".join(
        f"{layer.tag} {getattr(layer, layer.units_field)}" if layer.units_field else layer.tag
        for layer in layers
    )


def description(project: Project, schema: DataSchema) -> str:
    """The layers of the first `project` for what `schema` says, and why, if there is a reason."""
    return ". ".join(filter(None, (stack_text(project.layers), reason_text(schema))))


def reason_text(schema: DataSchema) -> str:
    """Why the first network has no hidden layer; "" where it has some."""
    linear = schema.linear
    if linear is None:
        return ""
    return (
        "No hidden layer: in a cross-validation on the training rows a linear model predicts "
        f"better than nonlinear ones (root mean squared error {linear.error:,g} and "
        f"{linear.nonlinear_error:,g})"
    )


def _hidden(schema: DataSchema) -> tuple[Layer, ...]:
    if schema.linear is not None:
        return ()
    shape, relu = schema.input_shape, ActivationFunction.RELU
    if schema.rows.training < _TINY and len(shape) == 1:
        return (Dense(units=8, activation=ActivationFunction.TANH),)
    if schema.row is RowKind.POINT:
        return (Dense(units=16, activation=relu),) * 2
    if schema.is_image and (len(shape) > 2 or prod(shape) > _FLAT) and min(shape[:2]) > 9:
        channels = () if len(shape) > 2 else (Reshape(target_shape=(*shape, 1)),)
        return (
            *channels,
            Conv2D(filters=16, activation=relu),
            MaxPooling2D(),
            Conv2D(filters=32, activation=relu),
            MaxPooling2D(),
            Flatten(),
            Dense(units=64, activation=relu),
        )
    if schema.is_image:
        return Flatten(), Dense(units=128, activation=relu)
    small = schema.rows.training < _SMALL
    flat = () if len(shape) == 1 else (Flatten(),)
    l2 = _penalty(schema)
    if not isinstance(schema.target, Classes):
        first = L1L2(l1=_rounded(_L1 * l2), l2=l2)
        smooth = Dense(units=32 if small else 64, activation=ActivationFunction.SILU)
        return (
            *flat,
            smooth.replace(kernel_regularizer=first),
            smooth.replace(kernel_regularizer=L2(l2=l2)),
        )
    units = 2 ** floor(log2(_UNITS_PER_CLASS * schema.outputs))
    units = max(16 if small else 64, min(_MOST_UNITS, units))
    hidden = Dense(units=units, activation=relu, kernel_regularizer=L2(l2=l2))
    return (*flat, hidden, hidden)


def _penalty(schema: DataSchema) -> float:
    """The L2 penalty of the hidden layers for rows that are no images or points."""
    per_row, largest = prod(schema.input_shape) / schema.rows.training, _LARGEST_L2
    if isinstance(schema.target, Classes):
        per_row /= log2(max(2, schema.outputs))
        largest = _LARGEST_L2_OF_CLASSES
    return _rounded(min(largest, max(_SMALLEST_L2, _L2 * per_row)))


def _rounded(value: float) -> float:
    """`value` with two digits, as one would type it."""
    return float(f"{value:.2g}")


def _are_numbers(schema: DataSchema) -> bool:
    """Whether numbers are predicted from rows that are no images or points."""
    return (
        not isinstance(schema.target, Classes)
        and not schema.is_image
        and schema.row is not RowKind.POINT
    )


def _output(schema: DataSchema) -> Layer:
    if schema.linear is not None:
        penalties = L1L2(l1=_rounded(schema.linear.l1), l2=_rounded(schema.linear.l2))
        return Dense(units=1, kernel_initializer=Zeros(), kernel_regularizer=penalties)
    if not isinstance(schema.target, Classes):
        return Dense(units=schema.outputs)
    if schema.outputs == 2:
        return Dense(units=1, activation=ActivationFunction.SIGMOID)
    return Dense(units=schema.outputs, activation=ActivationFunction.SOFTMAX)


def _training(schema: DataSchema) -> Training:
    rows = schema.rows.training
    batch = 2 ** round(log2(max(16, min(256, rows / 100))))
    optimizer, plateau = Adam(), None
    if _are_numbers(schema):
        rate = 0.01 if schema.linear is not None else 0.003
        batch, optimizer = max(32, batch), Adam(learning_rate=rate)
        plateau = ReduceLROnPlateau(monitor="loss", factor=0.2)
    epochs = min(200, max(20, ceil(_STEPS / ceil(rows / batch))))
    if rows < _TINY:
        optimizer, epochs, batch, plateau = Adam(learning_rate=0.1), 100, 4, None
    elif schema.row is RowKind.POINT:
        optimizer, epochs = Adam(learning_rate=0.01), max(50, epochs)
    elif schema.is_image and rows > _SMALL:
        epochs = 10
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
        optimizer=optimizer,
        loss=loss,
        metrics=(metric,),
        reduce_lr_on_plateau=plateau,
        early_stopping=stopping if schema.rows.validation >= _ENOUGH and epochs > 10 else None,
    )
