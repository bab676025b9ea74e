"""One network and its life, from its first weights through any number of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.training import Training
from desktop.engine.augmentation import augmentation_of
from desktop.engine.batches import Batches
from desktop.engine.best import EpochLogs
from desktop.engine.blocks import Blocks
from desktop.engine.builder import build, compile_model, keras_object, same_but_learning_rate
from desktop.engine.compiler_choice import CompilerChoice
from desktop.engine.control import Clock
from desktop.engine.fused import FusedSteps
from desktop.engine.model_card import ModelCard
from desktop.engine.probe import Probe
from desktop.engine.recorder import EpochPart
from desktop.engine.rows import Dataset

if TYPE_CHECKING:
    from desktop.engine.prediction import Predictor
    from desktop.engine.row_prediction import RowPredictor
    from desktop.engine.surface import SurfacePredictor

COURSE = (
    "batch_size",
    "shuffle",
    "seed",
    "loss",
    "metrics",
    "balance_classes",
    "rows",
)  # settings that make up an epoch
# Settings that steps and probe are made for.
_COMPILED = ("loss", "metrics", "balance_classes", "rows")


@dataclass(frozen=True)
class PartialEpoch:
    """An epoch that was broken off, and the settings it can be completed with."""

    part: EpochPart
    training: Training
    seed: int

    def suits(self, training: Training) -> bool:
        """Whether `training` has the same batches, in the same order, and judges them alike."""
        return all(getattr(training, name) == getattr(self.training, name) for name in COURSE)


class Network:
    """A compiled `keras.Sequential`, and what there is to know about its training.

    `project` is the one it was built from and last trained with. `epoch` is the number of epochs
    completed over its life; one broken off does not count. `weights_epoch` is the one that its
    weights are of: an earlier one after early stopping restored the best. `logs` are of all epochs.
    `run` is the id of the kept run that its weights come from, "" if there is none.
    The model is trained on one thread at a time, through a `Trainer`; everything may be read on
    any.
    """

    def __init__(
        self,
        model: Any,
        project: Project,
        card: ModelCard | None = None,
        *,
        is_loaded: bool = False,
    ) -> None:
        """A network of `model`, made of the layers of `project` and compiled for it.

        `card` says what its data was found to hold; None takes what the source itself knows.
        `is_loaded` if its weights come from a file, and it is not known how they were trained.
        """
        self.model = model
        self.project = project
        self._card = card
        self.is_loaded = is_loaded
        self.epoch = self.weights_epoch = 0
        self.logs = EpochLogs()
        self.run = ""
        self.choice: CompilerChoice | None = None  # of the steps
        self.partial: PartialEpoch | None = None  # the epoch after those that were completed
        self._was_trained = False  # before the run in progress
        self._unsaved = 0.0  # seconds of training before the run in progress
        self._run: tuple[Blocks, Clock] | None = None  # in progress
        self._steps: FusedSteps | None = None  # of the model as it is compiled
        self._probe: Probe | None = None  # of the model as it is compiled
        self._predictor: Predictor | None = None
        self._row_predictor: RowPredictor | None = None
        self._surface_predictor: SurfacePredictor | None = None

    @classmethod
    def new(cls, project: Project, seed: int, dataset: Dataset) -> Network:
        """A network with new weights for `dataset`. Raises ProjectError if `project` has errors."""
        card = ModelCard.of(project, dataset)
        return cls(build(project, seed, dataset.schema), project, card)

    @classmethod
    def loaded(cls, model: Any, project: Project, card: ModelCard | None = None) -> Network:
        """The network of a `model` that was read from a file.

        Its layers are those of `project`, one for one; it is compiled with the training settings
        of that, the optimizer being a new one.
        """
        compile_model(model, project, card.data_schema if card is not None else None)
        return cls(model, project, card, is_loaded=True)

    def comes_from(self, run: str, epoch: int, weights_epoch: int) -> None:
        """Continue the life of a network that a kept run trained, whose weights these are.

        `run`, `epoch` and `weights_epoch` are as those of the network itself.
        """
        self.run, self.epoch, self.weights_epoch = run, epoch, weights_epoch
        self.is_loaded, self._was_trained = False, True

    @property
    def schema(self) -> DataSchema | None:
        """What its data was found to hold; None takes what the source itself knows."""
        return self._card.data_schema if self._card is not None else None

    @property
    def card(self) -> ModelCard | None:
        """What the network was trained with, to be saved with it; None if that is not known."""
        return self._card.replace(project=self.project) if self._card is not None else None

    @property
    def is_trained(self) -> bool:
        """Whether the weights are not the first ones: also in the middle of the first epoch."""
        run = self._run
        return self.is_loaded or self._was_trained or (run is not None and run[0].taken > 0)

    @property
    def unsaved_seconds(self) -> float:
        """Seconds of training since the network was made or saved, the run in progress included."""
        run = self._run
        return self._unsaved + (run[1].seconds() if run is not None else 0.0)

    def mark_saved(self) -> None:
        """Nothing is lost with the network now: a file has its weights."""
        self._unsaved = 0.0

    def take_weights(self, weights: Sequence[Any], seconds: float, run: str = "") -> None:
        """Have `weights` that were made elsewhere, by `seconds` of training; negative: undone.

        `run` is the id of the kept run that they come from, if there is one.
        """
        self.model.set_weights(list(weights))
        self._was_trained, self.run = True, run
        self._unsaved = max(0.0, self._unsaved + seconds)

    def can_continue(self, project: Project) -> bool:
        """Whether these weights suit `project`: its layers and data are the same."""
        return (project.layers, project.data) == (self.project.layers, self.project.data)

    @property
    def predictor(self) -> Predictor:
        """Asks the model about drawings, on one thread. Raises PredictionError if it takes none."""
        from desktop.engine.prediction import Predictor

        predictor, project, card = self._predictor, self.project, self._card
        # The loss decides how outputs are read.
        if predictor is None or predictor.project.training.loss != project.training.loss:
            self._predictor = predictor = Predictor(
                self.model, project, self.schema, card.calibration if card is not None else None
            )
        return predictor

    @property
    def surface_predictor(self) -> SurfacePredictor:
        """Asks the model about points, on one thread. Raises PredictionError if it takes none."""
        from desktop.engine.surface import SurfacePredictor

        predictor, project = self._surface_predictor, self.project
        if predictor is None or predictor.project.training.loss != project.training.loss:
            predictor = SurfacePredictor(self.model, project, self.schema)
            self._surface_predictor = predictor
        return predictor

    @property
    def row_predictor(self) -> RowPredictor:
        """Asks the model about rows of a table, on one thread. Raises PredictionError."""
        from desktop.engine.prediction import PredictionError
        from desktop.engine.row_prediction import RowPredictor

        predictor, card = self._row_predictor, self.card
        if card is None:
            raise PredictionError("It is not known how the rows of this network are prepared")
        if predictor is None or predictor.card != card:
            self._row_predictor = predictor = RowPredictor(self.model, card)
        return predictor

    def complete(self, epoch: int, logs: Mapping[str, float]) -> int | None:
        """The 1-based `epoch` is completed, with these `logs`; returns the best one so far."""
        self.epoch = self.weights_epoch = epoch
        self.logs.add(epoch, logs, self.model)
        return self.logs.best.epoch

    def restore_best(self) -> int | None:
        """Restore what EarlyStopping is to; returns that epoch, None if nothing has changed."""
        restored = self.logs.restore(self.model)
        if restored is not None:
            self.weights_epoch = restored
        return restored

    # --- runs -------------------------------------------------------------------------------------

    def resume(self, project: Project, dataset: Dataset) -> None:
        """Be trained further on `dataset` with the training settings of `project`.

        The optimizer and its state are kept as long as its settings are. A changed learning rate
        is set, other changes make a new optimizer.
        """
        old, new = self.project.training, project.training
        optimizer = self.model.optimizer
        if not same_but_learning_rate(old.optimizer, new.optimizer):
            optimizer = keras_object(new.optimizer)
        elif old.optimizer != new.optimizer:
            optimizer.learning_rate = new.optimizer.learning_rate
        changed = any(getattr(old, each) != getattr(new, each) for each in _COMPILED)
        if optimizer is not self.model.optimizer or changed:
            compile_model(self.model, project, self.schema, optimizer)
            self._steps = self.choice = self._probe = None
        self.project = project
        self._card = ModelCard.of(project, dataset)

    def steps(self, training: Batches) -> tuple[FusedSteps, CompilerChoice]:
        """The steps and the choice of their compiler: those of the last run, if they still fit."""
        if (
            self._steps is None
            or self.choice is None
            or self._steps.batch_size != training.batch_size
        ):
            batch_size = training.batch_size
            augmentation = augmentation_of(self.model, self.project, batch_size)
            self._steps = FusedSteps(self.model, batch_size, training.at(0), augmentation)
            self.choice = CompilerChoice(self.project, self._steps)
        training.augmentation = self._steps.augmentation
        return self._steps, self.choice

    def probe(self, dataset: Dataset, seed: int) -> Probe:
        """The probe of the last run, if there was one, or one of training rows drawn by `seed`."""
        if self._probe is None:
            self._probe = Probe.of_rows(
                self.model,
                self.project,
                dataset.schema,
                dataset.training_rows(self.project.training),
                seed,
            )
        return self._probe

    def probe_inputs(self, dataset: Dataset) -> Any:
        """The rows of the probe, a tensor; of a network that has none yet, some of `dataset`.

        May be called on any thread: it leaves the choice of the rows to the training.
        """
        probe = self._probe
        if probe is None:
            rows = dataset.training_rows(self.project.training)
            probe = Probe.of_rows(self.model, self.project, dataset.schema, rows, seed=0)
        return probe.inputs

    def run_begins(self, blocks: Blocks, clock: Clock) -> None:
        """A run trains `blocks` from now on, its time being taken by `clock`."""
        self._run = blocks, clock

    def run_ends(self, partial: PartialEpoch | None) -> None:
        """The run is over; `partial` is what it trained of an epoch that it did not complete."""
        self._was_trained = self.is_trained
        self._unsaved, self._run = self.unsaved_seconds, None
        self.partial = partial
