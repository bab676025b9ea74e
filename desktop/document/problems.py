"""What would go wrong, found before training: each with its place and, if there is one, its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.document.choices import Activation, Metric
from desktop.document.layers import Conv2D, Dense, Flatten, Layer, Reshape, Softmax
from desktop.document.layers.base import shape_text
from desktop.document.layers.core import Activation as ActivationLayer
from desktop.document.memory import activation_bytes, parameter_bytes
from desktop.document.project import Project
from desktop.document.training import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Loss,
    SparseCategoricalCrossentropy,
)

if TYPE_CHECKING:
    from desktop.document.analysis import LayerInfo


class Severity(StrEnum):
    """ERROR: training is refused. WARNING: it runs, but hardly as meant."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fix:
    """The one right answer to a problem: what a button says, and the project it makes."""

    label: str
    project: Project


@dataclass(frozen=True)
class Problem:
    """Something to mend. `layer` is a position in the stack, `field` a field of that layer or,
    without a layer, of the training settings; None where the problem lies elsewhere."""

    severity: Severity
    message: str
    layer: int | None = None
    field: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True)
class _Case:
    project: Project
    layers: tuple[LayerInfo, ...]
    memory: int | None

    @property
    def last(self) -> LayerInfo:
        return self.layers[-1]

    @property
    def shapes_fit(self) -> bool:
        return bool(self.layers) and self.last.output_shape is not None

    @property
    def loss(self) -> Loss:
        return self.project.training.loss

    @property
    def classes(self) -> int:
        return len(self.project.data.classes)

    @property
    def output_activation(self) -> tuple[int, Activation]:
        """The function that shapes the output, and the index of the layer that applies it."""
        for info in reversed(self.layers):
            function = info.layer.nonlinearity
            if function is not None:
                return info.index, function
            if info.trainable_parameters:
                break
        return self.last.index, Activation.LINEAR


Check = Callable[[_Case], Iterator[Problem]]


def find_problems(
    project: Project, layers: tuple[LayerInfo, ...], memory: int | None
) -> tuple[Problem, ...]:
    """Every problem of `project`, errors first; `layers` is its trace, `memory` in bytes."""
    case = _Case(project, layers, memory)
    found = [problem for check in CHECKS for problem in check(case)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))


# --- shapes ---------------------------------------------------------------------------------------


def _empty_stack(case: _Case) -> Iterator[Problem]:
    if case.layers:
        return
    image = len(case.project.data.input_shape) > 1
    start = (*((Flatten(),) if image else ()), _output_layer(case))
    yield Problem(
        Severity.ERROR,
        "The model has no layers yet: add one from the list on the left",
        fix=Fix("Add an output layer", case.project.inserted(0, *start)),
    )


def _shape_mismatch(case: _Case) -> Iterator[Problem]:
    for info in case.layers:
        if info.error is None or info.input_shape is None:
            continue
        yield Problem(Severity.ERROR, info.error, info.index, fix=_shape_fix(case, info))


def _shape_fix(case: _Case, info: LayerInfo) -> Fix | None:
    shape = info.input_shape
    if isinstance(info.layer, Conv2D) or info.layer.family == "Pooling":
        if shape is not None and len(shape) == 2:  # a grey image without a channel axis
            reshape = Reshape(target_shape=(*shape, 1))
            return Fix(
                f"Insert Reshape to {shape_text(reshape.target_shape)}",
                case.project.inserted(info.index, reshape),
            )
        before = case.project.layers[info.index - 1] if info.index else None
        if isinstance(before, Flatten):
            return Fix("Remove the Flatten before it", case.project.removed(info.index - 1))
    return None


def _output_rank(case: _Case) -> Iterator[Problem]:
    """The output must be one row of numbers per input row."""
    if not case.shapes_fit or case.last.output_shape is None or len(case.last.output_shape) == 1:
        return
    image = next(
        (
            info
            for info in case.layers
            if isinstance(info.layer, Dense) and info.input_shape and len(info.input_shape) > 1
        ),
        None,
    )
    message = (
        f"The output is {shape_text(case.last.output_shape)}, but should be one row of numbers"
    )
    if image is not None and image.input_shape is not None:
        yield Problem(
            Severity.ERROR,
            f"{image.name} works on each row of the {shape_text(image.input_shape)} input by itself"
            f": put a Flatten before it",
            image.index,
            fix=Fix("Insert Flatten", case.project.inserted(image.index, Flatten())),
        )
    else:
        yield Problem(
            Severity.ERROR,
            f"{message}: put a Flatten and a Dense layer at the end",
            case.last.index,
            fix=Fix(
                "Add Flatten and Dense",
                case.project.inserted(len(case.layers), Flatten(), _output_layer(case)),
            ),
        )


# --- output and loss ------------------------------------------------------------------------------


def _output_layer(case: _Case) -> Dense:
    """The Dense layer that ends a stack for this data and loss."""
    units = _right_units(case)
    if isinstance(case.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy):
        function = Activation.LINEAR if case.loss.from_logits else Activation.SOFTMAX
    elif isinstance(case.loss, BinaryCrossentropy):
        function = Activation.LINEAR if case.loss.from_logits else Activation.SIGMOID
    else:
        function = Activation.SIGMOID
    return Dense(units=units, activation=function)


def _right_units(case: _Case) -> int:
    categorical = isinstance(case.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy)
    return 1 if case.classes == 2 and not categorical else case.classes


def _units_fit_classes(case: _Case) -> Iterator[Problem]:
    if not case.shapes_fit or case.last.output_shape is None or len(case.last.output_shape) != 1:
        return
    units, classes = case.last.output_shape[0], case.classes
    if units == classes:
        return
    binary_loss = isinstance(case.loss, BinaryCrossentropy)
    categorical = isinstance(case.loss, CategoricalCrossentropy | SparseCategoricalCrossentropy)
    if units == 1 and not categorical and (classes == 2 or not binary_loss):
        if classes > 2:
            yield Problem(
                Severity.WARNING,
                f"One output for {classes} classes learns the class number as a quantity; "
                f"for classes use {classes} outputs with softmax",
                case.last.index,
                fix=_units_fix(case, classes),
            )
        return
    if units == 1 and classes == 2 and categorical:
        message = f"{case.loss.tag} needs one output per class (2), but the last layer has 1"
        fix = (
            Fix("Use binary_crossentropy", _with_loss(case.project, BinaryCrossentropy()))
            if not isinstance(case.last.layer, Softmax)
            else None
        )
        yield Problem(Severity.ERROR, message, case.last.index, "units", fix)
        return
    right = _right_units(case)
    yield Problem(
        Severity.ERROR,
        f"The data has {classes} classes, but the network has {units:,} outputs",
        case.last.index,
        "units",
        _units_fix(case, right),
    )


def _units_fix(case: _Case, units: int) -> Fix | None:
    """Change the units of the last Dense layer, if nothing after it changes the shape."""
    for info in reversed(case.layers):
        if isinstance(info.layer, Dense):
            changed = info.layer.replace(units=units)
            plural = "unit" if units == 1 else "units"
            return Fix(
                f"Give {info.name} {units} {plural}", case.project.with_layer(info.index, changed)
            )
        if info.output_shape != info.input_shape:
            break
    return None


def _softmax_over_one(case: _Case) -> Iterator[Problem]:
    for info in case.layers:
        if info.layer.nonlinearity is not Activation.SOFTMAX or not info.output_shape:
            continue
        axis = info.layer.axis if isinstance(info.layer, Softmax) else -1
        index = axis - 1 if axis > 0 else axis
        if info.output_shape[index] != 1:
            continue
        fix = None
        if isinstance(info.layer, Dense | ActivationLayer):
            changed = info.layer.replace(activation=Activation.SIGMOID)
            fix = Fix("Use sigmoid", case.project.with_layer(info.index, changed))
        yield Problem(
            Severity.ERROR,
            "Softmax over a single unit is always 1, so the network cannot learn: use sigmoid",
            info.index,
            "activation",
            fix,
        )


def _activation_fits_loss(case: _Case) -> Iterator[Problem]:
    """The output must be what the loss takes it for."""
    if not case.shapes_fit or not case.last.output_shape:
        return
    index, function = case.output_activation
    units, loss = case.last.output_shape[-1], case.loss
    if function is Activation.STEP:
        return  # has a problem of its own
    if isinstance(loss, BinaryCrossentropy) and function is Activation.SOFTMAX and units > 1:
        yield Problem(
            Severity.ERROR,
            f"softmax with {units} units gives one class out of {units}, "
            "but binary_crossentropy treats each as a yes or no of its own",
            index,
            "activation",
            Fix(
                "Use categorical_crossentropy",
                _with_loss(case.project, CategoricalCrossentropy()),
            ),
        )
        return
    if not isinstance(
        loss, BinaryCrossentropy | CategoricalCrossentropy | SparseCategoricalCrossentropy
    ):
        return
    wanted = Activation.SIGMOID if isinstance(loss, BinaryCrossentropy) else Activation.SOFTMAX
    probabilities = {
        Activation.SIGMOID: {Activation.SIGMOID, Activation.HARD_SIGMOID},
        Activation.SOFTMAX: {Activation.SOFTMAX},
    }[wanted]
    if loss.from_logits and function in (Activation.SOFTMAX, Activation.SIGMOID):
        yield Problem(
            Severity.WARNING,
            f"The loss applies {wanted} itself (from logits), and the last layer applies "
            f"{function} as well",
            index,
            "activation",
            _activation_fix(case, index, Activation.LINEAR),
        )
    elif not loss.from_logits and function not in probabilities:
        severity = (
            Severity.WARNING
            if function in (Activation.SIGMOID, Activation.HARD_SIGMOID)
            else Severity.ERROR
        )
        yield Problem(
            severity,
            f"{loss.tag} expects probabilities, which {wanted} gives; the output has {function}",
            index,
            "activation",
            _activation_fix(case, index, wanted),
        )


def _activation_fix(case: _Case, index: int, function: Activation) -> Fix | None:
    layer = case.project.layers[index]
    if isinstance(layer, Dense | Conv2D | ActivationLayer):
        changed: Layer = layer.replace(activation=function)
        return Fix(f"Use {function}", case.project.with_layer(index, changed))
    if function is Activation.LINEAR:
        return Fix(f"Remove {layer.tag}", case.project.removed(index))
    return None


def _metrics_fit(case: _Case) -> Iterator[Problem]:
    sparse = isinstance(case.loss, SparseCategoricalCrossentropy)
    one_hot = {Metric.PRECISION, Metric.RECALL, Metric.AUC, Metric.TOP_K}
    units = case.last.output_shape[-1] if case.shapes_fit and case.last.output_shape else None
    for metric in case.project.training.metrics:
        rest = tuple(m for m in case.project.training.metrics if m is not metric)
        training = case.project.training.replace(metrics=rest)
        remove = Fix(f"Remove {metric}", case.project.replace(training=training))
        if sparse and metric in one_hot | {Metric.MEAN_SQUARED_ERROR, Metric.MEAN_ABSOLUTE_ERROR}:
            yield Problem(
                Severity.ERROR,
                f"The metric {metric} cannot be worked out from the whole-number labels of "
                "sparse_categorical_crossentropy",
                field="metrics",
                fix=Fix(
                    "Use categorical_crossentropy",
                    _with_loss(
                        case.project, CategoricalCrossentropy(from_logits=case.loss.from_logits)
                    ),
                )
                if isinstance(case.loss, SparseCategoricalCrossentropy)
                else None,
            )
        elif metric is Metric.TOP_K and units is not None and units <= 5:
            yield Problem(
                Severity.ERROR if units < 2 else Severity.WARNING,
                f"{metric} counts the five likeliest classes: with {units} outputs it says nothing",
                field="metrics",
                fix=remove,
            )
        elif (
            metric in (Metric.PRECISION, Metric.RECALL, Metric.AUC)
            and case.shapes_fit
            and case.output_activation[1]
            not in (
                Activation.SIGMOID,
                Activation.HARD_SIGMOID,
                Activation.SOFTMAX,
                Activation.STEP,
            )
        ):
            yield Problem(
                Severity.ERROR,
                f"The metric {metric} needs outputs between 0 and 1: use sigmoid or softmax in "
                "the last layer, or remove the metric",
                field="metrics",
                fix=remove,
            )


def _with_loss(project: Project, loss: Loss) -> Project:
    return project.replace(training=project.training.replace(loss=loss))


# --- learning -------------------------------------------------------------------------------------


def _nothing_to_train(case: _Case) -> Iterator[Problem]:
    if case.shapes_fit and not any(info.trainable_parameters for info in case.layers):
        yield Problem(
            Severity.ERROR,
            "No layer has weights to train: add a Dense layer",
            case.last.index,
            fix=Fix(
                "Add a Dense layer", case.project.inserted(len(case.layers), _output_layer(case))
            ),
        )


def _step_freezes(case: _Case) -> Iterator[Problem]:
    """Heaviside's derivative is 0 everywhere, so no gradient passes backwards through it."""
    steps = [i.index for i in case.layers if i.layer.nonlinearity is Activation.STEP]
    if not steps:
        return
    index = steps[-1]
    own = bool(case.layers[index].trainable_parameters)
    frozen = [i.name for i in case.layers[: index + own] if i.trainable_parameters]
    if not frozen:
        return
    learners = [i for i in case.layers[index + 1 :] if i.trainable_parameters]
    names = frozen[0] if len(frozen) == 1 else f"{', '.join(frozen[:-1])} and {frozen[-1]}"
    yield Problem(
        Severity.WARNING,
        f"The slope of step is zero everywhere, so {names} cannot learn"
        + ("" if learners else ": the weights stay as they started"),
        index,
        "activation",
        _activation_fix(case, index, Activation.SIGMOID),
    )


def _no_nonlinearity(case: _Case) -> Iterator[Problem]:
    """Linear layers in a row can do no more than one of them."""
    linear: LayerInfo | None = None
    for info in case.layers:
        function = info.layer.nonlinearity
        if not isinstance(info.layer, Dense | Conv2D):
            if function not in (None, Activation.LINEAR) or info.layer.family == "Pooling":
                linear = None
            continue
        if linear is not None:
            changed = linear.layer.replace(activation=Activation.RELU)
            yield Problem(
                Severity.WARNING,
                f"Nothing non-linear stands between {linear.name} and {info.name}: "
                "together they can do no more than one layer",
                linear.index,
                "activation",
                Fix(f"Use relu in {linear.name}", case.project.with_layer(linear.index, changed)),
            )
        linear = info if function is Activation.LINEAR else None


def _unscaled_pixels(case: _Case) -> Iterator[Problem]:
    _, largest = case.project.data.value_range
    scaling = any(info.layer.tag in ("Rescaling", "BatchNormalization") for info in case.layers[:3])
    if largest > 10 and not scaling and "scale_pixels" in type(case.project.data).model_fields:
        yield Problem(
            Severity.WARNING,
            f"Pixels run from 0 to {largest:g}; networks learn best from values around 0 to 1",
            fix=Fix(
                "Scale pixels",
                case.project.replace(data=case.project.data.replace(scale_pixels=True)),
            ),
        )


# --- settings that do not work together -----------------------------------------------------------


def _monitors_exist(case: _Case) -> Iterator[Problem]:
    training, data = case.project.training, case.project.data
    measured = {"loss", *training.metrics}
    for field, title in (("early_stopping", "Early stopping"), ("reduce_lr_on_plateau", "Reduce")):
        watching = getattr(training, field)
        if watching is None:
            continue
        name = watching.monitor.removeprefix("val_")
        if name not in measured:
            changed = training.replace(**{field: watching.replace(monitor="loss")})
            message = f"{title} watches {watching.monitor}, but {name} is not among the metrics"
        elif watching.monitor.startswith("val_") and not data.has_validation:
            changed = training.replace(**{field: watching.replace(monitor=name)})
            message = f"{title} watches {watching.monitor}, but there are no validation rows"
        else:
            continue
        fix = Fix(
            f"Watch {getattr(changed, field).monitor}", case.project.replace(training=changed)
        )
        yield Problem(Severity.ERROR, message, field=field, fix=fix)


def _fits_memory(case: _Case) -> Iterator[Problem]:
    if case.memory is None:
        return
    training = case.project.training
    total = sum(info.parameters for info in case.layers)
    needed = parameter_bytes(total, training)
    if needed > case.memory * 0.8:
        largest = max(case.layers, key=lambda info: info.parameters)
        yield Problem(
            Severity.ERROR,
            f"{total:,} parameters need about {_gigabytes(needed)} of memory to train, this "
            f"machine has {_gigabytes(case.memory)}; most are in {largest.name}",
            largest.index,
        )
        return
    outputs = activation_bytes(case.layers, training)
    if needed + outputs > case.memory * 0.8:
        yield Problem(
            Severity.ERROR,
            f"Batches of {training.batch_size:,} rows need about {_gigabytes(needed + outputs)} "
            f"of memory, this machine has {_gigabytes(case.memory)}: use smaller batches",
            field="batch_size",
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"


CHECKS: tuple[Check, ...] = (
    _empty_stack,
    _shape_mismatch,
    _output_rank,
    _units_fit_classes,
    _softmax_over_one,
    _activation_fits_loss,
    _metrics_fit,
    _nothing_to_train,
    _monitors_exist,
    _fits_memory,
    _step_freezes,
    _no_nonlinearity,
    _unscaled_pixels,
)
