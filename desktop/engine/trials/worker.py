"""Where trials are trained: in this process, or in one that does nothing else."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome, Report
from desktop.engine.trials.trial import Trial, TrialResult

if TYPE_CHECKING:
    from desktop.document.data import DataSource
    from desktop.engine.rows import Dataset
    from desktop.engine.training import Trainer

NICENESS = 5  # steps of priority below the window's


@dataclass(frozen=True)
class TrialTask:
    """A trial to be trained, of the group with that id, as the run of the id `run`.

    The run is kept in `folder`, which is that of a RunStore, by default the user's.
    """

    trial: Trial
    group: str
    run: str
    folder: Path | None = None


def run_trial(task: TrialTask) -> TrialResult:
    """Train a trial where this is called. Nothing is raised: what fails is a result, too."""
    return here.run(task)


class Workplace:
    """What a process has for its trials: the rows, which are read once, and the switch.

    Attributes:
        control: of the trial under way and those to come.
        is_training: whether a run is under way, which only `control` should end.
    """

    def __init__(self) -> None:
        self.control = RunControl()
        self.is_training = False
        self._trainer: Trainer | None = None

    def hold(self, dataset: Dataset | None) -> None:
        """Use these rows for all trials of their data, or let go of those there are."""
        from desktop.engine.training import Trainer

        self._trainer = Trainer(dataset) if dataset is not None else None

    def run(self, task: TrialTask) -> TrialResult:
        """Train a trial, and keep its run."""
        from desktop.engine.backend import BackendError
        from desktop.engine.data_error import DataError
        from desktop.engine.runs.keeper import RunKeeper
        from desktop.engine.trials.training import train_trial

        trial, warnings = task.trial, list[str]()
        try:
            trainer = self._trainer_of(trial.project.data)
        except (BackendError, DataError) as error:
            return failed(trial, str(error))
        keeper = RunKeeper(
            warnings.append,
            trial.name,
            task.folder,
            group=task.group,
            trial=trial.number,
            settings=trial.settings,
        )

        def sink(report: Report) -> None:
            keeper(report, trainer)

        self.is_training = True
        try:
            with closing(keeper):
                result = train_trial(trial, trainer, self.control, sink, task.run)
        finally:
            self.is_training = False
        return replace(result, warnings=tuple(warnings))

    def _trainer_of(self, source: DataSource) -> Trainer:
        from desktop.engine import backend, datasets

        backend.load()
        if self._trainer is None or self._trainer.dataset.source != source:
            self._trainer = None  # room for the new rows
            self.hold(datasets.load(source))
        assert self._trainer is not None
        return self._trainer


here = Workplace()  # of this process


def failed(trial: Trial, message: str) -> TrialResult:
    """The result of a trial that could not be trained."""
    return TrialResult(trial, "", Outcome.FAILED, message, 0, 0.0, {})


# --- the worker process ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """Sent to a worker process: call `function`, and send back what it returns or raises."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]


@dataclass(frozen=True)
class Switch:
    """Sent to a worker: how its `control` is to stand."""

    is_stopping: bool
    is_paused: bool


def serve(connection: Connection, threads: int, processors: frozenset[int] | None) -> None:
    """Do what comes through `connection` until it is closed: the whole life of a worker process.

    TensorFlow gets so many `threads`, the process these `processors`, or all if None.
    """
    _settle(threads, processors)
    works: Queue[Work | None] = Queue()
    threading.Thread(target=_listen, args=(connection, works), daemon=True).start()
    while (work := works.get()) is not None:
        try:
            answer = True, work.function(*work.arguments, **work.options)
        except Exception as error:
            answer = False, error
        works.task_done()
        with suppress(OSError):  # there is nobody left: the other thread ends the process
            connection.send(answer)


def _listen(connection: Connection, works: Queue[Work | None]) -> None:
    """Take what is sent. Whoever sent it may be killed: then the connection ends, and so does this.

    A process with nothing to do ends in order, so that libraries remove their temporary files, a
    busy one at once: the files of runs and groups bear that.
    """
    try:
        while True:
            message = connection.recv()
            if isinstance(message, Work):
                works.put(message)
                continue
            turn(here.control, message)
            if message.is_stopping and not here.is_training:
                break  # TensorFlow or the rows are being loaded, which nothing else would end
    except (EOFError, OSError):
        pass
    finally:
        if works.unfinished_tasks:
            os._exit(0)
        works.put(None)


def turn(control: RunControl, switch: Switch) -> None:
    """Let `control` stand as `switch` says."""
    if switch.is_stopping:
        control.stop()
    elif switch.is_paused:
        control.pause()
    else:
        control.resume()


def _settle(threads: int, processors: frozenset[int] | None) -> None:
    """Be a good worker: quiet, polite, and deaf to the keyboard, which is for the program.

    Results depend on the number of TensorFlow's threads, so that it is the same in each process;
    that they share fewer processors makes no difference.
    """
    for name in ("SIGINT", "SIGHUP", "SIGBREAK"):
        with suppress(AttributeError, OSError, ValueError):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if processors is not None and sys.platform == "linux":
        os.sched_setaffinity(0, processors)
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, str(threads))
    with suppress(OSError):  # standard output is for the results of a command
        os.dup2(2, 1)
    logging.getLogger("desktop").addHandler(logging.NullHandler())  # messages are in the results
