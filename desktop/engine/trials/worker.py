"""Training trials in this process, and the loop of a worker process."""

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
    """Train a trial in this process. Raises nothing: a failure is a result, too."""
    return process_trainer.run(task)


class ProcessTrainer:
    """Trains the trials of a process; their rows are read once.

    Attributes:
        control: of the current trial and the following ones.
        is_training: whether it is training, which only `control` should end.
    """

    def __init__(self) -> None:
        self.control = RunControl()
        self.is_training = False
        self._trainer: Trainer | None = None

    def use(self, dataset: Dataset | None) -> None:
        """Use these rows for all trials with their data; None discards the current ones."""
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
            self.use(datasets.load(source))
        assert self._trainer is not None
        return self._trainer


process_trainer = ProcessTrainer()  # of this process


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
class ControlState:
    """Sent to a worker: the state that its `control` is to have."""

    is_stopping: bool
    is_paused: bool


def serve(connection: Connection, threads: int, processors: frozenset[int] | None) -> None:
    """Do the work that `connection` delivers until it is closed. Run by a worker process.

    TensorFlow gets this number of `threads`, the process these `processors`, or all if None.
    """
    _prepare_process(threads, processors)
    works: Queue[Work | None] = Queue()
    threading.Thread(target=_listen, args=(connection, works), daemon=True).start()
    while (work := works.get()) is not None:
        try:
            answer = True, work.function(*work.arguments, **work.options)
        except Exception as error:
            answer = False, error
        works.task_done()
        with suppress(OSError):  # the other end is closed: the other thread ends the process
            connection.send(answer)


def _listen(connection: Connection, works: Queue[Work | None]) -> None:
    """Receive messages. If the program that sends them is killed, the connection is closed.

    Then an idle process ends normally, so that libraries remove their temporary files. A busy one
    ends immediately, which leaves no damaged files of runs and groups.
    """
    try:
        while True:
            message = connection.recv()
            if isinstance(message, Work):
                works.put(message)
                continue
            apply_state(process_trainer.control, message)
            if message.is_stopping and not process_trainer.is_training:
                break  # TensorFlow or the rows are being loaded, which nothing else would end
    except (EOFError, OSError):
        pass
    finally:
        if works.unfinished_tasks:
            os._exit(0)
        works.put(None)


def apply_state(control: RunControl, state: ControlState) -> None:
    """Stop, pause or resume `control` as `state` says."""
    if state.is_stopping:
        control.stop()
    elif state.is_paused:
        control.pause()
    else:
        control.resume()


def _prepare_process(threads: int, processors: frozenset[int] | None) -> None:
    """Set up a worker process: signals, priority, processors, threads and output.

    It ignores Ctrl+C, which the program handles. Results depend on the number of TensorFlow's
    threads, so it is the same in each process; the number of processors makes no difference.
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
