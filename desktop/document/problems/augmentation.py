"""Checks of the layers that change images at random."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from desktop.document.augmentation import layers_ahead
from desktop.document.problems.base import Case, Check, Fix, Problem, Severity, final_shape

_EQUAL = 0.01  # of the range: how far the ends of another one may be off


def late_augmentation(case: Case) -> Iterator[Problem]:
    """Augmentation makes other images to train with: it has to come before what learns."""
    project, layers = case.project, case.project.layers
    late = [
        info
        for info in case.layers[layers_ahead(layers) :]
        if info.layer.augments and not info.error
    ]
    if not late:
        return
    first = next(info for info in case.layers if not info.layer.works_ahead)
    for info in late:
        moved = project.moved(info.index, first.index)
        fits = final_shape(case.schema.input_shape, moved.layers) == case.output_shape
        yield Problem(
            Severity.ERROR,
            f"{info.name} changes the output of {first.name}, not the images: move it before "
            f"{first.name}",
            info.index,
            fix=Fix(f"Move {info.name}", moved) if fits and case.output_shape else None,
        )


def value_range_fits(case: Case) -> Iterator[Problem]:
    """Values outside of the range are cut off, and random values fill it."""
    values = case.schema.value_range
    for info in case.layers:
        given = getattr(info.layer, "value_range", None)
        if given is not None and not _is_near(given, values):
            low, high = values
            fitted = case.project.with_layer(info.index, info.layer.replace(value_range=values))
            yield Problem(
                Severity.WARNING,
                f"The value range of {info.name} is {given[0]:g} to {given[1]:g}, but the images "
                f"have values from {low:.4g} to {high:.4g}",
                info.index,
                "value_range",
                Fix(f"Use {low:.4g} to {high:.4g}", fitted),
            )
        made = info.layer.output_range(values)
        if made is None:
            return
        values = made


def _is_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    allowed = _EQUAL * (other[1] - other[0])
    return all(isclose(a, b, abs_tol=allowed) for a, b in zip(one, other, strict=True))


CHECKS: tuple[Check, ...] = (late_augmentation, value_range_fits)
