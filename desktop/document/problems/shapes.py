"""Checks of the stack itself: whether there is one, and whether its shapes fit together."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from desktop.document.choices import Padding
from desktop.document.layers import Conv2D, Dense, Family, Flatten, Reshape
from desktop.document.layers.base import shape_text
from desktop.document.problems.base import (
    Case,
    Check,
    Fix,
    Problem,
    Severity,
    final_shape,
    insertion,
)
from desktop.document.trace import LayerInfo


def empty_stack(case: Case) -> Iterator[Problem]:
    """There is nothing to train."""
    if case.layers:
        return
    flat = len(case.schema.input_shape) == 1
    start = (*(() if flat else (Flatten(),)), case.output_layer())
    yield Problem(
        Severity.ERROR,
        "The model has no layers yet: add one from the list on the left",
        fix=insertion("Add an output layer", case.project, 0, *start),
    )


def shape_mismatch(case: Case) -> Iterator[Problem]:
    """A layer cannot take what the one before it makes."""
    for info in case.layers:
        if info.error is not None:
            yield Problem(Severity.ERROR, info.error, info.index, fix=_shape_fix(case, info))


def _shape_fix(case: Case, info: LayerInfo) -> Fix | None:
    project, shape, layer = case.project, info.input_shape, info.layer
    if "axis" in type(layer).model_fields:  # an axis that is not there; -1 always is
        return Fix("Use axis -1", project.with_layer(info.index, layer.replace(axis=-1)))
    if shape is None:
        return None
    if isinstance(layer, Reshape):
        if len(shape) != 2 or len(layer.target_shape) != 3 or layer.target_shape[-1] != 1:
            return None
        size = (*shape, 1)  # it is there to add the channel axis of a grey image
        reshaped = layer.replace(target_shape=size)
        return Fix(f"Reshape to {shape_text(size)}", project.with_layer(info.index, reshaped))
    if not (isinstance(layer, Conv2D) or layer.family is Family.POOLING):
        return None
    if len(shape) == 2:  # a grey image without a channel axis
        reshape = Reshape(target_shape=(*shape, 1))
        words = f"Insert Reshape to {shape_text(reshape.target_shape)}"
        return insertion(words, project, info.index, reshape)
    if len(shape) == 3:
        return _padding_fix(case, info)
    return _flatten_fix(case, info)


def _padding_fix(case: Case, info: LayerInfo) -> Fix | None:
    """For a window that is larger than the image."""
    if "padding" not in type(info.layer).model_fields:
        return None
    padded = info.layer.replace(padding=Padding.SAME)
    if final_shape(info.input_shape or (), (padded,)) is None:
        return None
    return Fix(f"Use padding same in {info.name}", case.project.with_layer(info.index, padded))


def _flatten_fix(case: Case, info: LayerInfo) -> Fix | None:
    """For an image that was made a row before this layer."""
    project = case.project
    before = case.layers[info.index - 1] if info.index else None
    if before is None or not isinstance(before.layer, Flatten) or before.input_shape is None:
        return None
    match len(before.input_shape):
        case 3:
            return Fix(f"Remove {before.name}", project.removed(before.index))
        case 2:
            reshape = Reshape(target_shape=(*before.input_shape, 1))
            return Fix(
                f"Replace {before.name} by Reshape to {shape_text(reshape.target_shape)}",
                project.with_layer(before.index, reshape),
            )
    return None


def missing_flatten(case: Case) -> Iterator[Problem]:
    """The output must be one row of numbers per input row."""
    if case.output_shape is None or len(case.output_shape) == 1:
        return
    for info in case.layers:
        if not isinstance(info.layer, Dense) or info.input_shape is None:
            continue
        rest = (Flatten(), *case.project.layers[info.index :])
        if len(info.input_shape) > 1 and len(final_shape(info.input_shape, rest) or ()) == 1:
            yield Problem(
                Severity.ERROR,
                f"{_on_each_row(info)}: put a Flatten before it",
                info.index,
                fix=insertion("Insert Flatten", case.project, info.index, Flatten()),
            )
            return
    end: tuple[Flatten | Dense, ...] = (Flatten(), case.output_layer())
    if case.learns and prod(case.output_shape) == case.right_units:
        end = (Flatten(),)
    names = " and ".join(layer.tag for layer in end)
    yield Problem(
        Severity.ERROR,
        f"The output is {shape_text(case.output_shape)}, but should be one row of numbers: "
        f"add {names} at the end",
        case.last.index,
        fix=insertion(f"Add {names}", case.project, len(case.layers), *end),
    )


def late_flatten(case: Case) -> Iterator[Problem]:
    """Dense takes an image row by row; the Flatten that should come before it comes after."""
    if case.output_shape is None or len(case.output_shape) != 1:
        return
    for info in case.layers:
        if not isinstance(info.layer, Dense) or len(info.input_shape or ()) != 2:
            continue
        flatten = next((i for i in case.layers[info.index :] if isinstance(i.layer, Flatten)), None)
        if flatten is None:
            continue
        fixed = case.project.moved(flatten.index, info.index)
        if final_shape(case.schema.input_shape, fixed.layers) is not None:
            works = case.output_shape[0] in (case.classes, case.right_units)
            yield Problem(
                Severity.WARNING if works else Severity.ERROR,
                f"{_on_each_row(info)}: move {flatten.name} before it",
                info.index,
                fix=Fix(f"Move {flatten.name}", fixed),
            )
        return


def _on_each_row(info: LayerInfo) -> str:
    shape = info.input_shape or ()
    part = "row" if len(shape) == 2 else "pixel"
    return f"{info.name} works on each {part} of its {shape_text(shape)} input by itself"


CHECKS: tuple[Check, ...] = (empty_stack, shape_mismatch, missing_flatten, late_flatten)
