"""What a network makes of a drawing, or of images in files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from desktop.document.calibration import Calibration
from desktop.document.data import DataSource
from desktop.document.losses import CategoricalCrossentropy
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Ink, Range, is_grayscale, is_image
from desktop.document.spec import variants
from desktop.document.text import shape_text
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.calibration import at_temperature, is_sure
from desktop.engine.drawing import Raster
from desktop.engine.drawing_reports import Explanation, LayerActivation, Step
from desktop.engine.encoding import are_probabilities, class_probabilities, class_scores
from desktop.engine.image_reports import Box, ImageFailure, ImagePrediction, ImageResult
from desktop.engine.images import ImageError, drawing_of, read_gray
from desktop.engine.layer_activations import LayerActivations
from desktop.engine.loaders import image_reader
from desktop.engine.network_input import network_input
from desktop.engine.photographs import WORKING_SIZE, reduced, symbols_in
from desktop.engine.pixel_contributions import PixelContributions
from desktop.engine.reports import FloatArray, Prediction, read_only

BATCH = 256
LARGEST_SCALED = 4.0  # what brings full ink no further than this scales pixels


class PredictionError(Exception):
    """The network cannot be shown this; the message is for the user."""


def suggested_project(model: Any) -> Project:
    """What a `model` that nothing is known about was made for, judging by its shape.

    Scaled pixels are assumed, unless it begins with a Rescaling that scales them, and outputs
    without softmax or sigmoid at the end to be logits.
    Raises PredictionError if the shape suggests nothing.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise PredictionError("The model has several inputs or outputs; one of each is needed")
    shape, outputs = tuple(model.inputs[0].shape[1:]), tuple(model.outputs[0].shape[1:])
    for kind in variants(DataSource):
        source = kind()
        schema = source.known_schema
        if schema is None or not schema.is_image:
            continue
        expected = schema.input_shape
        if shape in (expected, (*expected, 1)) and outputs == (len(schema.class_names),):
            return Project(
                data=scaled_for(model, source),
                training=Training(
                    loss=CategoricalCrossentropy(from_logits=not gives_probabilities(model))
                ),
            )
    raise PredictionError(
        f"The shape of the model, {shape} to {outputs}, does not tell which data it was trained "
        "with: name its project with --project"
    )


def scaled_for(model: Any, source: DataSource) -> DataSource:
    """`source` with its pixels scaled, unless `model` begins with a Rescaling that scales them."""
    if "scale_pixels" not in type(source).model_fields:
        return source
    schema = source.replace(scale_pixels=False).known_schema
    scales = schema is not None and _scales(model, schema.value_range[1])
    return source.replace(scale_pixels=not scales)


def _scales(model: Any, largest: float) -> bool:
    """Whether a Rescaling at the beginning of `model` brings values up to `largest` near to 1."""
    for layer in model.layers:
        if type(layer).__name__ == "Rescaling":
            return bool(np.max(np.abs(layer.scale)) * largest <= LARGEST_SCALED)
        if type(layer).__name__ not in ("InputLayer", "Flatten", "Reshape"):
            return False
    return False


def gives_probabilities(model: Any) -> bool:
    """Whether `model` ends with a softmax or sigmoid."""
    last = model.layers[-1]
    function = getattr(getattr(last, "activation", None), "__name__", "")
    return type(last).__name__ == "Softmax" or function in ("softmax", "sigmoid", "hard_sigmoid")


def show_drawing(
    drawing: Raster,
    input_shape: tuple[int, ...],
    value_range: Range,
    request: int = 0,
    ink: Ink = Ink.NONE,
    left_out: Collection[Step] = (),
) -> Prediction:
    """The image of `drawing` that a network with this input gets, as `network_input` prepares it,
    before there is a prediction.

    Raises PredictionError if the input is not a grayscale image.
    """
    _check_image(input_shape)
    start = perf_counter()
    prepared = network_input(drawing, input_shape, value_range, ink, left_out)
    return Prediction(
        request=request,
        image=read_only(prepared.image),
        steps=prepared.steps,
        probabilities=None,
        classes=(),
        seconds=perf_counter() - start,
        epoch=0,
        is_trained=False,
    )


def _check_image(input_shape: tuple[int, ...]) -> None:
    if not is_grayscale(input_shape):
        if is_image(input_shape):
            raise PredictionError("This network takes images in color, which cannot be drawn")
        raise PredictionError(f"This network takes {shape_text(input_shape)} numbers, not an image")


def _version(path: Path) -> tuple[Path, int, int] | None:
    """The file at `path`, and what changes with it; None if it cannot be found."""
    try:
        info = path.stat()
    except (OSError, ValueError):  # ValueError: a null character in the name
        return None
    return path, info.st_mtime_ns, info.st_size


@dataclass(frozen=True)
class _NetworkInput:
    """An image as the network gets it, and where on which page it was found."""

    image: FloatArray
    box: Box | None = None
    page: Raster | None = None


class Predictor:
    """Asks `model`, which was made from `project`, about drawings.

    `schema` is what the data was found to hold; None takes what the source itself knows.
    `calibration` makes its probabilities honest; without one they are as the network gives them.

    Safe to use on one thread while another trains the model: the forward pass is a graph of its
    own that reads the weights there are at the time. Raises PredictionError if the network's input
    is not an image.
    """

    def __init__(
        self,
        model: Any,
        project: Project,
        schema: DataSchema | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        known = schema or project.data.known_schema
        if known is None:
            raise PredictionError(f"What {project.data.title} holds is not known before it is read")
        self.model = model
        self.project, self._schema = project, known
        self._calibration = calibration
        self._shape: tuple[int, ...] = tuple(model.inputs[0].shape[1:])
        self._range = known.value_range
        self._reader = image_reader(project.data, self._shape)
        self._kept: dict[
            tuple[Path, int, int], list[_NetworkInput]
        ] = {}  # that were asked for last
        if self._reader is None:
            _check_image(self._shape)
        tf = backend.tensorflow()
        self._forward = tf.function(
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, *self._shape), tf.float32)],
        )

    def predict_drawing(
        self,
        drawing: Raster,
        request: int = 0,
        epoch: int = 0,
        *,
        is_trained: bool = True,
        is_loaded: bool = False,
        left_out: Collection[Step] = (),
        wanted: Collection[Explanation] = (),
    ) -> Prediction:
        """What the network, with the weights after `epoch` whole epochs, makes of `drawing`.

        `drawing` is uint8 (h, w) with ink 255 on 0, prepared without the steps `left_out`. Of an
        empty one there are no probabilities; where an output is not a finite number, they are NaN.
        The prediction is explained by what is `wanted`.
        """
        start = perf_counter()
        shown = show_drawing(drawing, self._shape, self._range, request, self._schema.ink, left_out)
        probabilities = scores = contributions = None
        activations: tuple[LayerActivation, ...] = ()
        if (shown.image != np.float32(self._range[0])).any():
            outputs = self._outputs(shown.image[np.newaxis])
            if are_probabilities(self.project, self._schema):
                probabilities = self._probabilities(outputs)
            else:
                scores = class_scores(outputs, self.project, self._schema)
            if probabilities is not None and not np.isfinite(outputs).all():
                probabilities = np.full_like(probabilities, np.nan)
            values = scores if probabilities is None else probabilities
            if values is not None and np.isfinite(values).all() and Explanation.PIXELS in wanted:
                contributions = self._contributions.of(shown.image, int(np.argmax(values)))
            if Explanation.ACTIVATIONS in wanted:
                activations = self._activations.of(shown.image)
        return replace(
            shown,
            probabilities=None if probabilities is None else read_only(probabilities[0]),
            scores=None if scores is None else read_only(scores[0]),
            contributions=None if contributions is None else read_only(contributions),
            activations=activations,
            is_sure=None if probabilities is None else self._is_sure(probabilities[0]),
            classes=self._schema.class_names,
            seconds=perf_counter() - start,
            epoch=epoch,
            is_trained=is_trained,
            is_loaded=is_loaded,
        )

    def predict_images(
        self, paths: Sequence[Path], *, with_images: bool = False
    ) -> tuple[ImageResult, ...]:
        """What the network makes of each image, or why it could not be shown that one.

        Images are read as those of the training data were, if these are pictures. Where they are
        drawings, one of just the size of the network's input is taken as it stands, dark on light
        inverted; any other is prepared like a drawing. If every class is a single character, all
        that are found in an image are predicted one by one, in reading order. `with_images` keeps
        what the network gets with the results, and for the next time the same files are asked for.
        Raises PredictionError if the outputs do not stand for classes.
        """
        results: list[ImageResult] = []
        kept: dict[tuple[Path, int, int], list[_NetworkInput]] = {}
        for start in range(0, len(paths), BATCH):
            read: list[tuple[Path, list[_NetworkInput] | ImageFailure]] = []
            for path in paths[start : start + BATCH]:
                try:
                    key = _version(path)
                    inputs = self._kept.get(key) if key is not None else None
                    if inputs is None:
                        inputs = self._read(path)
                    if with_images and key is not None:
                        kept[key] = inputs
                    read.append((path, inputs))
                except ImageError as error:
                    read.append((path, ImageFailure(path, str(error))))
            results += self._classified(read, with_images)
        if with_images:
            self._kept = kept
        return tuple(results)

    def _read(self, path: Path) -> list[_NetworkInput]:
        if self._reader is not None:
            return [_NetworkInput(read_only(self._reader(path, self._range)))]
        gray = read_gray(path)
        if self._schema.has_symbols and (found := symbols_in(gray, self._shape)):
            page = read_only(reduced(gray, WORKING_SIZE)) if len(found) > 1 else None
            return [_NetworkInput(self._input(each.drawing), each.box, page) for each in found]
        return [_NetworkInput(self._input(drawing_of(path, gray, self._shape)))]

    def _input(self, drawing: Raster) -> FloatArray:
        prepared = network_input(drawing, self._shape, self._range, self._schema.ink)
        return read_only(prepared.image)

    def _classified(
        self, read: Sequence[tuple[Path, list[_NetworkInput] | ImageFailure]], with_images: bool
    ) -> Iterator[ImageResult]:
        images = [each.image for _, inputs in read if isinstance(inputs, list) for each in inputs]
        outputs = [
            self._outputs(np.stack(images[start : start + BATCH]))
            for start in range(0, len(images), BATCH)
        ]
        likely = are_probabilities(self.project, self._schema)
        rows: list[tuple[FloatArray, FloatArray]] = []
        for each in outputs:
            if likely:
                known = self._probabilities(each)
            else:
                known = class_scores(each, self.project, self._schema)
            if known is None:
                raise PredictionError("The outputs of this network do not stand for classes")
            rows += zip(each, known, strict=True)
        remaining = iter(rows)
        for path, inputs in read:
            if isinstance(inputs, ImageFailure):
                yield inputs
                continue
            own = [next(remaining) for _ in inputs]
            if not all(np.isfinite(output).all() for output, _ in own):
                yield ImageFailure(
                    path,
                    f"The network's outputs for {path} are not numbers: its training diverged, "
                    "or its file is damaged; train it again",
                )
                continue
            for number, (symbol, (_, values)) in enumerate(zip(inputs, own, strict=True), 1):
                yield ImagePrediction(
                    path,
                    read_only(values),
                    self._schema.class_names,
                    likely,
                    is_sure=self._is_sure(values) if likely else None,
                    image=symbol.image if with_images else None,
                    box=symbol.box,
                    number=number if len(inputs) > 1 else 0,
                    page=symbol.page if with_images else None,
                )

    def probabilities(self, images: FloatArray) -> FloatArray | None:
        """Of each class for `images`, float32 (n, h, w) as the network gets them: (n, classes).

        None where the outputs do not stand for classes.
        """
        return self._probabilities(self._outputs(images))

    def _probabilities(self, outputs: FloatArray) -> FloatArray | None:
        found = class_probabilities(outputs, self.project, self._schema)
        if found is None or self._calibration is None:
            return found
        return at_temperature(found, self._calibration.temperature)

    def _is_sure(self, probabilities: FloatArray) -> bool | None:
        return None if self._calibration is None else is_sure(probabilities, self._calibration)

    @cached_property
    def _contributions(self) -> PixelContributions:
        return PixelContributions(self.model, self.project, self._schema)

    @cached_property
    def _activations(self) -> LayerActivations:
        return LayerActivations(self.model, self.project, self._schema)

    def _outputs(self, images: FloatArray) -> FloatArray:
        outputs: FloatArray = self._forward(images.reshape(-1, *self._shape)).numpy()
        return outputs
