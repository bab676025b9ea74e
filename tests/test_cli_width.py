"""What commands write at any width of the terminal: nothing of it is lost."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from desktop import cli, console
from desktop.document.project import starter_project
from desktop.document.storage import write_project
from desktop.engine.image_reports import ImagePrediction
from desktop.engine.reports import Evaluation

WIDTHS = ["0", "abc", "-5", "1", "2", "7", "20", "40", "60", "80", "200"]


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The value of COLUMNS, on a terminal."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")  # how Rich is told that this is a terminal
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", request.param)
    return str(request.param)


def letters(written: str) -> str:
    """The text without colors, frames and wrapping."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    return re.sub(r"[\s\u2500-\u257f]", "", plain)


def lines(written: str) -> list[str]:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    return [re.sub(r"[\s\u2500-\u257f]+", " ", line).strip() for line in plain.splitlines()]


def evaluation(classes: int) -> Evaluation:
    confusion = np.diag(np.arange(1000, 1000 + classes))
    confusion[0, 1] = 777
    names = tuple(f"class {number}" for number in range(classes))
    return Evaluation(
        rows=int(confusion.sum()),
        metrics={"loss": 0.5, "accuracy": 0.75},
        classes=names,
        confusion=confusion,
        mistakes=(),
        mistake_count=777,
        epoch=2,
        note="",
    )


def test_check(width: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "[bold] digits.layerwise"
    project = starter_project()
    write_project(path, project)
    assert cli.run(["check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    for layer in project.layers:
        assert layer.tag in letters(out)
    for fact in ("Input", "Flatten", "8×8", "2,080", "2,410parameters", "Noproblemsfound"):
        assert fact in letters(out)


@pytest.mark.parametrize("classes", [2, 10])
def test_evaluation(width: str, classes: int, capsys: pytest.CaptureFixture[str]) -> None:
    console.show_evaluation(evaluation(classes))
    out = capsys.readouterr().out
    assert "loss0.5000accuracy0.7500" in letters(out) and "…" not in out
    for number in range(classes):
        assert re.search(rf"\b{1000 + number}\b", out)
        assert f"class {number}" in out
    if width == "1":
        assert "class 0, class 1, 777" in lines(out)


def test_predictions(width: str, capsys: pytest.CaptureFixture[str]) -> None:
    probabilities = np.array([0.125, 0.875])
    path = Path("a folder") / ("long" * 30) / "[red]three.png"
    prediction = ImagePrediction(path, probabilities, ("[b]cat", "dog"), are_probabilities=True)
    console.show_predictions([prediction])
    out = capsys.readouterr().out
    assert "…" not in out
    assert "87.5%" in out and "dog" in out and "[b]cat (12.5%)" in out
    if width == "1":
        assert f"Image: {path}" in out


def test_a_pipe_has_any_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    console.show_evaluation(evaluation(10))
    out = capsys.readouterr().out
    numbers = " ".join("777" if column == 1 else "0" for column in range(1, 10))
    assert f"class 0 1000 {numbers}" in lines(out)


@pytest.mark.parametrize("columns", WIDTHS)
def test_errors(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert cli.run(["check", "nowhere.layerwise"]) == 2
    assert "nowhere.layerwise cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize("columns", WIDTHS)
def test_help(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert cli.run(["train", "--help"]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    for part in ("PROJECT", "A .layerwise file", "--epochs", "--json"):
        assert part in out
