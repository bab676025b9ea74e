"""The facts of an activation function in words."""

from __future__ import annotations

import math

from desktop.document.choices import ActivationFunction
from desktop.document.text import decimal_text, number_text, with_minus
from desktop.workers.activations import ActivationFacts


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return with_minus(number_text(0.0 if abs(value) < 1e-6 else value, 3))


def range_text(found: ActivationFacts) -> str:
    """Between which numbers the outputs are."""
    return f"{_number(found.low)} to {_number(found.high)}"


def slope_text(found: ActivationFacts) -> str:
    """How large the derivative becomes."""
    if found.is_flat:
        return "0; at the jump there is none" if found.low < found.high else "0"
    return "grows without limit" if math.isinf(found.steepest) else _number(found.steepest)


def saturation_text(found: ActivationFacts) -> str:
    """Where the function is flat, so that hardly any gradient passes."""
    if found.is_flat:
        return "everywhere: no gradient passes, so it cannot be trained"
    sides = []
    if not math.isinf(found.flat_below):
        sides.append(f"below {_place(found.flat_below)}")
    if not math.isinf(found.flat_above):
        sides.append(f"above {_place(found.flat_above)}")
    return " and ".join(sides) or "nowhere"


def _place(value: float) -> str:
    return decimal_text(value, 1).removesuffix(".0")


def saturation_tip(function: ActivationFunction) -> str:
    """What counts as flat."""
    return f"Where the slope stays under {function.flat_slope:.2g}"


def center_text(found: ActivationFacts) -> str:
    """Whether the outputs are centered on zero."""
    return "yes" if found.is_centered else f"no, the mean output is {decimal_text(found.mean)}"


def cost_text(cost: float | None) -> str:
    """The time beside that of ReLU; None if it has not been measured."""
    return "not measured yet" if cost is None else f"{cost:.1f} × ReLU"


CENTER_TIP = "The mean of the outputs for inputs with mean 0 and variance 1 (normal distribution)"
COST_TIP = (
    "Time for a million values, forwards and backwards, on this machine; "
    "ReLU and the others take turns"
)
