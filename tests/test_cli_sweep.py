"""The command `sweep`: settings varied as a grid or a search."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop import cli, cli_sweep, console
from desktop.cli_checks import CommandError
from desktop.document.data import LogicTable, Table
from desktop.document.layers import Dense
from desktop.document.losses import BinaryCrossentropy
from desktop.document.project import Project, starter_project
from desktop.document.storage import read_project, write_project
from desktop.document.training import Training
from desktop.engine.runs.store import RunStore

Swept = Callable[..., dict[str, Any]]

UNITS = {"hidden.units": [2, 16]}
RATES = {"training.optimizer.learning_rate": {"log": [1e-4, 0.1]}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small network for the digits, which trains for one epoch."""
    project = starter_project()
    training = project.training.replace(epochs=1, batch_size=128)
    file = tmp_path / "digits.layerwise"
    write_project(file, project.replace(training=training))
    return file


@pytest.fixture
def swept(path: Path, capsys: pytest.CaptureFixture[str]) -> Swept:
    """What `sweep --json` says, in this process."""

    def call(space: dict[str, Any], *options: str, code: int = cli.DONE) -> dict[str, Any]:
        capsys.readouterr()
        arguments = ["sweep", str(path), json.dumps(space), "--workers", "1", "--json", *options]
        found = cli.run(arguments)
        written = capsys.readouterr()
        assert found == code, written.err
        values: dict[str, Any] = json.loads(written.out)
        return values

    return call


def kept() -> list[tuple[str, int | None, Any]]:
    """Group, number and settings of all runs, the earliest first."""
    with RunStore() as store:
        return [(run.group, run.trial, run.settings) for run in reversed(store.all())]


def test_a_grid(swept: Swept, tmp_path: Path) -> None:
    best = tmp_path / "best.layerwise"
    values = swept(UNITS, "--repeats", "2", "--out", str(best))
    assert (values["kind"], values["metric"], values["done"]) == ("grid", "val_accuracy", True)
    assert [(each["settings"], each["seed"]) for each in values["trials"]] == [
        ({"hidden.units": 2}, 812), ({"hidden.units": 16}, 812),
        ({"hidden.units": 2}, 813), ({"hidden.units": 16}, 813),
    ]  # fmt: skip
    first, second = values["combinations"]
    assert (first["settings"], first["trials"]) == ({"hidden.units": 16}, [2, 4])
    results = [values["trials"][number - 1]["results"]["val_accuracy"] for number in (2, 4)]
    assert first["value"] == pytest.approx(sum(results) / 2)
    assert first["value"] > second["value"]
    assert values["best"]["differences"] == ["Dense 2: units 32 → 16"]
    assert read_project(best).layers[1].units == 16  # type: ignore[attr-defined]
    assert "looks better than it is" in values["note"]
    runs = [(values["group"], each["number"], each["settings"]) for each in values["trials"]]
    assert kept() == runs


def test_the_best_is_confirmed(swept: Swept) -> None:
    """Later, by the same command, and without training again what is known."""
    first = swept({"hidden.units": [2, 64]})
    values = swept({"hidden.units": [2, 64]}, "--confirm", "2")
    assert values["trials"] == first["trials"]
    found = values["confirmation"]
    assert (found["metric"], found["runs"], found["paired"]) == ("val_accuracy", [2, 2], True)
    assert values["note"] == found["text"]
    with RunStore() as store:
        seeds = [run.seed for run in reversed(store.all())]
    assert seeds == [812, 812, 813, 814, 813, 814]


@contextmanager
def interrupted_after(trial: int) -> Iterator[None]:
    """Press Ctrl+C when a trial of this number is over."""
    say = console.say

    def interrupt(text: str, style: str = "") -> None:
        say(text, style)
        if f", trial {trial}: " in text:
            signal.raise_signal(signal.SIGINT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console, "say", interrupt)
        yield


@pytest.mark.parametrize(
    ("options", "trials"),
    {
        "one seed": ((), 2),
        "repeats": (("--repeats", "3"), 6),
        "confirmed": (("--confirm", "5"), 5),
        "search": (("--trials", "4"), 4),
    }.values(),
)
def test_workers_are_as_many_as_there_are_trials_for(
    swept: Swept, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], trials: int
) -> None:
    planned: list[int | None] = []

    def executor(rows: object, workers: object, trials: int | None, scheduler: object) -> None:
        planned.append(trials)
        raise CommandError("nothing is trained here")

    monkeypatch.setattr(cli_sweep, "executor_for", executor)
    with pytest.raises(AssertionError, match="nothing is trained here"):
        swept(UNITS, *options)
    assert planned == [trials]


def test_a_search_is_interrupted_and_resumed(swept: Swept) -> None:
    with interrupted_after(1):
        stopped = swept(RATES, "--trials", "3", code=130)
    assert (stopped["done"], len(stopped["trials"])) == (False, 1)
    values = swept(RATES, "--trials", "3")
    assert (values["group"], values["done"]) == (stopped["group"], True)
    assert values["trials"][:1] == stopped["trials"]
    assert [each["number"] for each in values["trials"]] == [1, 2, 3]
    whole = swept(RATES, "--trials", "3")
    assert whole["group"] != values["group"], "a sweep that is done is made anew"
    assert whole["combinations"] == values["combinations"], "as if nothing had interrupted it"
    assert whole["importance"] == {}, "there is but one setting"


def test_a_sweep_begins_anew_when_its_data_has_changed(swept: Swept, path: Path) -> None:
    data = path.with_name("table.csv")
    lines = ["size,color", *(f"{number},{'red' if number % 3 else 'blue'}" for number in range(40))]
    data.write_text("\n".join(lines))
    output = Dense(units=1, activation="sigmoid")
    training = Training(epochs=1, loss=BinaryCrossentropy())
    write_project(path, Project(data=Table(path=str(data)), layers=(output,), training=training))
    space = {"training.batch_size": [8, 16]}
    with interrupted_after(1):
        stopped = swept(space, code=130)
    data.write_text("\n".join([*lines[:-1], "39,blue"]).replace("\n5,", "\n55,"))
    values = swept(space)
    assert values["group"] != stopped["group"]
    assert len(values["trials"]) == 2


def test_combinations_that_do_not_work_have_failed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    space = {
        "training.optimizer": ["SGD", "Adagrad"],
        "training.optimizer.momentum": [0.5],
        "hidden.units": [2, 3],
    }
    assert cli.run(["sweep", str(path), json.dumps(space), "--workers", "1"]) == cli.DONE
    written = capsys.readouterr()
    assert "digits.layerwise, 4 trials" in written.out
    assert written.out.count("failed: training.optimizer.momentum: training.optimizer has no") == 2
    assert "Importance" not in written.out
    assert "Best: Dense 2: units 32 → " in written.out
    assert "digits, trial 1: Optimizer SGD, Momentum 0.5, Hidden units 2: val_acc" in written.err
    assert len(kept()) == 2


def test_a_preset_by_name(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sweep", str(path), "one more hidden layer", "--trials", "1", "--json"]
    assert cli.run(arguments) == cli.DONE
    assert json.loads(capsys.readouterr().out)["space"] == {"hidden.count": [1, 2]}


REFUSED: dict[str, tuple[str, ...]] = {
    "neither JSON nor a file of JSON, nor one of the presets for this project: one more": ("x",),
    "layers[1].unit: layers[1] has no unit": ('{"layers[1].unit": [3]}',),
    "layers[2].units: 7 cannot be used: The data has 10 classes": ('{"layers[2].units": [10, 7]}',),
    "has a range, of which a grid cannot try every value": ('{"hidden.units": {"log": [1, 9]}}',),
    "--repeats is for grids": ('{"hidden.units": [3]}', "--trials", "3", "--repeats", "2"),
    "auc is not measured here; trials can be judged by val_accuracy and val_loss": (
        '{"hidden.units": [3]}', "--metric", "auc",
    ),
    "is in a folder that does not exist": ('{"hidden.units": [3]}', "--out", "nowhere/best"),
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_done_is_refused_first(
    words: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["sweep", str(path), *REFUSED[words]]) == cli.FAILED
    assert words in capsys.readouterr().err
    assert kept() == []


def test_no_validation_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "xor.layerwise"
    output = Dense(units=1, activation="sigmoid")
    training = Training(epochs=1, loss=BinaryCrossentropy(), metrics=())
    write_project(path, Project(data=LogicTable(), layers=(output,), training=training))
    assert cli.run(["sweep", str(path), '{"training.batch_size": [1, 2]}']) == cli.FAILED
    assert "there are no validation rows to compare by" in capsys.readouterr().err


def test_trials_that_all_fail(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = '{"training.optimizer": [{"optimizer": "SGD", "learning_rate": 1e30}]}'
    assert cli.run(["sweep", str(path), space, "--workers", "1"]) == cli.FAILED
    assert "no trial has a result. Training diverged" in capsys.readouterr().err


def test_a_file_of_json(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = tmp_path / "space.json"
    space.write_text('{"training.early_stopping.patience": [1]}')
    assert cli.run(["sweep", str(path), str(space)]) == cli.FAILED
    assert f"{space}: training.early_stopping.patience: training.early_stopping is off" in (
        capsys.readouterr().err
    )
