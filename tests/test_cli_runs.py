"""The commands about the runs that are kept."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from desktop import cli
from desktop.document.optimizers import Adam
from desktop.document.project import starter_project
from desktop.engine.runs.store import RunStore
from tests.engine.run_store.kept import keep

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command; returns its exit code, standard output and standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        code = cli.run(["runs", *map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def kept() -> list[str]:
    """Three runs: the starter project, with more units, and with another learning rate, too."""
    base = starter_project()
    wide = base.with_layer(1, base.layers[1].replace(units=64))
    training = wide.training.replace(optimizer=Adam(learning_rate=0.01))
    with RunStore() as store:
        return [
            keep(store, base, name="base"),
            keep(store, wide, name="wide", val_accuracy=0.97),
            keep(store, wide.replace(training=training), name="fast", epochs=4, val_loss=0.25),
        ]


def printed(result: tuple[int, str, str]) -> Any:
    assert result[0] == 0, result[2]
    return json.loads(result[1])


def test_runs_are_listed_with_what_differs_from_the_one_before(
    runs: Command, kept: list[str]
) -> None:
    value = printed(runs("list", "--json"))
    assert [run["id"] for run in value["runs"]] == kept[::-1] and value["count"] == 3
    assert [run["differs"] for run in value["runs"]] == [
        "learning rate 0.001 → 0.01",
        "Dense 2: units 32 → 64",
        "",
    ]
    assert value["runs"][1]["best"]["val_accuracy"] == 0.97
    code, out, _ = runs("list")
    assert code == 0
    assert out.index("fast") < out.index("wide") < out.index("base")
    assert "units 32 → 64" in out and "val_accuracy 0.9700" in out and "finished" in out


def test_the_list_is_sorted_filtered_and_cut(runs: Command, kept: list[str]) -> None:
    value = printed(runs("list", "--sort", "val_accuracy", "--limit", 1, "--json"))
    assert [run["name"] for run in value["runs"]] == ["wide"] and value["count"] == 3
    assert [run["name"] for run in printed(runs("list", "BASE", "--json"))["runs"]] == ["base"]
    # What differs is told from the run before in time, whichever are shown.
    (run,) = printed(runs("list", "fast", "--json"))["runs"]
    assert run["differs"] == "learning rate 0.001 → 0.01"
    code, out, err = runs("list", "nothing like it")
    assert (code, out) == (0, "") and "No run has" in err
    code, _, err = runs("list", "--sort", "beauty")
    assert code == 2 and "val_loss" in err and len(err.splitlines()) == 1


def test_without_any_runs_the_list_says_what_to_do(runs: Command) -> None:
    code, out, err = runs("list")
    assert (code, out) == (0, "") and "train a network first" in err
    assert printed(runs("list", "--json")) == {"runs": [], "count": 0}


def test_a_run_is_shown(runs: Command, kept: list[str]) -> None:
    value = printed(runs("show", "wide", "--json"))
    assert value["id"] == kept[1] and value["project"]["training"]["epochs"] == 20
    assert [epoch["epoch"] for epoch in value["history"]] == [1, 2, 3]
    assert value["data_fingerprint"] == "data" and value["keras"] == "3.15"
    code, out, _ = runs("show", kept[1][-8:])
    assert code == 0
    health = "Health: Dense 2 dead units 50 % (epoch 3)"
    facts = "wide", "finished after 3 epochs", health, "Epoch 3", "Keras 3.15", value["folder"]
    for words in facts:
        assert words in out


def test_a_run_of_a_group_says_what_was_varied(runs: Command, kept: list[str]) -> None:
    settings = {"layers[1].units": 64, "layers[1].activation": "relu"}
    with RunStore() as store:
        store.change(kept[1], lambda file: file.replace(group="g0123", trial=4, settings=settings))
    value = printed(runs("list", "g0123", "--json"))
    assert [(run["id"], run["group"], run["trial"]) for run in value["runs"]] == [
        (kept[1], "g0123", 4)
    ]
    assert value["runs"][0]["settings"] == settings
    words = 'Trial 4 of group g0123: layers[1].units 64, layers[1].activation "relu"'
    assert words in runs("show", "wide")[1]


def test_two_runs_are_compared_in_words_and_figures(runs: Command, kept: list[str]) -> None:
    value = printed(runs("compare", "base", "wide", "--json"))
    assert [each["text"] for each in value["differences"]] == ["Dense 2: units 32 → 64"]
    assert value["warnings"] == [] and value["runs"] == kept[:2]
    assert value["values"]["val_accuracy"] == [pytest.approx(1 - 0.5 / 3), 0.97]
    code, out, _ = runs("compare", "base", "fast")
    assert code == 0
    assert "Not a fair test: units and learning rate both changed" in out
    assert "Validation loss (lowest)" in out and "Parameters" in out
    assert "Both trained the same project" in runs("compare", "base", "base")[1]


def test_test_metrics_are_shown_only_when_asked_for(
    runs: Command, kept: list[str], tmp_path: Any
) -> None:
    with RunStore() as store:
        for run, loss in ((kept[0], 0.4321), (kept[2], 0.3)):
            store.change(run, lambda file, loss=loss: file.replace(test={"loss": loss}))
        store.change(kept[2], lambda file: file.replace(test_looks=2))
    table = tmp_path / "all.csv"
    for arguments in (["list"], ["show", "base"], ["compare", "base", "fast"]):
        assert "0.4321" not in runs(*arguments)[1], arguments
        assert "0.4321" in runs(*arguments, "--test")[1], arguments
    assert "--test shows the metrics" in runs("show", "base")[1]
    words = "2 networks had been evaluated on the test rows before this run began"
    assert words in runs("show", "fast")[1]
    assert words in "".join(runs("compare", "base", "fast")[1:])
    assert words not in "".join(runs("compare", "base", "wide")[1:])
    assert "test_loss" not in printed(runs("compare", "base", "fast", "--json"))["values"]
    value = printed(runs("list", "--test", "--sort", "test_loss", "--json"))
    assert [run["name"] for run in value["runs"]] == ["fast", "base", "wide"]
    for option, column in (([], "test_loss"), (["--test"], "test_accuracy")):
        code, _, err = runs("list", "--sort", column, *option)
        assert code == 2 and len(err.splitlines()) == 1
    for options, is_there in (([], False), (["--test"], True)):
        runs("export", "--csv", table, *options)
        (header, *_) = csv.reader(io.StringIO(table.read_text()))
        assert ("test_loss" in header) == ("test_looks" in header) == is_there


def test_runs_are_exported(runs: Command, kept: list[str], tmp_path: Any) -> None:
    table, folder = tmp_path / "all.csv", tmp_path / "base"
    assert printed(runs("export", "base", folder, "--csv", table, "--json")) == {
        "run": kept[0],
        "folder": str(folder),
        "csv": str(table),
    }
    assert (folder / "history.csv").exists() and (folder / "project.layerwise").exists()
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert [row["name"] for row in rows] == ["fast", "wide", "base"]
    assert rows[0]["started"].startswith("20") and rows[0]["starred"] == "0"
    assert rows[0]["val_loss"] == "0.25" and rows[0]["outcome"] == "finished"
    for arguments in (["base"], [], ["base", folder]):
        code, _, err = runs("export", *arguments)
        assert code == 2 and len(err.splitlines()) == 1


def test_runs_are_labeled(runs: Command, kept: list[str]) -> None:
    (run,) = printed(
        runs(
            *("label", "base", "--name", "plain", "--notes", "a start", "--tag", "a"),
            *("--tag", "b", "--star", "--color", "green", "--json"),
        )
    )["runs"]
    assert (run["name"], run["notes"], run["starred"]) == ("plain", "a start", True)
    assert (run["color"], run["tags"]) == ("green", ["a", "b"])
    value = printed(
        runs("label", "plain", "wide", "--no-star", "--untag", "a", "--tag", "c", "--json")
    )
    assert [(run["name"], run["tags"]) for run in value["runs"]] == [
        *(("plain", ["b", "c"]), ("wide", ["c"]))
    ]
    assert not value["runs"][0]["starred"] and value["runs"][0]["notes"] == "a start"
    assert "Tags: b, c" in runs("show", "plain")[1]
    for arguments, words in (
        (["plain"], "Nothing to change"),
        (["plain", "wide", "--name", "same"], "one run"),
        (["plain", "--color", "#d62728"], "blue, orange, green, pink and yellow"),
    ):
        code, _, err = runs("label", *arguments)
        assert code == 2 and len(err.splitlines()) == 1 and words in err


def test_the_room_for_weights_is_set(runs: Command, kept: list[str]) -> None:
    with RunStore() as store:
        for run in kept:
            (store.folder / run / "model.keras").write_bytes(bytes(1_000_000))
            store.refresh(run)
    runs("label", "base", "--star")
    for limit, others in ((3, 2), (1.5, 1)):
        assert printed(runs("limit", limit, "--json")) == {
            "limit_mb": limit,
            "starred_mb": 1,
            "others_mb": others,
        }
    assert [run["has_weights"] for run in printed(runs("list", "--json"))["runs"]] == [
        *(True, False, True)
    ]
    assert "may take up 1.5 MB" in runs("limit")[2]
    code, _, err = runs("limit", "--", -1)
    assert code == 2 and len(err.splitlines()) == 1
    assert printed(runs("limit", "--json"))["limit_mb"] == 1.5


def test_runs_are_deleted_and_can_be_brought_back(
    runs: Command, kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code, _, err = runs("delete", "base")
        assert code == 2 and "Nothing was deleted" in err
    assert runs("delete", "base", "--json")[0] == 2
    assert len(printed(runs("list", "--json"))["runs"]) == 3
    value = printed(runs("delete", "base", "wide", "--yes", "--json"))
    assert value["deleted"] == kept[:2]
    assert [run["name"] for run in printed(runs("list", "--json"))["runs"]] == ["fast"]
    assert [run["name"] for run in printed(runs("list", "--deleted", "--json"))["runs"]] == [
        *("wide", "base")
    ]
    assert printed(runs("restore", "base", "--json")) == {"restored": kept[:1]}
    assert runs("restore", "base")[0] == 2  # it is there already
    assert [run["name"] for run in printed(runs("list", "--json"))["runs"]] == ["fast", "base"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "x"],
        ["compare", "x", "y"],
        ["export", "x", "out"],
        ["delete", "x"],
        ["label", "x", "--star"],
    ],
)
def test_what_is_not_there_is_one_line_and_code_2(runs: Command, arguments: list[str]) -> None:
    code, out, err = runs(*arguments)
    assert (code, out) == (2, "") and len(err.splitlines()) == 1 and "There is no run 'x'" in err


def test_a_folder_that_cannot_be_used_is_one_line(
    runs: Command, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERWISE_DATA", str(tmp_path / "file"))
    code, _, err = runs("list")
    assert code == 2 and len(err.splitlines()) == 1 and "LAYERWISE_DATA" in err


@pytest.mark.parametrize(("arguments", "command"), [([], "runs"), (["show"], "runs show")])
def test_an_incomplete_command_names_the_help_that_explains_it(
    runs: Command, arguments: list[str], command: str
) -> None:
    code, _, err = runs(*arguments)
    assert code == 2 and f" {command} --help shows how it is used" in err
