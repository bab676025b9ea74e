"""Stop, pause and resume, at any moment of a run, and nothing left behind."""

from __future__ import annotations

import gc
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.layers import Dropout, Flatten
from desktop.engine import backend, batches, blocks, recorder
from desktop.engine.control import RunControl, Stopped
from desktop.engine.evaluation import evaluate
from desktop.engine.recorder import Recorder
from desktop.engine.reports import (
    EpochEnded,
    Outcome,
    Phase,
    Progress,
    Report,
    RunEnded,
    RunStarted,
)
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, Reports, dataset, project, train

LONG = 1_000_000  # epochs that nobody waits for
PATIENCE = 5  # seconds until a stop has acted, also on a busy machine; bench_stop.py measures it


# --- the switch -----------------------------------------------------------------------------------


def test_a_stop_is_final() -> None:
    control = RunControl()
    control.checkpoint()
    control.stop()
    control.pause()
    assert (control.is_stopping, control.is_paused) == (True, False)
    for _ in range(2):
        with pytest.raises(Stopped):
            control.checkpoint()


@pytest.mark.parametrize("release", ["resume", "stop"])
def test_a_pause_lasts_until_released(release: str) -> None:
    control = RunControl()
    control.pause()
    outcome: list[str] = []

    def work() -> None:
        try:
            control.checkpoint()
            outcome.append("resume")
        except Stopped:
            outcome.append("stop")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    assert control.is_paused
    getattr(control, release)()
    thread.join(5)
    assert outcome == [release]
    assert control.paused_seconds >= 0.09


# --- stopping -------------------------------------------------------------------------------------


class Watch:
    """Stops the run at the first report that `when` is true of, and keeps the time."""

    def __init__(self, control: RunControl, when: Any) -> None:
        self._control, self._when = control, when
        self._asked: float | None = None
        self.seconds: float | None = None  # from the request to the end of the run

    def __call__(self, report: Report) -> None:
        if self._asked is not None and isinstance(report, RunEnded):
            self.seconds = time.perf_counter() - self._asked
        if self._asked is None and self._when(report):
            self._asked = time.perf_counter()
            self._control.stop()


def stopped(
    when: Any, trainer: Trainer | None = None, *, resume: bool = False, **settings: Any
) -> tuple[Reports, float]:
    """The reports of a run that was stopped, and the seconds it took to end."""
    control = RunControl()
    watch = Watch(control, when)
    what = project(**{"epochs": LONG, **settings})
    reports = train(what, trainer, control, resume=resume, then=watch)
    assert watch.seconds is not None
    return reports, watch.seconds


def test_stop_in_the_middle_of_an_epoch() -> None:
    trainer = Trainer(dataset(20_000, 0))
    reports, seconds = stopped(
        lambda report: isinstance(report, Progress) and report.step > 20, trainer, batch_size=1
    )
    assert seconds < PATIENCE
    ended = reports.ended
    assert (ended.outcome, ended.epoch, ended.message) == (Outcome.STOPPED, 0, "")
    assert reports.epochs == []
    steps = int(trainer.model.optimizer.iterations)
    assert 20 < steps < 20_000
    at = np.concatenate([each.at for each in reports.progress])
    assert len(at) == steps  # what was done was reported


def test_stop_in_the_middle_of_a_validation_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH", 1)
    reports, seconds = stopped(
        lambda report: isinstance(report, Progress) and report.phase is Phase.VALIDATION,
        Trainer(dataset(50, 20_000)),
    )
    assert seconds < PATIENCE
    last = reports.progress[-1]
    assert last.phase is Phase.VALIDATION
    assert last.step < last.steps == 20_000
    assert (reports.ended.outcome, reports.ended.epoch) == (Outcome.STOPPED, 0)


@pytest.mark.parametrize("kind", [RunStarted, EpochEnded])
def test_stop_between_the_batches(kind: type[Report]) -> None:
    reports, seconds = stopped(lambda report: isinstance(report, kind))
    assert seconds < PATIENCE
    assert reports.ended.outcome is Outcome.STOPPED
    assert reports.ended.epoch == len(reports.epochs) == (kind is EpochEnded)


def test_a_network_stopped_in_its_first_epoch_trains_further() -> None:
    trainer = Trainer(dataset(20_000, 0))
    assert trainer.network is None
    stopped(lambda report: isinstance(report, Progress) and report.step > 20, trainer, batch_size=1)
    assert trainer.network is not None
    assert (trainer.epoch, trainer.network.is_trained) == (0, True)
    before, steps = trainer.model.get_weights(), int(trainer.model.optimizer.iterations)
    started = train(project(epochs=1, batch_size=1000), trainer, resume=True).started
    assert (started.first_epoch, started.first_step) == (0, 0)
    assert int(trainer.model.optimizer.iterations) == steps + 20
    kernel = next(each for each in started.histograms if each.weight == "kernel")
    assert kernel.mean == pytest.approx(float(before[0].mean()), rel=1e-5)  # not new weights


@pytest.mark.usefixtures("no_graphs")
def test_a_network_stopped_before_its_first_step_is_not_trained() -> None:
    trainer = Trainer(dataset())
    train(project(), trainer, Counted(4))
    assert trainer.network is not None
    assert not trainer.network.is_trained


class Counted(RunControl):
    """Stops at the checkpoint of this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = number

    def checkpoint(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.stop()
        super().checkpoint()


@pytest.mark.usefixtures("no_graphs")
def test_stop_while_the_graph_is_made_leaves_all_as_it_was() -> None:
    """The first checkpoints of a run are in the making of its graph."""
    trainer = Trainer(dataset())
    for number in range(2, 8):
        reports = train(project(), trainer, Counted(number))
        assert reports.ended.outcome is Outcome.STOPPED
        assert not reports.progress
    assert int(trainer.model.optimizer.iterations) == 0
    trained, plain = train(project(), trainer, resume=True), train(project())
    assert trained.epochs
    assert [each.logs for each in trained.epochs] == [each.logs for each in plain.epochs]


def test_stop_before_the_start() -> None:
    control, trainer = RunControl(), Trainer(dataset())
    control.stop()
    reports = train(project(), trainer, control)
    assert [report.outcome for report in reports.all] == [Outcome.STOPPED]  # type: ignore[union-attr]
    assert trainer.model is None


def test_a_stop_after_the_last_batch_is_too_late() -> None:
    reports, _ = stopped(lambda report: isinstance(report, EpochEnded), epochs=1)
    assert reports.ended.outcome is Outcome.FINISHED


def test_a_stopped_model_works_and_trains_further() -> None:
    trainer = Trainer(dataset(2_000, 20))
    stopped(lambda report: isinstance(report, Progress) and report.epoch == 2, trainer)
    assert trainer.epoch == 1
    outputs = trainer.model.predict(trainer.dataset.test.x, verbose=0)
    np.testing.assert_allclose(outputs.sum(axis=1), 1.0, rtol=1e-5)
    steps, optimizer = int(trainer.model.optimizer.iterations), trainer.model.optimizer
    reports = train(project(epochs=2), trainer, resume=True)
    assert [each.epoch for each in reports.epochs] == [2, 3]
    assert trainer.model.optimizer is optimizer
    assert 200 < steps <= 400  # all of them, where it was stopped just before the validation
    assert int(optimizer.iterations) == 3 * 200


def reported(*runs: Reports) -> list[float]:
    """Where the batches are that the runs reported, in epochs."""
    return np.concatenate([each.at for run in runs for each in run.progress]).tolist()


@pytest.mark.parametrize(
    ("is_in_memory", "epoch", "phase"),
    [
        (True, 1, Phase.VALIDATION),
        (True, 2, Phase.TRAINING),
        (False, 1, Phase.TRAINING),
        (False, 2, Phase.VALIDATION),
    ],
)
def test_an_epoch_that_was_interrupted_continues_where_it_was(
    is_in_memory: bool, epoch: int, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_SECONDS", 0.002)
    monkeypatch.setattr(recorder, "REPORT_SECONDS", 0)
    monkeypatch.setattr(batches, "MAX_BATCH", 5)
    if not is_in_memory:
        monkeypatch.setattr(batches, "physical_memory", lambda: 1000)
    whole, split = Trainer(dataset(1_004, 20)), Trainer(dataset(1_004, 20))
    layers = Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT
    what = project(*layers, epochs=2, metrics=("accuracy", "precision"))
    uninterrupted = train(what, whole)

    def when(report: Report) -> bool:
        return isinstance(report, Progress) and (report.epoch, report.phase) == (epoch, phase)

    control = RunControl()
    first = train(what, split, control, then=Watch(control, when))
    assert (first.ended.outcome, split.epoch) == (Outcome.STOPPED, epoch - 1)
    steps = int(split.model.optimizer.iterations) - (epoch - 1) * 101
    evaluate(split.model, what, split.dataset, split.epoch)  # with the metrics of the training
    stopped_at_once = RunControl()
    stopped_at_once.stop()
    train(what, split, stopped_at_once, resume=True)
    rest = what.training.replace(epochs=3 - epoch)
    second = train(what.replace(training=rest), split, resume=True)
    assert second.started.first_step == steps > 0
    assert second.progress[0].fraction > steps / 101 / rest.epochs / 2  # it is counted
    assert [each.logs for each in (*first.epochs, *second.epochs)] == [
        each.logs for each in uninterrupted.epochs
    ]
    assert reported(first, second) == reported(uninterrupted)
    assert all(map(np.array_equal, whole.model.get_weights(), split.model.get_weights()))


@pytest.mark.parametrize("changed", [{"batch_size": 5}, {"shuffle": False}, {"metrics": ()}])
def test_with_other_batches_an_interrupted_epoch_starts_over(changed: dict[str, Any]) -> None:
    trainer = Trainer(dataset(2_000, 20))
    stopped(lambda report: isinstance(report, Progress) and report.epoch == 2, trainer)
    steps = int(trainer.model.optimizer.iterations)
    reports = train(project(**{"epochs": 1, **changed}), trainer, resume=True)
    assert (reports.started.first_epoch, reports.started.first_step) == (1, 0)
    per_epoch = 2_000 // changed.get("batch_size", 10)
    assert int(trainer.model.optimizer.iterations) == steps + per_epoch


def test_a_random_seed_is_kept_for_the_rest_of_the_epoch() -> None:
    trainer = Trainer(dataset(2_000, 20))
    first, _ = stopped(
        lambda report: isinstance(report, Progress) and report.epoch == 2, trainer, seed=None
    )
    second = train(project(seed=None), trainer, resume=True)
    assert second.started.seed == first.started.seed
    assert second.started.first_step > 0


def test_the_validation_rows_of_an_interrupted_pass_are_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "MAX_BATCH", 1)
    trainer = Trainer(dataset(50, 20_000))
    stopped(
        lambda report: isinstance(report, Progress) and report.phase is Phase.VALIDATION,
        trainer,
    )
    assert trainer.model._eval_epoch_iterator is None


# --- pausing --------------------------------------------------------------------------------------


class Held(RunControl):
    """A pause ends `seconds` after the run was really held."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def checkpoint(self) -> None:
        if self.is_paused:
            threading.Timer(self._seconds, self.resume).start()
        super().checkpoint()


def test_a_pause_stops_the_run_and_does_not_count() -> None:
    control = Held(1.0)

    def pause(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.epoch == 1:
            control.pause()

    started = time.perf_counter()
    reports = train(project(), None, control, then=pause)
    wall = time.perf_counter() - started
    assert reports.ended.outcome is Outcome.FINISHED
    assert len(reports.epochs) == 3
    assert control.paused_seconds >= 0.95
    assert reports.ended.seconds <= wall - 0.95
    assert reports.progress[-1].seconds <= wall - 0.95


def test_a_pause_changes_nothing_about_the_result() -> None:
    control, paused = Held(0.02), Trainer(dataset())

    def blink(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.epoch < 3:
            control.pause()

    train(project(), paused, control, then=blink)
    plain = Trainer(dataset())
    train(project(), plain)
    for one, other in zip(paused.model.get_weights(), plain.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


# --- a least time per epoch -----------------------------------------------------------------------


def test_a_least_time_per_epoch_changes_nothing_about_the_result() -> None:
    control, slow, plain = RunControl(), Trainer(dataset()), Trainer(dataset())
    control.epoch_seconds = 0.3
    reports = train(project(), slow, control)
    assert reports.ended.seconds >= 0.6  # not after the last one
    assert reports.ended.outcome is Outcome.FINISHED
    train(project(), plain)
    for one, other in zip(slow.model.get_weights(), plain.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


class Acting(RunControl):
    """Does something on another thread while an epoch is held."""

    def __init__(self, act: Callable[[RunControl], None]) -> None:
        super().__init__()
        self.epoch_seconds = 1e6
        self._act = act
        self.threads: list[threading.Thread] = []

    def hold_epoch(self, elapsed: Callable[[], float]) -> None:
        def seconds() -> float:
            if not self.threads:  # the lock is held, so that it acts during the wait
                self.threads.append(threading.Thread(target=self._act, args=(self,)))
                self.threads[0].start()
            return elapsed()

        super().hold_epoch(seconds)
        self.threads[0].join()


def test_stopped_while_an_epoch_is_delayed_it_trains_further_as_if_it_had_not_been() -> None:
    control, split, whole = Acting(RunControl.stop), Trainer(dataset()), Trainer(dataset())
    ended = train(project(), split, control).ended
    control.threads[0].join()
    assert (ended.outcome, ended.epoch) == (Outcome.STOPPED, 1)
    train(project(epochs=2), split, resume=True)
    train(project(), whole)
    for one, other in zip(split.model.get_weights(), whole.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_pause_acts_while_an_epoch_is_delayed() -> None:
    def pause(control: RunControl) -> None:
        control.pause()
        threading.Timer(0.2, release, (control,)).start()

    def release(control: RunControl) -> None:
        control.epoch_seconds = 0.0
        control.resume()

    control = Acting(pause)
    assert train(project(), Trainer(dataset()), control).ended.outcome is Outcome.FINISHED
    assert control.paused_seconds > 0.1


def test_full_speed_ends_the_wait() -> None:
    control = Acting(lambda control: setattr(control, "epoch_seconds", 0.0))
    ended = train(project(), Trainer(dataset()), control).ended
    assert (ended.outcome, ended.epoch) == (Outcome.FINISHED, 3)


def test_stop_while_paused() -> None:
    control = RunControl()

    def pause(report: Report) -> None:
        if isinstance(report, Progress) and not control.is_paused:
            control.pause()
            threading.Timer(0.1, control.stop).start()

    started = time.perf_counter()
    reports = train(project(epochs=LONG), None, control, then=pause)
    assert reports.ended.outcome is Outcome.STOPPED
    assert time.perf_counter() - started < 2 * PATIENCE


# --- nothing left behind --------------------------------------------------------------------------


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return sum(1 for _ in tasks.iterdir()) if tasks.exists() else threading.active_count()


def _objects() -> Counter[str]:
    gc.collect()
    watched = (Trainer, Recorder, backend.keras().Model, backend.keras().layers.Layer)
    watched += (backend.keras().Variable, backend.keras().optimizers.Optimizer)
    watched += (backend.keras().callbacks.Callback, RunControl)
    everything = gc.get_objects()
    kinds = Counter(type(thing).__name__ for thing in everything if isinstance(thing, watched))
    kinds["tf functions"] = sum(
        type(thing).__name__ in ("ConcreteFunction", "FuncGraph") for thing in everything
    )
    return kinds


def test_fifty_starts_and_stops_leave_no_more_than_one() -> None:
    rows = dataset(200, 50)

    def cycles(count: int) -> None:
        """Every 25th with new weights, the others from the weights there are."""
        for number in range(count):
            if number % 25 == 0:
                trainer = Trainer(rows)
            stopped(lambda report: isinstance(report, Progress), trainer, resume=number % 25 > 0)

    cycles(12)  # TensorFlow starts its pools of threads
    objects, threads = _objects(), _threads()
    cycles(50)
    assert _objects() == objects
    assert _threads() <= threads + 1


def test_one_trainer_through_many_runs_leaves_one_model() -> None:
    trainer = Trainer(dataset())
    train(project(epochs=1), trainer)
    objects = _objects()
    for number in range(4):
        train(project(epochs=1), trainer, resume=number % 2 == 1)
    assert _objects() == objects
