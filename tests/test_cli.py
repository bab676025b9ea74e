"""The command line, in this process and in others."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from desktop import __version__, cli, console, paths, self_test, window
from desktop.document.callbacks import EarlyStopping
from desktop.document.choices import ActivationFunction
from desktop.document.data import DataSource, Digits, LogicTable, Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.losses import BinaryCrossentropy, MeanSquaredError
from desktop.document.optimizers import SGD
from desktop.document.project import Project, starter_project
from desktop.document.storage import read_project, write_project
from desktop.document.training import Training
from desktop.engine import datasets, loaders
from desktop.engine.model_card import CARD
from desktop.engine.progress import Progress
from desktop.engine.rows import Dataset
from tests.engine.tables.trained import trained_table

ROOT = Path(__file__).resolve().parent.parent
MAIN = ROOT / "main.py"

Run = Callable[..., "Result"]


class Result:
    """What a command wrote and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def one_line_error(self) -> str:
        """The message, having made sure that there is one line of it and nothing else."""
        assert self.code == 2, (self.code, self.err)
        assert self.out == ""
        assert self.err.startswith("Error: ") and self.err.count("\n") == 1, self.err
        return self.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Result(code, written.out, written.err)

    return call


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A project that trains on the built-in digits in about a second."""
    project = starter_project()
    path = tmp_path / "digits.layerwise"
    write_project(path, project.replace(training=project.training.replace(epochs=2)))
    return path


def other_process(*arguments: object, cwd: Path) -> Result:
    done = subprocess.run(
        [sys.executable, str(MAIN), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=200,
    )
    return Result(done.returncode, done.stdout, done.stderr)


# --- the window -----------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """What the window was asked to open."""
    asked: list[Path | None] = []

    def open_window(path: Path | None) -> int:
        asked.append(path)
        return 5

    monkeypatch.setattr(window, "open_window", open_window)
    return asked


def test_without_a_command_the_window_opens(run: Run, opened: list[Path | None]) -> None:
    assert run().code == 5
    assert opened == [None]


def test_a_path_opens_the_window_on_that_project(
    run: Run, opened: list[Path | None], digits: Path
) -> None:
    assert run(digits).code == 5
    assert opened == [digits]


def test_a_misspelled_command_is_distinguished_from_a_project(
    run: Run, opened: list[Path | None]
) -> None:
    message = run("trian").one_line_error()
    assert "trian is neither a file nor a command" in message
    assert "train, repeat, sweep, check, evaluate, predict, tensorboard, self-test" in message
    assert opened == []


def test_one_project_at_a_time(run: Run, opened: list[Path | None], digits: Path) -> None:
    assert "unexpected" in run(digits, digits).one_line_error()
    assert opened == []


def test_self_test_gives_its_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path | None] = []

    def drive(screenshots: Path | None) -> int:
        asked.append(screenshots)
        return 7

    monkeypatch.setattr(self_test, "run_self_test", drive)
    assert run("self-test").code == run("self-test", "--screenshots", "shots").code == 7
    assert asked == [None, Path("shots")]


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"Layerwise {__version__}\n"
    runner = CliRunner()
    for command in ("train", "check", "evaluate", "predict", "self-test"):
        assert command in runner.invoke(cli.app, ["--help"]).output
        assert runner.invoke(cli.app, [command, "--help"]).exit_code == 0
    assert "open" not in re.findall(r"^│ (\S+)", runner.invoke(cli.app, ["--help"]).output, re.M)


# --- usage errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["train"], "Missing argument 'PROJECT'"),
        (["train", "x", "--epochs", "0"], "--epochs"),
        (["train", "x", "--epochs", "many"], "valid integer"),
        (["train", "x", "--seed", "-1"], "--seed"),
        (["train", "x", "--seed", str(2**32)], "--seed"),
        (["check", "x", "--xml"], "--xml"),
        (["--nonsense"], "--nonsense"),
        (["evaluate"], "Missing argument 'MODEL'"),
        (["predict", "model.keras"], "Missing argument"),
        (["train", "none.layerwise"], "none.layerwise cannot be opened"),
        (["check", "."], "is a folder"),
        (["evaluate", "none.keras", "none.layerwise"], "none.layerwise cannot be opened"),
        (["predict", "none.keras", "seven.png"], "none.keras does not exist"),
    ],
)
def test_errors_are_one_line(run: Run, arguments: list[str], expected: str) -> None:
    assert expected in run(*arguments).one_line_error()


def test_a_bad_project_file_names_the_place(run: Run, digits: Path) -> None:
    digits.write_text(digits.read_text().replace('"units": 32', '"units": "many"'))
    assert "layers[1].units" in run("train", digits).one_line_error()
    assert "layers[1].units" in run("check", digits, "--json").one_line_error()


def test_an_error_of_our_own_making_has_no_traceback(
    run: Run, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("oh")

    monkeypatch.setattr("desktop.document.analysis.analyze", fail)
    assert "went wrong inside Layerwise: KeyError" in run("check", digits).one_line_error()


# --- check ----------------------------------------------------------------------------------------


def test_check_gives_shapes_parameters_and_no_problems(run: Run, digits: Path) -> None:
    result = run("check", digits, "--json")
    assert result.code == 0 and result.err == ""
    assert result.json == {
        "layers": [
            {"layer": "Flatten", "output_shape": [64], "parameters": 0},
            {"layer": "Dense", "output_shape": [32], "parameters": 2080},
            {"layer": "Dense", "output_shape": [10], "parameters": 330},
        ],
        "parameters": 2410,
        "problems": [],
    }


def test_check_finds_errors(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.layerwise"
    layers = (Flatten(), Dense(units=7, activation=ActivationFunction.SOFTMAX))
    write_project(path, Project(data=Digits(), layers=layers))
    result = run("check", path, "--json")
    assert result.code == 1
    (problem,) = (each for each in result.json["problems"] if each["severity"] == "error")
    assert set(problem) == {"severity", "layer", "message"}
    assert problem["layer"] == 1 and "10 classes" in problem["message"]


def test_a_layer_without_output_has_no_shape(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.layerwise"
    text = '{"format": 1, "data": {"source": "digits"}, "layers": [{"layer": "MaxPooling2D"}]}'
    path.write_text(text)
    result = run("check", path, "--json")
    assert result.code == 1
    assert result.json["layers"][0]["output_shape"] is None
    shown = run("check", path).out
    assert "?" in shown and "parameters" not in shown


def test_check_draws_a_table(run: Run, digits: Path) -> None:
    result = run("check", digits)
    assert result.code == 0
    for expected in ("digits.layerwise", "Flatten", "32 · relu", "2,080", "2,410 parameters"):
        assert expected in result.out
    assert "No problems found" in result.out


def test_a_warning_alone_is_no_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "warned.layerwise"
    project = starter_project()
    linear = Dense(units=32)
    write_project(path, project.with_layer(1, linear))
    result = run("check", path)
    assert result.code == 0 and "warning: " in result.out


def test_check_loads_neither_tensorflow_nor_qt(digits: Path) -> None:
    script = (
        "import sys\n"
        "from desktop.cli import run\n"
        f"code = run(['check', {str(digits)!r}, '--json'])\n"
        "slow = {'tensorflow', 'keras', 'PySide6', 'sklearn', 'numpy', 'rich.table'}\n"
        "print(slow & set(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "set()"
    json.loads(done.stdout)


# --- train ----------------------------------------------------------------------------------------


def test_train_prints_one_json_object(run: Run, digits: Path) -> None:
    result = run("train", digits, "--json")
    assert result.code == 0
    value = result.json
    assert list(value) == ["run", "parameters", "epochs", "test", "seconds"]
    assert value["parameters"] == 2410
    assert [epoch["epoch"] for epoch in value["epochs"]] == [1, 2]
    for epoch in value["epochs"]:
        names = ["epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy"]
        assert list(epoch) == names
    assert list(value["test"]) == ["loss", "accuracy"]
    assert 0 < value["test"]["accuracy"] <= 1
    assert value["seconds"] > 0


def test_train_has_a_line_per_epoch_where_there_is_no_terminal(run: Run, digits: Path) -> None:
    result = run("train", digits)
    assert re.findall(r"^Epoch (\d)/2  loss [\d.]+  accuracy", result.err, re.M) == ["1", "2"]
    assert "2,410 parameters on 1,293 rows for 2 epochs, seed 812" in result.err
    assert re.fullmatch(r"Test on 360 rows: loss [\d.]+  accuracy [\d.]+\n", result.out)


def test_a_terminal_gets_a_progress_bar(
    run: Run, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    result = run("train", digits, "--json")
    assert "━" in result.err and "Epoch 2/2" in result.err
    assert result.json["parameters"] == 2410


def test_the_same_seed_gives_the_same_figures(run: Run, digits: Path) -> None:
    def figures(seed: int) -> list[Any]:
        value = run("train", digits, "--seed", seed, "--epochs", 1, "--json").json
        for epoch in value["epochs"]:
            del epoch["seconds"]
        return [value["epochs"], value["test"]]

    assert figures(5) == figures(5) != figures(6)


def test_out_gets_model_history_and_project(run: Run, digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    result = run("train", digits, "--epochs", 3, "--seed", 4, "--out", out, "--json")
    assert sorted(path.name for path in out.iterdir()) == [
        *("history.csv", "model.keras", "project.layerwise")
    ]
    with (out / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert [float(row["loss"]) for row in rows] == [e["loss"] for e in result.json["epochs"]]
    written, given = read_project(out / "project.layerwise"), read_project(digits)
    changed = given.training.replace(epochs=3, seed=4)
    assert written == given.replace(training=changed)

    evaluated = run("evaluate", out / "model.keras", out / "project.layerwise", "--json")
    assert evaluated.json["test"] == pytest.approx(result.json["test"])
    assert (
        np.trace(evaluated.json["confusion"])
        == evaluated.json["rows"] - (evaluated.json["mistakes"])
    )
    # Both were evaluations of the same weights; the next run says so, and shows nothing unasked.
    train = run("train", digits, "--epochs", 1, "--json")
    listed = run("runs", "list", "--json").json["runs"]
    assert [each["test_looks"] for each in listed] == [1, 0]
    assert [each["test"] for each in listed] == [None, None]
    assert all(each["is_evaluated"] for each in listed)
    assert run("runs", "list", "--json", "--test").json["runs"][0]["test"] == train.json["test"]


def test_a_place_for_the_results_is_looked_at_first(
    run: Run, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is a file" in run("train", digits, "--out", digits).one_line_error()
    below = digits / "folder"
    assert "Nothing can be written in" in run("train", digits, "--out", below).one_line_error()


def test_a_project_with_errors_is_not_trained(run: Run, digits: Path) -> None:
    digits.write_text(digits.read_text().replace('"units": 10', '"units": 7'))
    message = run("train", digits, "--json").one_line_error()
    assert "layer 3: The data has 10 classes" in message


def test_missing_mnist_says_what_to_do(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mnist.layerwise"
    write_project(path, starter_project().replace(data=Mnist()))
    message = run("train", path).one_line_error()
    assert str(paths.keras_datasets() / "mnist.npz") in message and "put mnist.npz there" in message


def test_a_data_file_is_looked_for_beside_the_project(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    labels = np.arange(40) % 10
    split = {"x_train": pixels, "y_train": labels, "x_test": pixels, "y_test": labels}
    np.savez(folder / "small.npz", **split)
    data = Mnist(path="small.npz", validation_split=0.0)
    project = starter_project()
    training = project.training.replace(epochs=1)
    write_project(folder / "mnist.layerwise", project.replace(data=data, training=training))
    monkeypatch.chdir(tmp_path)
    result = run("train", "deep/mnist.layerwise", "--out", "results", "--json")
    assert result.code == 0, result.err
    assert "val_loss" not in result.json["epochs"][0]
    written = read_project(tmp_path / "results" / "project.layerwise").data
    assert isinstance(written, Mnist) and written.path == str(folder / "small.npz")


def test_a_network_that_breaks_down_fails_in_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "wild.layerwise"
    project = starter_project()
    wild = project.training.replace(optimizer=SGD(learning_rate=1e38), epochs=3)
    write_project(path, project.replace(training=wild))
    out = tmp_path / "out"
    result = run("train", path, "--out", out, "--json")
    assert result.code == 2 and result.out == ""
    assert list(out.iterdir()) == []
    assert result.err.splitlines()[-1].startswith(f"Error: {path}: Training diverged")
    assert "Traceback" not in result.err


def test_early_stopping_is_reported(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "early.layerwise"
    project = starter_project()
    early = EarlyStopping(monitor="loss", min_delta=100.0, restore_best_weights=True)
    training = project.training.replace(epochs=9, early_stopping=early)
    write_project(path, project.replace(training=training))
    result = run("train", path, "--json")
    assert "Early stopping ended the training" in result.err
    assert len(result.json["epochs"]) == 2


def interrupted_after_first_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.engine.reports import EpochEnded

    take = console.TrainingLog.__call__

    def with_ctrl_c(log: console.TrainingLog, report: Any) -> None:
        take(log, report)
        if isinstance(report, EpochEnded):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(console.TrainingLog, "__call__", with_ctrl_c)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl+C works as in a terminal, also where the tests run with it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_and_keeps_what_was_learned(
    run: Run, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after_first_epoch(monkeypatch)
    out = tmp_path / "out"
    result = run("train", digits, "--epochs", 1000, "--out", out, "--json")
    assert result.code == 130 and result.err.endswith("Stopped\n")
    assert len(result.json["epochs"]) == 1 and result.json["test"] is None
    assert (out / "model.keras").exists()
    assert len((out / "history.csv").read_text().splitlines()) == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_loading_is_no_error_either(
    run: Run, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(source: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop.engine.datasets.load", interrupted)
    result = run("train", digits)
    assert result.code == 130 and "Traceback" not in result.err


# --- evaluate -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a network that knows the digits a little."""
    folder = tmp_path_factory.mktemp("results")
    project = starter_project()
    path = folder / "start.layerwise"
    write_project(path, project.replace(training=project.training.replace(epochs=5)))
    assert cli.run(["train", str(path), "--out", str(folder)]) == 0
    return folder


def test_evaluate_shows_figures_and_confusion(run: Run, results: Path) -> None:
    result = run("evaluate", results / "model.keras", results / "project.layerwise")
    assert result.code == 0 and result.err == ""
    assert result.out.startswith("Test on 360 rows: loss ")
    assert "mistakes" in result.out and "Columns: predicted class" in result.out


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[DataSource]:
    """The sources read since, while only reading the digits tells what they hold."""
    dataset, read = datasets.load(Digits()), []

    def load(source: Digits, progress: Progress) -> Dataset:
        read.append(source)
        return replace(dataset, source=source)

    monkeypatch.setitem(loaders.LOADERS, Digits, load)
    monkeypatch.setattr(Digits, "known_schema", None)
    return read


def test_every_command_reads_a_file_once(
    run: Run, results: Path, digits: Path, images: list[Path], reads: list[DataSource]
) -> None:
    model = results / "model.keras"
    for times, *command in (
        (1, "check", digits),
        (1, "train", digits, "--epochs", 1),
        (1, "evaluate", model, digits),
        (0, "predict", model, images[0]),  # the model says what it was trained with
        (1, "predict", model, images[0], "--project", digits),
    ):
        reads.clear()
        result = run(*command)
        assert result.code == 0, result.err
        assert len(reads) == times, command


def test_a_model_that_does_not_fit_the_project_is_refused(
    run: Run, results: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mnist.layerwise"
    write_project(path, starter_project().replace(data=Mnist()))
    message = run("evaluate", results / "model.keras", path).one_line_error()
    assert "takes rows of 8 × 8, but MNIST has 28 × 28" in message
    layers = (Dense(units=1, activation=ActivationFunction.SIGMOID),)
    logic = Project(data=LogicTable(), layers=layers, training=Training(loss=BinaryCrossentropy()))
    write_project(path, logic)
    assert "does not fit" in run("evaluate", results / "model.keras", path).one_line_error()


def test_other_layers_in_between_are_reported(run: Run, results: Path, tmp_path: Path) -> None:
    path = tmp_path / "wider.layerwise"
    project = starter_project()
    write_project(path, project.with_layer(1, Dense(units=9, activation=ActivationFunction.RELU)))
    result = run("evaluate", results / "model.keras", path, "--json")
    assert result.code == 0 and "has other layers than" in result.err
    own = run("evaluate", results / "model.keras", results / "project.layerwise", "--json")
    assert result.json == own.json


def test_a_file_that_is_no_model_is_refused(run: Run, results: Path, tmp_path: Path) -> None:
    text = tmp_path / "model.keras"
    text.write_text("hello")
    message = run("evaluate", text, results / "project.layerwise").one_line_error()
    assert "not a Keras model" in message


# --- predict --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The first ten digits of scikit-learn, 0 to 9, as images of 8 × 8 pixels."""
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("images")
    files = []
    for digit, image in enumerate(load_digits().images[:10]):
        files.append(folder / f"{digit}.png")
        Image.fromarray(np.rint(image / 16 * 255).astype(np.uint8)).save(files[-1])
    return files


def test_predict_names_a_class_per_image(run: Run, results: Path, images: list[Path]) -> None:
    result = run("predict", results / "model.keras", *images, "--json")
    assert result.code == 0 and result.err == ""
    predictions = result.json["predictions"]
    assert [each["image"] for each in predictions] == [str(path) for path in images]
    right = sum(each["class"] == path.stem for each, path in zip(predictions, images, strict=True))
    assert right >= 8
    for each in predictions:
        probabilities = each["probabilities"]
        assert list(probabilities) == list("0123456789")
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert max(probabilities, key=probabilities.get) == each["class"]
        assert probabilities[each["class"]] == each["probability"]


def test_predict_prints_a_line_per_image(run: Run, results: Path, images: list[Path]) -> None:
    result = run("predict", results / "model.keras", images[0], images[1])
    assert result.code == 0
    assert len(result.out.splitlines()) >= 3 and "%" in result.out


def test_predict_takes_the_project_that_is_named_or_lies_beside_the_model(
    run: Run, results: Path, images: list[Path], tmp_path: Path
) -> None:
    alone = tmp_path / "model.keras"
    with (  # a model that does not say itself what it was trained with
        zipfile.ZipFile(results / "model.keras") as archive,
        zipfile.ZipFile(alone, "w") as copy,
    ):
        for entry in archive.infolist():
            if entry.filename != CARD:
                copy.writestr(entry, archive.read(entry))
    by_shape = run("predict", alone, images[3], "--json").json
    beside = run("predict", results / "model.keras", images[3], "--json").json
    assert by_shape == beside
    raw = tmp_path / "raw.layerwise"
    project = starter_project()
    write_project(raw, project.replace(data=Digits(scale_pixels=False)))
    unscaled = run("predict", alone, images[3], "--project", raw, "--json").json
    assert unscaled != by_shape
    raw.rename(tmp_path / "project.layerwise")
    assert run("predict", alone, images[3], "--json").json == unscaled


def test_predict_shows_outputs_that_are_no_probabilities_as_they_are(
    run: Run, images: list[Path], tmp_path: Path
) -> None:
    from desktop.engine import builder, storage

    layers = (Flatten(), Dense(units=10))
    project = Project(data=Digits(), layers=layers, training=Training(loss=MeanSquaredError()))
    model = builder.build(project)
    model.layers[-1].set_weights([np.zeros((64, 10)), np.arange(10) - 7.5])
    storage.save_model(model, tmp_path / "model.keras")
    write_project(tmp_path / "project.layerwise", project)
    result = run("predict", tmp_path / "model.keras", images[0])
    assert "Output" in result.out and "Probability" not in result.out
    assert "1.50" in result.out and "8 (0.50)" in result.out and "%" not in result.out
    (found,) = run("predict", tmp_path / "model.keras", images[0], "--json").json["predictions"]
    assert (found["class"], found["output"]) == ("9", 1.5)
    assert found["outputs"]["0"] == -7.5
    assert not {"probability", "probabilities"} & set(found)


def test_predict_predicts_the_others_and_names_bad_images(
    run: Run, results: Path, images: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    result = run("predict", results / "model.keras", images[0], bad, images[1], "--json")
    assert result.code == 1
    assert [each["image"] for each in result.json["predictions"]] == [*map(str, images[:2])]
    (failure,) = result.json["failures"]
    assert failure["image"] == str(bad) and "is not an image" in failure["error"]
    assert "bad.png is not an image" in result.err


def test_predict_looks_at_what_it_is_given_before_tensorflow_is_loaded(
    results: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    code = (
        "import sys\n"
        "from desktop import cli\n"
        "code = cli.run(['predict', *sys.argv[1:]])\n"
        "assert 'tensorflow' not in sys.modules\n"
        "sys.exit(code)\n"
    )
    command = [sys.executable, "-c", code, str(results / "model.keras"), str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "bad.png is not an image" in done.stderr, done.stderr
    command[-2:] = [str(bad), str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "is not a Keras model" in done.stderr, done.stderr


# --- other processes ------------------------------------------------------------------------------


def test_standard_output_is_pure_and_the_model_owes_nothing_to_this_program(
    digits: Path, tmp_path: Path
) -> None:
    result = other_process("train", digits, "--json", "--out", "out", cwd=tmp_path)
    assert result.code == 0, result.err
    assert result.json["test"]["accuracy"] > 0.5
    assert re.match(r"Training .*\nEpoch 1/2 .*\nEpoch 2/2 .*\nWrote .*\n$", result.err)

    from desktop.engine import datasets

    rows = datasets.load(read_project(digits).data).test
    np.savez(tmp_path / "rows.npz", x=rows.x, y=rows.y)
    script = (
        "import sys, json, numpy, keras\n"
        "rows = numpy.load('rows.npz')\n"
        "model = keras.saving.load_model('out/model.keras')\n"
        "assert type(model) is keras.Sequential\n"
        "outputs = model.predict(rows['x'], verbose=0)\n"
        "assert not any(name.split('.')[0] == 'desktop' for name in sys.modules)\n"
        "print(json.dumps([float((outputs.argmax(1) == rows['y']).mean()), outputs.tolist()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    accuracy, outputs = json.loads(done.stdout.splitlines()[-1])
    assert accuracy == pytest.approx(result.json["test"]["accuracy"], abs=1e-6)

    from desktop.engine.storage import load_model

    ours = load_model(tmp_path / "out" / "model.keras")(rows.x).numpy()
    np.testing.assert_allclose(outputs, ours, atol=1e-6)


def test_check_in_a_process_of_its_own(digits: Path, tmp_path: Path) -> None:
    result = other_process("check", digits, "--json", cwd=tmp_path)
    assert result.code == 0 and result.err == "" and result.json["parameters"] == 2410
    assert other_process("check", "none", cwd=tmp_path).code == 2


# --- new ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_a_first_network_for_data_that_needs_no_file_can_be_trained(
    run: Run, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "first.layerwise"
    assert run("new", name, "--out", path).code == 0
    assert read_project(path).data.tag == name
    assert run("train", path, "--epochs", 1, "--json").json["epochs"]


def test_of_data_that_is_neither_file_nor_name_the_names_are_listed(
    run: Run, tmp_path: Path
) -> None:
    error = run("new", "flowers", "--out", tmp_path / "x.layerwise").one_line_error()
    assert "iris" in error and ".csv" in error


# --- tables ---------------------------------------------------------------------------------------


def test_a_model_of_a_table_needs_no_project(run: Run, tmp_path: Path) -> None:
    trained = trained_table(tmp_path)
    header, *lines = trained.table.read_text().splitlines(keepends=True)
    (tmp_path / "new.csv").write_text(header + "".join(lines[:3]))
    done = run("predict", trained.model, tmp_path / "new.csv")
    assert done.code == 0 and done.out.startswith(header.strip() + ",prediction,probability cat")
    assert "3 rows with 5 columns matched by name" in done.err
    out = tmp_path / "out.csv"
    assert run("predict", trained.model, tmp_path / "new.csv", "--out", out).code == 0
    assert out.read_text() == done.out
    error = run("predict", trained.model, tmp_path / "new.csv", "--out", out).one_line_error()
    assert f"{out} exists already" in error
    assert out.read_text() == done.out
    values = run("predict", trained.model, tmp_path / "new.csv", "--json").json
    assert values["has_target"] and len(values["columns"]["prediction"]) == 3
    assert run("evaluate", trained.model, "--json").json["rows"] == len(trained.dataset.test)
    two = run("predict", trained.model, tmp_path / "new.csv", tmp_path / "new.csv")
    assert "one table" in two.one_line_error()
    missing = run("predict", trained.model, tmp_path / "none.csv").one_line_error()
    assert "none.csv is not a file" in missing
