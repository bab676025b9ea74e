"""The example projects open, are in order, and learn what they are meant to."""

from __future__ import annotations

import json

import pytest

from desktop import cli, paths
from desktop.document.analysis import analyze
from desktop.document.data import GATES, Digits, LogicTable, Mnist
from desktop.document.first_network import first_project
from desktop.document.project import starter_project
from desktop.document.storage import project_text, read_project

FOLDER = paths.resources() / "projects"
EXAMPLES = {path.stem: path for path in FOLDER.glob("*.layerwise")}
DENSE = {
    "mnist-softmax": (7_850, 0.915),
    "mnist-hidden-128": (101_770, 0.970),
    "mnist-hidden-128-128": (118_282, 0.970),
}


def trained(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert cli.run(["train", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_all_examples_are_there() -> None:
    others = {"digits", "mnist-convolutional", "perceptron", "two-moons", "xor"}
    assert set(EXAMPLES) == {*DENSE, *others}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_has_no_problems_and_is_written_as_the_program_would(name: str) -> None:
    project = read_project(EXAMPLES[name])
    assert analyze(project).problems == ()
    assert EXAMPLES[name].read_text(encoding="utf-8") == project_text(project)


def test_a_new_window_starts_with_the_digits() -> None:
    assert read_project(EXAMPLES["digits"]) == starter_project()


@pytest.mark.parametrize("name", DENSE)
def test_the_mnist_examples_are_the_networks_they_are_named_after(name: str) -> None:
    project = read_project(EXAMPLES[name])
    assert project.data == Mnist()
    assert analyze(project).parameters == DENSE[name][0]
    assert (project.training.epochs, project.training.seed) == (5, 812)


@pytest.mark.parametrize("name", [*DENSE, "mnist-convolutional"])
def test_the_mnist_examples_can_be_trained_on_the_built_in_digits(name: str) -> None:
    """Where MNIST is missing, the digits are offered; what does not fit is fixed by a click."""
    project = read_project(EXAMPLES[name]).replace(data=Digits())
    while problems := analyze(project).problems:
        fix = problems[0].fix
        assert fix is not None, problems
        project = fix.project
    assert [type(layer) for layer in project.layers] == [
        type(layer) for layer in read_project(EXAMPLES[name]).layers
    ]


@pytest.mark.parametrize(("name", "gate"), [("perceptron", "NAND"), ("xor", "XOR")])
def test_logic_is_learned(name: str, gate: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = read_project(EXAMPLES[name]).data
    assert isinstance(data, LogicTable) and data.rows == GATES[gate]
    result = trained(capsys, str(EXAMPLES[name]))
    assert result["test"]["accuracy"] == 1.0


def test_a_perceptron_has_three_of_four_rows_after_ten_epochs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the lesson says of it; trained longer, as above, it has them all."""
    found = []
    for seed in range(5):
        train = [str(EXAMPLES["perceptron"]), "--epochs", "10", "--seed", str(seed)]
        found.append(trained(capsys, *train)["test"]["accuracy"])
    assert sorted(found)[len(found) // 2] == 0.75


def test_two_moons_are_learned_by_the_first_network(capsys: pytest.CaptureFixture[str]) -> None:
    example = read_project(EXAMPLES["two-moons"])
    first = first_project(example.data, example.data.known_schema)
    assert first.replace(training=first.training.replace(seed=812)) == example
    assert trained(capsys, str(EXAMPLES["two-moons"]))["test"]["accuracy"] > 0.97


def test_the_digits_are_learned(capsys: pytest.CaptureFixture[str]) -> None:
    assert trained(capsys, str(EXAMPLES["digits"]))["test"]["accuracy"] > 0.92


@pytest.mark.slow
@pytest.mark.usefixtures("mnist_in_place")
@pytest.mark.parametrize("name", DENSE)
def test_mnist_is_learned_in_five_epochs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = trained(capsys, str(EXAMPLES[name]), "--epochs", "5", "--seed", "812")
    assert result["test"]["accuracy"] >= DENSE[name][1]


@pytest.mark.slow
@pytest.mark.usefixtures("mnist_in_place")
def test_a_convolutional_network_learns_in_one_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    result = trained(capsys, str(EXAMPLES["mnist-convolutional"]), "--epochs", "1")
    assert result["test"]["accuracy"] >= 0.965
