"""What the engine tells about the preparation of a drawing: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Step(StrEnum):
    """A step of the preparation that can be left out."""

    CROP = "crop"
    SLANT = "slant"
    FIT = "fit"
    CENTER = "center"
    STROKES = "strokes"


@dataclass(frozen=True)
class DrawingStep:
    """What a drawing looks like after a step, `image` being uint8 (h, w) with ink 255 on 0.

    A step with no `step` cannot be left out. One that `is_used` no more shows the drawing without
    it.
    """

    step: Step | None
    title: str
    image: NDArray[np.uint8]
    is_used: bool = True
