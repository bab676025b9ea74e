"""What the session's threads do. Every function here may run on any thread.

The engine's modules are imported inside the functions: importing them takes time that the window
should not wait for. Whatever goes wrong comes out as a `TaskError` with a sentence for the user.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktop.document.choices import ActivationFunction
from desktop.document.data import DataSource
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Range
from desktop.engine.control import RunControl, Stopped

if TYPE_CHECKING:
    from desktop.engine.activation_inputs import ActivationInputs
    from desktop.engine.drawing import Raster
    from desktop.engine.drawing_reports import DrawingQuestion, Explanation, Step
    from desktop.engine.gradient_depth import DeepStack, DepthGradients
    from desktop.engine.image_reports import ImagePredictions
    from desktop.engine.loss_surface import Stepping
    from desktop.engine.network import Network
    from desktop.engine.records import RunRecord
    from desktop.engine.regularization import Regularized
    from desktop.engine.reports import (
        AugmentedSamples,
        ClassMeans,
        DataPreview,
        DataSummary,
        EngineInfo,
        Evaluation,
        HiddenUnits,
        Prediction,
        Report,
        SamplesToAugment,
        SplitSummary,
        Surface,
    )
    from desktop.engine.row_reports import Row, RowPrediction, TableMatch
    from desktop.engine.rows import Dataset
    from desktop.engine.runs.keeper import RunKeeper
    from desktop.engine.runs.store import RunStore
    from desktop.engine.step_reports import LossSurface, StepState, SurfaceQuestion
    from desktop.engine.stepper import Part
    from desktop.engine.tensorboard.reading import LoggedRun
    from desktop.engine.training import Trainer
    from desktop.engine.trials.store import GroupStore

logger = logging.getLogger(__name__)

T = TypeVar("T")


class TaskError(Exception):
    """Something could not be done; the message is a sentence for the user."""


@contextmanager
def explaining(failure: str, *expected: type[Exception]) -> Iterator[None]:
    """Turn exceptions into TaskError: `expected` ones speak for themselves, others are logged."""
    try:
        yield
    except expected as error:
        raise TaskError(str(error)) from error
    except Exception as error:
        logger.exception(failure)
        raise TaskError(f"{failure}: {error}") from error


def load_engine() -> EngineInfo:
    """Import Keras and TensorFlow."""
    from desktop.engine import backend

    with explaining("TensorFlow could not be loaded", backend.BackendError):
        backend.load()
        return backend.info()


def load_data(
    source: DataSource,
    progress: Callable[[float], None],
    show: Callable[[DataPreview], None],
    *,
    download: bool = False,
) -> tuple[Dataset, DataSummary] | None:
    """Load the rows of `source` and sum them up; None if `progress` raises Stopped.

    With `download`, files of it that are missing are downloaded before. `progress` is called with
    the part that is done, 0 to 1, and `show` with the first rows if the others take much longer.
    """
    from desktop.engine import data_error, datasets
    from desktop.engine.linear_fit import with_linear_fit
    from desktop.engine.progress import between

    with explaining("The data could not be loaded", data_error.DataError):
        try:
            progress(0.0)
            if download:
                from desktop.engine import downloads

                downloads.download(source.downloads, between(progress, 0.0, 0.9))
                progress = between(progress, 0.9, 1.0)
            if (first := datasets.preview(source)) is not None:
                show(first)
            dataset = with_linear_fit(datasets.load(source, progress))
            progress(1.0)
            return dataset, datasets.summarize(dataset)
        except Stopped:
            return None


def class_means(split: SplitSummary, control: RunControl) -> ClassMeans | None:
    """The mean row of each class in `split`; None if `control` stops that."""
    from desktop.engine.class_means import class_means as make

    with explaining("The means of the classes could not be worked out", TaskError):
        try:
            return make(split, control)
        except Stopped:
            return None


def augmented_samples(question: SamplesToAugment) -> AugmentedSamples:
    """Versions of the rows of `question` that its layers make at random."""
    from desktop.engine.augmented_samples import augmented_samples as make

    with explaining("The images could not be augmented"):
        return make(question)


def activation_costs(control: RunControl) -> Mapping[ActivationFunction, float] | None:
    """What each activation function costs here, ReLU being 1; None if `control` stops that."""
    from desktop.engine.activation_cost import relative_costs

    with explaining("The cost of the functions could not be measured", TaskError):
        try:
            return relative_costs(control.checkpoint)
        except Stopped:
            return None


def make_stepping(
    project: Project, dataset: Dataset, seed: int | None, extent: Range | None
) -> tuple[Stepping, StepState]:
    """A network of `project` to be trained step by step, and how it is at first."""
    from desktop.engine.backend import BackendError
    from desktop.engine.builder import ProjectError, draw_seed
    from desktop.engine.loss_surface import LossSurfaces, Stepping
    from desktop.engine.stepper import Stepper

    with explaining("The network could not be built", ProjectError, BackendError):
        stepper = Stepper(project, dataset, draw_seed(project) if seed is None else seed)
        return Stepping(stepper, LossSurfaces(stepper)), stepper.state(extent)


def advance(
    stepping: Stepping,
    part: Part,
    seconds: float,
    is_stopped: Callable[[], bool],
    extent: Range | None,
) -> tuple[bool, StepState]:
    """Train as `Stepper.advance` does; whether that is all of `part`, and how the network is."""
    with explaining("The step could not be taken"):
        is_done = stepping.stepper.advance(part, seconds, is_stopped)
        return is_done, stepping.stepper.state(extent)


def set_step_values(
    stepping: Stepping, values: Mapping[int, float], extent: Range | None
) -> StepState:
    """Give parameters of the network other values; how it is then."""
    with explaining("The weights could not be set"):
        stepping.stepper.set_values(values)
        return stepping.stepper.state(extent)


def copy_network(stepping: Stepping) -> Network:
    """A network with the weights that there are now."""
    with explaining("The weights could not be copied"):
        return stepping.stepper.network()


def loss_surface(stepping: Stepping, question: SurfaceQuestion) -> LossSurface:
    """The loss over two weights."""
    with explaining("The loss could not be computed"):
        return stepping.surfaces.over(question)


def activation_inputs(network: Network, dataset: Dataset, layer: int) -> ActivationInputs:
    """What enters the activation of the layer at that place of `network`."""
    from desktop.engine.activation_inputs import read_inputs

    with explaining("What enters the activation could not be computed"):
        return read_inputs(network, dataset, layer)


def gradients_through(stack: DeepStack) -> DepthGradients:
    """What becomes of the gradient on its way through `stack`."""
    from desktop.engine.gradient_depth import gradients_through as follow

    with explaining("The gradient could not be followed"):
        return follow(stack)


def regularized(
    run: str, path: Path | None, dataset: Dataset, control: RunControl
) -> Regularized | None:
    """What is measured of the network at `path`, which the run of the id `run` has kept.

    None if `control` stops that.
    """
    from desktop.engine.import_model import open_network
    from desktop.engine.inspection import ModelFileError
    from desktop.engine.regularization import measure

    with explaining("The weights could not be measured", TaskError, ModelFileError):
        if path is None:
            raise TaskError("The weights of this run were not kept")
        load_engine()
        try:
            control.checkpoint()
            network = open_network(path, dataset.source)
            if network.project.data != dataset.source:
                raise TaskError("The data of this run is not the one that is loaded")
            return measure(network, dataset, run, control)
        except Stopped:
            return None


def train(
    trainer: Trainer,
    project: Project,
    control: RunControl,
    sink: Callable[[Report], None],
    *,
    resume: bool,
    run: str,
    keeper: RunKeeper,
) -> None:
    """Train; `sink` gets every report, and whatever happens exactly one RunEnded.

    `keeper` gets each after it: nothing waits for the writing.
    """
    from desktop.engine.reports import Outcome, RunEnded

    ended = False

    def watched(report: Report) -> None:
        nonlocal ended
        ended = ended or isinstance(report, RunEnded)
        sink(report)
        keeper(report, trainer)

    message = ""
    try:
        trainer.run(project, watched, control, resume=resume, run=run)
    except Exception as error:
        logger.exception("Training failed")
        message = f"The training failed: {error}"
    if not ended:
        sink(RunEnded(run, Outcome.FAILED, trainer.epoch, 0.0, message, "", None, False, None))


def evaluate(
    network: Network, dataset: Dataset, control: RunControl, keeper: RunKeeper
) -> Evaluation:
    """Evaluate `network` on the test rows of `dataset`; `keeper` is told the metrics."""
    from desktop.engine.evaluation import evaluate as measure

    with explaining("The evaluation failed", TaskError):
        try:
            evaluation = measure(
                network.model,
                network.project,
                dataset,
                network.weights_epoch,
                control,
                is_loaded=network.is_loaded,
                with_baselines=True,
            )
            if not evaluation.on_training_rows:
                keeper.evaluated(network, dataset.fingerprint, evaluation.metrics)
            return evaluation
        except Stopped:
            raise TaskError("The evaluation was stopped") from None


def read_logs(folder: Path) -> tuple[LoggedRun, ...]:
    """The runs that have logs of Keras's callback for TensorBoard in `folder`, or below it."""
    from desktop.engine.tensorboard.event_values import LogsError
    from desktop.engine.tensorboard.reading import read_logs as read

    with explaining("The logs could not be read", LogsError):
        return read(folder)


def drawing_question(
    drawing: Raster, left_out: Collection[Step], wanted: Collection[Explanation]
) -> DrawingQuestion:
    """What `predict` and `predict_digit` are asked about `drawing`."""
    from desktop.engine.drawing_reports import DrawingQuestion

    return DrawingQuestion(drawing, frozenset(left_out), frozenset(wanted))


def predict(
    network: Network | None,
    schema: DataSchema | None,
    question: DrawingQuestion,
    request: int,
) -> Prediction:
    """What `network` makes of a drawing; without one, the image that one for this data gets."""
    from desktop.engine.prediction import PredictionError, show_drawing

    with explaining("The drawing could not be recognized", TaskError, PredictionError):
        if network is not None:
            return network.predictor.predict_drawing(
                question.drawing,
                request,
                network.weights_epoch,
                is_trained=network.is_trained,
                is_loaded=network.is_loaded,
                left_out=question.left_out,
                wanted=question.wanted,
            )
        if schema is None:
            raise TaskError("There is no data yet: choose it first")
        return show_drawing(
            question.drawing,
            schema.input_shape,
            schema.value_range,
            request,
            schema.ink,
            question.left_out,
        )


def predict_digit(
    _: Network | None,
    schema: DataSchema | None,
    question: DrawingQuestion,
    request: int,
) -> Prediction | None:
    """What the digit model makes of a drawing; None where the data is not one of digits."""
    from desktop.engine.digit_model import digit_model
    from desktop.engine.inspection import ModelFileError

    if schema is None or not schema.is_of_digits:
        return None
    with explaining("The digit model cannot be used", ModelFileError):
        prediction = digit_model().predictor.predict_drawing(
            question.drawing,
            request,
            is_loaded=True,
            left_out=question.left_out,
            wanted=question.wanted,
        )
        return replace(prediction, is_of_digit_model=True)


def predict_surface(network: Network, extent: Range) -> Surface | None:
    """What `network` predicts over a square of the plane; None if it is not made for points."""
    from desktop.engine.prediction import PredictionError

    with explaining("The plane could not be predicted", TaskError):
        try:
            return network.surface_predictor.predict(extent, network.weights_epoch)
        except PredictionError:
            return None


def hidden_units(network: Network, extent: Range) -> HiddenUnits | None:
    """What its hidden units make of a square of the plane; None if it is not made for points."""
    from desktop.engine.prediction import PredictionError

    with explaining("The hidden units could not be shown", TaskError):
        try:
            return network.surface_predictor.hidden_units(extent, network.weights_epoch)
        except PredictionError:
            return None


def predict_row(
    network: Network | None, schema: DataSchema | None, cells: Row, request: int
) -> RowPrediction:
    """What `network` makes of the row of `cells`."""
    from desktop.engine.prediction import PredictionError

    with explaining("The row could not be predicted", TaskError, PredictionError):
        if network is None:
            raise TaskError("There is no network yet: train it first")
        return network.row_predictor.predict_row(
            cells,
            request,
            network.weights_epoch,
            is_trained=network.is_trained,
            is_loaded=network.is_loaded,
        )


def predict_images(
    network: Network | None, schema: DataSchema | None, paths: Sequence[Path], request: int
) -> ImagePredictions:
    """What `network` makes of the images at `paths`; what cannot be read is among the results.

    Without a network, what the digit model makes of images of digits.
    """
    from desktop.engine.digit_model import digit_model
    from desktop.engine.image_reports import ImagePredictions
    from desktop.engine.inspection import ModelFileError
    from desktop.engine.prediction import PredictionError

    expected = TaskError, PredictionError, ModelFileError
    with explaining("The images could not be predicted", *expected):
        is_of_digit_model = network is None and schema is not None and schema.is_of_digits
        if is_of_digit_model:
            network = digit_model()
        if network is None:
            raise TaskError("There is no network yet: train it first")
        return ImagePredictions(
            request,
            network.predictor.predict_images(paths, with_images=True),
            network.weights_epoch,
            network.is_trained,
            network.is_loaded,
            is_of_digit_model,
        )


def predict_file(network: Network, path: Path, out: Path) -> tuple[str, TableMatch]:
    """Write the table at `path` with predictions to `out`; returns its name and the match."""
    from desktop.document.files import FileError, write_atomically
    from desktop.engine.data_error import DataError
    from desktop.engine.prediction import PredictionError

    with explaining("The file could not be predicted", DataError, PredictionError, FileError):
        result = network.row_predictor.predict_table(path)
        write_atomically(out, result.content.encode())
        return str(out), result.match


@dataclass(frozen=True)
class OpenedImage:
    """The image at `path` as a drawing, ink 255 on 0, shape (h, w); None if it shows several."""

    path: Path
    drawing: Raster | None


def read_image(path: Path, schema: DataSchema | None) -> OpenedImage:
    """The image at `path` as a drawing for data like `schema`."""
    from desktop.engine.images import ImageError, drawing_of, read_gray
    from desktop.engine.photographs import symbols_in

    shape = schema.input_shape if schema is not None else ()
    with explaining("The image could not be opened", ImageError):
        gray = read_gray(path)
        found = symbols_in(gray, shape) if schema is not None and schema.has_symbols else ()
        if len(found) > 1:
            return OpenedImage(path, None)
        return OpenedImage(path, found[0].drawing if found else drawing_of(path, gray, shape))


@dataclass(frozen=True)
class OpenedModel:
    """A network that was read from the file at `path`, with the project it is made of.

    If it is kept with a run, `name` is that of the run, and `origin` the record of it up to the
    epoch whose weights these are, as far as it can be read.
    """

    path: Path
    network: Network
    name: str = ""
    origin: RunRecord | None = None

    @property
    def project(self) -> Project:
        return self.network.project


def open_model(path: Path, current: DataSource, name: str) -> OpenedModel:
    """The model in the .keras file at `path`; `current` is the data in use."""
    from desktop.engine.import_model import open_network
    from desktop.engine.inspection import ModelFileError
    from desktop.engine.runs.reading import kept_record

    with explaining("The model could not be opened", ModelFileError):
        network = open_network(path, current)
        return OpenedModel(path, network, name, kept_record(path))


def save_model(network: Network, path: Path) -> str:
    """Save `network` as a .keras file; returns its path."""
    from desktop.engine import storage
    from desktop.engine.inspection import ModelFileError

    with explaining("The model could not be saved", ModelFileError):
        storage.save_model(network.model, path, network.card)
        return str(path)


def with_runs(opened: Callable[[], RunStore], work: Callable[[RunStore], T]) -> T:
    """What `work` makes of the store of runs that is `opened`."""
    from desktop.document.files import FileError
    from desktop.engine.runs.store import StoreError

    with explaining("The runs could not be used", StoreError, FileError):
        return work(opened())


def with_groups(say: Callable[[str], None], work: Callable[[GroupStore], T]) -> T:
    """What `work` makes of the store of groups, which tells `say` what is damaged."""
    from desktop.document.space import SpaceError
    from desktop.engine.trials.store import GroupError, GroupStore

    with explaining("The groups could not be used", GroupError, SpaceError):
        return work(GroupStore(say=say))
