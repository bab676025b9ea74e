"""How each kind of values is drawn in charts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Split(StrEnum):
    """What values are measured on."""

    STEPS = "steps"  # each batch
    TRAINING = "training"  # all batches of an epoch
    VALIDATION = "validation"


@dataclass(frozen=True)
class Look:
    """How one kind of values is drawn: its name for people, color token, dash and marker."""

    label: str
    token: str
    width: float
    dash: tuple[float, ...]
    marker: str
    opacity: float = 1.0


STEPS = Look("Each batch", "accent", 1.0, (), "", 0.42)
TRAINING = Look("Training", "accent", 2.0, (), "o")
VALIDATION = Look("Validation", "validation", 2.0, (4.0, 2.0), "s")
LOOKS = {Split.STEPS: STEPS, Split.TRAINING: TRAINING, Split.VALIDATION: VALIDATION}
