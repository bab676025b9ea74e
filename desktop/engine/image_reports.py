"""What the engine tells about predictions for images in files: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from desktop.engine.reports import FloatArray


@dataclass(frozen=True)
class ImagePrediction:
    """What a network makes of the image at `path`.

    `values` has shape (classes,): probabilities or, where neither softmax nor sigmoid makes those
    of the outputs, the outputs as they are. `image`, in the shape of the network's input, is what
    the network gets; None where it was not asked for.
    """

    path: Path
    values: FloatArray
    classes: tuple[str, ...]
    are_probabilities: bool
    image: FloatArray | None = None

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

    `epoch`, `is_trained` and `is_loaded` are as in `Prediction`.
    """

    request: int
    results: tuple[ImageResult, ...]
    epoch: int
    is_trained: bool = True
    is_loaded: bool = False
