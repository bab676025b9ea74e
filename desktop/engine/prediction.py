"""What a network makes of a drawing, or of pictures in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from desktop.document.data import Digits, Mnist
from desktop.document.project import Project
from desktop.document.training import CategoricalCrossentropy, Training
from desktop.engine import backend
from desktop.engine.drawing import FULL, Raster, is_picture, preprocess
from desktop.engine.encoding import class_probabilities
from desktop.engine.images import ImageError, ink_of, light_on_dark, read_grey
from desktop.engine.reports import FloatArray, Prediction, read_only

BATCH = 256


class PredictionError(Exception):
    """The network cannot be shown this; the message is for the user."""


@dataclass(frozen=True)
class ImagePrediction:
    """What a network makes of the picture at `path`: `probabilities` has shape (classes,)."""

    path: Path
    probabilities: FloatArray
    classes: tuple[str, ...]

    @property
    def best(self) -> int:
        """The likeliest class."""
        return int(self.probabilities.argmax())


def suggested_project(model: Any) -> Project:
    """What a `model` that nothing is known about was made for, judging by its shape.

    Scaled pixels are assumed, and outputs without softmax or sigmoid at the end to be logits.
    Raises PredictionError if the shape suggests nothing.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise PredictionError("The model has several inputs or outputs; one of each is needed")
    shape, outputs = tuple(model.inputs[0].shape[1:]), tuple(model.outputs[0].shape[1:])
    sources: tuple[Mnist | Digits, ...] = (Mnist(), Digits())
    for source in sources:
        if shape in (source.input_shape, (*source.input_shape, 1)) and outputs == (10,):
            return Project(
                data=source,
                training=Training(
                    loss=CategoricalCrossentropy(from_logits=not _gives_probabilities(model))
                ),
            )
    raise PredictionError(
        f"What the model was trained with cannot be told from its shape, {shape} to {outputs}: "
        "name the project"
    )


def _gives_probabilities(model: Any) -> bool:
    last = model.layers[-1]
    function = getattr(getattr(last, "activation", None), "__name__", "")
    return type(last).__name__ == "Softmax" or function in ("softmax", "sigmoid", "hard_sigmoid")


class Predictor:
    """Asks `model`, which was made from `project`, about drawings.

    Safe to use on one thread while another trains the model: the forward pass is a graph of its
    own that reads the weights there are at the time. Raises PredictionError if the network's input
    is not a picture.
    """

    def __init__(self, model: Any, project: Project) -> None:
        self.project = project
        self._shape: tuple[int, ...] = tuple(model.inputs[0].shape[1:])
        self._maximum = project.data.value_range[1]
        if not is_picture(self._shape):
            raise PredictionError(
                f"This network takes {' × '.join(map(str, self._shape))} numbers, not a picture"
            )
        tf = backend.tensorflow()
        self._forward = tf.function(
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, *self._shape), tf.float32)],
        )

    def predict_drawing(
        self, drawing: Raster, request: int = 0, epoch: int = 0, is_trained: bool = True
    ) -> Prediction:
        """What the network, trained for `epoch` whole epochs, makes of `drawing`.

        `drawing` is uint8 (h, w) with ink 255 on 0. Of an empty one there are no probabilities.
        """
        start = perf_counter()
        prepared = preprocess(drawing, self._shape, self._maximum)
        image = np.zeros(self._shape[:2], np.float32) if prepared is None else prepared.image
        probabilities = None
        if prepared is not None:
            known = self.probabilities(image[np.newaxis])
            probabilities = None if known is None else read_only(known[0])
        return Prediction(
            request=request,
            image=read_only(image),
            probabilities=probabilities,
            classes=self.project.data.classes,
            seconds=perf_counter() - start,
            epoch=epoch,
            is_trained=is_trained,
        )

    def predict_images(self, paths: Sequence[Path]) -> tuple[ImagePrediction, ...]:
        """What the network makes of each picture. Raises ImageError for the first bad one.

        A picture of just the size of the network's input is taken as it stands, dark on light
        inverted; any other is prepared like a drawing.
        """
        images = [self._prepared(path) for path in paths]
        results: list[ImagePrediction] = []
        for start in range(0, len(images), BATCH):
            known = self.probabilities(np.stack(images[start : start + BATCH]))
            if known is None:
                raise PredictionError("The outputs of this network do not stand for classes")
            results += (
                ImagePrediction(path, read_only(row), self.project.data.classes)
                for path, row in zip(paths[start : start + BATCH], known, strict=True)
            )
        return tuple(results)

    def probabilities(self, images: FloatArray) -> FloatArray | None:
        """Of each class for `images`, float32 (n, h, w) as the network gets them: (n, classes).

        None where the outputs do not stand for classes.
        """
        outputs = self._forward(images.reshape(-1, *self._shape))
        return class_probabilities(outputs.numpy(), self.project)

    def _prepared(self, path: Path) -> FloatArray:
        grey = read_grey(path)
        if grey.shape == self._shape[:2]:
            scale = np.float32(self._maximum / FULL)
            image: FloatArray = light_on_dark(grey).astype(np.float32) * scale
            return image
        ink = ink_of(grey)
        prepared = None if ink is None else preprocess(ink, self._shape, self._maximum)
        if prepared is None:
            raise ImageError(f"{path} shows no ink: all of it looks the same")
        return prepared.image
