"""Blocks of steps under Keras's `fit`: how long they are, and what callbacks see."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.engine import backend, batches, blocks, compiler_choice
from desktop.engine.batches import Batches
from desktop.engine.blocks import BLOCK_SECONDS, Block, Blocks, block_callbacks
from desktop.engine.builder import build
from desktop.engine.compiler_choice import CompilerChoice
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.fused import MAX_STEPS, Compiler, FusedSteps, StepsResult
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import TOO_LARGE, Trainer
from tests.engine.runs import dataset, project, rows, train


def weights(trainer: Trainer) -> list[np.ndarray]:
    return trainer.model.get_weights()


# --- the length of blocks -------------------------------------------------------------------------


class Counted:
    """Steps that only take time: `pace` seconds each, on a clock of their own."""

    augmentation = None

    def __init__(self, pace: float) -> None:
        self.pace, self.now = pace, 0.0
        self.lengths: list[int] = []
        optimizer = type("Optimizer", (), {"iterations": 0})
        self.model = type("Model", (), {"optimizer": optimizer, "metrics_variables": ()})

    def run(
        self, compiler: Compiler, source: Any, first: int, count: int, measured: bool
    ) -> StepsResult:
        self.lengths.append(count)
        self.now += self.pace * count
        return StepsResult(count, False, {"loss": 0.5}, {"loss": np.full(count, 0.5)})


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
    monkeypatch.setattr(compiler_choice, "XLA_FROM", 100)
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
