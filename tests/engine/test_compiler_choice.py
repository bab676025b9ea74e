"""Which compiler serves the steps of a network, and that the change makes no difference."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction
from desktop.document.data import LogicTable
from desktop.document.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    Reshape,
)
from desktop.document.project import Project
from desktop.engine import compiler_choice
from desktop.engine.batches import Batches
from desktop.engine.builder import build
from desktop.engine.compiler_choice import CompilerChoice, suits_xla
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.fused import Compiler, FusedSteps
from desktop.engine.reports import Outcome, Progress, Report, RunStarted
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, rows, train


@pytest.fixture
def early_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """XLA takes over at step 15."""
    monkeypatch.setattr(compiler_choice, "XLA_FROM", 15)


def weights(trainer: Trainer) -> list[np.ndarray]:
    return trainer.model.get_weights()


def test_convolutions_are_left_to_the_graph() -> None:
    assert suits_xla(project(Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT))
    assert not suits_xla(
        project(Reshape(target_shape=(8, 8, 1)), Conv2D(filters=2), Flatten(), OUTPUT)
    )


@pytest.mark.parametrize("batch_size", [32, 128, 512, 1024])
@pytest.mark.parametrize("layers", [(), (HIDDEN,), (HIDDEN, HIDDEN), (HIDDEN, Dropout(rate=0.2))])
def test_the_usual_networks_are_left_to_xla(layers: tuple[Layer, ...], batch_size: int) -> None:
    assert suits_xla(project(Flatten(), *layers, OUTPUT, batch_size=batch_size))


@pytest.mark.parametrize("layer", [Dense(units=4), Dropout(), GaussianNoise()])
def test_every_layer_has_a_largest_batch_for_xla(layer: Layer) -> None:
    stack = Flatten(), layer, OUTPUT
    assert suits_xla(project(*stack, batch_size=layer.max_xla_batch))
    assert not suits_xla(project(*stack, batch_size=layer.max_xla_batch + 1))


def _choice() -> tuple[CompilerChoice, FusedSteps, Any]:
    """A choice for a network that suits XLA, its steps, and the source of their rows."""
    what, these = project(), rows(104)
    training = Batches(these, encode(these.y, what), 10)
    steps = FusedSteps(build(what, 5), 10, training.at(0))
    return CompilerChoice(what, steps), steps, training.tensors


def test_xla_is_compiled_beside_the_first_steps_and_used_after_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    choice, steps, source = _choice()
    compiled: list[Compiler] = []
    compiling, finish = threading.Event(), threading.Event()

    def compilation(compiler: Compiler, source: Any) -> Callable[[], None]:
        compiled.append(compiler)
        return lambda: compiling.set() or finish.wait(30) or None

    monkeypatch.setattr(steps, "compilation", compilation)
    choice.begin(source, 5000)
    assert compiling.wait(30)
    choice.begin(source, 5000)
    assert choice.at(999, source, finish.set) is Compiler.GRAPH
    assert not finish.is_set()
    assert choice.at(1000, source, finish.set) is Compiler.XLA  # having waited
    assert finish.is_set()
    assert choice.at(1001, source, lambda: None) is Compiler.XLA
    assert compiled == [Compiler.XLA]
    choice.finish()


def test_what_xla_cannot_compile_is_left_to_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    choice, steps, source = _choice()

    def fail() -> None:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(steps, "compilation", lambda *_: fail)
    choice.begin(source, 5000)
    for step in (1000, 1001, 5000):
        assert choice.at(step, source, lambda: None) is Compiler.GRAPH
    choice.finish()


def test_short_runs_do_not_start_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> None:
        raise AssertionError("a compiler was started")

    monkeypatch.setattr(compiler_choice._Compilation, "start", fail)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    table = Rows(x, np.array([0, 0, 0, 1]))
    what = Project(
        data=LogicTable(),
        layers=(Dense(units=1, activation=ActivationFunction.SIGMOID),),
        training=project(epochs=100, batch_size=4, loss="binary_crossentropy").training,
    )
    trainer = Trainer(
        Dataset(LogicTable(), LogicTable().known_schema, table, None, table, test_is_training=True)
    )
    assert train(what, trainer).ended.outcome is Outcome.FINISHED


def test_xla_takes_over_and_the_run_continues_as_before(early_xla: None) -> None:
    what = project(epochs=4)
    mixed, plain = Trainer(dataset(104)), Trainer(dataset(104))
    ours = train(what, mixed)
    assert mixed.network is not None and mixed.network.choice is not None
    assert mixed.network.choice.at(44, (), lambda: None) is Compiler.XLA
    assert int(mixed.model.optimizer.iterations) == 4 * 11
    assert [len(each.at) for each in ours.progress if len(each.at)] != []
    assert sum(len(each.at) for each in ours.progress) == 4 * 11
    compiler_choice.XLA_FROM = 10**9
    theirs = train(what, plain)
    for one, other in zip(ours.epochs, theirs.epochs, strict=True):
        assert one.logs["loss"] == pytest.approx(other.logs["loss"], rel=1e-4)
    for one, other in zip(weights(mixed), weights(plain), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_equal_runs_are_equal_to_the_bit_and_so_are_split_ones(early_xla: None) -> None:
    layers = (Flatten(), HIDDEN, Dropout(rate=0.3), OUTPUT)
    one, two, split = (Trainer(dataset(104)) for _ in range(3))
    whole = train(project(*layers, epochs=4), one)
    again = train(project(*layers, epochs=4), two)
    assert [each.logs for each in whole.epochs] == [each.logs for each in again.epochs]
    parts = [train(project(*layers, epochs=2), split, resume=resume) for resume in (False, True)]
    joined = [each.logs for part in parts for each in part.epochs]
    assert joined == [each.logs for each in whole.epochs]
    for trainer in (two, split):
        assert all(map(np.array_equal, weights(one), weights(trainer)))


def test_bad_numbers_are_found_under_xla(early_xla: None) -> None:
    clean = dataset(104)
    x = clean.training.x.copy()
    x[57, 0, 0] = np.nan
    trainer = Trainer(
        Dataset(clean.source, clean.schema, Rows(x, clean.training.y), None, clean.test, False)
    )
    compiler_choice.XLA_FROM = 1
    ended = train(project(shuffle=False), trainer).ended
    assert ended.outcome is Outcome.FAILED
    assert "in epoch 1, batch 6 of 11: the data has values" in ended.message
    assert all(np.isfinite(each).all() for each in weights(trainer))
    assert int(trainer.model.optimizer.iterations) == 5


def test_a_stop_does_not_wait_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler_choice, "XLA_FROM", 1)
    compiling, finish = threading.Event(), threading.Event()

    def compile_slowly() -> None:
        compiling.set()
        assert finish.wait(30)

    monkeypatch.setattr(FusedSteps, "compilation", lambda *_: compile_slowly)
    control = RunControl()

    def then(report: Report) -> None:
        if isinstance(report, RunStarted):
            threading.Thread(target=lambda: compiling.wait(30) and control.stop()).start()
        elif not isinstance(report, Progress):
            finish.set()  # only once the end was told

    reports = train(project(epochs=1000), None, control, then=then)
    assert reports.ended.outcome is Outcome.STOPPED
    assert finish.is_set()


def test_waiting_for_the_compiler_can_be_canceled(monkeypatch: pytest.MonkeyPatch) -> None:
    choice, steps, source = _choice()
    finish = threading.Event()
    monkeypatch.setattr(steps, "compilation", lambda *_: lambda: finish.wait(30))

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        choice.at(1000, source, stop)
    finish.set()
    choice.finish()
