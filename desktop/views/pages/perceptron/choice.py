"""Which unit of the network is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.workers.reports import FloatArray
from desktop.workers.stepping import DenseValues, StepState


@dataclass(frozen=True)
class Unit:
    """A unit of a Dense layer, by the place of that in the stack, and its number from 0."""

    layer: int
    number: int


def units_of(state: StepState) -> list[tuple[str, Unit]]:
    """All units with parameters, with their names; those of the last layer first."""
    found: dict[Unit, str] = {}
    names = {layer.index: layer.name for layer in state.layers}
    for each in state.parameters:
        unit = Unit(each.layer, each.unit)
        found.setdefault(unit, f"{names[each.layer]}, unit {each.unit + 1}")
    return [(name, unit) for unit, name in found.items()]


def places_of(state: StepState, unit: Unit) -> list[int]:
    """The places of the weights of `unit` among the parameters, its bias last."""
    return [
        place
        for place, each in enumerate(state.parameters)
        if (each.layer, each.unit) == (unit.layer, unit.number)
    ]


def layer_of(state: StepState, unit: Unit) -> DenseValues | None:
    """The layer of `unit`; None if the network has no such layer."""
    return next((layer for layer in state.layers if layer.index == unit.layer), None)


def weights_of(state: StepState, unit: Unit) -> tuple[FloatArray, float | None]:
    """The weights of `unit`, (n,), and its bias, None if it has none."""
    places = places_of(state, unit)
    has_bias = bool(places) and state.parameters[places[-1]].source is None
    values = state.values[places]
    return (values[:-1], float(values[-1])) if has_bias else (values, None)
