"""Logs of runs, read back by TensorBoard's own EventAccumulator: they say what the record says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

from desktop.document.comparison import differences, objections
from desktop.engine.control import RunControl
from desktop.engine.records import RunRecord, RunRecorder
from desktop.engine.reports import Report
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.store import RunStore
from desktop.engine.tensorboard.writing import write_record
from desktop.engine.training import Trainer
from tests.engine.runs import dataset, project

KEEP_ALL = {"tensors": 0}
Tags = dict[str, dict[int, np.ndarray]]


def read(folder: Path) -> Tags:
    """Every value in the event files right in `folder`, by tag and step."""
    events = EventAccumulator(str(folder), KEEP_ALL, tensor_size_guidance=dict.fromkeys(PLUGINS, 0))
    events.Reload()
    return {
        tag: {event.step: make_ndarray(event.tensor_proto) for event in events.Tensors(tag)}
        for tag in events.Tags()["tensors"]
    }


PLUGINS = ("scalars", "histograms", "hparams")


def trained(
    folder: Path, said: list[str], then: Callable[[Report], None] | None = None
) -> RunRecord:
    """The record of a run with logs; it is kept in `folder`."""
    trainer, recorder = Trainer(dataset()), RunRecorder()
    with closing(RunKeeper(said.append, folder=folder)) as keeper:

        def sink(report: Report) -> None:
            recorder(report)
            keeper(report, trainer)
            if then is not None:
                then(report)

        plateau = {"monitor": "loss", "patience": 1, "min_delta": 1e9}
        what = project(epochs=4, tensorboard=True, reduce_lr_on_plateau=plateau)
        trainer.run(what, sink, RunControl())
    assert recorder.record is not None
    return recorder.record


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunRecord]:
    """The folder of a store, and the record of the run in it, which has logs."""
    folder, said = tmp_path_factory.mktemp("kept") / "runs", []
    record = trained(folder, said)
    assert not said
    return folder, record


def scalars(record: RunRecord, *, validation: bool) -> dict[str, dict[int, np.ndarray]]:
    """The values of the epochs as Keras names and counts them."""
    found: Tags = {}
    for epoch in record.epochs:
        for name, value in epoch.logs.items():
            if name.startswith("val_") == validation:
                series = found.setdefault(f"epoch_{name.removeprefix('val_')}", {})
                series[epoch.epoch - 1] = np.float32(value)
    return found


def test_keras_logs_have_every_value_of_the_record(kept: tuple[Path, RunRecord]) -> None:
    folder, record = kept
    logs = folder / record.id / "logs"
    training, validation = read(logs / "train"), read(logs / "validation")
    assert {t: v for t, v in training.items() if t.startswith("epoch_")} == scalars(
        record, validation=False
    )
    assert {t: v for t, v in validation.items() if t.startswith("epoch_")} == scalars(
        record, validation=True
    )
    rates = {float(rate) for rate in training["epoch_learning_rate"].values()}
    assert len(rates) == 3  # that with which each epoch began
    assert list(validation["evaluation_loss_vs_iterations"]) == [10, 20, 30, 40]
    norms = read(logs)
    for (statistic, layer), series in record.curves.statistics.items():
        points = zip(series.x, series.y, strict=True)
        expected = {int(x) - 1: np.float32(y) for x, y in points}
        assert norms[f"{statistic}/{layer}"] == expected
    assert any(tag.startswith("gradient_norm/") for tag in norms)


def test_keras_histograms_count_what_the_record_counts(kept: tuple[Path, RunRecord]) -> None:
    """They have other bins: as many values lie below each edge as the record has there."""
    folder, record = kept
    training = read(folder / record.id / "logs" / "train")
    histories = record.curves.weights.histories
    assert len(histories) == 4
    for history in histories:
        for epoch, ours in history:
            if epoch == 0:  # before the first one
                continue
            left, right, counts = training[f"{ours.path}/histogram"][epoch - 1].T
            assert (left[0], right[-1]) == (ours.minimum, ours.maximum)
            assert counts.sum() == ours.counts.sum() == np.prod(ours.shape)
            below = np.concatenate([[0], np.cumsum(ours.counts)])
            at = (right - ours.edges[0]) / (ours.edges[-1] - ours.edges[0]) * len(ours.counts)
            # A value that lies on an edge, but for rounding, may count on either side of it.
            low = below[np.clip(np.floor(at - 1e-4).astype(int), 0, None)]
            high = below[np.clip(np.ceil(at + 1e-4).astype(int), None, len(ours.counts))]
            theirs = np.cumsum(counts)
            assert (low <= theirs).all() and (theirs <= high).all()


def test_settings_are_there_for_hparams(kept: tuple[Path, RunRecord]) -> None:
    from tensorboard.plugins.hparams import metadata

    folder, record = kept
    events = EventAccumulator(str(folder / record.id / "logs"), KEEP_ALL)
    events.Reload()
    found = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    start = metadata.parse_session_start_info_plugin_data(found)
    assert start.group_name == record.id
    assert start.hparams["layers[1].units"].number_value == 8
    assert start.hparams["training.optimizer"].string_value == "Adam"
    assert start.hparams["training.shuffle"].bool_value is True
    found = events.SummaryMetadata("_hparams_/session_end_info").plugin_data.content
    assert metadata.parse_session_end_info_plugin_data(found).status == 1  # success


def test_logs_made_of_a_record_are_equal_to_it(
    kept: tuple[Path, RunRecord], tmp_path: Path
) -> None:
    folder, shown = kept
    with RunStore(folder) as store:
        record = store.read(shown.id)
    write_record(tmp_path / "made", record)
    training, validation = read(tmp_path / "made" / "train"), read(tmp_path / "made" / "validation")
    histograms = {tag: training.pop(tag) for tag in list(training) if tag.endswith("/histogram")}
    assert training == scalars(record, validation=False)
    assert validation == scalars(record, validation=True)
    for history in record.curves.weights.histories:
        found = histograms[f"{history[0][1].path}/histogram"]
        assert list(found) == [0, 1, 2, 3]
        for epoch, ours in history[1:]:
            expected = np.stack([ours.edges[:-1], ours.edges[1:], ours.counts], axis=1)
            np.testing.assert_array_equal(found[epoch - 1], expected)


def test_training_goes_on_where_logs_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk is full: the run is kept all the same."""
    said: list[str] = []

    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    from tensorboard.summary.writer.record_writer import RecordWriter

    monkeypatch.setattr(RecordWriter, "write", no_room)
    record = trained(tmp_path / "runs", said)
    assert len(record.epochs) == 4
    (message,) = said
    assert message.endswith("to the end: [Errno 28] No space left on device. Training continues")
    with RunStore(tmp_path / "runs") as store:
        assert len(store.read(record.id).epochs) == 4


def test_without_the_switch_nothing_is_written(tmp_path: Path) -> None:
    trainer = Trainer(dataset())
    with closing(RunKeeper(print, folder=tmp_path / "runs")) as keeper:
        trainer.run(project(epochs=1), lambda report: keeper(report, trainer), RunControl())
    assert not list((tmp_path / "runs").rglob("*tfevents*"))


def test_logs_make_no_test_unfair() -> None:
    found = differences(project(), project(tensorboard=True, batch_size=20))
    assert [each.text for each in found] == ["batch size 10 → 20", "logs for TensorBoard off → on"]
    assert not objections(found)
