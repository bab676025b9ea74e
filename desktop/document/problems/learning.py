"""Checks of what the network can learn."""

from __future__ import annotations

from collections.abc import Iterator

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Rescaling
from desktop.document.problems.base import (
    Case,
    Check,
    Fix,
    Problem,
    Severity,
    insertion,
    with_activation,
)
from desktop.document.text import listed
from desktop.document.trace import LayerInfo

_LARGEST_INPUT = 10.0  # beyond this, steps of the usual size overshoot
_SMALLEST_SPREAD = 0.05  # from the darkest to the brightest pixel; below, all look alike


def nothing_to_train(case: Case) -> Iterator[Problem]:
    """No layer has weights."""
    if case.output_shape is None or len(case.output_shape) != 1 or case.learns:
        return
    yield Problem(
        Severity.ERROR,
        "No layer has weights to train: add a Dense layer",
        case.last.index,
        fix=insertion("Add a Dense layer", case.project, len(case.layers), case.output_layer()),
    )


def step_freezes(case: Case) -> Iterator[Problem]:
    """Heaviside's derivative is 0 everywhere, so no gradient passes backwards through it."""
    steps = [info for info in case.layers if info.layer.nonlinearity is ActivationFunction.STEP]
    if not steps:
        return
    last = steps[-1]
    own = bool(last.trainable_parameters)
    frozen = [info.name for info in case.layers[: last.index + own] if info.trainable_parameters]
    if not frozen:
        return
    learners = any(info.trainable_parameters for info in case.layers[last.index + 1 :])
    ending = "only the layers after it can" if learners else "the weights keep their initial values"
    at_output = last.index == case.output_activation[0]
    function = case.right_activation if at_output else ActivationFunction.SIGMOID
    if function is ActivationFunction.SOFTMAX and (last.output_shape or ())[-1:] == (1,):
        function = ActivationFunction.SIGMOID
    fixed = with_activation(case.project, last.index, function)
    yield Problem(
        Severity.WARNING,
        f"The gradient of step is zero everywhere, so {listed(frozen)} cannot learn: {ending}",
        last.index,
        "activation",
        Fix(f"Use {function}", fixed) if fixed is not None else None,
    )


def no_nonlinearity(case: Case) -> Iterator[Problem]:
    """Linear layers in sequence can compute no more than one of them."""
    linear: LayerInfo | None = None
    for info in case.layers:
        layer, function = info.layer, info.layer.nonlinearity
        is_linear = layer.is_linear or layer.keeps_values
        if layer.units_field is None or not is_linear:  # no weighted sum
            if not is_linear or function not in (None, ActivationFunction.LINEAR):
                linear = None
            continue
        fixed = (
            with_activation(case.project, linear.index, ActivationFunction.RELU) if linear else None
        )
        if linear is not None and fixed is not None:
            yield Problem(
                Severity.WARNING,
                f"There is no non-linear function between {linear.name} and {info.name}: "
                "together they can compute no more than one linear layer",
                linear.index,
                "activation",
                Fix(f"Use relu in {linear.name}", fixed),
            )
        linear = info if function is ActivationFunction.LINEAR else None


def pixel_range(case: Case) -> Iterator[Problem]:
    """Pixels that are not scaled, or scaled until they hardly differ."""
    data = case.project.data
    if "scale_pixels" not in type(data).model_fields:
        return
    low, high = case.schema.value_range
    scalings: list[LayerInfo] = []
    for info in case.layers:
        if info.layer.normalizes:
            return  # normalizes any range
        values = info.layer.output_range((low, high))
        if values is None:
            break
        if values != (low, high):
            scalings.append(info)
        low, high = values
    reach = f"reach the network as {low:.3g} to {high:.3g}"
    if max(-low, high) > _LARGEST_INPUT:
        scaled = case.project.replace(data=data.replace(scale_pixels=True))
        yield Problem(
            Severity.WARNING,
            f"Pixels {reach}; networks learn best from values around 0 to 1",
            scalings[-1].index if scalings else None,
            fix=None if scalings else Fix("Scale pixels", scaled),
        )
    elif high - low < _SMALLEST_SPREAD and scalings:
        last = scalings[-1]
        twice = len(scalings) > 1 or getattr(data, "scale_pixels", False)
        factor = Rescaling(scale=1 / case.schema.value_range[1])
        yield Problem(
            Severity.WARNING,
            f"Pixels {'are scaled twice and ' if twice else ''}{reach}: too little difference to "
            "learn from",
            last.index,
            fix=Fix(f"Remove {last.name}", case.project.removed(last.index))
            if twice
            else Fix(
                f"Use 1/{case.schema.value_range[1]:g} in {last.name}",
                case.project.with_layer(last.index, factor),
            ),
        )


CHECKS: tuple[Check, ...] = (nothing_to_train, step_freezes, no_nonlinearity, pixel_range)
