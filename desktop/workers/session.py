"""The one object the views talk to about the engine.

A `Session` lives on the GUI thread and owns three threads: one for everything that needs the model
to itself (loading TensorFlow, training, evaluating, saving), one for what must not wait for
training (loading data, predicting drawings), one for the runs that are kept. Their reports come
back as queued signals, so that every public signal is emitted on the GUI thread, in order, with the
session's properties already up to date.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.document.data import DataSource
from desktop.document.project import Project
from desktop.document.schema import DataSchema, Range
from desktop.workers import tasks
from desktop.workers.activation_work import ActivationWork
from desktop.workers.class_means import ClassMeansMaker
from desktop.workers.data import DataLoader
from desktop.workers.drawing_work import DrawingWork
from desktop.workers.engine import EngineLoader
from desktop.workers.groups import GroupWork
from desktop.workers.kept_runs import KeptRuns
from desktop.workers.latest import Latest
from desktop.workers.learning_work import LearningWork
from desktop.workers.nearest_work import NearestWork
from desktop.workers.predictions import Predictions
from desktop.workers.regularization_work import RegularizationWork
from desktop.workers.runs import NetworkRunner
from desktop.workers.step_work import StepWork
from desktop.workers.surfaces import Surfaces
from desktop.workers.tensorboard import TensorBoardRunner
from desktop.workers.threads import Threads

if TYPE_CHECKING:
    from desktop.engine.drawing import Raster
    from desktop.engine.drawing_reports import Explanation, Step
    from desktop.engine.network import Network
    from desktop.engine.records import RunRecord
    from desktop.engine.reports import (
        DataSummary,
        EngineInfo,
        Evaluation,
        Report,
        SplitSummary,
    )
    from desktop.engine.row_reports import Row, TableMatch
    from desktop.engine.rows import Dataset


class State(StrEnum):
    """What the session is doing."""

    STARTING = "starting"  # TensorFlow is being loaded
    IDLE = "idle"
    WAITING = "waiting"  # training starts as soon as TensorFlow and the data are there
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    EVALUATING = "evaluating"
    UNAVAILABLE = "unavailable"  # TensorFlow could not be loaded; training tries again


class Session(QObject):
    """Data, training, evaluation and prediction of the project in the window.

    Signals carry the engine's reports; `...Failed` and `runNotKept` carry a sentence, and both
    signals about saving the path, last. `modelReset`: the network there was is gone.
    `modelAdopted`, after that: there is another one, of this project. `modelOpened` carries an
    OpenedModel, for `adopt`, `imageOpened` a drawing, for `predict`, `pageOpened` the path of an
    image that shows several, for `predict_images`. `kept_runs` are the runs on disk, `tensorboard`
    opens them in TensorBoard, `groups` are the repeats and sweeps that are trained beside all this,
    `activations` measures activation functions, `regularization` the networks of kept runs, `steps`
    trains a copy of a network step by step, `drawings` are those that the user keeps, `learning`
    trains the network further on them, `augmenter` answers a SamplesToAugment.
    """

    stateChanged = Signal(object)
    engineReady = Signal(object)
    engineFailed = Signal(str)
    dataLoading = Signal()
    dataPreviewed = Signal(object)
    dataProgress = Signal(float)
    dataLoaded = Signal(object)
    dataFailed = Signal(str)
    classMeansMade = Signal(object)
    classMeansFailed = Signal(str)
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    evaluationStarted = Signal()
    evaluated = Signal(object)
    evaluationFailed = Signal(str)
    predicted = Signal(object)
    predictionFailed = Signal(str)
    digitPredicted = Signal(object)
    digitPredictionFailed = Signal(str)
    rowPredicted = Signal(object)
    rowPredictionFailed = Signal(str)
    imagesPredicted = Signal(object)
    imagePredictionFailed = Signal(str)
    filePredicted = Signal(str, object)
    filePredictionFailed = Signal(str)
    surfacePredicted = Signal(object)
    unitsPredicted = Signal(object)
    runNotKept = Signal(str)
    modelReset = Signal()
    modelAdopted = Signal(object)
    modelSaved = Signal(str)
    modelSaveFailed = Signal(str, str)
    modelOpened = Signal(object)
    modelOpenFailed = Signal(str)
    imageOpened = Signal(object)
    pageOpened = Signal(object)
    imageOpenFailed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = Threads(self)
        self._engine = EngineLoader(self._threads, self)
        self._data = DataLoader(self._threads, self)
        self._runner = NetworkRunner(self._threads, self)
        self.kept_runs = KeptRuns(self._threads, self)
        self.tensorboard = TensorBoardRunner(self._threads, self.kept_runs.folder_of, self)
        self.tensorboard.logsRead.connect(self.kept_runs.add_logged)
        self.groups = GroupWork(self._threads, self)
        self._predictions = Predictions(self._threads, self._network_and_data, tasks.predict, self)
        self._digits = Predictions(
            self._threads, lambda: (None, self._data.schema), tasks.predict_digit, self
        )
        self._rows = Predictions(self._threads, self._network_and_data, tasks.predict_row, self)
        self._images = Predictions(
            self._threads, self._network_and_data, tasks.predict_images, self
        )
        self._surfaces, self._units = (
            Surfaces(self._threads, self._network_of_data, task, self)
            for task in (tasks.predict_surface, tasks.hidden_units)
        )
        self._class_means = ClassMeansMaker(self._threads, self)
        self.nearest = NearestWork(self._threads, lambda: self._data.dataset, self)
        self.augmenter = Latest(self._threads, tasks.augmented_samples, self)
        self.activations = ActivationWork(self._threads, self._network_and_rows, self)
        self.regularization = RegularizationWork(
            self._threads,
            lambda run: self.kept_runs.networks(run)[0],
            lambda: self._data.dataset,
            self,
        )
        self.drawings = DrawingWork(self._threads, self)
        self.drawings.changed.connect(self._data.mark_drawings_changed)
        self.learning = LearningWork(self._threads, self._network_and_rows, self)
        self.steps = StepWork(self._threads, lambda: self._data.dataset, self)
        self.steps.copied.connect(self._on_copied)
        self._state = State.STARTING
        self._waiting: tuple[Project, bool] | None = None
        self._is_reset_wanted = False
        self._engine.ready.connect(self._on_engine_ready)
        self._engine.failed.connect(self._on_engine_failed)
        self._data.loading.connect(self.dataLoading)
        self._data.previewed.connect(self.dataPreviewed)
        self._data.progress.connect(self.dataProgress)
        self._data.loaded.connect(self.dataLoaded)
        self._data.loaded.connect(self._start_when_ready)
        self._data.failed.connect(self._on_data_failed)
        self._data.loading.connect(self._class_means.stop)
        self._class_means.made.connect(self.classMeansMade)
        self._class_means.failed.connect(self.classMeansFailed)
        self._runner.reported.connect(self._on_report)
        self._runner.evaluated.connect(self._on_evaluated)
        self._runner.saved.connect(self.modelSaved)
        self._runner.saveFailed.connect(self.modelSaveFailed)
        self._runner.notKept.connect(self.runNotKept)
        self._surfaces.predicted.connect(self.surfacePredicted)
        self._units.predicted.connect(self.unitsPredicted)
        self._predictions.predicted.connect(self.predicted)
        self._predictions.failed.connect(self.predictionFailed)
        self._digits.predicted.connect(self.digitPredicted)
        self._digits.failed.connect(self.digitPredictionFailed)
        self._rows.predicted.connect(self.rowPredicted)
        self._rows.failed.connect(self.rowPredictionFailed)
        self._images.predicted.connect(self.imagesPredicted)
        self._images.failed.connect(self.imagePredictionFailed)

    # --- what is known ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    @property
    def info(self) -> EngineInfo | None:
        """The libraries in use; None until TensorFlow has loaded."""
        return self._engine.info

    @property
    def summary(self) -> DataSummary | None:
        """The data set in use; None while it is being loaded, or could not be."""
        return self._data.summary

    @property
    def data_error(self) -> str:
        """Why the data could not be loaded; empty unless that is so."""
        return self._data.error

    @property
    def engine_error(self) -> str:
        """Why TensorFlow could not be loaded; empty unless that is so."""
        return self._engine.error

    @property
    def is_running(self) -> bool:
        """Whether a training run was requested and has not ended."""
        return self._state in (State.WAITING, State.TRAINING, State.PAUSED, State.STOPPING)

    @property
    def record(self) -> RunRecord | None:
        """What is kept of the network's last run, and of those before it; None if there is none."""
        return self._runner.record

    @property
    def measured(self) -> RunRecord | None:
        """The record that says how the layers of the network are; None if nothing is known."""
        return self._runner.measured

    @property
    def is_busy(self) -> bool:
        """Whether there is training, as `is_running` says, or evaluation."""
        return self.is_running or self._state is State.EVALUATING

    @property
    def has_model(self) -> bool:
        """Whether there is a network that was built for the data set in use."""
        return self._network_of_data() is not None

    @property
    def has_digit_model(self) -> bool:
        """Whether the digit model that the program brings is one for the data set in use."""
        schema = self._data.schema
        return schema is not None and schema.is_of_digits

    @property
    def can_predict_images(self) -> bool:
        """Whether there is a network for images in files."""
        return self.has_model or self.has_digit_model

    @property
    def model_project(self) -> Project | None:
        """The project the network was built from."""
        network = self._runner.network
        return network.project if network is not None else None

    @property
    def trained_epochs(self) -> int:
        """Epochs the network has completed over its life."""
        network = self._runner.network
        return network.epoch if network is not None else 0

    @property
    def unsaved_seconds(self) -> float:
        """Seconds of training that are lost with the network, since no file has these weights."""
        network = self._runner.network
        return network.unsaved_seconds if network is not None else 0.0

    def can_continue(self, project: Project) -> bool:
        """Whether training `project` can continue from the current weights."""
        network = self._runner.network
        return network is not None and network.is_trained and network.can_continue(project)

    def _network_of_data(self) -> Network | None:
        network = self._runner.network
        return network if network and network.project.data == self._data.source else None

    def _network_and_data(self) -> tuple[Network | None, DataSchema | None]:
        return self._network_of_data(), self._data.schema

    def _network_and_rows(self) -> tuple[Network | None, Dataset | None]:
        return self._network_of_data(), self._data.dataset

    # --- what can be requested --------------------------------------------------------------------

    def start(self) -> None:
        """Start the threads and load TensorFlow."""
        if self._threads.is_closed:
            return
        self._threads.start()
        self._engine.load()

    def load_data(self, source: DataSource) -> None:
        """Load the data set of `source`, unless it is loaded or being loaded already.

        Training that waits for another data set is canceled.
        """
        if self._waiting is not None and self._waiting[0].data != source:
            self._cancel_waiting()
        self._data.load(source)

    def refresh_data(self) -> None:
        """Load the data again if what it is made of has changed: drawings that the user keeps."""
        self._data.refresh()

    def download_data(self, source: DataSource) -> None:
        """Download what is missing of `source`, and load it."""
        self._data.load(source, download=True)

    def cancel_data(self) -> None:
        """Stop loading the data; `dataFailed` says so."""
        self._data.cancel()

    def make_class_means(self, split: SplitSummary) -> None:
        """Ask for the mean row of each class in `split`, which a ClassMeans brings."""
        self._class_means.ask(split)

    def train(self, project: Project, *, resume: bool = False) -> None:
        """Train `project` from new weights or, if `resume`, from those there are.

        Pressed early, it starts when TensorFlow and the data are there.
        """
        if self.is_busy:
            return
        self.learning.stop()
        self._waiting = project, resume and self.can_continue(project)
        if self._state is State.UNAVAILABLE:
            self._engine.load()
        self._set_state(State.WAITING)
        self.load_data(project.data)
        self._start_when_ready()

    def reset(self) -> None:
        """Discard the network; what is running with it is stopped first."""
        if self.is_running:
            self._is_reset_wanted = True
            self.stop()
        elif self._runner.network is not None:
            self._replace_network(None)

    def adopt(self, network: Network, origin: RunRecord | None = None) -> bool:
        """Make `network`, e.g. one that was read from a file, the current one.

        `origin` is the record of the kept run that its weights were read with, if there is one.
        Returns whether that was done: not while there is training or evaluation. The network there
        was is discarded. Resuming `network.project`, evaluation and predictions work as
        after training, once `network.project.data` is loaded.
        """
        if self.is_busy:
            return False
        self._replace_network(network, origin)
        self.modelAdopted.emit(network.project)
        return True

    def pause(self) -> None:
        """Hold the training at the next batch."""
        if self._state is State.TRAINING:
            self._runner.control.pause()
            self._set_state(State.PAUSED)

    def resume(self) -> None:
        """Resume after a pause."""
        if self._state is State.PAUSED:
            self._runner.control.resume()
            self._set_state(State.TRAINING)

    @property
    def epoch_seconds(self) -> float:
        """How long every epoch is shown at least, in seconds; 0 for full speed.

        A wait changes nothing about the result. May be set at any time.
        """
        return self._runner.epoch_seconds

    @epoch_seconds.setter
    def epoch_seconds(self, seconds: float) -> None:
        self._runner.epoch_seconds = seconds

    def stop(self) -> None:
        """End the training, or the wait for it, or the evaluation, as soon as possible."""
        if self._waiting is not None:
            self._cancel_waiting()
        elif self._state in (State.WAITING, State.TRAINING, State.PAUSED):
            self._runner.control.stop()
            self._set_state(State.STOPPING)
        elif self._state is State.EVALUATING:
            self._runner.control.stop()

    def evaluate(self) -> None:
        """Evaluate the network on the test rows of the data set in use."""
        if not self.has_model or self._state is not State.IDLE:
            return
        if self._data.dataset is None:
            self.evaluationFailed.emit("The data is not loaded; evaluate when it is")
            return
        self._set_state(State.EVALUATING)
        self._runner.evaluate(self._data.dataset)
        self.evaluationStarted.emit()

    def predict(
        self,
        drawing: Raster,
        left_out: Collection[Step] = (),
        wanted: Collection[Explanation] = (),
    ) -> int:
        """Ask what the network makes of `drawing`, shape (height, width), ink 255 on 0.

        It is prepared without the steps `left_out`, and explained by what is `wanted`. Before there
        is a network, the prediction has no more than the image that one would get. Returns the
        number of the request. If drawings come faster than predictions, only the newest one gets
        one.
        """
        return self._predictions.ask(tasks.drawing_question(drawing, left_out, wanted))

    def predict_digit(
        self,
        drawing: Raster,
        left_out: Collection[Step] = (),
        wanted: Collection[Explanation] = (),
    ) -> int:
        """Ask what the digit model makes of `drawing`, as `predict` is asked.

        `digitPredicted` brings the answer. Nothing comes where the data is not one of digits.
        """
        return self._digits.ask(tasks.drawing_question(drawing, left_out, wanted))

    def predict_surface(self, extent: Range) -> None:
        """Ask what the network predicts over the square that `extent` bounds in both directions.

        Nothing comes without a network for points. Of what is requested while a prediction is being
        made, only the last is done.
        """
        self._surfaces.ask(extent)

    def predict_units(self, extent: Range) -> None:
        """Ask what the hidden units make of that square, as `predict_surface` is asked."""
        self._units.ask(extent)

    def predict_row(self, cells: Row) -> int:
        """Ask what the network makes of the row of `cells`; returns the number of the request.

        If rows come faster than predictions, only the newest one gets one.
        """
        return self._rows.ask(cells)

    def predict_images(self, paths: Sequence[Path]) -> int:
        """Ask what the network makes of the images at `paths`; returns the number of the request.

        If requests come faster than predictions, only the newest one gets them.
        """
        return self._images.ask(tuple(paths))

    def predict_file(self, path: Path, out: Path) -> bool:
        """Write the table at `path` with predictions to `out`, also while training.

        Returns whether that began: not without a network. `filePredicted` carries the name of the
        file that was written, and its TableMatch.
        """
        network = self._network_of_data()
        if network is None:
            return False
        self._threads.background(
            partial(tasks.predict_file, network, path, out),
            self._on_file_predicted,
            self.filePredictionFailed.emit,
        )
        return True

    def _on_file_predicted(self, written: tuple[str, TableMatch]) -> None:
        self.filePredicted.emit(*written)

    def save_model(self, path: Path) -> bool:
        """Save the network as a .keras file. Returns whether that began: not while training."""
        if self._runner.network is None or self.is_running:
            return False
        self._runner.save(path)
        return True

    def open_model(self, path: Path, current: DataSource, name: str = "") -> bool:
        """Read the .keras file at `path`, which may be for the data `current`.

        `name` is that of the run it belongs to, if it is kept with one.
        Returns whether that began: not while there is training or evaluation.
        """
        if self.is_busy:
            return False
        self._threads.engine(
            partial(tasks.open_model, path, current, name),
            self.modelOpened.emit,
            self.modelOpenFailed.emit,
        )
        return True

    def open_image(self, path: Path, schema: DataSchema | None) -> None:
        """Read the image at `path` for data like `schema`, also while training."""
        self._threads.background(
            partial(tasks.read_image, path, schema),
            self._on_image_opened,
            self.imageOpenFailed.emit,
        )

    def _on_image_opened(self, image: tasks.OpenedImage) -> None:
        if image.drawing is None:
            self.pageOpened.emit(image.path)
        else:
            self.imageOpened.emit(image.drawing)

    def close(self) -> None:
        """Stop whatever is running and wait for the threads."""
        self._waiting = None
        self._runner.control.stop()
        self._data.stop()
        self._class_means.stop()
        self.activations.stop()
        self.regularization.stop()
        self.steps.stop()
        self.learning.stop()
        self.tensorboard.close()
        self.groups.close()
        self._threads.close()
        self._runner.close()
        self.kept_runs.close()

    # --- what happens -----------------------------------------------------------------------------

    def _set_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            if self.is_busy:
                self.activations.stop()
            self.stateChanged.emit(state)

    def _set_idle(self) -> None:
        """Nothing is running any more."""
        if self.info is not None:
            self._set_state(State.IDLE)
        else:
            self._set_state(State.UNAVAILABLE if self._engine.error else State.STARTING)

    def _on_engine_ready(self, info: EngineInfo) -> None:
        if self._waiting is None:
            self._set_idle()
        self.engineReady.emit(info)
        self._start_when_ready()

    def _on_engine_failed(self, message: str) -> None:
        self._cancel_waiting()
        self.engineFailed.emit(message)

    def _on_data_failed(self, message: str) -> None:
        if self._waiting is not None:
            self._cancel_waiting()
        self.dataFailed.emit(message)

    def _cancel_waiting(self) -> None:
        """Training was requested, but does not begin."""
        self._waiting = None
        self._set_idle()
        self._reset_if_wanted()

    def _start_when_ready(self) -> None:
        if self._waiting is None or self.info is None or self._data.dataset is None:
            return
        (project, resume), self._waiting = self._waiting, None
        network = self._runner.network if resume else None
        self._runner.train(self._data.dataset, project, network)

    def _on_report(self, report: Report) -> None:
        from desktop.engine.reports import EpochEnded, Progress, RunEnded, RunStarted

        match report:
            case RunStarted():
                if self._state is State.WAITING:  # not if it is being stopped already
                    self._set_state(State.TRAINING)
                self.runStarted.emit(report)
            case Progress():
                self.progress.emit(report)
            case EpochEnded():
                self.epochEnded.emit(report)
            case RunEnded():
                self._set_idle()
                self.runEnded.emit(report)
                self._reset_if_wanted()

    def _on_copied(self, network: Network) -> None:
        if not self.adopt(network):
            self.steps.failed.emit("The weights were not copied: something else is running now")

    def _reset_if_wanted(self) -> None:
        if self._is_reset_wanted:
            self._is_reset_wanted = False
            self.reset()

    def _replace_network(self, network: Network | None, origin: RunRecord | None = None) -> None:
        self.learning.stop()
        if self._state is State.EVALUATING:
            self._runner.control.stop()  # its result is of no use
        self._runner.replace(network, origin)
        self.modelReset.emit()

    def _on_evaluated(self, result: Evaluation | str | None) -> None:
        from desktop.engine.reports import Evaluation

        self._set_idle()
        if isinstance(result, Evaluation):
            self.evaluated.emit(result)
        elif result is not None:
            self.evaluationFailed.emit(result)
