"""Runs on disk: written as they go, read back, found again whatever happened to their files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop.document.optimizers import SGD
from desktop.document.project import starter_project
from desktop.document.storage import read_project
from desktop.engine.curves import Curves
from desktop.engine.history import read_history
from desktop.engine.records import RunRecord
from desktop.engine.reports import Outcome
from desktop.engine.runs import writer
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.store import RunStore, StoreError
from desktop.engine.runs.summary import filtered, in_order
from desktop.engine.runs.writer import RunWriter
from tests.engine.run_store.kept import epoch_ended, keep, run_ended, started

WRITER = Path(__file__).with_name("writer_process.py")
KILLED = Path(__file__).with_name("killed_process.py")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def said() -> list[str]:
    """What the store said."""
    return []


@pytest.fixture
def store(tmp_path: Path, said: list[str]) -> Iterator[RunStore]:
    with RunStore(tmp_path / "runs", said.append) as opened:
        yield opened


def process(script: Path, folder: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


# --- what is kept ---------------------------------------------------------------------------------


def test_a_run_is_read_back_as_it_was(store: RunStore) -> None:
    record = RunRecord(started(epochs=3))
    writer = RunWriter(store, record)
    for number in (1, 2, 3):
        record.add(epoch_ended(record.id, number, val_loss=[0.3, 0.1, float("nan")][number - 1]))
        writer.epoch_ended()
    record.add(run_ended(record.id, 3))
    writer.end()
    writer.close()
    read = store.read(record.id)
    assert (read.project, read.seed, read.outcome) == (record.project, 812, Outcome.FINISHED)
    assert (read.machine, read.python, read.engine) == (
        record.machine,
        record.python,
        record.engine,
    )
    assert read.fingerprint == record.fingerprint
    assert read.ended == record.ended
    assert [epoch.epoch for epoch in read.epochs] == [1, 2, 3]
    assert read.epochs[0] == record.epochs[0]
    assert np.isnan(read.epochs[2].logs["val_loss"])
    (history,), (wanted,) = read.curves.weights.histories, record.curves.weights.histories
    assert [epoch for epoch, _ in history] == [0, 1, 2, 3]
    for (_, found), (_, histogram) in zip(history, wanted, strict=True):
        assert (found.counts == histogram.counts).all() and (found.edges == histogram.edges).all()
        assert (found.mean, found.zeros, found.path) == (
            histogram.mean,
            histogram.zeros,
            histogram.path,
        )
    measured = record.curves.statistics
    assert len(measured) == 3 and read.curves.statistics.keys() == measured.keys()
    for key, series in measured.items():
        assert (read.curves.statistics[key].x == series.x).all()
        assert (read.curves.statistics[key].y == series.y).all()
    (units,) = read.curves.units.values()
    assert units.epochs == (1, 2, 3)
    assert units.last[1].tolist() == [1, 3 / 8]
    short = store.read(record.id, with_histograms=False).curves
    assert not short.units and not short.weights.layers
    assert short.statistics.keys() == measured.keys()
    (summary,) = store.all()
    assert summary.best["val_loss"] == 0.1 and summary.epochs == 3
    assert set(summary.validation) == {"val_loss", "val_accuracy"}


def test_runs_know_their_group(tmp_path: Path, said: list[str]) -> None:
    settings = {"layers[1].units": 64, "training.early_stopping": None}
    folder = tmp_path / "runs"
    with closing(RunKeeper(said.append, folder=folder, group="g", trial=3, settings=settings)) as (
        keeper
    ):
        start = started(epochs=1)
        for report in (start, epoch_ended(start.run, 1), run_ended(start.run, 1)):
            keeper(report)
    with RunStore(folder, said.append) as store:
        keep(store)
        alone, run = store.all()
        assert (alone.group, alone.trial, alone.settings) == ("", None, {})
        for found in (run, store.read(run.id)):
            assert (found.group, found.trial, found.settings) == ("g", 3, settings)
        assert store.label(run.id, name="best").trial == 3
    assert not said


def test_runs_and_an_index_of_an_older_version_are_read(store: RunStore, said: list[str]) -> None:
    import sqlite3

    run = keep(store, name="old")
    store.close()
    later = ("group", "trial", "settings")
    file = store.folder / run / "run.json"
    values = json.loads(file.read_text())
    file.write_text(json.dumps({k: v for k, v in values.items() if k not in later}))
    connection = sqlite3.connect(store.folder / "index.sqlite")
    connection.execute("ALTER TABLE runs DROP COLUMN summary")
    connection.execute("PRAGMA user_version=1")
    connection.commit()
    connection.close()
    with RunStore(store.folder, said.append) as again:
        (found,) = again.all()
        assert (found.name, found.group, found.trial, found.settings) == ("old", "", None, {})
        assert again.read(run).trial is None
    assert not said


def test_the_files_need_no_program(store: RunStore) -> None:
    folder = store.folder / keep(store, name="first")
    assert read_project(folder / "project.layerwise") == starter_project()
    lines = (folder / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,seconds,loss,val_loss,val_accuracy,learning_rate" and len(lines) == 4
    values = json.loads((folder / "run.json").read_text())
    assert (values["name"], values["seed"]) == ("first", 812)
    assert values["ended"]["outcome"] == "finished"


def test_each_epoch_is_on_disk_as_it_ends(store: RunStore) -> None:
    record = RunRecord(started())
    writer = RunWriter(store, record)
    for number in range(1, 4):
        record.add(epoch_ended(record.id, number))
        writer.epoch_ended()
        assert len(read_history(writer.folder / "history.csv")) == number
    with RunStore(store.folder) as other:  # another instance, while it is written
        (summary,) = other.all()
        assert summary.outcome is None and not store.read(record.id).ended
        assert len(other.read(record.id).epochs) == 3  # the index follows now and then
        with pytest.raises(StoreError, match="still training"):
            other.delete([record.id])
    writer.close()


def test_a_metric_that_comes_later_gets_a_column(store: RunStore) -> None:
    record = RunRecord(started())
    writer = RunWriter(store, record)
    for number, more in ((1, {}), (2, {"auc": 0.5}), (3, {"auc": 0.6})):
        record.add(epoch_ended(record.id, number, **more))
        writer.epoch_ended()
    writer.close()
    epochs = read_history(writer.folder / "history.csv")
    assert [epoch.logs.get("auc") for epoch in epochs] == [None, 0.5, 0.6]


# --- what ends a program --------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_no_finished_epoch_is_lost_when_programs_are_killed(
    tmp_path: Path, said: list[str]
) -> None:
    folder = tmp_path / "runs"
    with process(WRITER, folder, 60) as steady, process(KILLED, folder, 50) as dying:
        assert steady.stdout is not None and dying.stdout is not None
        killed = [json.loads(line) for line in dying.stdout]
        whole = steady.stdout.read().split()
    assert (steady.returncode, dying.returncode, len(killed), len(whole)) == (0, 0, 50, 60)
    assert not [text for each in killed for text in each["said"]]
    epochs = {run: number for each in killed for run, number in each["epochs"].items()}
    ended = {run for each in killed for run in each["ended"]}
    assert ended and epochs.keys() - ended, "none was killed in the middle of a run"
    epochs |= dict.fromkeys(whole, 5)
    ended |= set(whole)
    with RunStore(folder, said.append) as store:
        runs = {run.id: run for run in store.all()}
        assert not said and runs.keys() >= epochs.keys()
        for run in runs:
            record = store.read(run)
            assert record.outcome is runs[run].outcome and len(record.epochs) == runs[run].epochs
            kinds = {Outcome.FINISHED, Outcome.INTERRUPTED}
            assert runs[run].outcome in ({Outcome.FINISHED} if run in ended else kinds)
            # What was written when the program died may be one more than what it could tell.
            least = epochs.get(run, 0)
            assert least <= len(record.epochs) <= least + (run not in ended), run
    assert not (folder / ".damaged").exists()


def test_two_programs_write_at_once(store: RunStore, said: list[str]) -> None:
    with process(WRITER, store.folder, 8) as one, process(WRITER, store.folder, 8) as other:
        own = [keep(store) for _ in range(8)]
        assert one.stdout is not None and other.stdout is not None
        runs = [*own, *one.stdout.read().split(), *other.stdout.read().split()]
    assert (one.returncode, other.returncode) == (0, 0)
    assert len(set(runs)) == 24
    assert {run.id for run in store.all()} == set(runs)
    assert {run.outcome for run in store.all()} == {Outcome.FINISHED} and not said


# --- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["run.json", "history.csv", "histograms.npz", "statistics.npz", "project.layerwise"]
)
def test_a_damaged_run_is_set_aside(store: RunStore, said: list[str], name: str) -> None:
    broken, whole = keep(store), keep(store)
    (store.folder / broken / name).write_bytes(b"\x00{]")
    with pytest.raises(StoreError, match=name.partition(".")[0]):
        store.read(broken)
    assert [run.id for run in store.all()] == [whole]
    assert len(said) == 1 and broken in said[0] and ".damaged" in said[0]
    (moved,) = (store.folder / ".damaged").iterdir()
    assert (moved / name).read_bytes() == b"\x00{]"
    assert store.read(whole).outcome is Outcome.FINISHED


@pytest.mark.parametrize(
    "epochs", [[np.nan, 1.0], [2.0, 1.0], np.arange(15_000_000.0)], ids=["NaN", "falling", "many"]
)
def test_statistics_that_cannot_be_are_damage(store: RunStore, epochs: Any) -> None:
    run = keep(store)
    path = store.folder / run / "statistics.npz"
    with np.load(path) as file:
        arrays = dict(file)
    arrays["0.layers"] = np.array([epochs, np.zeros(len(epochs))])
    np.savez_compressed(path, **arrays)
    with pytest.raises(StoreError, match=r"statistics\.npz"):
        store.read(run)


def test_a_file_that_the_system_does_not_give_is_no_damage(
    store: RunStore, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = keep(store)

    def refuse(path: Path, curves: Curves, **_: bool) -> None:
        raise PermissionError("not now")

    with monkeypatch.context() as patch:
        patch.setattr("desktop.engine.runs.reading.read_statistics", refuse)
        with pytest.raises(StoreError, match=r"statistics\.npz cannot be read: not now"):
            store.read(run)
    assert store.read(run).outcome is Outcome.FINISHED and not said


def test_a_run_of_a_newer_program_stays_where_it_is(store: RunStore, said: list[str]) -> None:
    run = keep(store)
    file = store.folder / run / "run.json"
    values = json.loads(file.read_text()) | {"format": 2, "speed": "fast"}
    file.write_text(json.dumps(values))
    with pytest.raises(StoreError, match="newer Layerwise"):
        store.read(run)
    store.close()
    (store.folder / "index.sqlite").unlink()
    with RunStore(store.folder, said.append) as again:
        assert again.all() == ()
    assert file.exists() and not said


@pytest.mark.parametrize("damage", ["nothing", "garbage", "cut", "another version"])
def test_the_index_is_made_again_from_the_folders(
    tmp_path: Path, said: list[str], damage: str
) -> None:
    folder = tmp_path / "runs"
    with RunStore(folder) as store:
        runs = [keep(store, name=f"run {number}") for number in range(3)]
        before = store.all()
    index = folder / "index.sqlite"
    match damage:
        case "nothing":
            index.unlink()
        case "garbage":
            index.write_bytes(b"no index " * 1000)
        case "cut":
            index.write_bytes(index.read_bytes()[:5000])
        case _:
            import sqlite3

            connection = sqlite3.connect(index)
            connection.execute("PRAGMA user_version=99")
            connection.close()
    with RunStore(folder, said.append) as store:
        assert store.all() == before
        assert {run.id for run in before} == set(runs)
    assert bool(said) == (damage != "nothing")


def test_an_index_that_is_damaged_while_it_is_open(store: RunStore, said: list[str]) -> None:
    run = keep(store)
    import sqlite3

    connection = sqlite3.connect(store.folder / "index.sqlite")
    connection.execute("UPDATE runs SET summary = '[]'")
    connection.commit()
    connection.close()
    assert [each.id for each in store.all()] == [run]
    assert len(said) == 1 and "no run is lost" in said[0]


def test_folders_count_not_the_index(tmp_path: Path) -> None:
    with RunStore(tmp_path / "one") as store:
        gone, copied = keep(store), keep(store)
        with RunStore(tmp_path / "two") as other:
            assert not other.all()
        shutil.copytree(store.folder / copied, tmp_path / "two" / copied)
        shutil.rmtree(store.folder / gone)
    with RunStore(tmp_path / "one") as store, RunStore(tmp_path / "two") as other:
        assert [run.id for run in store.all()] == [run.id for run in other.all()] == [copied]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of the size of files")
def test_training_goes_on_when_the_disk_is_full(tmp_path: Path, said: list[str]) -> None:
    import resource

    keeper = RunKeeper(said.append, "full", tmp_path / "runs")
    start = started(epochs=6)
    keeper(start)
    keeper(epoch_ended(start.run, 1))
    path = tmp_path / "runs" / start.run / "history.csv"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, limits[1]))
    try:
        for number in (2, 3):
            keeper(epoch_ended(start.run, number))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(said) == 1 and "from epoch 2 on" in said[0]
    assert [epoch.epoch for epoch in read_history(path)] == [1]  # and no half line
    keeper(epoch_ended(start.run, 4))  # there is room again
    keeper(run_ended(start.run, 4))
    keeper.close()
    assert len(said) == 1
    with RunStore(tmp_path / "runs") as store:
        assert [epoch.epoch for epoch in store.read(start.run).epochs] == [1, 2, 3, 4]
        assert store.all()[0].outcome is Outcome.FINISHED


def test_a_run_says_what_of_it_is_not_kept(tmp_path: Path, said: list[str]) -> None:
    keeper = RunKeeper(said.append, folder=tmp_path / "runs")
    start = started()
    keeper(start)
    in_the_way = tmp_path / "runs" / start.run / "histograms.npz"
    in_the_way.mkdir()
    for report in (epoch_ended(start.run, 1), run_ended(start.run, 1)):
        keeper(report)
    keeper.close()
    assert len(said) == 1
    assert said[0].startswith("The histograms of weights of this run could not be kept: ")
    in_the_way.rmdir()
    with RunStore(tmp_path / "runs") as store:
        (summary,) = store.all()
        assert summary.not_kept == store.read(start.run).not_kept == said[0]
        assert (summary.outcome, summary.epochs) == (Outcome.FINISHED, 1)


def test_what_is_written_now_and_then_takes_a_small_part_of_the_time(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, written = 0.0, []

    def slow_content(*_: object) -> bytes:
        nonlocal clock
        clock += 1
        written.append(clock)
        return b""

    monkeypatch.setattr(writer, "time", SimpleNamespace(monotonic=lambda: clock))
    monkeypatch.setattr(writer, "histograms_content", slow_content)
    monkeypatch.setattr(writer, "statistics_content", slow_content)
    record = RunRecord(started(epochs=1000))
    writing = RunWriter(store, record)
    for number in range(1, 1001):
        clock += 1
        record.add(epoch_ended(record.id, number))
        writing.epoch_ended()
    writing.close()
    assert written[:2] == [32, 33]  # after more than HISTOGRAM_SECONDS
    assert len(written) == 2 * 3
    assert len(written) / clock < 0.01


@pytest.mark.skipif(sys.platform == "win32", reason="not everybody may make links")
def test_runs_are_read_where_no_index_can_be_written(store: RunStore, said: list[str]) -> None:
    run = keep(store)
    store.close()
    (store.folder / "index.sqlite").unlink()
    (store.folder / "index.sqlite").symlink_to(store.folder / "no folder" / "index.sqlite")
    with RunStore(store.folder, said.append) as again:
        assert [each.id for each in again.all()] == [run]
        assert again.label(run, name="new").name == again.all()[0].name == "new"
    assert len(said) == 1 and "cannot be written" in said[0]


def test_a_folder_that_cannot_be_used_is_said_once(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "file").write_text("")
    keeper = RunKeeper(said.append, folder=tmp_path / "file" / "runs")
    start = started()
    for report in (start, epoch_ended(start.run, 1), run_ended(start.run, 1)):
        keeper(report)
    keeper.close()
    assert len(said) == 1
    assert said[0].startswith("This run is not kept") and "LAYERWISE_DATA" in said[0]


# --- what is done with them -----------------------------------------------------------------------


def test_labels_are_kept_in_the_folder_and_while_a_run_goes_on(store: RunStore) -> None:
    record = RunRecord(started())
    writer = RunWriter(store, record)
    store.label(record.id, starred=True, notes="promising", tags=("a", "b"))
    record.add(epoch_ended(record.id, 1))
    writer.epoch_ended()
    record.add(run_ended(record.id, 1))
    writer.end()
    writer.close()
    (summary,) = store.all()
    assert summary.starred and summary.tags == ("a", "b") and summary.outcome is Outcome.FINISHED
    assert store.read(record.id).labels.notes == "promising"


def test_deleting_can_be_undone(store: RunStore) -> None:
    one, other = keep(store), keep(store)
    store.delete([one])
    assert [run.id for run in store.all()] == [other]
    store.restore([one])
    assert [run.id for run in store.all()] == [other, one]
    store.delete([one])
    long_ago = time.time() - 40 * 24 * 3600
    os.utime(store.folder / ".trash" / one, (long_ago, long_ago))
    with RunStore(store.folder):
        assert not list((store.folder / ".trash").iterdir())


def test_runs_are_found_by_name_or_part_of_the_id(store: RunStore) -> None:
    one, other = keep(store, name="wide"), keep(store, name="deep")
    assert store.find("wide").id == store.find(one).id == store.find(one[-8:]).id == one
    assert store.find("deep").id == other
    for text, words in (
        ("narrow", "no run"),
        (one[:4], "2 runs"),
        (one[-3:], "no run"),
        ("", "no run"),
    ):
        with pytest.raises(StoreError, match=words):
            store.find(text)


def test_runs_are_sorted_and_filtered(store: RunStore) -> None:
    project = starter_project()
    slow = project.replace(training=project.training.replace(optimizer=SGD()))
    first = keep(store, name="first", val_accuracy=0.5)
    second = keep(store, slow, name="second", val_accuracy=0.9, epochs=5)
    runs = store.all()
    assert [run.id for run in filtered(runs, "sgd")] == [second]
    assert [run.id for run in filtered(runs, "FINISHED adam")] == [first]
    for key, order in (
        ("when", [second, first]),
        ("name", [first, second]),
        ("val_accuracy", [second, first]),
        ("val_loss", [second, first]),
        ("epochs", [first, second]),
    ):
        assert [run.id for run in in_order(runs, key)] == order, key
    with pytest.raises(KeyError):
        in_order(runs, "val_recall")


def test_old_weights_go_but_never_records_nor_those_of_starred_runs(store: RunStore) -> None:
    (store.folder / "settings.json").write_text('{"weights_limit_mb": 0.0025}')
    runs = [keep(store) for _ in range(4)]
    for run in runs:
        (store.folder / run / "model.keras").write_bytes(bytes(1000))
        store.refresh(run)
    store.label(runs[0], starred=True)
    store.remove_old_weights()
    kept = [run for run in runs if (store.folder / run / "model.keras").exists()]
    assert kept == [runs[0], runs[2], runs[3]]
    assert {run.id: run.weights for run in store.all()}[runs[1]] == 0
    assert len(store.all()) == 4 and store.read(runs[1]).epochs


def test_settings_that_cannot_be_used_are_said(store: RunStore, said: list[str]) -> None:
    (store.folder / "settings.json").write_text('{"weights_limit_mb": "much"}')
    assert store.weights_limit == 1_000_000_000
    assert len(said) == 1 and "weights_limit_mb" in said[0]


def test_a_run_is_exported_as_ordinary_files(store: RunStore, tmp_path: Path) -> None:
    run = keep(store)
    store.export(run, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "run.json",
        "project.layerwise",
        "history.csv",
        "histograms.npz",
        "statistics.npz",
    }
    with pytest.raises(StoreError, match="not an empty folder"):
        store.export(run, tmp_path / "out")
