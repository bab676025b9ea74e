"""The command `new`: from a data file to a project that can be trained."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop import cli
from desktop.document.data import Table
from desktop.document.storage import read_project
from tests.bad_data import BAD_DATA, Evil
from tests.conftest import shared_file
from tests.data_files import (
    mnist_images,
    write_california,
    write_idx_files,
    write_image_folder,
)
from tests.engine.tables.workbooks import written


class Command:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: object) -> int:
        self._capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        self.out, self.err = self._capsys.readouterr()
        return code

    def error(self, *arguments: object) -> str:
        """The one line that the command fails with."""
        assert self(*arguments) == 2, self.err
        assert self.out == "" and self.err.startswith("Error: ") and self.err.count("\n") == 1
        return self.err

    def json(self, *arguments: object) -> Any:
        assert self(*arguments, "--json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "4000")  # no line is wrapped
    return Command(capsys)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = (f"{n},{n % 7},{'yes' if n % 3 else 'no'}" for n in range(60))
    path.write_text("\n".join(["age,height,height", *rows]))
    return path


@pytest.fixture(scope="module")
def own_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an image folder and IDX files of MNIST, and a file of eight numbers."""
    folder = tmp_path_factory.mktemp("own")
    mnist = mnist_images(shared_file("mnist.npz"), 400, 100)
    write_image_folder(folder / "images", mnist)
    write_idx_files(folder / "idx", mnist)
    write_california(folder, 500)
    return folder


DIGITS = [str(digit) for digit in range(10)]
IRIS = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


@pytest.mark.parametrize(
    ("name", "shape", "classes", "network", "epochs", "expected"),
    [
        ("pima-indians-diabetes.csv", [8], ["0", "1"], "Dense 16, Dense 16, Dense 1", 15, 0.7),
        ("iris.csv", [4], IRIS, "Dense 16, Dense 16, Dense 3", 40, 0.8),
        ("images", [28, 28], DIGITS, "Flatten, Dense 128, Dense 10", 6, 0.6),
        ("idx/train-images-idx3-ubyte.gz", [28, 28], DIGITS, "Flatten, Dense 128", 6, 0.6),
        ("plane_points", [2], ["0", "1"], "Dense 16, Dense 16, Dense 1", 25, 0.97),
        # With the mean as prediction the error is 67, and 59,000.
        ("diabetes", [10], None, "Dense 32, Dense 32, Dense 1", 20, 52),
        ("california_housing.npz", [8], None, "Dense 32, Dense 32, Dense 1", 20, 20_000),
    ],
)
def test_data_becomes_a_project_that_learns(
    command: Command,
    own_files: Path,
    tmp_path: Path,
    name: str,
    shape: list[int],
    classes: list[str] | None,
    network: str,
    epochs: int,
    expected: float,
) -> None:
    source, project = own_files / name, tmp_path / "mine.layerwise"
    if name.endswith(".csv"):
        source = shared_file(name)
    elif not source.exists():
        source = Path(name)  # it is built in
    assert command("new", source, "--out", project) == 0
    assert network in command.err and command.out == ""
    assert command("check", project) == 0
    values = command.json("new", source, "--out", tmp_path / "again.layerwise")
    assert values["input_shape"] == shape and values["classes"] == classes
    if name.endswith(".csv"):
        assert len(values["features"]) == shape[0]
        assert sum(values["rows"].values()) == len(source.read_text().split())
    test = command.json("train", project, "--epochs", epochs)["test"]
    if classes is None:
        assert test["mean_absolute_error"] <= expected
    else:
        assert test["accuracy"] >= expected


def test_a_network_without_hidden_layer_is_explained(command: Command, tmp_path: Path) -> None:
    table, project = tmp_path / "line.csv", tmp_path / "line.layerwise"
    rows = (f"{n % 7},{n % 11},{3 * (n % 7) - n % 11 + n % 5 / 10}" for n in range(100))
    table.write_text("\n".join(rows))
    assert command("new", table, "--out", project) == 0
    assert "Dense 1, for rows of 2 numbers" in command.err
    assert "No hidden layer: in a cross-validation on the training rows" in command.err
    assert command("check", project) == 0


def test_another_column_may_be_the_target_and_notes_are_shown(
    command: Command, table: Path
) -> None:
    project = table.with_name("first.layerwise")
    assert command("new", table, "--target", "age", "--out", project) == 0
    assert '"height" is now called "height (2)"' in command.err
    read = read_project(project)
    assert read.data == Table(path=str(table), target="age")
    assert read.training.loss.tag == "mean_squared_error"
    assert json.loads(project.read_text())["data"]["path"] == table.name


def test_test_rows_may_be_in_a_file_of_their_own(command: Command, table: Path) -> None:
    project, test = table.with_name("mine.layerwise"), table.with_name("test.csv")
    test.write_text("height,weight,height (2),age\n3,9,yes,12\n4,9,maybe,7\n6,9,no,3")
    values = command.json("new", table, "--test", test, "--out", project)
    assert values["rows"] == {"training": 54, "validation": 6, "test": 2}
    notes = " ".join(values["notes"])
    assert "1 row has a class that the training file does not have" in notes
    assert "1 column not used" in notes
    data = json.loads(project.read_text())["data"]
    assert (data["path"], data["test_path"]) == ("table.csv", "test.csv")
    moved = project.parent / "moved"
    moved.mkdir()
    for path in (project, table, test):
        path.rename(moved / path.name)
    trained = command.json("train", moved / project.name, "--epochs", 1)
    assert 0 <= trained["test"]["accuracy"] <= 1
    assert "not a table in a file" in command.error(
        "new", "iris", "--test", moved / "test.csv", "--out", project
    )


def test_a_workbook_becomes_a_project_and_its_new_rows_are_predicted(
    command: Command, tmp_path: Path
) -> None:
    rows = [(n % 9, ("red", "blue")[n % 2], n * 0.5, ("no", "yes")[n % 2]) for n in range(60)]
    table = written(tmp_path / "pets.xlsx", Pets=[("age", "color", "size", "tame"), *rows])
    project, results = tmp_path / "pets.layerwise", tmp_path / "results"
    assert command.json("new", table, "--out", project)["classes"] == ["no", "yes"]
    assert command.json("train", project, "--epochs", 1, "--out", results)["test"]
    new = written(tmp_path / "new.xlsx", Other=[("size", "color"), *((n[2], n[1]) for n in rows)])
    text = tmp_path / "new.csv"
    text.write_text("\n".join(["size,color", *(f"{n[2]},{n[1]}" for n in rows)]))
    model, out = results / "model.keras", tmp_path / "predictions.csv"
    assert command("predict", model, new, "--out", out) == 0
    assert "1 column missing" in command.err
    assert command("predict", model, text) == 0
    predicted = [line.split(",")[1:] for line in out.read_text().splitlines()]
    assert predicted == [line.split(",")[1:] for line in command.out.splitlines()]
    assert predicted[0] == ["color", "prediction", "probability no", "probability yes"]
    message = command.error("predict", model, new, "--out", tmp_path / "new predictions.xlsx")
    assert "name it new predictions.csv" in message


def test_every_error_is_one_line_that_says_what_to_do(command: Command, table: Path) -> None:
    folder = table.parent
    out = folder / "new.layerwise"
    (folder / "data.csv").mkdir()
    (folder / "letter.pdf").write_text("text")
    (folder / "there.layerwise").write_text("mine")
    for arguments, message in (
        ([folder / "none.csv", "--out", out], "none.csv is not a file"),
        ([folder / "data.csv", "--out", out], "data.csv has no images in subfolders"),
        ([folder / "letter.pdf", "--out", out], ".csv"),
        ([table, "--out", folder / "there.layerwise"], "there.layerwise exists already"),
        ([table, "--out", folder / "no" / "x.layerwise"], "there is no folder"),
        ([table, "--out", out, "--target", "weight"], "its columns are age, height and height (2)"),
        (["iris", "--out", out, "--target", "weight"], "weight"),
        ([table], "--out"),
        (["--out", out], "DATA"),
    ):
        assert message in command.error("new", *arguments)
        assert not out.exists()
    assert (folder / "there.layerwise").read_text() == "mine"


@pytest.mark.parametrize("name", BAD_DATA)
def test_data_that_cannot_be_used_is_refused_with_a_reason(
    command: Command, tmp_path: Path, name: str
) -> None:
    write, message = BAD_DATA[name]
    out = tmp_path / "x.layerwise"
    assert re.search(message, command.error("new", write(tmp_path), "--out", out))
    assert not out.exists() and not Evil.traces


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to this user"
)
def test_a_folder_that_cannot_be_written_to(command: Command, table: Path) -> None:
    closed = table.parent / "closed"
    closed.mkdir(mode=0o500)
    assert "cannot be saved" in command.error("new", table, "--out", closed / "x.layerwise")


def test_a_file_that_nothing_could_read_says_why_for_each_that_tried(
    command: Command, table: Path
) -> None:
    npz = table.with_name("arrays.npz")
    npz.write_bytes(b"no zip")
    assert "arrays.npz" in command.error("new", npz, "--out", table.with_name("x.layerwise"))


def test_what_to_look_at_in_the_data_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "table.csv", tmp_path / "x.layerwise"
    rows = [f"{index % 5 * 0.3},{'ab'[index % 5 // 3]}" for index in range(100)]
    table.write_text("\n".join(["copy,kind", *rows]))
    assert cli.run(["new", str(table), "--out", str(out)]) == 0
    assert 'nearly tell the target by themselves: "copy"' in capfd.readouterr().err
    cli.run(["check", str(out)])
    assert 'nearly tell the target by themselves: "copy"' in capfd.readouterr().err


def test_arrays_with_several_targets_go_all_the_way(command: Command, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(60, 2))
    y = np.column_stack([1000 + 100 * x[:, 0], x[:, 1]])
    np.savez(tmp_path / "houses.npz", x=x, y=y)
    project, out = tmp_path / "p.layerwise", tmp_path / "out"
    assert command("new", tmp_path / "houses.npz", "--out", project) == 0
    assert command("train", project, "--epochs", 1, "--out", out) == 0
    model = out / "model.keras"
    assert command("evaluate", model) == 0
    for name in ("y 1", "y 2"):
        assert f"in the unit of {name}; always predicting the mean by" in command.out
    targets = command.json("evaluate", model)["targets"]
    assert [each["name"] for each in targets] == ["y 1", "y 2"]
    means, linear = zip(*(each["baselines"].values() for each in targets), strict=True)
    assert 60 < means[0] < 120 and 0.6 < means[1] < 1.2
    assert linear[0] < 10 and linear[1] < 0.1
    (tmp_path / "new.csv").write_text("0.5;1\n0;-1\n2;0\n")  # by position
    assert command("predict", model, tmp_path / "new.csv") == 0
    rows = list(csv.reader(command.out.splitlines(), delimiter=";"))
    assert len(rows) == 4 and rows[0][2:] == ["prediction y 1", "prediction y 2"]
    assert all(500 < float(row[2]) < 1500 and abs(float(row[3])) < 5 for row in rows[1:])
