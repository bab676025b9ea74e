"""How much memory a network takes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.document.trace import LayerInfo
    from desktop.document.training import Training

BYTES_PER_NUMBER = 4  # float32


def parameter_bytes(parameters: int, trainable: int, training: Training) -> int:
    """Bytes for all weights, the copy of the best, and what training keeps of the trainable ones.

    That is a gradient of each, and the optimizer's slots.
    """
    stopping = training.early_stopping
    copies = 2 if stopping is not None and stopping.restore_best_weights else 1
    numbers = parameters * copies + trainable * (1 + training.optimizer.slots)
    return numbers * BYTES_PER_NUMBER


def activation_bytes(layers: tuple[LayerInfo, ...]) -> int:
    """Bytes for the outputs of every layer on one row, and the gradients on their way back.

    Layers that only rearrange values share the memory of their input.
    """
    values = sum(
        prod(info.output_shape)
        for info in layers
        if info.output_shape is not None and not info.layer.rearranges
    )
    return values * BYTES_PER_NUMBER * 2
