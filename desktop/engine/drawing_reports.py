"""What the engine is asked and tells about a drawing: frozen values."""

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


class Explanation(StrEnum):
    """What a prediction can be explained with."""

    PIXELS = "pixels"  # how much each contributes to the class that is predicted
    ACTIVATIONS = "activations"  # what each layer makes of it


@dataclass(frozen=True)
class DrawingQuestion:
    """What is to be predicted: `drawing`, uint8 (h, w) with ink 255 on 0.

    It is prepared without the steps `left_out`, and explained by what is `wanted`.
    """

    drawing: NDArray[np.uint8]
    left_out: frozenset[Step] = frozenset()
    wanted: frozenset[Explanation] = frozenset()


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


@dataclass(frozen=True)
class LayerActivation:
    """What the layer at `index` of the stack, called `layer`, makes of a drawing.

    `shape` is that of its output. `values` are float32: of the first units, (units,), or the first
    feature maps, (h, w, maps). The first convolution tells its `kernels`, (h, w, maps), too.
    """

    index: int
    layer: str
    shape: tuple[int, ...]
    values: NDArray[np.float32]
    kernels: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class NearestImage:
    """The training row at index `row`: its `image`, (h, w), `label`, and distance in pixels."""

    row: int
    image: NDArray[np.float32]
    label: str
    distance: float


@dataclass(frozen=True)
class NearestImages:
    """The `images` nearest to a network input among all `rows`, the nearest first."""

    images: tuple[NearestImage, ...]
    rows: int
