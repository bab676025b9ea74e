"""What the engine tells about predictions for images in files: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop.engine.reports import FloatArray


@dataclass(frozen=True)
class Box:
    """A part of an image, in parts of the whole image's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class ImagePrediction:
    """What a network makes of the image at `path`, or of the symbol in its `box`.

    `values` has shape (classes,): probabilities or, where neither softmax nor sigmoid makes those
    of the outputs, the outputs as they are. `is_sure` says whether a class is probable enough; None
    where that is not known. `image`, in the shape of the network's input, is what
    the network gets; None where it was not asked for. Of several symbols in an image, each has its
    `number` in reading order, from 1 on, and the `page` that shows them, uint8 (h, w).
    """

    path: Path
    values: FloatArray
    classes: tuple[str, ...]
    are_probabilities: bool
    image: FloatArray | None = None
    box: Box | None = None
    number: int = 0
    page: NDArray[np.uint8] | None = None
    is_sure: bool | None = None

    @property
    def best(self) -> int:
        """The likeliest class."""
        return int(self.values.argmax())

    @property
    def runner_up(self) -> int | None:
        """The class that is likeliest after the best one; None if there is one class alone."""
        order = (-self.values).argsort(kind="stable")
        return int(order[1]) if len(order) > 1 else None


@dataclass(frozen=True)
class ImageFailure:
    """Why there is no prediction for the image at `path`, in a sentence that names it."""

    path: Path
    message: str


ImageResult: TypeAlias = ImagePrediction | ImageFailure


@dataclass(frozen=True)
class ImagePredictions:
    """What the network makes of several images, in the order in which they were asked for.

    `epoch`, `is_trained`, `is_loaded` and `is_of_digit_model` are as in `Prediction`.
    """

    request: int
    results: tuple[ImageResult, ...]
    epoch: int
    is_trained: bool = True
    is_loaded: bool = False
    is_of_digit_model: bool = False
