"""What trains the trials of a group: executors that can be stopped and paused."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, TypeVar

from desktop.engine.control import RunControl
from desktop.engine.trials.trial import TrialResult
from desktop.engine.trials.worker import TrialTask, process_trainer, run_trial

if TYPE_CHECKING:
    from desktop.engine.rows import Dataset

T = TypeVar("T")


class WorkerLostError(Exception):
    """The process that did the work ended in the middle of it; the message says how."""


class ExecutorLostError(Exception):
    """There is nobody left to do the work; the message says why and what to do."""


class TrialExecutor(Executor):
    """An executor of trials, which can be stopped and paused."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """How many trials it trains at the same time."""

    @abstractmethod
    def follow(self, control: RunControl) -> None:
        """Stop, pause and resume all trials with `control`. To be called before any `submit`."""

    def train(self, task: TrialTask) -> Future[TrialResult]:
        """Train a trial, and keep its run."""
        return self.submit(run_trial, task)


class ThisProcess(TrialExecutor):
    """Does the work at once, on the thread that submits it. `dataset` is read already."""

    def __init__(self, dataset: Dataset) -> None:
        process_trainer.use(dataset)

    @property
    def workers(self) -> int:
        return 1

    def follow(self, control: RunControl) -> None:
        process_trainer.control = control

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        process_trainer.control = RunControl()
        process_trainer.use(None)
