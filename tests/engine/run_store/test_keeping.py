"""What is kept of a real training: the same reports as shown, and the weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from desktop import cli
from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import Metric
from desktop.document.data import Diabetes, Digits, LogicTable
from desktop.document.layers import Dense
from desktop.document.losses import MeanSquaredError
from desktop.document.project import Project
from desktop.document.storage import write_project
from desktop.document.training import Training
from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.import_model import open_network
from desktop.engine.reports import EpochEnded, Outcome, Report, RunEnded
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.reading import kept_record
from desktop.engine.runs.store import RunStore
from desktop.engine.storage import load_model, packed_model, with_weights
from desktop.engine.training import Trainer
from tests.engine.runs import dataset, project, rows


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(tmp_path: Path, said: list[str]) -> Iterator[RunKeeper]:
    with closing(RunKeeper(said.append, "mine", tmp_path / "runs")) as opened:
        yield opened


@pytest.mark.usefixtures("all_measured")
def test_weights_of_the_last_and_of_the_best_epoch_are_kept(
    keeper: RunKeeper, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(dataset())
    best: dict[int, list[np.ndarray]] = {}

    def sink(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.best_epoch == report.epoch:
            best[report.epoch] = trainer.model.get_weights()
        keeper(report, trainer)

    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    # Steps this large make the loss on the validation rows worse sooner or later.
    what = project(epochs=8, optimizer={"optimizer": "SGD", "learning_rate": 1.5}, seed=3)
    trainer.run(what, sink, RunControl())
    assert not said
    with RunStore(tmp_path / "runs") as store:
        (run,) = store.all()
        record = store.read(run.id)
        folder = store.folder / run.id
    assert record.labels.name == "mine" and record.best_epoch in best
    assert record.best_epoch != 8, "another seed is needed for this test"
    for name, weights in (
        ("model.keras", trainer.model.get_weights()),
        ("best.keras", best[record.best_epoch]),
    ):
        found = load_model(folder / name).get_weights()
        assert all((a == b).all() for a, b in zip(found, weights, strict=True)), name
    opened = [open_network(folder / name, Digits()) for name in ("model.keras", "best.keras")]
    assert [network.epoch for network in opened] == [8, record.best_epoch]
    assert [network.run for network in opened] == [run.id, ""]
    origins = [kept_record(folder / name) for name in ("model.keras", "best.keras")]
    assert [origin and origin.id for origin in origins] == [run.id] * 2
    measured = [origin and origin.curves.last_measured for origin in origins]
    assert measured == [8, record.best_epoch]
    assert kept_record(tmp_path / "model.keras") is None
    (folder / "statistics.npz").write_bytes(b"damaged")
    assert kept_record(folder / "model.keras") is None
    assert run.weights == sum((folder / n).stat().st_size for n in ("model.keras", "best.keras"))
    curves = record.curves.weights
    assert [epoch for epoch, _ in curves.histories[0]] == list(range(9))


def test_the_best_weights_of_a_network_for_numbers_are_a_model() -> None:
    """Its metrics are in the unit of the target, which Keras knows nothing of."""
    source = Diabetes()
    training = Training(epochs=1, loss=MeanSquaredError(), metrics=(Metric.MEAN_ABSOLUTE_ERROR,))
    trainer = Trainer(datasets.load(source))
    what = Project(data=source, layers=(Dense(units=1),), training=training)
    trainer.run(what, lambda report: None, RunControl())
    best = [weights + 1 for weights in trainer.model.get_weights()]
    found = with_weights(trainer.model, best)
    assert all((a == b).all() for a, b in zip(found.get_weights(), best, strict=True))
    assert found.name == trainer.model.name and packed_model(found)


def test_training_further_says_which_run_it_continues(keeper: RunKeeper, tmp_path: Path) -> None:
    trainer = Trainer(dataset())
    for resume in (False, True):
        trainer.run(project(epochs=2), lambda r: keeper(r, trainer), RunControl(), resume=resume)
    other = Trainer(dataset())
    other.run(project(epochs=1), lambda r: keeper(r, other), RunControl())
    assert other.network is not None
    marks = dataset().fingerprint
    keeper.evaluated(other.network, marks, {"loss": 0.5, "accuracy": float("nan")})
    assert trainer.network is not None
    keeper.evaluated(trainer.network, marks, {"loss": 0.9})  # not of the last run
    elsewhere = replace(dataset(), test=rows(10, 7)).fingerprint
    keeper.evaluated(other.network, elsewhere, {"loss": 99.0})  # not of its test rows
    with RunStore(tmp_path / "runs") as store:
        last, second, first = (store.read(run.id) for run in store.all())
        assert (first.continues, second.continues, last.continues) == (None, first.id, None)
        assert [epoch.epoch for epoch in second.epochs] == [3, 4]
        assert store.all()[0].test == {"loss": 0.5, "accuracy": None}
        assert second.test == {"loss": 0.9} and not first.test
        assert last.fingerprint == dataset().fingerprint


def test_the_network_of_a_run_that_is_opened_again_is_known(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path))
    with closing(RunKeeper(said.append)) as keeper:
        trainer = Trainer(dataset())
        trainer.run(project(epochs=1), partial(keeper, trainer=trainer), RunControl())
        with RunStore() as store:
            (run,) = store.all()
            network = open_network(store.folder / run.id / "model.keras", Digits())
            assert (network.epoch, network.weights_epoch, network.is_trained) == (1, 1, True)
            keeper.evaluated(network, dataset().fingerprint, {"loss": 0.5})
            again = Trainer(dataset(), network)
            what = network.project.replace(training=project(epochs=1).training)
            again.run(what, partial(keeper, trainer=again), RunControl(), resume=True)
            last, first = store.all()
            assert first.test == {"loss": 0.5} and last.test_looks == 1
            assert store.read(last.id).continues == first.id
            assert [epoch.epoch for epoch in store.read(last.id).epochs] == [2]
            store.delete([last.id])
        keeper.evaluated(network, dataset().fingerprint, {"loss": 0.4})  # its run is gone
    assert not said


def test_a_run_says_how_often_its_test_rows_had_been_looked_at(
    keeper: RunKeeper, tmp_path: Path
) -> None:
    marks, sevens = dataset().fingerprint, replace(dataset(), test=rows(10, 7))
    looks = []
    others = dataset(validation=0)  # its test rows are the same
    for seed, (data, times) in enumerate(
        [(dataset(), 2), (dataset(), 1), (others, 1), (sevens, 0)]
    ):
        trainer = Trainer(data)
        trainer.run(project(epochs=1, seed=seed), partial(keeper, trainer=trainer), RunControl())
        assert trainer.network is not None
        for _ in range(times):  # the same weights count once
            keeper.evaluated(trainer.network, marks, {"loss": 0.5})
        with RunStore(tmp_path / "runs") as store:
            run = store.all()[0]
            assert store.read(run.id).test_looks == run.test_looks
        looks.append(run.test_looks)
    assert looks == [0, 1, 2, 0]
    assert run.looks_text.startswith("No network had been evaluated")


def test_a_run_that_is_stopped_is_kept(keeper: RunKeeper, tmp_path: Path) -> None:
    trainer, control = Trainer(dataset()), RunControl()

    def sink(report: Report) -> None:
        keeper(report, trainer)
        if isinstance(report, EpochEnded) and report.epoch == 2:
            control.stop()

    trainer.run(project(epochs=50), sink, control)
    with RunStore(tmp_path / "runs") as store:
        (run,) = store.all()
        assert (run.outcome, run.epochs, run.planned_epochs) == (Outcome.STOPPED, 2, 50)


def test_weights_that_cannot_be_kept_are_named(
    keeper: RunKeeper, tmp_path: Path, said: list[str]
) -> None:
    trainer = Trainer(dataset())

    def sink(report: Report) -> None:
        keeper(report, trainer)
        if isinstance(report, EpochEnded):
            (tmp_path / "runs" / report.run / "model.keras").mkdir()

    trainer.run(project(epochs=1), sink, RunControl())
    with RunStore(tmp_path / "runs") as store:
        (run,) = store.all()
        assert (run.outcome, run.epochs) == (Outcome.FINISHED, 1)
        assert said == [run.not_kept] == [store.read(run.id).not_kept]
    assert said[0].startswith("The weights of this run could not be kept")


def test_early_stopping_that_restored_the_best_needs_no_second_file(
    keeper: RunKeeper, tmp_path: Path
) -> None:
    trainer = Trainer(dataset())
    stopping = EarlyStopping(patience=1, restore_best_weights=True)
    what = project(
        epochs=30,
        early_stopping=stopping,
        optimizer={"optimizer": "SGD", "learning_rate": 1.5},
        seed=3,
    )
    reports: list[Report] = []
    trainer.run(what, lambda r: (reports.append(r), keeper(r, trainer))[0], RunControl())
    ended = reports[-1]
    assert isinstance(ended, RunEnded) and ended.restored_epoch is not None
    with RunStore(tmp_path / "runs") as store:
        (run,) = store.all()
        assert not (store.folder / run.id / "best.keras").exists()


def test_the_command_line_keeps_its_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gate.layerwise"
    write_project(
        path,
        Project(
            data=LogicTable(),
            layers=(Dense(units=1, activation="sigmoid"),),
            training=Training(epochs=3, loss={"loss": "binary_crossentropy"}),
        ),
    )
    assert cli.run(["train", str(path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    with RunStore() as store:
        (run,) = store.all()
    assert (run.id, run.name, run.epochs) == (printed["run"], "gate", 3)
    assert printed["test"] and not run.test  # a logic table has no rows but those to train with
