"""How large everything is shown. Lengths in the code are those at 100 %, in pixels."""

from __future__ import annotations

STEPS = (80, 90, 100, 110, 125, 150, 175, 200)  # per cent
USUAL = 100

_percent = USUAL  # like the font and the style sheet, one for the whole application


def use(percent: int) -> None:
    """Let `scaled` return lengths at `percent`; `Theme.apply` does, with what depends on it."""
    global _percent
    _percent = percent


def factor() -> float:
    """How many times as large as at 100 % everything is shown."""
    return _percent / 100


def scaled(pixels: float) -> int:
    """A length at the zoom in force, in whole pixels."""
    return round(pixels * factor())


def next_step(percent: int, direction: int) -> int:
    """The nearest step above (`direction` 1) or below (-1); `percent` itself at the ends."""
    further = [step for step in STEPS if (step - percent) * direction > 0]
    return min(further, key=lambda step: abs(step - percent), default=percent)
