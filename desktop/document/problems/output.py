"""Checks of the output: whether it suits the target and the loss."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Family, Softmax
from desktop.document.layers.core import Activation as ActivationLayer
from desktop.document.losses import BinaryCrossentropy, CategoricalCrossentropy, MeanSquaredError
from desktop.document.problems.base import (
    Case,
    Check,
    Fix,
    Problem,
    Severity,
    final_shape,
    insertion,
    with_activation,
    with_loss,
)
from desktop.document.problems.shapes import late_flatten
from desktop.document.spec import SpecError
from desktop.document.text import counted

_BETWEEN_0_AND_1 = (ActivationFunction.SIGMOID, ActivationFunction.HARD_SIGMOID)
_LIMITS = {
    ActivationFunction.SOFTMAX: "numbers between 0 and 1 that add up to 1",
    ActivationFunction.SIGMOID: "numbers between 0 and 1",
    ActivationFunction.HARD_SIGMOID: "numbers between 0 and 1",
    ActivationFunction.STEP: "0 or 1",
    ActivationFunction.TANH: "numbers between -1 and 1",
    ActivationFunction.SOFTSIGN: "numbers between -1 and 1",
    ActivationFunction.RELU: "no negative numbers",
    ActivationFunction.SOFTPLUS: "no negative numbers",
    ActivationFunction.EXPONENTIAL: "no negative numbers",
}


def _units(case: Case) -> int | None:
    """The number of outputs; None where a problem of the shapes comes first."""
    shape = case.output_shape
    if not case.learns or shape is None or len(shape) != 1:
        return None
    if any(problem.severity is Severity.ERROR for problem in late_flatten(case)):
        return None
    return shape[0]


# --- units ----------------------------------------------------------------------------------------


def units_fit_classes(case: Case) -> Iterator[Problem]:
    """As many outputs as classes; with two classes, one output may say which."""
    units, classes = _units(case), case.classes
    if units is None or case.is_regression or units == classes:
        return
    last = case.last.index
    if units > 1 or (classes > 2 and (case.is_categorical or case.is_binary)):
        yield Problem(
            Severity.ERROR,
            f"The data has {classes} classes, but the network has {counted(units, 'output')}: "
            f"it needs {case.right_units:,}",
            last,
            "units",
            _units_fix(case, case.right_units),
        )
    elif classes > 2:
        yield Problem(
            Severity.WARNING,
            f"One output for {classes} classes learns the class number as a quantity: "
            f"use {classes} outputs",
            last,
            "units",
            _units_fix(case, classes),
        )
    elif case.is_categorical:
        yield Problem(
            Severity.ERROR,
            f"{case.loss.tag} needs one output per class (2), but the network has 1; "
            "with one output use binary_crossentropy",
            last,
            "units",
            _binary_fix(case),
        )


def units_fit_numbers(case: Case) -> Iterator[Problem]:
    """As many outputs as numbers to predict."""
    units = _units(case)
    if units is None or not case.is_regression or units == case.right_units:
        return
    yield Problem(
        Severity.ERROR,
        f"The data has {counted(case.right_units, 'number')} to predict, but the network has "
        f"{counted(units, 'output')}",
        case.last.index,
        "units",
        _units_fix(case, case.right_units),
    )


def loss_fits_numbers(case: Case) -> Iterator[Problem]:
    """Cross-entropy compares probabilities of classes."""
    if case.is_regression and (case.is_categorical or case.is_binary):
        yield Problem(
            Severity.ERROR,
            f"{case.loss.tag} is for classes, but the data has numbers to predict: use "
            "mean_squared_error",
            field="loss",
            fix=Fix("Use mean_squared_error", with_loss(case.project, MeanSquaredError())),
        )


def _units_fix(case: Case, units: int) -> Fix | None:
    """Give the layer that makes the output so many units, or add one that has them."""
    last = next((info for info in reversed(case.layers) if info.layer.units_field), None)
    if last is not None:
        field = last.layer.units_field or ""
        words = f"Set {last.name} to {counted(units, field.removesuffix('s'))}"
        with suppress(SpecError):  # the number may not suit its other settings
            changed = case.project.with_layer(last.index, last.layer.replace(**{field: units}))
            if final_shape(case.schema.input_shape, changed.layers) == (units,):
                return Fix(words, changed)
    end = case.output_layer().replace(units=units)
    return insertion(
        f"Add Dense with {counted(units, 'unit')}", case.project, len(case.layers), end
    )


def _binary_fix(case: Case) -> Fix | None:
    """One output, two classes: the loss for yes or no, and a function that suits it."""
    index, function = case.output_activation
    logits = case.from_logits and function is ActivationFunction.LINEAR
    loss = BinaryCrossentropy(from_logits=logits)
    if logits or function in (*_BETWEEN_0_AND_1, ActivationFunction.STEP):
        return Fix("Use binary_crossentropy", with_loss(case.project, loss))
    sigmoid = _output_fix(case, index, ActivationFunction.SIGMOID)
    if sigmoid is None:
        return None
    return Fix("Use sigmoid and binary_crossentropy", with_loss(sigmoid.project, loss))


# --- softmax --------------------------------------------------------------------------------------


def softmax_over_one(case: Case) -> Iterator[Problem]:
    """exp(x) / exp(x) is 1 whatever x is."""
    for info in case.layers:
        shape = info.output_shape
        if info.layer.nonlinearity is not ActivationFunction.SOFTMAX or shape is None:
            continue
        axis = getattr(info.layer, "axis", -1)
        if shape[axis - 1 if axis > 0 else axis] != 1:
            continue
        fix: Fix | None
        message = "Softmax over a single unit is always 1, so the network cannot learn: "
        if case.is_categorical and _units(case) == 1 and info.index == case.output_activation[0]:
            if case.classes == 2:
                message += "use sigmoid and binary_crossentropy"
                fix = _binary_fix(case)
            else:
                message += f"use one unit for each of the {case.classes} classes"
                fix = _units_fix(case, case.classes)
        else:
            function = (
                ActivationFunction.LINEAR if case.is_regression else ActivationFunction.SIGMOID
            )
            message += f"use {function}"
            fix = _output_fix(case, info.index, function)
        yield Problem(Severity.ERROR, message, info.index, "activation", fix)
        return  # a second one is told of when this one is gone


def softmax_twice(case: Case) -> Iterator[Problem]:
    """Probabilities put through softmax again become nearly equal."""
    first = None
    for info in case.layers:
        if info.trainable_parameters or info.layer.normalizes:
            first = None
        if info.layer.nonlinearity is not ActivationFunction.SOFTMAX:
            continue
        if first is not None:
            yield Problem(
                Severity.WARNING,
                f"{first.name} already applies softmax; a second one makes all classes "
                "nearly equally probable",
                info.index,
                fix=Fix(f"Remove {info.name}", case.project.removed(info.index)),
            )
        first = info


# --- activation and loss --------------------------------------------------------------------------


def activation_fits_loss(case: Case) -> Iterator[Problem]:
    """The output must be what the loss takes it for."""
    units = _units(case)
    if units is None or case.is_regression or not (case.is_categorical or case.is_binary):
        return
    index, function = case.output_activation
    fix: Fix | None
    if function is ActivationFunction.STEP or (units == 1 and case.is_categorical):
        return  # these have a problem of their own
    if units == 1 and function is ActivationFunction.SOFTMAX and not case.from_logits:
        return  # as has this
    tag = case.loss.tag
    if case.from_logits:
        if function is ActivationFunction.LINEAR:
            return
        applied = ActivationFunction.SOFTMAX if case.is_categorical else ActivationFunction.SIGMOID
        severity = Severity.WARNING
        message = f"{tag} applies {applied} itself (from logits), "
        if function is applied:
            message += "but the output layer applies it, too: remove one of them"
            loss = case.loss.replace(from_logits=False)
            fix = Fix("Turn off from logits", with_loss(case.project, loss))
        else:
            message += f"so the output must not have {function} as well: use linear"
            fix = _output_fix(case, index, ActivationFunction.LINEAR)
    elif case.is_binary and function is ActivationFunction.SOFTMAX:
        severity = Severity.ERROR
        message = (
            f"softmax with {units} units chooses one class out of {units}, but {tag} treats each "
            "unit as a separate yes or no: use categorical_crossentropy"
        )
        fix = Fix(
            "Use categorical_crossentropy", with_loss(case.project, CategoricalCrossentropy())
        )
    elif function is case.right_activation or (case.is_binary and function in _BETWEEN_0_AND_1):
        return
    else:
        severity = Severity.WARNING if function in _BETWEEN_0_AND_1 else Severity.ERROR
        sums = " that add up to 1" if case.is_categorical else ""
        message = (
            f"{tag} needs probabilities{sums}: use {case.right_activation} at the output "
            f"instead of {function}"
        )
        fix = _output_fix(case, index, case.right_activation)
    yield Problem(severity, message, index, "activation", fix)


def range_fits_numbers(case: Case) -> Iterator[Problem]:
    """Numbers to predict are standardized or of any size; the output must be able to reach them."""
    if _units(case) is None or not case.is_regression:
        return
    index, function = case.output_activation
    limits = _LIMITS.get(function)
    if limits is None or (function is ActivationFunction.SOFTMAX and case.output_shape == (1,)):
        return  # softmax over one unit has a problem of its own
    yield Problem(
        Severity.WARNING,
        f"{function} gives {limits}, but the numbers to predict may be any: use linear",
        index,
        "activation",
        _output_fix(case, index, ActivationFunction.LINEAR),
    )


def _output_fix(case: Case, index: int, function: ActivationFunction) -> Fix | None:
    """Apply `function` in place of what the layer at `index` applies.

    Where that layer cannot apply it, or a pooling or flattening comes after it, the function is
    added at the end.
    """
    info = case.layers[index]
    reshaped = any(i.output_shape != i.input_shape for i in case.layers[index + 1 :])
    if function is not ActivationFunction.SOFTMAX or not reshaped:
        changed = with_activation(case.project, index, function)
        if changed is not None:
            return Fix(f"Use {function}", changed)
        if function is ActivationFunction.LINEAR:
            return Fix(f"Remove {info.name}", case.project.removed(index))
        if info.layer.family is Family.ACTIVATION:
            replaced = case.project.with_layer(index, _layer_of(function))
            return Fix(f"Replace {info.name} by {function}", replaced)
    words = f"Add {function} at the end"
    return insertion(words, case.project, len(case.layers), _layer_of(function))


def _layer_of(function: ActivationFunction) -> Softmax | ActivationLayer:
    return (
        Softmax()
        if function is ActivationFunction.SOFTMAX
        else ActivationLayer(activation=function)
    )


CHECKS: tuple[Check, ...] = (
    units_fit_classes,
    units_fit_numbers,
    loss_fits_numbers,
    softmax_over_one,
    softmax_twice,
    activation_fits_loss,
    range_fits_numbers,
)
