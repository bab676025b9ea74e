"""Training: `model.fit` on a plain `keras.Sequential`, told about in reports."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine.batches import Batches, large_batch
from desktop.engine.blocks import Blocks, CompilerChoice, block_callbacks
from desktop.engine.builder import (
    ProjectError,
    build,
    check,
    compile_model,
    draw_seed,
    keras_object,
    make_callbacks,
    same_but_learning_rate,
    set_seed,
)
from desktop.engine.callback import Clock, EpochPart, Plan, Recorder
from desktop.engine.control import RunControl, Stopped
from desktop.engine.datasets import Dataset
from desktop.engine.encoding import encode
from desktop.engine.failures import explanation
from desktop.engine.fused import FusedSteps
from desktop.engine.histograms import weight_histograms
from desktop.engine.numerics import ADVICE, NonFiniteError, diagnose
from desktop.engine.reports import Outcome, Report, RunEnded, RunStarted

logger = logging.getLogger(__name__)

Sink = Callable[[Report], None]

TOO_LARGE = (
    "The training rows would take up more than half of this machine's memory. They are read batch "
    "by batch instead, which is slower."
)

COURSE = ("batch_size", "shuffle", "seed", "loss", "metrics")  # settings that make up an epoch


@dataclass
class _Ending:
    """What RunEnded will say; filled in as the run goes on."""

    outcome: Outcome = Outcome.FAILED
    message: str = ""
    monitor: str = ""
    best_epoch: int | None = None
    stopped_early: bool = False
    restored_best: bool = False


@dataclass(frozen=True)
class _Begun:
    """An epoch that was broken off, and the settings it can be completed with."""

    part: EpochPart
    training: Training
    seed: int

    def suits(self, training: Training) -> bool:
        """Whether `training` has the same batches, in the same order, and judges them alike."""
        return all(getattr(training, name) == getattr(self.training, name) for name in COURSE)


class Trainer:
    """A network and the rows it is trained on, through any number of runs.

    `run` belongs on one thread; the properties may be read on any. Whatever ends a run, the model
    stays usable and can be trained further.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._model: Any = None
        self._project: Project | None = None
        self._epoch = 0
        self._steps: FusedSteps | None = None  # of the model as it is compiled
        self._choice: CompilerChoice | None = None
        self._is_trained = False  # before the run that goes on
        self._blocks: Blocks | None = None  # of the run that goes on
        self._begun: _Begun | None = None  # the epoch after those that were completed

    @property
    def model(self) -> Any:
        """The `keras.Sequential`; None before the first run."""
        return self._model

    @property
    def project(self) -> Project | None:
        """The project the model was built from and last trained with; None before the first run."""
        return self._project

    @property
    def epoch(self) -> int:
        """Epochs completed over the life of the model. One broken off does not count."""
        return self._epoch

    @property
    def is_trained(self) -> bool:
        """Whether the weights have moved at all: also when the first epoch was not completed."""
        blocks = self._blocks
        return self._is_trained or (blocks is not None and blocks.taken > 0)

    def can_continue(self, project: Project) -> bool:
        """Whether the model is one of `project`: the same layers and data."""
        return (
            self._model is not None
            and self._project is not None
            and (project.layers, project.data) == (self._project.layers, self._project.data)
        )

    def run(
        self,
        project: Project,
        sink: Sink,
        control: RunControl,
        *,
        further: bool = False,
        run: int = 1,
    ) -> None:
        """Train for the epochs `project` asks for and give `sink` the reports of it.

        New weights are made from the training seed or, if `further`, those there are are kept.
        Then the state of the optimizer (momentum and so on) and its learning rate are kept as
        well, as long as the optimizer's settings are: a changed learning rate is set, other
        changes make a new optimizer. Epochs are counted on, and so is the order of the rows: two
        runs of five epochs give what one of ten gives. An epoch that was broken off is the first
        of them and goes on where it was, unless batches, seed, loss or metrics are others now:
        then it begins anew.

        `sink` gets RunStarted, then Progress and EpochEnded, and exactly one RunEnded whatever
        happens: errors are reported there and logged, not raised. Only what is not an `Exception`,
        such as KeyboardInterrupt, passes through, after RunEnded.
        """
        clock, ending = Clock(control), _Ending()
        try:
            self._run(project, sink, control, clock, ending, further, run)
            ending.outcome = Outcome.FINISHED
        except Stopped:
            ending.outcome = Outcome.STOPPED
        except Exception as error:
            ending.message = explanation(error)
        except BaseException:
            ending.outcome = Outcome.STOPPED
            raise
        finally:
            self._end(sink, ending, run, clock.seconds())
            if self._choice is not None:
                self._choice.finish()

    def _end(self, sink: Sink, ending: _Ending, run: int, seconds: float) -> None:
        try:
            sink(
                RunEnded(
                    run=run,
                    outcome=ending.outcome,
                    epoch=self._epoch,
                    seconds=seconds,
                    message=ending.message,
                    monitor=ending.monitor if ending.best_epoch is not None else "",
                    best_epoch=ending.best_epoch,
                    stopped_early=ending.stopped_early,
                    restored_best=ending.restored_best,
                )
            )
        except Exception:
            logger.exception("The end of a run could not be reported")

    def _run(
        self,
        project: Project,
        sink: Sink,
        control: RunControl,
        clock: Clock,
        ending: _Ending,
        further: bool,
        run: int,
    ) -> None:
        control.checkpoint()
        check(project)
        if project.data != self.dataset.source:
            raise ProjectError(
                f"The rows in memory are not those of {project.data.title}: load the data first"
            )
        seed = self._prepare(project, further)
        begun = self._begun.part if self._begun is not None else None
        control.checkpoint()
        training, validation = self._batches(project, seed)
        plan = Plan(
            run=run,
            first_epoch=self._epoch,
            epochs=project.training.epochs,
            batch_size=project.training.batch_size,
            validation_batch_size=validation.batch_size if validation is not None else 1,
            training_rows=training.rows,
            validation_rows=validation.rows if validation is not None else 0,
        )
        sink(
            RunStarted(
                run=run,
                first_epoch=plan.first_epoch,
                epochs=plan.epochs,
                steps_per_epoch=plan.steps,
                parameters=self._model.count_params(),
                training_rows=plan.training_rows,
                validation_rows=plan.validation_rows,
                seed=seed,
                first_step=begun.block.stop if begun is not None else 0,
                histograms=weight_histograms(self._model, project),
                note=TOO_LARGE if training.is_too_large else "",
            )
        )
        steps, choice = self._prepare_steps(project, training)
        steps.checkpoint = control.checkpoint
        blocks = Blocks(
            steps,
            choice,
            training,
            plan.epochs,
            control.checkpoint,
            begun.block if begun is not None else None,
        )
        self._blocks = blocks
        recorder = Recorder(
            self._model, project, plan, sink, control, clock, blocks, self._completed, begun
        )
        try:
            self._fit(project, plan, blocks, validation, recorder, ending)
        except NonFiniteError as error:
            raise ProjectError(self._overflow(project, recorder, error)) from error
        finally:
            # An exception makes `fit` leave without tidying up: it would keep the validation rows.
            self._model._eval_epoch_iterator = None
            self._model.train_function = None  # Keras's own again
            self._is_trained, self._blocks = self.is_trained, None
            part = recorder.part()
            self._begun = _Begun(part, project.training, seed) if part is not None else None
            if ending.best_epoch is None:
                ending.best_epoch = recorder.best.epoch
            ending.monitor = recorder.best.monitor
            recorder.flush()

    def _completed(self, epoch: int) -> None:
        self._epoch = epoch

    # --- the model --------------------------------------------------------------------------------

    def _prepare(self, project: Project, further: bool) -> int:
        """Make the model ready for `project`; returns the seed in use."""
        seed = draw_seed(project)
        if further:
            if not self.can_continue(project):
                raise ProjectError(
                    "The layers or the data have changed, so training cannot go on from the "
                    "weights there are: train from new weights"
                )
            self._recompile(project)
            begun = self._begun
            if begun is not None and begun.suits(project.training):
                seed = begun.seed
            else:
                self._begun = None
            set_seed(int(np.random.SeedSequence([seed, self._epoch]).generate_state(1)[0]))
        else:
            had_model = self._model is not None
            self._model, self._project, self._epoch = None, None, 0
            self._is_trained, self._begun = False, None
            self._steps = self._choice = None
            if had_model:  # models refer to themselves: nothing else frees their memory
                gc.collect()
            self._model = build(project, seed)
        self._project = project
        return seed

    def _recompile(self, project: Project) -> None:
        assert self._project is not None
        old, new = self._project.training, project.training
        optimizer = self._model.optimizer
        if not same_but_learning_rate(old.optimizer, new.optimizer):
            optimizer = keras_object(new.optimizer)
        elif old.optimizer != new.optimizer:
            optimizer.learning_rate = new.optimizer.learning_rate
        if optimizer is not self._model.optimizer or (old.loss, old.metrics) != (
            new.loss,
            new.metrics,
        ):
            compile_model(self._model, project, optimizer)
            self._steps = self._choice = None

    # --- fit --------------------------------------------------------------------------------------

    def _batches(self, project: Project, seed: int) -> tuple[Batches, Batches | None]:
        """The training rows, and the validation rows if there are any."""
        rows, held = self.dataset.training, self.dataset.validation
        training = Batches(
            rows,
            encode(rows.y, project),
            project.training.batch_size,
            seed if project.training.shuffle else None,
        )
        if held is None or not len(held):
            return training, None
        return training, Batches(held, encode(held.y, project), large_batch(self._model))

    def _prepare_steps(
        self, project: Project, training: Batches
    ) -> tuple[FusedSteps, CompilerChoice]:
        """The steps and the choice of their compiler: those of the last run, if they still fit."""
        if (
            self._steps is None
            or self._choice is None
            or self._steps.batch_size != training.batch_size
        ):
            self._steps = FusedSteps(self._model, training.batch_size, training.at(0))
            self._choice = CompilerChoice(project, self._steps)
        return self._steps, self._choice

    def _fit(
        self,
        project: Project,
        plan: Plan,
        blocks: Blocks,
        validation: Batches | None,
        recorder: Recorder,
        ending: _Ending,
    ) -> None:
        callbacks = make_callbacks(project.training)
        last_epoch = plan.first_epoch + plan.epochs
        self._model.train_function = blocks
        self._model.fit(
            blocks.dataset,
            initial_epoch=plan.first_epoch,
            epochs=last_epoch,
            shuffle=False,  # the batches come in the right order
            validation_data=validation.dataset if validation is not None else None,
            callbacks=block_callbacks(
                blocks, [recorder.callback(), *callbacks], self._model, last_epoch
            ),
            verbose=0,
        )
        if project.training.early_stopping is not None:
            self._note_early_stopping(project, callbacks[-1], ending)

    def _note_early_stopping(self, project: Project, callback: Any, ending: _Ending) -> None:
        """Say what Keras's EarlyStopping did: it may restore weights without having stopped."""
        settings = project.training.early_stopping
        assert settings is not None
        if callback.best is None:  # it judged no epoch
            return
        ending.best_epoch = callback.best_epoch + 1
        ending.stopped_early = callback.stopped_epoch > 0
        ending.restored_best = settings.restore_best_weights and ending.best_epoch < self._epoch
        sentences = []
        if ending.stopped_early:
            sentences.append(
                f"Early stopping ended the training: {settings.monitor} has not improved "
                f"since epoch {ending.best_epoch}."
            )
        if ending.restored_best:
            sentences.append(f"The weights are those of epoch {ending.best_epoch} again.")
        ending.message = " ".join(sentences)

    # --- failures ---------------------------------------------------------------------------------

    def _overflow(self, project: Project, recorder: Recorder, error: NonFiniteError) -> str:
        """What to tell the user: when, which layer first, and what to do."""
        cause, advice = str(error), ADVICE
        if error.batch is None:
            return (
                f"The training broke down at the end of epoch {recorder.epoch}: {cause}. {advice}"
            )
        try:
            cause, advice = diagnose(self._model, project, error.batch)
        except Exception:
            logger.exception("The cause of an overflow could not be found")
            cause = "a number became infinite or NaN (not a number)"
        return (
            f"The training broke down in epoch {recorder.epoch}, batch {recorder.step + 1} of "
            f"{recorder.plan.steps}: {cause}. The weights are those from before that batch. "
            f"{advice}"
        )
