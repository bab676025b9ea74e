"""What happens when numbers overflow: the bad step is not taken, and its cause is found.

A loss that is infinite or NaN makes every gradient NaN, and one step with those leaves a network of
nothing but NaN, which no longer shows where it started. Functions like ReLU even swallow
NaN, so that a dead network may keep an innocent-looking loss. Therefore every step looks at
loss, outputs and gradients before it touches the weights (see `fused`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.project import Project
from desktop.document.trace import trace
from desktop.engine.probe import Probe

ADVICE = "Try a smaller learning rate, gradient clipping (clip norm), or inputs scaled to 0 to 1."
DATA_ADVICE = "Correct the data first."


class NonFiniteError(ArithmeticError):
    """Training met numbers that are infinite or NaN.

    `batch` is what the step that was not taken was given: inputs, targets, perhaps sample weights.
    """

    def __init__(self, message: str = "", batch: tuple[NDArray[Any], ...] | None = None) -> None:
        super().__init__(message)
        self.batch = batch


def check_weights(model: Any, project: Project) -> None:
    """Raise NonFiniteError if a weight of `model` is infinite or NaN."""
    bad = _bad_weights(model, project)
    if bad:
        raise NonFiniteError(bad)


def diagnose(model: Any, project: Project, batch: tuple[NDArray[Any], ...]) -> tuple[str, str]:
    """Which part of `model` gave the first number that is not finite for `batch`.

    Looks at the batch, the weights, the outputs layer by layer, the loss, and the gradients, in
    this order. Returns the cause, without a full stop, and what to do about it. The model's
    weights stay as they are.
    """
    if not np.isfinite(batch[0]).all():
        return "the data has values that are infinite or NaN (not a number)", DATA_ADVICE
    return _cause(model, project, batch), ADVICE


def _cause(model: Any, project: Project, batch: tuple[NDArray[Any], ...]) -> str:
    if bad := _bad_weights(model, project):
        return bad
    seen = Probe(model, project, batch).look()
    for part in seen.layers:
        if not np.isfinite(part.output).all():
            kind = _kind(np.asarray(part.output))
            return f"the outputs of {part.name} were the first to become {kind}"
    if not np.isfinite(seen.loss):
        last = seen.layers[-1]
        largest = np.abs(last.output).max(initial=0.0)
        return f"the outputs of {last.name} (up to {largest:.3g}) were too large for the loss"
    # Gradients run backwards: the bad one nearest to the output came first.
    for part in reversed(seen.layers):
        for weight, gradient in zip(part.layer.trainable_variables, part.gradients, strict=True):
            if not np.isfinite(gradient).all():
                return (
                    f"the gradient of {part.name} ({weight.name}) was the first to become "
                    f"{_kind(np.asarray(gradient))}"
                )
    return "the sum of the gradients became too large"


def _bad_weights(model: Any, project: Project) -> str:
    for info, layer in zip(trace(project), model.layers, strict=True):
        for weight in layer.weights:
            values = np.asarray(weight.value)
            if not np.isfinite(values).all():
                return (
                    f"the weights of {info.name} ({weight.name}) were the first to become "
                    f"{_kind(values)}"
                )
    return ""


def _kind(values: NDArray[Any]) -> str:
    return "NaN (not a number)" if np.isnan(values).any() else "infinite"
