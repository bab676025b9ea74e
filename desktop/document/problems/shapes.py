"""Checks of the stack itself: whether there is one, and whether its shapes fit together."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from desktop.document.choices import Padding
from desktop.document.layers import Flatten, Layer, Reshape
from desktop.document.layers.base import Shape
from desktop.document.problems.base import (
    Case,
    Check,
    Fix,
    Problem,
    Severity,
    final_shape,
    insertion,
)
from desktop.document.schema import RowKind
from desktop.document.text import shape_text
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
    """A layer cannot take the output of the layer before it."""
    for info in case.layers:
        if info.error is not None:
            yield Problem(Severity.ERROR, info.error, info.index, fix=_shape_fix(case, info))


def _shape_fix(case: Case, info: LayerInfo) -> Fix | None:
    project, shape, layer = case.project, info.input_shape, info.layer
    if "axis" in type(layer).model_fields:  # an axis that is not there; -1 always is
        return Fix("Use axis -1", project.with_layer(info.index, layer.replace(axis=-1)))
    if shape is None:
        return None
    target: Shape | None = getattr(layer, "target_shape", None)
    if target is not None:
        if len(shape) != 2 or len(target) != 3 or target[-1] != 1:
            return None
        size = (*shape, 1)  # it is there to add the channel axis of a grayscale image
        reshaped = layer.replace(target_shape=size)
        return Fix(f"Reshape to {shape_text(size)}", project.with_layer(info.index, reshaped))
    rank = layer.input_rank
    if rank is None:
        return None
    if _lacks_channels(layer, info.input_row, shape):
        reshape = Reshape(target_shape=(*shape, 1))
        words = f"Insert Reshape to {shape_text(reshape.target_shape)}"
        return insertion(words, project, info.index, reshape)
    if layer.augments:
        return _augmentation_fix(case, info)
    return _padding_fix(case, info) if len(shape) == rank else _flatten_fix(case, info)


def _lacks_channels(layer: Layer, row: RowKind | None, shape: Shape) -> bool:
    """Whether `shape` is of a grayscale image, to which `layer` needs an axis of channels added."""
    images = row is RowKind.IMAGE and layer.input_row is RowKind.IMAGE
    return images and layer.input_rank == 3 and len(shape) == 2


def _padding_fix(case: Case, info: LayerInfo) -> Fix | None:
    """For a window that is larger than the image."""
    if "padding" not in type(info.layer).model_fields:
        return None
    padded = info.layer.replace(padding=Padding.SAME)
    if final_shape(info.input_shape or (), (padded,)) is None:
        return None
    return Fix(f"Use padding same in {info.name}", case.project.with_layer(info.index, padded))


def _flatten_fix(case: Case, info: LayerInfo) -> Fix | None:
    """For an input that was flattened before this layer."""
    project = case.project
    before = case.layers[info.index - 1] if info.index else None
    if before is None or before.input_shape is None or not _flattens(before):
        return None
    if len(before.input_shape) == info.layer.input_rank:
        return Fix(f"Remove {before.name}", project.removed(before.index))
    if _lacks_channels(info.layer, before.input_row, before.input_shape):
        reshape = Reshape(target_shape=(*before.input_shape, 1))
        return Fix(
            f"Replace {before.name} by Reshape to {shape_text(reshape.target_shape)}",
            project.with_layer(before.index, reshape),
        )
    return None


def _augmentation_fix(case: Case, info: LayerInfo) -> Fix | None:
    """For augmentation of what is no image, or no image any more."""
    if case.schema.row is not RowKind.IMAGE:
        return Fix(f"Remove {info.name}", case.project.removed(info.index))
    flatten = next(filter(_flattens, case.layers[: info.index]), None)
    if flatten is None or flatten.input_row is not RowKind.IMAGE:
        return None
    moved, words = case.project.moved(info.index, flatten.index), f"before {flatten.name}"
    if _lacks_channels(info.layer, flatten.input_row, flatten.input_shape or ()):
        reshape = Reshape(target_shape=(*(flatten.input_shape or ()), 1))
        return insertion(f"Move {words}, with a Reshape", moved, flatten.index, reshape)
    return Fix(f"Move {words}", moved)


def _flattens(info: LayerInfo) -> bool:
    return info.layer.rearranges and len(info.output_shape or ()) == 1


def missing_flatten(case: Case) -> Iterator[Problem]:
    """The output must be one vector for each row."""
    if case.output_shape is None or len(case.output_shape) == 1:
        return
    for info in case.layers:
        if not _divides_image(info) or info.input_shape is None:
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
    end: tuple[Layer, ...] = (Flatten(), case.output_layer())
    if case.learns and prod(case.output_shape) == case.right_units:
        end = (Flatten(),)
    names = " and ".join(layer.tag for layer in end)
    yield Problem(
        Severity.ERROR,
        f"The output is {shape_text(case.output_shape)}, but should be a vector: "
        f"add {names} at the end",
        case.last.index,
        fix=insertion(f"Add {names}", case.project, len(case.layers), *end),
    )


def late_flatten(case: Case) -> Iterator[Problem]:
    """Dense takes an image row by row; the Flatten that should come before it comes after."""
    if case.output_shape is None or len(case.output_shape) != 1:
        return
    for info in case.layers:
        if not _divides_image(info) or len(info.input_shape or ()) != 2:
            continue
        flatten = next(filter(_flattens, case.layers[info.index :]), None)
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


def _divides_image(info: LayerInfo) -> bool:
    """Whether the layer works on the rows or pixels of an image one by one.

    It is meant to do that with the steps of a sequence.
    """
    return info.layer.position_wise and info.input_row is RowKind.IMAGE


def _on_each_row(info: LayerInfo) -> str:
    shape = info.input_shape or ()
    part = "row" if len(shape) == 2 else "pixel"
    return f"{info.name} works on each {part} of its {shape_text(shape)} input separately"


CHECKS: tuple[Check, ...] = (empty_stack, shape_mismatch, missing_flatten, late_flatten)
