"""What a stack does to the rows before it trains with them."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.document.layers import Layer
from desktop.document.schema import Range


def layers_ahead(layers: Sequence[Layer]) -> int:
    """How many of the first layers come to an end with the last one that augments; 0 if none does.

    All of them can work on rows before the step that trains with them.
    """
    ahead = 0
    for count, layer in enumerate(layers, start=1):
        if not layer.works_ahead:
            break
        if layer.augments:
            ahead = count
    return ahead


def suited(layer: Layer, before: Sequence[Layer], values: Range) -> Layer:
    """`layer` with the value range, if it has one, of what `before` makes of rows in `values`."""
    made = range_after(before, values)
    if made is None or "value_range" not in type(layer).model_fields:
        return layer
    return layer.replace(value_range=made)


def range_after(layers: Sequence[Layer], values: Range) -> Range | None:
    """The range of what `layers` make of rows in `values`, but for noise; None if not known."""
    made: Range | None = values
    for layer in layers:
        made = layer.output_range(made) if made is not None else None
    return made
