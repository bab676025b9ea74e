"""Blocks of steps under Keras's `fit`: how long they are, who compiles them, what callbacks see."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import Activation
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
from desktop.engine import backend, batches, blocks
from desktop.engine.batches import Batches
from desktop.engine.blocks import (
    BLOCK_SECONDS,
    Block,
    Blocks,
    CompilerChoice,
    block_callbacks,
    suits_xla,
)
from desktop.engine.builder import build
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.fused import MAX_STEPS, Compiler, FusedSteps
from desktop.engine.fused import Outcome as Steps
from desktop.engine.reports import Outcome, Progress, Report, RunStarted
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import TOO_LARGE, Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, rows, train


@pytest.fixture
def early_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """XLA takes over at step 15."""
    monkeypatch.setattr(blocks, "XLA_FROM", 15)


def weights(trainer: Trainer) -> list[np.ndarray]:
    return trainer.model.get_weights()


# --- the length of blocks -------------------------------------------------------------------------


class Counted:
    """Steps that only take time: `pace` seconds each, on a clock of their own."""

    def __init__(self, pace: float) -> None:
        self.pace, self.now = pace, 0.0
        self.lengths: list[int] = []
        optimizer = type("Optimizer", (), {"iterations": 0})
        self.model = type("Model", (), {"optimizer": optimizer, "metrics_variables": ()})

    def run(self, compiler: Compiler, source: Any, first: int, count: int) -> Steps:
        self.lengths.append(count)
        self.now += self.pace * count
        return Steps(count, False, {"loss": 0.5}, {"loss": np.full(count, 0.5)})


class Graph:
    """A choice that has been made."""

    def begin(self, source: Any, last_step: int) -> None: ...

    def at(self, *_: Any) -> Compiler:
        return Compiler.GRAPH


def lengths(pace: float, steps: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the blocks of an epoch of `steps` batches that take `pace` seconds each."""
    counted = Counted(pace)
    monkeypatch.setattr(blocks, "perf_counter", lambda: counted.now)
    numbers = Rows(np.zeros((steps, 1), np.float32), np.zeros(steps, np.int64))
    these = Blocks(
        counted,  # type: ignore[arg-type]
        Graph(),  # type: ignore[arg-type]
        Batches(numbers, numbers.y, 1),
        1,
        lambda: None,
    )
    these.begin(0)
    for _ in range(steps):
        these(None)
    assert sum(counted.lengths) == steps
    return counted.lengths


@pytest.mark.parametrize("pace", [0.3, 0.02, 1e-3, 2e-4])
def test_blocks_come_to_last_a_twentieth_of_a_second(
    pace: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lengths(pace, 3000, monkeypatch)
    assert found[0] == 1
    settled = max(int(BLOCK_SECONDS / pace), 1)
    assert sum(abs(length - settled) <= 1 for length in found) >= len(found) - 10
    longest = np.maximum.accumulate(found)
    assert all(later <= 8 * one for one, later in zip(longest, found[1:], strict=False))


def test_blocks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lengths(1e-9, 3 * MAX_STEPS + 2000, monkeypatch)
    assert max(found) == MAX_STEPS


def test_no_block_goes_beyond_an_epoch_or_the_change_of_compilers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "XLA_FROM", 100)
    found = lengths(1e-6, 700, monkeypatch)
    assert 100 in np.cumsum(found)
    assert np.cumsum(found)[-1] == 700


# --- what Keras's callbacks see -------------------------------------------------------------------


def fit(
    callbacks: Callable[[Any], list[Any]], epochs: int = 2, **settings: Any
) -> tuple[Any, list[Block]]:
    """`fit` in blocks with Keras callbacks made for the model; the history and the blocks."""
    what = project(**settings)
    these = rows(104)
    held = Batches(rows(30, 1), encode(rows(30, 1).y, what), 16)
    training = Batches(these, encode(these.y, what), 10, 9)
    model = build(what, 5)
    steps = FusedSteps(model, 10, training.at(0))
    fused = Blocks(steps, CompilerChoice(what, steps), training, epochs, lambda: None)
    seen: list[Block] = []
    note = backend.keras().callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(fused.block)
    )
    model.train_function = fused
    history = model.fit(
        fused.dataset,
        epochs=epochs,
        shuffle=False,
        validation_data=held.dataset,
        callbacks=block_callbacks(fused, [note, *callbacks(model)], model, epochs),
        verbose=0,
    )
    return history, seen


def test_callbacks_are_called_for_blocks_with_the_numbers_of_batches() -> None:
    calls: list[tuple[str, int]] = []

    def callbacks(_: Any) -> list[Any]:
        return [
            backend.keras().callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: calls.append(("epoch", epoch)),
                on_train_batch_begin=lambda batch, logs: calls.append(("begin", batch)),
                on_train_batch_end=lambda batch, logs: calls.append(("end", batch)),
            )
        ]

    history, seen = fit(callbacks)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    expected: list[tuple[str, int]] = []
    for block in seen:
        if block.first == 0:
            expected.append(("epoch", sum(name == "epoch" for name, _ in expected)))
        expected += [("begin", block.first), ("end", block.stop - 1)]
    assert calls == expected
    assert [block.stop for block in seen].count(11) == 2  # the short batch, too
    assert len(seen) < 22


def test_keras_callbacks_do_what_they_are_for(tmp_path: Path) -> None:
    keras = backend.keras()
    saved = tmp_path / "{epoch:02d}-{val_loss:.3f}.keras"
    rates: list[float] = []

    def callbacks(model: Any) -> list[Any]:
        return [
            keras.callbacks.CSVLogger(tmp_path / "log.csv"),
            keras.callbacks.ModelCheckpoint(saved, monitor="val_loss"),
            keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=1, min_delta=1e9),
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda *_: rates.append(float(model.optimizer.learning_rate))
            ),
            keras.callbacks.EarlyStopping(
                monitor="loss", patience=3, min_delta=1e9, restore_best_weights=True
            ),
        ]

    history, _ = fit(callbacks, epochs=50)
    losses = history.history["val_loss"]
    assert len(losses) == 4  # one, and three that are no better
    with (tmp_path / "log.csv").open() as file:
        assert [float(row["val_loss"]) for row in csv.DictReader(file)] == losses
    names = sorted(path.name for path in tmp_path.glob("*.keras"))
    assert names == [f"{epoch:02d}-{loss:.3f}.keras" for epoch, loss in enumerate(losses, start=1)]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-4, 1e-5])
    first = keras.models.load_model(tmp_path / names[0])
    for restored, one in zip(history.model.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_array_equal(restored, one)


def test_a_checkpoint_after_so_many_batches_is_taken_at_the_end_of_a_block(tmp_path: Path) -> None:
    keras = backend.keras()

    def callbacks(_: Any) -> list[Any]:
        return [keras.callbacks.ModelCheckpoint(tmp_path / "{batch:02d}.keras", save_freq=8)]

    _, seen = fit(callbacks, epochs=1)
    done = [block.stop for block in seen]
    expected = [
        stop for before, stop in zip([0, *done], done, strict=False) if stop // 8 > before // 8
    ]
    assert [path.name for path in tmp_path.iterdir()] == [f"{stop:02d}.keras" for stop in expected]


def test_tensorboard_gets_its_files(tmp_path: Path) -> None:
    keras = backend.keras()
    fit(lambda _: [keras.callbacks.TensorBoard(tmp_path, histogram_freq=1)])
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("events*"))
    for tag in (b"epoch_loss", b"epoch_accuracy", b"dense_2/kernel/histogram"):
        assert tag in content


def test_after_a_run_the_model_trains_as_keras_does() -> None:
    trainer = Trainer(dataset())
    train(project(), trainer)
    assert trainer.model.train_function is None
    what, these = project(), rows(50)
    history = trainer.model.fit(these.x, encode(these.y, what), verbose=0).history
    assert np.isfinite(history["loss"][0])


# --- the compiler ---------------------------------------------------------------------------------


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

    monkeypatch.setattr(blocks._Compilation, "start", fail)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    table = Rows(x, np.array([0, 0, 0, 1]))
    what = Project(
        data=LogicTable(),
        layers=(Dense(units=1, activation=Activation.SIGMOID),),
        training=project(epochs=100, batch_size=4, loss="binary_crossentropy").training,
    )
    trainer = Trainer(
        Dataset(LogicTable(), LogicTable().known_schema, table, None, table, test_is_training=True)
    )
    assert train(what, trainer).ended.outcome is Outcome.FINISHED


def test_xla_takes_over_and_the_run_goes_on_as_before(early_xla: None) -> None:
    what = project(epochs=4)
    mixed, plain = Trainer(dataset(104)), Trainer(dataset(104))
    ours = train(what, mixed)
    assert mixed.network is not None and mixed.network.choice is not None
    assert mixed.network.choice.at(44, (), lambda: None) is Compiler.XLA
    assert int(mixed.model.optimizer.iterations) == 4 * 11
    assert [len(each.at) for each in ours.progress if len(each.at)] != []
    assert sum(len(each.at) for each in ours.progress) == 4 * 11
    blocks.XLA_FROM = 10**9
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
    parts = [train(project(*layers, epochs=2), split, further=further) for further in (False, True)]
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
    blocks.XLA_FROM = 1
    ended = train(project(shuffle=False), trainer).ended
    assert ended.outcome is Outcome.FAILED
    assert "in epoch 1, batch 6 of 11: the data has values" in ended.message
    assert all(np.isfinite(each).all() for each in weights(trainer))
    assert int(trainer.model.optimizer.iterations) == 5


def test_a_stop_does_not_wait_for_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "XLA_FROM", 1)
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


def test_waiting_for_the_compiler_can_be_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    choice, steps, source = _choice()
    finish = threading.Event()
    monkeypatch.setattr(steps, "compilation", lambda *_: lambda: finish.wait(30))

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        choice.at(1000, source, stop)
    finish.set()
    choice.finish()


# --- data that is not kept in memory --------------------------------------------------------------


def test_rows_that_do_not_fit_are_read_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    what = project(epochs=3)
    kept, read = Trainer(dataset(104)), Trainer(dataset(104))
    ours = train(what, kept)
    assert ours.started.note == ""
    monkeypatch.setattr(batches, "physical_memory", lambda: 1000)
    theirs = train(what, read)
    assert theirs.started.note == TOO_LARGE
    assert [each.logs for each in theirs.epochs] == [each.logs for each in ours.epochs]
    assert all(map(np.array_equal, weights(read), weights(kept)))


def test_a_stop_is_heeded_where_batches_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "physical_memory", lambda: 100)
    numbers = Rows(np.zeros((50, 1), np.float32), np.zeros(50, np.int64))
    training, control = Batches(numbers, numbers.y, 1), RunControl()
    these = Blocks(
        Counted(0.0),  # type: ignore[arg-type]
        Graph(),  # type: ignore[arg-type]
        training,
        1,
        control.checkpoint,
        Block(0, 40),
    )
    these.begin(0)
    iterator = iter(training.dataset)
    for _ in range(20):
        these(iterator)
    control.stop()
    with pytest.raises(Stopped):
        these(iterator)


def test_bad_numbers_are_found_in_rows_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "physical_memory", lambda: 1000)
    clean = dataset(104)
    x = clean.training.x.copy()
    x[57, 0, 0] = np.inf
    trainer = Trainer(
        Dataset(clean.source, clean.schema, Rows(x, clean.training.y), None, clean.test, False)
    )
    ended = train(project(shuffle=False), trainer).ended
    assert "in epoch 1, batch 6 of 11: the data has values" in ended.message
    assert int(trainer.model.optimizer.iterations) == 5
