"""The command `repeat`: several runs of a network, alone or beside another one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop import cli
from desktop.document.data import LogicTable, Table
from desktop.document.layers import Dense
from desktop.document.losses import BinaryCrossentropy
from desktop.document.optimizers import SGD
from desktop.document.project import Project, starter_project
from desktop.document.storage import write_project
from desktop.document.training import Training
from desktop.engine.reports import Outcome
from desktop.engine.runs.store import RunStore
from desktop.engine.trials.store import GroupStore
from tests.test_cli_sweep import interrupted_after

Repeated = Callable[..., dict[str, Any]]


def digits(units: int = 8, **training: Any) -> Project:
    """A small network for the digits, which trains for one epoch."""
    project = starter_project()
    changed = project.layers[1].replace(units=units)
    layers = (project.layers[0], changed, *project.layers[2:])
    settings = project.training.replace(**{"epochs": 1, "batch_size": 128, **training})
    return project.replace(layers=layers, training=settings)


@pytest.fixture
def repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Repeated:
    """What `repeat --json` says of projects."""

    def call(*projects: Project, times: int = 3) -> dict[str, Any]:
        paths = [tmp_path / f"{index}.layerwise" for index in range(len(projects))]
        for path, project in zip(paths, projects, strict=True):
            write_project(path, project)
        capsys.readouterr()
        arguments = ["repeat", *map(str, paths), "--times", str(times), "--json"]
        code = cli.run(arguments)
        written = capsys.readouterr()
        assert code == cli.DONE, written.err
        values: dict[str, Any] = json.loads(written.out)
        return values

    return call


def test_the_same_figures_every_time(repeated: Repeated) -> None:
    first, second = repeated(digits(), times=2), repeated(digits(), times=2)
    assert first == second
    (group,) = first["groups"]
    assert [run["seed"] for run in group["runs"]] == [812, 813]
    values = [run["results"]["val_accuracy"] for run in group["runs"]]
    assert len(set(values)) == 2, "another seed, another result"
    found = group["metrics"]["val_accuracy"]
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["standard_deviation"] == pytest.approx(np.std(values, ddof=1))
    assert found["low"] < found["mean"] < found["high"]
    with RunStore() as store:
        kept = [(run.name, run.seed, run.best["val_accuracy"]) for run in store.all()]
    assert kept == [("0", 813, values[1]), ("0", 812, values[0])] * 2
    groups = GroupStore().all()
    assert [(each.file.kind, each.done, each.file.ended) for each in groups] == [
        ("repeat", 2, Outcome.FINISHED)
    ] * 2


def test_two_networks_get_a_verdict(repeated: Repeated) -> None:
    values = repeated(digits(units=2), digits(units=64))
    assert values["differences"] == ["Dense 2: units 2 → 64"]
    assert values["warnings"] == []
    found = values["comparison"]
    assert (found["metric"], found["paired"], found["verdict"]) == ("val_accuracy", True, "better")
    assert found["text"].startswith("1.layerwise is better by ")


def test_no_fair_test_is_called_one(repeated: Repeated) -> None:
    other = digits(units=9, seed=5, optimizer=SGD(learning_rate=0.01))
    values = repeated(digits(), other, times=1)
    assert [each["runs"][0]["seed"] for each in values["groups"]] == [812, 812]
    assert values["warnings"] == ["Not a fair test: units and optimizer both changed"]
    assert values["comparison"]["verdict"] == "too few runs"


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "xor.layerwise"
    layers = (Dense(units=1, activation="sigmoid"),)
    training = Training(epochs=1, loss=BinaryCrossentropy(), metrics=(), seed=2)
    write_project(path, Project(data=LogicTable(), layers=layers, training=training))
    assert cli.run(["repeat", str(path), "--times", "2"]) == cli.DONE
    written = capsys.readouterr()
    assert "xor.layerwise, 2 runs" in written.out
    assert "95 % interval" in written.out
    assert "xor, trial 2: seed 3" in written.err


def test_an_interrupted_repeat_is_resumed_unless_its_data_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, data = tmp_path / "sizes.layerwise", tmp_path / "sizes.csv"
    lines = ["size,color", *(f"{number},{'red' if number % 3 else 'blue'}" for number in range(40))]
    data.write_text("\n".join(lines))
    layers = (Dense(units=1, activation="sigmoid"),)
    training = Training(epochs=1, loss=BinaryCrossentropy(), seed=None)
    write_project(path, Project(data=Table(path=str(data)), layers=layers, training=training))

    def repeat(*options: str, interrupted: bool = False) -> str:
        arguments = ["repeat", str(path), "--times", "2", *options]
        with interrupted_after(1) if interrupted else nullcontext():
            assert cli.run(arguments) == (130 if interrupted else cli.DONE)
        return capsys.readouterr().err

    stopped = repeat(interrupted=True)
    assert "1 of 2 trials done; the same command trains the others" in stopped
    found = re.search(r"The seed is random: add (--seed) (\d+)", stopped)
    assert found is not None
    assert "resuming, 1 of 2 trials done" in repeat(*found.groups())

    repeat("--seed", "5", interrupted=True)
    data.write_text("\n".join([*lines[:-1], "39,blue"]).replace("\n5,", "\n55,"))
    assert "resuming" not in repeat("--seed", "5")
