"""Training: `model.fit` on a plain `keras.Sequential`, told about in reports."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.batches import Batches, large_batch
from desktop.engine.blocks import Blocks, block_callbacks
from desktop.engine.builder import ProjectError, check, draw_seed, make_callbacks, set_seed
from desktop.engine.control import Clock, RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.failures import explanation
from desktop.engine.histograms import weight_histograms
from desktop.engine.network import Network, PartialEpoch
from desktop.engine.numerics import ADVICE, NonFiniteError, diagnose
from desktop.engine.plan import Plan
from desktop.engine.probe import COMPILED_FROM, measured_every
from desktop.engine.recorder import Recorder
from desktop.engine.reports import Outcome, Report, RunEnded, RunStarted, new_run_id
from desktop.engine.rows import Dataset

logger = logging.getLogger(__name__)

Sink = Callable[[Report], None]

TOO_LARGE = (
    "The training rows would take up more than half of this machine's memory. They are read batch "
    "by batch instead, which is slower."
)


@dataclass
class _Ending:
    """What RunEnded will say; filled in during the run."""

    outcome: Outcome = Outcome.FAILED
    message: str = ""
    monitor: str = ""
    best_epoch: int | None = None
    stopped_early: bool = False
    restored_epoch: int | None = None


class Trainer:
    """Trains a network on the rows of `dataset`, through any number of runs.

    `network` is the one to resume, if there is one already. `run` belongs on one thread; the
    properties may be read on any. Whatever ends a run, the network can be used and resumed.
    """

    def __init__(self, dataset: Dataset, network: Network | None = None) -> None:
        self.dataset = dataset
        self._network = network

    @property
    def network(self) -> Network | None:
        """The network of the last run; None before the first."""
        return self._network

    @property
    def model(self) -> Any:
        """The network's `keras.Sequential`; None before the first run."""
        return self._network.model if self._network is not None else None

    @property
    def epoch(self) -> int:
        """Epochs the network has completed over its life."""
        return self._network.epoch if self._network is not None else 0

    def run(
        self,
        project: Project,
        sink: Sink,
        control: RunControl,
        *,
        resume: bool = False,
        run: str | None = None,
    ) -> None:
        """Train for the epochs `project` asks for and give `sink` the reports of it.

        New weights are made from the training seed or, if `resume`, those there are are kept.
        Then the state of the optimizer (momentum and so on) and its learning rate are kept as
        well, as long as the optimizer's settings are: a changed learning rate is set, other
        changes make a new optimizer. Epochs are counted on, and so is the order of the rows: two
        runs of five epochs give what one of ten gives. An epoch that was broken off is the first
        of them and is resumed where it was, unless batches, seed, loss or metrics are others now:
        then it begins anew. `run` is the id of the run in the reports, by default a new one.

        `sink` gets RunStarted, then Progress and EpochEnded, and exactly one RunEnded whatever
        happens: errors are reported there and logged, not raised. Only what is not an `Exception`,
        such as KeyboardInterrupt, passes through, after RunEnded.
        """
        run = run or new_run_id()
        clock, ending = Clock(control), _Ending()
        try:
            self._run(project, sink, control, clock, ending, resume, run)
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
            if self._network is not None and self._network.choice is not None:
                self._network.choice.finish()

    def _end(self, sink: Sink, ending: _Ending, run: str, seconds: float) -> None:
        try:
            sink(
                RunEnded(
                    run=run,
                    outcome=ending.outcome,
                    epoch=self.epoch,
                    seconds=seconds,
                    message=ending.message,
                    monitor=ending.monitor if ending.best_epoch is not None else "",
                    best_epoch=ending.best_epoch,
                    stopped_early=ending.stopped_early,
                    restored_epoch=ending.restored_epoch,
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
        resume: bool,
        run: str,
    ) -> None:
        control.checkpoint()
        if project.data != self.dataset.source:
            raise ProjectError(
                f"The rows in memory are not those of {project.data.title}: load the data first"
            )
        check(project, self.dataset.schema)
        network, seed = self._prepare(project, resume)
        partial = network.partial.part if network.partial is not None else None
        control.checkpoint()
        training, validation = self._batches(network.model, project, seed)
        plan = Plan(
            run=run,
            first_epoch=network.epoch,
            epochs=project.training.epochs,
            batch_size=project.training.batch_size,
            validation_batch_size=validation.batch_size if validation is not None else 1,
            training_rows=training.rows,
            validation_rows=validation.rows if validation is not None else 0,
            measured_every=measured_every(
                training.rows, network.model.count_params(), project.training.epochs
            ),
        )
        best = network.logs.begin(project, plan.validation_rows > 0)
        sink(
            RunStarted(
                run=run,
                first_epoch=plan.first_epoch,
                epochs=plan.epochs,
                steps_per_epoch=plan.steps,
                parameters=network.model.count_params(),
                training_rows=plan.training_rows,
                validation_rows=plan.validation_rows,
                seed=seed,
                first_step=partial.block.stop if partial is not None else 0,
                histograms=weight_histograms(network.model, project),
                note=TOO_LARGE if training.is_too_large else "",
                batch_size=plan.batch_size,
                monitor=best.monitor,
                best_epoch=best.epoch,
                project=project,
                engine=backend.info(),
                fingerprint=self.dataset.fingerprint,
            )
        )
        steps, choice = network.steps(training)
        steps.checkpoint = control.checkpoint
        probe = network.probe(self.dataset, seed)
        if plan.epochs >= COMPILED_FROM:
            probe.compile(control.checkpoint)
        blocks = Blocks(
            steps,
            choice,
            training,
            plan.epochs,
            control.checkpoint,
            partial.block if partial is not None else None,
            # Those who follow it epoch by epoch see something new in each.
            lambda epoch: plan.is_measured(epoch) or control.epoch_seconds > 0,
        )
        network.run_begins(blocks, clock)
        recorder = Recorder(
            network.model,
            project,
            plan,
            sink,
            control,
            clock,
            blocks,
            probe,
            network.complete,
            partial,
        )
        try:
            ending.stopped_early = self._fit(network, plan, blocks, validation, recorder)
            _restore_best(network, ending)
        except NonFiniteError as error:
            raise ProjectError(_overflow(network, recorder, error)) from error
        finally:
            # An exception makes `fit` leave without tidying up: it would keep the validation rows.
            blocks.finish()
            network.model._eval_epoch_iterator = None
            network.model.train_function = None  # Keras's own again
            part = recorder.part()
            network.run_ends(
                PartialEpoch(part, project.training, seed) if part is not None else None
            )
            ending.monitor, ending.best_epoch = best.monitor, best.epoch
            recorder.flush()

    def _prepare(self, project: Project, resume: bool) -> tuple[Network, int]:
        """The network for `project`, ready to be trained, and the seed in use."""
        seed = draw_seed(project)
        if not resume:
            had_network, self._network = self._network is not None, None
            if had_network:  # models refer to themselves: nothing else frees their memory
                gc.collect()
            self._network = Network.new(project, seed, self.dataset)
            return self._network, seed
        network = self._network
        if network is None or not network.can_continue(project):
            raise ProjectError(
                "The layers or the data have changed, so training cannot resume from the "
                "weights there are: train from new weights"
            )
        network.resume(project, self.dataset)
        if network.partial is not None and network.partial.suits(project.training):
            seed = network.partial.seed
        else:
            network.partial = None
        set_seed(int(np.random.SeedSequence([seed, network.epoch]).generate_state(1)[0]))
        return network, seed

    # --- fit --------------------------------------------------------------------------------------

    def _batches(self, model: Any, project: Project, seed: int) -> tuple[Batches, Batches | None]:
        """The training rows, and the validation rows if there are any."""
        rows, held = self.dataset.training_rows(project.training), self.dataset.validation
        training = Batches(
            rows,
            encode(rows.y, project, self.dataset.schema),
            project.training.batch_size,
            seed if project.training.shuffle else None,
        )
        if held is None or not len(held):
            return training, None
        schema = self.dataset.schema
        return training, Batches(held, encode(held.y, project, schema), large_batch(model))

    def _fit(
        self,
        network: Network,
        plan: Plan,
        blocks: Blocks,
        validation: Batches | None,
        recorder: Recorder,
    ) -> bool:
        """Train; returns whether EarlyStopping ended it."""
        model, settings = network.model, network.project.training
        callbacks = make_callbacks(settings)
        last_epoch = plan.first_epoch + plan.epochs
        model.train_function = blocks
        model.fit(
            blocks.dataset,
            initial_epoch=plan.first_epoch,
            epochs=last_epoch,
            shuffle=False,  # the batches come in the right order
            validation_data=validation.dataset if validation is not None else None,
            callbacks=block_callbacks(blocks, [recorder.callback(), *callbacks], model, last_epoch),
            verbose=0,
        )
        return settings.early_stopping is not None and callbacks[-1].stopped_epoch > 0


def _restore_best(network: Network, ending: _Ending) -> None:
    """Restore the best weights, if EarlyStopping is to, stopped or not; say what it did."""
    sentences, best = [], network.logs.best
    if ending.stopped_early:
        since = f" since epoch {best.epoch}" if best.epoch is not None else ""
        sentences.append(
            f"Early stopping ended the training: {best.monitor} has not improved{since}."
        )
    ending.restored_epoch = restored = network.restore_best()
    if restored is not None:
        sentence = f"The weights are those of epoch {restored} again"
        if restored != best.epoch:
            sentence += f": those of epoch {best.epoch}, which was better, were not kept"
        sentences.append(f"{sentence}.")
    ending.message = " ".join(sentences)


def _overflow(network: Network, recorder: Recorder, error: NonFiniteError) -> str:
    """What to tell the user: when, which layer first, and what to do."""
    cause, advice = str(error), ADVICE
    if error.batch is None:
        return f"Training diverged at the end of epoch {recorder.epoch}: {cause}. {advice}"
    try:
        cause, advice = diagnose(network.model, network.project, error.batch)
    except Exception:
        logger.exception("The cause of an overflow could not be found")
        cause = "a number became infinite or NaN (not a number)"
    return (
        f"Training diverged in epoch {recorder.epoch}, batch {recorder.step + 1} of "
        f"{recorder.plan.steps}: {cause}. The weights are those from before that batch. "
        f"{advice}"
    )
