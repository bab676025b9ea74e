"""Training the trials of a group, several at the same time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from desktop.document.text import first_line
from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome, new_run_id
from desktop.engine.trials.executor import ExecutorLostError, TrialExecutor, WorkerLostError
from desktop.engine.trials.plan import TrialPlan
from desktop.engine.trials.reports import (
    GroupEnded,
    GroupProgress,
    GroupReport,
    GroupStarted,
    GroupWarning,
    TrialEnded,
    TrialStarted,
)
from desktop.engine.trials.store import GroupError, GroupWriter
from desktop.engine.trials.trial import Trial, TrialResult
from desktop.engine.trials.worker import TrialTask, failed

logger = logging.getLogger(__name__)

TRIES = 2  # for a trial whose worker is lost


@dataclass(frozen=True)
class _Attempt:
    trial: Trial
    number: int  # 1 for the first one
    began: float


def run_group(
    writer: GroupWriter,
    plan: TrialPlan,
    executor: TrialExecutor,
    control: RunControl,
    sink: Callable[[GroupReport], None],
    runs: Path | None = None,
) -> None:
    """Train what `plan` gives, until it is done or `control` stops it, and write the results.

    `plan` is told the results that the group has already. `runs` is the folder of the RunStore. A
    trial that fails is a result like any other; one whose worker is lost is tried once more. What
    was stopped is no result, so that the same group can be resumed. `sink` gets GroupStarted, and
    exactly one GroupEnded whatever happens, when `writer` is closed; errors are reported there, not
    raised.
    """
    runner = _Runner(writer, plan, executor, control, sink, runs)
    ended = GroupEnded(writer.group.id, Outcome.STOPPED)
    try:
        ended = runner.run()
    except ExecutorLostError as error:
        ended = GroupEnded(writer.group.id, Outcome.FAILED, str(error))
    except Exception as error:
        logger.exception("A group failed")
        message = f"The trials could not be continued: {first_line(error)[:300]}"
        ended = GroupEnded(writer.group.id, Outcome.FAILED, message)
    finally:
        if ended.outcome is not Outcome.FINISHED:
            control.stop()
        writer.close()  # whoever hears of the end may resume the group
        sink(ended)


class _Runner:
    def __init__(
        self,
        writer: GroupWriter,
        plan: TrialPlan,
        executor: TrialExecutor,
        control: RunControl,
        sink: Callable[[GroupReport], None],
        runs: Path | None,
    ) -> None:
        self._writer, self._plan, self._executor = writer, plan, executor
        self._control, self._sink, self._runs = control, sink, runs
        self._group = writer.group.id
        self._under_way: dict[Future[TrialResult], _Attempt] = {}
        self._seconds: list[float] = []  # that trials took

    def run(self) -> GroupEnded:
        for result in self._writer.group.results:
            self._plan.tell(result)
            self._seconds.append(result.seconds)
        self._executor.follow(self._control)
        self._sink(GroupStarted(self._group, self._done, self._plan.total))
        while True:
            self._fill()
            if not self._under_way:
                break
            over, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
            for future in over:
                self._take(future, self._under_way.pop(future))
        if self._control.is_stopping or not self._plan.is_done:
            return GroupEnded(self._group, Outcome.STOPPED)
        self._keep(lambda: self._writer.end(Outcome.FINISHED))
        return GroupEnded(self._group, Outcome.FINISHED)

    @property
    def _done(self) -> int:
        return len(self._writer.group.results)

    def _fill(self) -> None:
        """Give every worker something to do."""
        while len(self._under_way) < self._executor.workers and not self._control.is_stopping:
            trial = self._plan.next()
            if trial is None:
                break
            if trial.problem:
                self._add(failed(trial, trial.problem))
            else:
                self._submit(trial, 1)

    def _submit(self, trial: Trial, number: int) -> None:
        task = TrialTask(trial, self._group, new_run_id(), self._runs)
        self._sink(TrialStarted(self._group, trial, task.run))
        future = self._executor.train(task)
        self._under_way[future] = _Attempt(trial, number, time.monotonic())

    def _take(self, future: Future[TrialResult], attempt: _Attempt) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            result = future.result()
        elif self._control.is_stopping:
            return
        elif isinstance(error, ExecutorLostError):
            raise error
        elif isinstance(error, WorkerLostError) and attempt.number < TRIES:
            self._sink(GroupWarning(self._group, f"{error}. The trial is tried once more"))
            self._submit(attempt.trial, attempt.number + 1)
            return
        else:
            if not isinstance(error, WorkerLostError):
                logger.error("A trial failed", exc_info=error)
            result = failed(attempt.trial, str(error))
        if result.is_over:
            self._add(result)

    def _add(self, result: TrialResult) -> None:
        self._plan.tell(result)
        self._seconds.append(result.seconds)
        for warning in result.warnings:
            self._sink(GroupWarning(self._group, warning))
        self._keep(lambda: self._writer.add(result))
        self._sink(TrialEnded(self._group, result))
        left = self._seconds_left()
        self._sink(GroupProgress(self._group, self._done, self._plan.total, left))

    def _keep(self, write: Callable[[], None]) -> None:
        """The group goes on if something cannot be written."""
        try:
            write()
        except GroupError as error:
            self._sink(GroupWarning(self._group, str(error)))

    def _seconds_left(self) -> float | None:
        """From what trials took so far."""
        total = self._plan.total
        if total is None or not self._seconds:
            return None
        mean, now = sum(self._seconds) / len(self._seconds), time.monotonic()
        gone = sum(min(now - each.began, mean) for each in self._under_way.values())
        return max((total - self._done) * mean - gone, 0.0) / self._executor.workers
