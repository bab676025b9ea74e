"""The one object the views talk to about the engine.

A `Session` lives on the GUI thread and owns two threads: one for everything that needs the model to
itself (loading TensorFlow, training, evaluating, saving), one for what must not wait for training
(loading data, predicting drawings). Their reports come back as queued signals, so that every public
signal is emitted on the GUI thread, in order, with the session's properties already up to date.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.document.data import DataSource
from desktop.document.project import Project
from desktop.engine.control import RunControl
from desktop.engine.reports import (
    DataSummary,
    EngineInfo,
    EpochEnded,
    Evaluation,
    Prediction,
    Progress,
    Report,
    RunEnded,
    RunStarted,
)
from desktop.workers import tasks
from desktop.workers.jobs import JobThread
from desktop.workers.tasks import TaskError

if TYPE_CHECKING:
    from desktop.engine.datasets import Dataset
    from desktop.engine.drawing import Raster
    from desktop.engine.prediction import Predictor
    from desktop.engine.training import Trainer


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

    Signals carry the engine's reports; `...Failed` carry a sentence, and both signals about saving
    the path, last.
    """

    stateChanged = Signal(object)
    engineReady = Signal(object)
    engineFailed = Signal(str)
    dataLoading = Signal()
    dataLoaded = Signal(object)
    dataFailed = Signal(str)
    runStarted = Signal(object)
    progress = Signal(object)
    epochEnded = Signal(object)
    runEnded = Signal(object)
    evaluationStarted = Signal()
    evaluated = Signal(object)
    evaluationFailed = Signal(str)
    predicted = Signal(object)
    predictionFailed = Signal(str)
    modelReset = Signal()
    modelSaved = Signal(str)
    modelSaveFailed = Signal(str, str)

    _delivered = Signal(object, object)  # a method of this object, and its argument

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = JobThread("engine", self, yielding=True)
        self._aside = JobThread("aside", self)
        self._control = RunControl()
        self._state = State.STARTING
        self._info: EngineInfo | None = None
        self._engine_error = ""
        self._source: DataSource | None = None
        self._loading = False  # the rows of `_source`
        self._data_error = ""
        self._dataset: Dataset | None = None
        self._summary: DataSummary | None = None
        self._trainer: Trainer | None = None
        self._next_trainer: Trainer | None = None  # takes its place once its run has begun
        self._unsaved = 0.0  # seconds of training before the run under way, ...
        self._running = 0.0  # ... and in it
        self._reset_wanted = False
        self._predictor: Predictor | None = None
        self._waiting: tuple[Project, bool] | None = None
        self._runs = count(1)
        self._run = 0
        self._requests = count(1)
        self._drawing: tuple[int, Raster] | None = None
        self._drawing_lock = threading.Lock()
        self._closed = False
        self._delivered.connect(self._receive)

    # --- what is known ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    @property
    def info(self) -> EngineInfo | None:
        """The libraries in use; None until TensorFlow has loaded."""
        return self._info

    @property
    def summary(self) -> DataSummary | None:
        """The data set in use; None while it is being loaded, or could not be."""
        return self._summary

    @property
    def data_error(self) -> str:
        """Why the data could not be loaded; empty unless that is so."""
        return self._data_error

    @property
    def is_running(self) -> bool:
        """Whether a training run was asked for and has not ended."""
        return self._state in (State.WAITING, State.TRAINING, State.PAUSED, State.STOPPING)

    @property
    def has_model(self) -> bool:
        """Whether there is a network that was built for the data set in use."""
        return self.model_project is not None and self.model_project.data == self._source

    @property
    def model_project(self) -> Project | None:
        """The project the network was built from."""
        return self._trainer.project if self._trainer is not None else None

    @property
    def trained_epochs(self) -> int:
        """Epochs the network has completed over its life."""
        return self._trainer.epoch if self._trainer is not None else 0

    @property
    def unsaved_seconds(self) -> float:
        """Seconds of training that are lost with the network, since no file has what it learnt."""
        return self._unsaved + self._running

    def can_continue(self, project: Project) -> bool:
        """Whether training `project` can go on from the weights there are."""
        return (
            self._trainer is not None
            and self._trainer.is_trained
            and self._trainer.can_continue(project)
        )

    # --- what can be asked for --------------------------------------------------------------------

    def start(self) -> None:
        """Start the threads and load TensorFlow."""
        if self._closed:
            return
        self._aside.start()
        self._engine.start()
        self._load_engine()

    def load_data(self, source: DataSource) -> None:
        """Load the data set of `source`, unless it is loaded or being loaded already.

        Training that waits for another data set is given up.
        """
        if source == self._source and (self._summary is not None or self._loading):
            return
        if self._waiting is not None and self._waiting[0].data != source:
            self._give_up_waiting()
        self._source, self._dataset, self._summary = source, None, None
        self._loading, self._data_error = True, ""
        self.dataLoading.emit()
        self._do(
            self._aside,
            partial(self._load_if_wanted, source),
            self._on_data_loaded,
            partial(self._on_data_failed, source),
        )

    def train(self, project: Project, *, further: bool = False) -> None:
        """Train `project` from new weights or, if `further`, from those there are.

        Pressed early, it starts when TensorFlow and the data are there.
        """
        if self.is_running or self._state is State.EVALUATING:
            return
        self._waiting = project, further and self.can_continue(project)
        if self._state is State.UNAVAILABLE:
            self._load_engine()
        self._set_state(State.WAITING)
        self.load_data(project.data)
        self._start_when_ready()

    def reset(self) -> None:
        """Forget the network and what it learnt; what is under way with it is stopped first."""
        if self.is_running:
            self._reset_wanted = True
            self.stop()
            return
        if self._state is State.EVALUATING:
            self._control.stop()  # nobody gets the result
        self._reset_wanted = False
        with self._drawing_lock:
            self._drawing = None
        if self._trainer is not None:
            self._trainer = self._predictor = None
            self._unsaved = 0.0
            self.modelReset.emit()

    def pause(self) -> None:
        """Hold the training at the next batch."""
        if self._state is State.TRAINING:
            self._control.pause()
            self._set_state(State.PAUSED)

    def resume(self) -> None:
        """Go on after a pause."""
        if self._state is State.PAUSED:
            self._control.resume()
            self._set_state(State.TRAINING)

    def stop(self) -> None:
        """End the training, or the wait for it, or the evaluation, as soon as possible."""
        if self._waiting is not None:
            self._give_up_waiting()
        elif self._state in (State.WAITING, State.TRAINING, State.PAUSED):
            self._control.stop()
            self._set_state(State.STOPPING)
        elif self._state is State.EVALUATING:
            self._control.stop()

    def evaluate(self) -> None:
        """Evaluate the network on the test rows of the data it was trained with."""
        trainer = self._trainer
        if trainer is None or trainer.model is None or self._state is not State.IDLE:
            return
        self._control = control = RunControl()
        self._set_state(State.EVALUATING)
        self.evaluationStarted.emit()
        self._do(
            self._engine,
            partial(tasks.evaluate, trainer, control),
            partial(self._on_evaluated, trainer),
            partial(self._on_evaluation_failed, trainer),
        )

    def predict(self, drawing: Raster) -> int:
        """Ask what the network makes of `drawing`, shape (height, width), ink 255 on 0.

        Returns the number of the request. If drawings come faster than answers, only the newest
        one is answered.
        """
        request = next(self._requests)
        with self._drawing_lock:
            idle = self._drawing is None
            self._drawing = request, drawing
        if idle:
            self._do(
                self._aside, self._predict_newest, self._on_predicted, self.predictionFailed.emit
            )
        return request

    def save_model(self, path: Path) -> bool:
        """Save the network as a .keras file. Returns whether that began: not while training."""
        trainer = self._trainer
        if trainer is None or self.is_running:
            return False
        self._do(
            self._engine,
            partial(tasks.save_model, trainer, path),
            self._on_model_saved,
            partial(self._on_model_save_failed, str(path)),
        )
        return True

    def close(self) -> None:
        """Stop whatever is under way and wait for the threads."""
        if self._closed:
            return
        self._closed = True
        self._waiting = None
        self._control.stop()
        for thread in (self._engine, self._aside):
            if thread.isRunning():
                thread.finish()
        self._trainer = self._next_trainer = self._predictor = None
        self._unsaved = self._running = 0.0

    # --- to the threads and back ------------------------------------------------------------------

    def _do(
        self,
        thread: JobThread,
        task: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Run `task` on `thread`; then call `done` or `failed` on the GUI thread."""

        def job() -> None:
            try:
                result = task()
            except TaskError as error:
                self._delivered.emit(failed, str(error))
            else:
                self._delivered.emit(done, result)

        thread.submit(job)

    def _load_engine(self) -> None:
        self._engine_error = ""
        self._do(self._engine, tasks.load_engine, self._on_engine_ready, self._on_engine_failed)

    def _load_if_wanted(self, source: DataSource) -> tuple[Dataset, DataSummary] | None:
        """On the thread: load `source`, unless another one has been chosen since."""
        return tasks.load_data(source) if source == self._source else None

    def _receive(self, method: Callable[[Any], None], value: Any) -> None:
        if not self._closed:
            method(value)

    def _predict_newest(self) -> Prediction | None:
        """On the thread: answer the newest drawing, if nobody has yet."""
        with self._drawing_lock:
            waiting, self._drawing = self._drawing, None
        if waiting is None:
            return None
        request, drawing = waiting
        self._predictor, prediction = tasks.predict(
            self._trainer, self._predictor, drawing, request
        )
        return prediction

    def _set_state(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.stateChanged.emit(state)

    def _give_up_waiting(self) -> None:
        """Training was asked for, but does not begin."""
        self._waiting = None
        self._rest()

    def _rest(self) -> None:
        """Nothing is under way any more."""
        if self._info is not None:
            self._set_state(State.IDLE)
        else:
            self._set_state(State.UNAVAILABLE if self._engine_error else State.STARTING)
        if self._reset_wanted:
            self.reset()

    def _on_engine_ready(self, info: EngineInfo) -> None:
        self._info = info
        if self._waiting is None:
            self._rest()
        self.engineReady.emit(info)
        self._start_when_ready()

    def _on_engine_failed(self, message: str) -> None:
        self._engine_error = message
        self._give_up_waiting()
        self.engineFailed.emit(message)

    def _on_data_loaded(self, loaded: tuple[Dataset, DataSummary] | None) -> None:
        if loaded is None or loaded[1].source != self._source:
            return  # another source was chosen meanwhile
        self._dataset, self._summary = loaded
        self._loading = False
        self.dataLoaded.emit(self._summary)
        self._start_when_ready()

    def _on_data_failed(self, source: DataSource, message: str) -> None:
        if source != self._source:
            return
        self._loading, self._data_error = False, message
        if self._waiting is not None:
            self._give_up_waiting()
        self.dataFailed.emit(message)

    def _start_when_ready(self) -> None:
        if self._waiting is None or self._info is None or self._dataset is None:
            return
        project, further = self._waiting
        from desktop.engine.training import Trainer

        self._waiting = None
        kept = self._trainer if further else None
        self._next_trainer = trainer = kept or Trainer(self._dataset)
        self._control = control = RunControl()
        self._run = run = next(self._runs)
        self._engine.submit(
            partial(
                tasks.train,
                trainer,
                project,
                control,
                self._report,
                further=kept is not None,
                run=run,
            )
        )

    def _report(self, report: Report) -> None:
        """On the thread: pass a report on."""
        self._delivered.emit(self._on_report, report)

    def _on_report(self, report: Report) -> None:
        if report.run != self._run:
            return
        match report:
            case RunStarted():
                if self._trainer is not self._next_trainer:
                    self._trainer, self._predictor = self._next_trainer, None
                    self._unsaved = 0.0
                if self._state is State.WAITING:  # not if it is being stopped already
                    self._set_state(State.TRAINING)
                self.runStarted.emit(report)
            case Progress():
                self._running = report.seconds
                self.progress.emit(report)
            case EpochEnded():
                self.epochEnded.emit(report)
            case RunEnded():
                self._next_trainer = None
                self._unsaved, self._running = self.unsaved_seconds, 0.0
                self._rest()
                self.runEnded.emit(report)

    def _on_model_saved(self, path: str) -> None:
        self._unsaved = 0.0
        self.modelSaved.emit(path)

    def _on_model_save_failed(self, path: str, message: str) -> None:
        self.modelSaveFailed.emit(message, path)

    def _on_predicted(self, prediction: Prediction | None) -> None:
        if prediction is not None:
            self.predicted.emit(prediction)

    def _on_evaluated(self, trainer: Trainer, evaluation: Evaluation) -> None:
        self._rest()
        if trainer is self._trainer:
            self.evaluated.emit(evaluation)

    def _on_evaluation_failed(self, trainer: Trainer, message: str) -> None:
        self._rest()
        if trainer is self._trainer:
            self.evaluationFailed.emit(message)
