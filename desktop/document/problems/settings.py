"""Checks of settings that do not work together, or not on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from desktop.document.choices import ActivationFunction, Direction, Metric
from desktop.document.losses import CategoricalCrossentropy
from desktop.document.memory import activation_bytes, parameter_bytes
from desktop.document.metrics import direction
from desktop.document.problems.base import (
    Case,
    Check,
    Fix,
    Problem,
    ProjectCheck,
    Severity,
    with_loss,
)
from desktop.document.project import Project
from desktop.document.text import counted, listed

_OF_PROBABILITIES = (Metric.PRECISION, Metric.RECALL, Metric.AUC)
_ERRORS = tuple(metric for metric in Metric if metric.unit_power)
_MOST_PROBABLE = 5  # what Keras's top-k metric counts
MONITORING = ("early_stopping", "reduce_lr_on_plateau")  # settings that monitor a metric
_MEMORY_SHARE = 0.8  # the rest is for the data, the program and the system


# --- metrics --------------------------------------------------------------------------------------


def metrics_fit(case: Case) -> Iterator[Problem]:
    """Each metric must be computable from the labels and outputs."""
    metrics = case.project.training.metrics
    if case.is_regression:
        for metric in metrics:
            if metric not in _ERRORS:
                yield Problem(
                    Severity.ERROR,
                    f"The metric {metric} is for classes, but the data has numbers to predict",
                    field="metrics",
                    fix=_without(case, metric),
                )
        return
    if case.loss.takes_class_indices:
        wrong = [m for m in metrics if m in (*_OF_PROBABILITIES, *_ERRORS, Metric.TOP_K)]
        if wrong:
            one_hot = CategoricalCrossentropy(from_logits=case.from_logits)
            yield Problem(
                Severity.ERROR,
                f"The integer labels of {case.loss.tag} do not suit "
                f"{'the metric' if len(wrong) == 1 else 'the metrics'} {listed(list(wrong))}",
                field="metrics",
                fix=Fix("Use categorical_crossentropy", with_loss(case.project, one_hot)),
            )
            return
    if case.output_shape is None or len(case.output_shape) != 1:
        return
    units, (_, function) = case.output_shape[0], case.output_activation
    probabilities = function in (
        ActivationFunction.SIGMOID,
        ActivationFunction.HARD_SIGMOID,
        ActivationFunction.SOFTMAX,
        ActivationFunction.STEP,
    )
    for metric in metrics:
        if metric is Metric.TOP_K and units <= _MOST_PROBABLE:
            yield Problem(
                Severity.ERROR if units == 1 else Severity.WARNING,
                f"{metric} tells whether the true class is among the {_MOST_PROBABLE} most "
                f"probable: with {counted(units, 'output')} it is always 1",
                field="metrics",
                fix=_without(case, metric),
            )
        elif metric in _OF_PROBABILITIES and not probabilities:
            yield Problem(
                Severity.ERROR,
                f"The metric {metric} needs outputs between 0 and 1, as sigmoid and softmax give, "
                f"but the output is {function}",
                field="metrics",
                fix=_without(case, metric),
            )


def _without(case: Case, metric: Metric) -> Fix:
    training = case.project.training
    rest = tuple(each for each in training.metrics if each is not metric)
    changes: dict[str, Any] = {"metrics": rest}
    for field in MONITORING:  # what monitors it must monitor something else
        monitoring = getattr(training, field)
        if monitoring is not None and monitoring.monitor.removeprefix("val_") == metric:
            changes[field] = monitoring.replace(**_loss_instead(case.project))
    return Fix(f"Remove {metric}", case.project.replace(training=training.replace(**changes)))


def balance_needs_classes(case: Case) -> Iterator[Problem]:
    """Numbers belong to no classes."""
    training = case.project.training
    if case.is_regression and training.balance_classes:
        changed = case.project.replace(training=training.replace(balance_classes=False))
        yield Problem(
            Severity.WARNING,
            "Classes are to be balanced, but the data has numbers to predict, so nothing is",
            field="balance_classes",
            fix=Fix("Turn off balance classes", changed),
        )


# --- early stopping and learning rate -------------------------------------------------------------


def monitors_exist(project: Project) -> Iterator[Problem]:
    """What is monitored must be measured, and improve in the direction of the mode."""
    training, validated = project.training, project.data.has_validation
    for field in MONITORING:
        monitoring = getattr(training, field)
        if monitoring is None:
            continue
        title = type(training).model_fields[field].title
        name = monitoring.monitor.removeprefix("val_")
        changes: dict[str, Any]
        if name not in ("loss", *training.metrics):
            changes = _loss_instead(project)
            message = f"{title} monitors {monitoring.monitor}, but {name} is not among the metrics"
        elif monitoring.monitor != name and not validated:
            changes = {"monitor": name}
            message = f"{title} monitors {monitoring.monitor}, but there are no validation rows"
        elif monitoring.mode not in (Direction.AUTO, direction(name)):
            changes = {"mode": Direction.AUTO}
            better = "smaller" if direction(name) is Direction.MIN else "larger"
            message = f"{title} has the wrong mode: {monitoring.monitor} is better when {better}"
        else:
            continue
        changed = training.replace(**{field: monitoring.replace(**changes)})
        words = f"Monitor {changes['monitor']}" if "monitor" in changes else "Use auto"
        severity = Severity.ERROR if "monitor" in changes else Severity.WARNING
        fix = Fix(words, project.replace(training=changed))
        yield Problem(severity, message, field=field, fix=fix)


def _loss_instead(project: Project) -> dict[str, Any]:
    """Monitor the loss; it may improve the other way, so `mode` goes back to auto."""
    monitor = "val_loss" if project.data.has_validation else "loss"
    return {"monitor": monitor, "mode": Direction.AUTO}


# --- memory ---------------------------------------------------------------------------------------


def fits_memory(case: Case) -> Iterator[Problem]:
    """Weights, and the outputs of one batch, must fit into memory together."""
    if case.memory is None or not case.layers:
        return
    training, limit = case.project.training, case.memory * _MEMORY_SHARE
    total = sum(info.parameters for info in case.layers)
    trainable = sum(info.trainable_parameters for info in case.layers)
    weights = parameter_bytes(total, trainable, training)
    if weights > limit:
        largest = max(case.layers, key=lambda info: info.parameters)
        yield Problem(
            Severity.ERROR,
            f"{counted(total, 'parameter')} need about {_gigabytes(weights)} of memory to "
            f"train, but this computer has {_gigabytes(case.memory)}; most are in {largest.name}: "
            "make it smaller",
            largest.index,
        )
        return
    row = activation_bytes(case.layers)
    batch = min(training.batch_size, case.schema.rows.training)
    if weights + row * batch <= limit:
        return
    machine = f"of memory, but this computer has {_gigabytes(case.memory)}"
    fitting = int((limit - weights) / row)
    if fitting >= 1:
        smaller = 1 << (fitting.bit_length() - 1)  # the usual powers of two
        changed = case.project.replace(training=training.replace(batch_size=smaller))
        yield Problem(
            Severity.ERROR,
            f"Batches of {batch:,} rows need about {_gigabytes(weights + row * batch)} {machine}: "
            "use smaller batches",
            field="batch_size",
            fix=Fix(f"Use batches of {smaller:,}", changed),
        )
    else:
        widest = max(case.layers, key=lambda info: prod(info.output_shape or (0,)))
        yield Problem(
            Severity.ERROR,
            f"Even a single row needs about {_gigabytes(weights + row)} {machine}; most is the "
            f"output of {widest.name}: make it smaller",
            widest.index,
        )


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"


CHECKS: tuple[Check, ...] = (metrics_fit, balance_needs_classes, fits_memory)
PROJECT_CHECKS: tuple[ProjectCheck, ...] = (monitors_exist,)
