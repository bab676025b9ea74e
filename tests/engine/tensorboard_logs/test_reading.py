"""Logs that Keras's callback wrote elsewhere, as runs; also such that nobody should have made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_ndarray, make_tensor_proto

from desktop.document.storage import ProjectFileError
from desktop.engine import backend
from desktop.engine.records import RunRecord
from desktop.engine.tensorboard import event_values, reading
from desktop.engine.tensorboard.event_file import EventFile
from desktop.engine.tensorboard.event_values import LogsError
from desktop.engine.tensorboard.reading import read_logs
from desktop.engine.tensorboard.writing import write_record
from tests.engine.run_store.kept import epoch_ended, run_ended, started


def record(epochs: int = 3) -> RunRecord:
    made = RunRecord(started())
    for number in range(1, epochs + 1):
        made.add(epoch_ended(made.id, number))
    made.add(run_ended(made.id, epochs))
    return made


def test_logs_of_plain_keras_are_a_run(tmp_path: Path) -> None:
    keras = backend.keras()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(0)
    x, y = random.random((40, 4)), random.integers(0, 3, 40)
    logs = tmp_path / "logs"
    callback = keras.callbacks.TensorBoard(logs / "first", histogram_freq=1)
    history = model.fit(x, y, epochs=2, validation_split=0.5, verbose=0, callbacks=[callback])
    (run,) = read_logs(logs)
    assert (run.summary.name, run.summary.epochs, run.summary.parameters) == ("first", 2, 15)
    assert run.summary.started is not None and not run.warnings
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        values = [np.float32(epoch.logs[name]) for epoch in run.epochs]
        assert values == [np.float32(value) for value in history.history[name]]
        series = run.curves.series(name)
        assert series is not None and [*series.x] == [1, 2]
    assert run.epochs[0].logs["learning_rate"] == 0.001
    assert run.summary.best["val_loss"] == min(epoch.logs["val_loss"] for epoch in run.epochs)
    events = EventAccumulator(str(logs / "first" / "train"))
    events.Reload()
    histories = run.curves.weights.histories
    assert [history[0][1].weight for history in histories] == ["kernel", "bias"]
    for history in histories:
        assert [epoch for epoch, _ in history] == [1, 2]
        for event, (_, ours) in zip(
            events.Tensors(f"{history[0][1].path}/histogram"), history, strict=True
        ):
            left, right, counts = make_ndarray(event.tensor_proto).T
            assert ours.counts.tolist() == counts.tolist()
            assert ours.edges.tolist() == [left[0], *right]
    with pytest.raises(ProjectFileError):
        _ = run.summary.project


def test_a_record_comes_back_from_its_logs(tmp_path: Path) -> None:
    kept = record()
    write_record(tmp_path / "a" / "logs", kept)
    write_record(tmp_path / "b" / "logs", record(2))
    run, other = read_logs(tmp_path)
    assert (run.summary.name, other.summary.name) == ("a/logs", "b/logs")
    assert [epoch.seconds for epoch in run.epochs] == pytest.approx([0.25] * 3, abs=1e-6)
    for ours, theirs in zip(run.epochs, kept.epochs, strict=True):
        assert {name: np.float32(value) for name, value in ours.logs.items()} == {
            name: np.float32(value) for name, value in theirs.logs.items()
        }
    (found,), (expected,) = run.curves.weights.histories, kept.curves.weights.histories
    for (epoch, one), (same, two) in zip(found, expected[1:], strict=True):
        assert epoch == same and (one.minimum, one.maximum) == (two.minimum, two.maximum)
        np.testing.assert_array_equal(one.counts, two.counts)
        np.testing.assert_array_equal(one.edges, two.edges)
        assert one.mean == pytest.approx(two.mean, abs=0.1)


def cut(content: bytes) -> bytes:
    return content[:-20]


def turned(content: bytes) -> bytes:
    """One bit in the middle is another."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def extended(content: bytes) -> bytes:
    return content + b"what is this?"


@pytest.mark.parametrize("damage", [cut, turned, extended])
def test_what_comes_before_a_damaged_place_is_there(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    write_record(tmp_path, record(10))
    (path,) = (tmp_path / "train").iterdir()
    content = path.read_bytes()
    path.write_bytes(damage(content))
    (run,) = read_logs(tmp_path)
    (warning,) = run.warnings
    assert "damaged or not complete" in warning and path.name in warning
    assert len(run.epochs) == 10  # the validation values are whole
    losses = [epoch.logs["loss"] for epoch in run.epochs if "loss" in epoch.logs]
    least = {cut: 10, turned: 3, extended: 10}[damage]
    assert len(losses) >= least and losses[:3] == pytest.approx([1, 1 / 2, 1 / 3])
    assert path.read_bytes() == damage(content)


def test_a_file_that_is_none_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.1.x").write_bytes(b"\xff" * 4000)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "events.out.tfevents.1.x").touch()
    run, empty = read_logs(tmp_path)
    assert run.warnings and not run.epochs and not empty.warnings and not empty.epochs


def test_odd_values_are_left_out(tmp_path: Path) -> None:
    events = EventFile(tmp_path / "train", 1e9)
    huge = make_tensor_proto(np.float32(1))
    for size in (1 << 30, 1 << 30):
        huge.tensor_shape.dim.add(size=size)
    metadata = create_summary_metadata("", "")
    for name, tensor in (("epoch_huge", huge), ("epoch_text", make_tensor_proto("text"))):
        summary = Summary()
        summary.value.add(tag=name, metadata=metadata, tensor=tensor)
        events.add(summary, 0)
    events.scalar("epoch_loss", float("nan"), 0, 1e300)
    events.scalar("epoch_loss", 0.5, 1 << 40, float("nan"))
    events.scalar("epoch_loss", 0.5, -5)
    events.close()
    (run,) = read_logs(tmp_path)
    assert [epoch.epoch for epoch in run.epochs] == [1, (1 << 40) + 1]
    assert run.summary.best == {"loss": 0.5}
    assert len(run.warnings) == 2 and "epoch_huge" in run.warnings[0]


def test_trainings_in_one_folder_are_told_apart_from_one(tmp_path: Path) -> None:
    write_record(tmp_path, record(2))
    write_record(tmp_path, record(3))
    (run,) = read_logs(tmp_path)
    assert len(run.epochs) == 3 and "Several trainings" in run.warnings[0]


def test_what_is_too_large_or_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LogsError, match="no file with tfevents in its name"):
        read_logs(tmp_path)
    with pytest.raises(LogsError, match="is no folder"):
        read_logs(tmp_path / "nothing")
    write_record(tmp_path, record())
    monkeypatch.setattr(event_values, "MAX_VALUES", 5)
    with pytest.raises(LogsError, match="more than 5 values"):
        read_logs(tmp_path)
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    with pytest.raises(LogsError, match="too large, 1 run of 0 MB"):
        read_logs(tmp_path)
