"""The training of one trial, in this process and on this thread."""

from __future__ import annotations

from collections.abc import Callable

from desktop.engine.control import RunControl, Stopped
from desktop.engine.reports import EpochEnded, Outcome, Report, RunEnded, RunStarted
from desktop.engine.training import Trainer
from desktop.engine.trials.trial import Trial, TrialResult


def train_trial(
    trial: Trial,
    trainer: Trainer,
    control: RunControl,
    sink: Callable[[Report], None] = lambda report: None,
    run: str | None = None,
) -> TrialResult:
    """Train the network of `trial` from new weights; `sink` gets the reports of the run.

    `run` is the id of the run, by default a new one.
    A training that fails is a result like any other. `trainer` is one for the trial's data.
    """
    watcher = _Watcher(trial, sink)
    trainer.run(trial.project, watcher, control, run=run)
    return watcher.result()


class _Watcher:
    """Hears the reports of a trial's run before `sink`, and ends it where its pruner wants that."""

    def __init__(self, trial: Trial, sink: Callable[[Report], None]) -> None:
        self._trial, self._sink = trial, sink
        self._run, self._pruned = "", False
        self._epochs: list[EpochEnded] = []
        self._values: list[float] = []
        self._ended: RunEnded | None = None

    def __call__(self, report: Report) -> None:
        self._sink(report)
        match report:
            case RunStarted():
                self._run = report.run
            case EpochEnded():
                self._epochs.append(report)
                self._judge(report)
            case RunEnded():
                self._ended = report

    def _judge(self, epoch: EpochEnded) -> None:
        pruner = self._trial.pruner
        if pruner is None or pruner.metric not in epoch.logs:
            return
        value = float(epoch.logs[pruner.metric])
        self._values.append(value)
        if pruner.should_stop(epoch.epoch, value):
            self._pruned = True
            raise Stopped

    def result(self) -> TrialResult:
        ended = self._ended
        assert ended is not None
        last = ended.restored_epoch or ended.epoch
        failed = ended.outcome is Outcome.FAILED
        logs = next((each.logs for each in self._epochs if each.epoch == last), {})
        return TrialResult(
            trial=self._trial,
            run=self._run,
            outcome=ended.outcome,
            message=ended.message,
            epochs=len(self._epochs),
            seconds=ended.seconds,
            results={} if failed else dict(logs),
            values=tuple(self._values),
            pruned=self._pruned,
        )
