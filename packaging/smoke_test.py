"""Starts the built program where there is nothing else, and fails on any surprise.

    python -m uv run packaging/smoke_test.py [FOLDER]

Each command runs in an emptied environment: no Python on the path, an empty home folder, no
network. Its exit code, its output, and the files it leaves must be those expected. `--no-window`
leaves out the real windows, which need what `.ci/install-packages` installs. Prints a line for each
step.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
from PIL import Image
from screen import Screen, middle_of, wait_for

from desktop.document.layers import Layer
from desktop.document.losses import Loss
from desktop.document.optimizers import Optimizer
from desktop.document.spec import Spec, variants

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds any one command may take
# The window's settings, the places that Qt's file dialog remembers, the runs and groups that are
# kept, the settings that Keras writes when it is first imported, and caches of Fontconfig and Mesa.
EXPECTED_FILES = (
    *(".config/layerwise/settings.ini", ".config/QtProject.conf"),
    *(".local/share/layerwise/runs/", ".local/share/layerwise/groups/"),
    *(".keras/keras.json", ".cache/fontconfig/", ".cache/mesa_shader_cache"),
)
ACCENT = "#2563EB"  # what can be pressed, in the light theme
EPOCHS = {"mnist-convolutional": 1, "xor": 60, "perceptron": 60}
ACCURACY = {
    "digits": 0.9,
    "mnist-convolutional": 0.96,
    "mnist-hidden-128": 0.96,
    "mnist-hidden-128-128": 0.96,
    "mnist-softmax": 0.91,
    "perceptron": 0.5,
    "two-moons": 0.97,
    "xor": 0.5,
}

PICTURES = ("bmp", "gif", "jpg", "png", "tif", "webp")  # kinds of files that `predict` has to read

# Screens in pixels, with and without scaling, that the first window has to fit.
SCREENS = ((1366, 768), (1440, 900), (1920, 1080))
SCALES = ("1", "1.5", "2")

# A network with a layer of every kind.
LAYERS: list[dict[str, object]] = [
    {"layer": "Reshape", "target_shape": [8, 8, 1]},
    {"layer": "RandomRotation", "factor": [-0.02, 0.02]},
    {"layer": "RandomTranslation"},
    {"layer": "RandomZoom"},
    {"layer": "RandomShear", "x_factor": [0.0, 0.1]},
    {"layer": "RandomElasticTransform", "scale": [0.1, 0.2], "value_range": [0.0, 1.0]},
    {"layer": "RandomContrast", "value_range": [0.0, 1.0]},
    {"layer": "RandomErasing", "factor": [0.0, 0.2], "value_range": [0.0, 1.0]},
    {"layer": "Rescaling", "scale": 2.0},
    {"layer": "Conv2D", "filters": 8, "kernel_size": [3, 3], "padding": "same"},
    {"layer": "BatchNormalization"},
    {"layer": "ReLU"},
    {"layer": "MaxPooling2D"},
    {"layer": "GaussianNoise", "stddev": 0.05},
    {"layer": "ELU"},
    {"layer": "AveragePooling2D"},
    {"layer": "GlobalAveragePooling2D", "keepdims": True},
    {"layer": "Flatten"},
    {
        "layer": "Dense",
        "units": 16,
        "kernel_initializer": {"initializer": "HeNormal"},
        "kernel_regularizer": {"regularizer": "L2", "l2": 0.0001},
        "kernel_constraint": {"constraint": "MaxNorm", "max_value": 4.0},
    },
    {"layer": "LeakyReLU"},
    {"layer": "Dropout", "rate": 0.1},
    {"layer": "ActivityRegularization", "l2": 0.0001},
    {"layer": "Activation", "activation": "tanh"},
    {"layer": "Dense", "units": 10},
    {"layer": "Softmax"},
]
# Each optimizer with a loss.
PAIRS = {
    "SGD": "categorical_crossentropy",
    "Adam": "sparse_categorical_crossentropy",
    "AdamW": "binary_crossentropy",
    "Nadam": "mean_squared_error",
    "RMSprop": "mean_absolute_error",
    "Adagrad": "huber",
}


class Surprise(Exception):
    """Something was not as expected; the message says what."""


class Bench:
    """An emptied place to run the program in."""

    def __init__(self, folder: Path, work: Path, pictures: Path | None) -> None:
        self.program = folder / ("layerwise-console.exe" if os.name == "nt" else "layerwise")
        inside = folder / "_internal"
        if sys.platform == "darwin":
            self.program = folder / "Contents" / "MacOS" / "layerwise"
            inside = folder / "Contents" / "Resources"
        self.projects = inside / "resources" / "projects"
        self.has_mnist = (inside / "resources" / "datasets" / "mnist.npz").is_file()
        self.work, self.home, self.folder, self.pictures = work, work / "home", folder, pictures
        self.home.mkdir()
        self.before = contents(folder)
        self.isolation = network_isolation()

    def environment(self) -> dict[str, str]:
        """What the program gets to see: no Python, no settings, a home with nothing in it."""
        home = str(self.home)
        temporary = self.work / "temporary"
        temporary.mkdir(exist_ok=True)
        if os.name == "nt":
            system = os.environ["SYSTEMROOT"]
            places = ("USERPROFILE", "APPDATA", "LOCALAPPDATA")
            return dict.fromkeys(places, home) | {
                "SYSTEMROOT": system,
                "PATH": rf"{system}\System32",
                "TEMP": str(temporary),
                "TMP": str(temporary),
            }
        return {"HOME": home, "PATH": "/nowhere", "TMPDIR": str(temporary), "LANG": "C.UTF-8"}

    def run(
        self, *arguments: object, code: int = 0, stderr: Callable[[str], bool] | None = None
    ) -> str:
        """Run the program; returns its standard output. Anything unexpected is a Surprise."""
        words = [*self.isolation, str(self.program), *map(str, arguments)]
        done = subprocess.run(
            words,
            env=self.environment(),
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        shown = f"{' '.join(map(str, arguments))}: code {done.returncode}\n{out}{err}"
        expect(done.returncode == code, shown)
        expect(not err if stderr is None else all(map(stderr, err.splitlines())), shown)
        return out

    def run_json(self, *arguments: object, stderr: Callable[[str], bool] | None = None) -> Any:
        """Run the program with --json; the object it writes."""
        return json.loads(self.run(*arguments, "--json", stderr=stderr))

    def picture(self, screen: Screen, name: str) -> None:
        """Save what the screen shows, if pictures are wanted."""
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
            screen.save(self.pictures / f"{name}.png")

    def look_for_files(self) -> None:
        """Raise Surprise for any file in the home folder, or in the program's own."""
        left = [name for name in contents(self.home) if not name.startswith(EXPECTED_FILES)]
        expect(not left, f"files left in the home folder: {left}")
        temporary = contents(self.work / "temporary")
        expect(not temporary, f"temporary files left: {sorted(temporary)}")
        expect(contents(self.folder) == self.before, "the program changed its own folder")


def expect(condition: bool, message: str) -> None:
    """Raise Surprise(message) unless `condition`."""
    if not condition:
        raise Surprise(message)


def contents(folder: Path) -> dict[str, int]:
    """The files below `folder` and their sizes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}


def network_isolation() -> list[str]:
    """What to put before a command so that it has no network; empty where that is not possible."""
    command = ["unshare", "--net", "--map-root-user"]
    program = shutil.which("unshare")
    if program and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
        return [program, *command[1:]]
    print("note  this system cannot take the network away", flush=True)
    return []


def is_progress(line: str) -> bool:
    """Whether `train` may write this line to standard error."""
    return line.startswith(("Training ", "Epoch ", "Wrote ", "Test on ", "These are the rows"))


# --- steps ----------------------------------------------------------------------------------------


def version(bench: Bench) -> None:
    written = bench.run("--version")
    line = next(
        line
        for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
        if line.startswith("version = ")
    )
    expected = f"Layerwise {line.split(chr(34))[1]}"
    expect(written.strip() == expected, f"--version wrote {written!r}, not {expected!r}")


def check(bench: Bench) -> None:
    for project in sorted(bench.projects.glob("*.layerwise")):
        result = bench.run_json("check", project)
        expect(not result["problems"] and result["parameters"] > 0, f"{project.name}: {result}")


def self_test(bench: Bench) -> None:
    lines = bench.run("self-test").splitlines()
    expect(lines[-1] == "self-test passed", "\n".join(lines))
    wrong = [line for line in lines[:-1] if not line.startswith("ok ")]
    expect(not wrong, f"self-test wrote {wrong}")


def train(bench: Bench) -> None:
    projects = sorted(bench.projects.glob("*.layerwise"))
    expect({path.stem for path in projects} == set(ACCURACY), "the examples are not complete")
    for project in projects:
        name = project.stem
        if name.startswith("mnist") and not bench.has_mnist:
            print(f"note  {name} left out: this build has no MNIST", flush=True)
            continue
        out = bench.work / name
        epochs = ["--epochs", str(EPOCHS[name])] if name in EPOCHS else []
        began = time.perf_counter()
        result = bench.run_json("train", project, *epochs, "--out", out, stderr=is_progress)
        accuracy = result["test"]["accuracy"]
        expect(accuracy >= ACCURACY[name], f"{name} has an accuracy of only {accuracy}")
        with (out / "history.csv").open(newline="") as file:
            expect(len(list(csv.reader(file))) == len(result["epochs"]) + 1, f"{name}: history.csv")
        seconds = time.perf_counter() - began
        print(f"      {name}: accuracy {accuracy:.4f}, {seconds:.1f} s", flush=True)


def every_kind(bench: Bench) -> None:
    """A layer of every kind, every optimizer and every loss."""
    expect({each["layer"] for each in LAYERS} == tags(Layer), "not every layer is tried")
    expect(set(PAIRS) == tags(Optimizer), "not every optimizer is tried")
    expect(set(PAIRS.values()) == tags(Loss), "not every loss is tried")
    path = bench.work / "every-kind.layerwise"
    sigmoid = {"layer": "Activation", "activation": "sigmoid"}
    for optimizer, loss in PAIRS.items():
        project = {
            "format": 1,
            "data": {"source": "digits"},
            "layers": [*LAYERS[:-1], sigmoid] if loss == "binary_crossentropy" else LAYERS,
            "training": {"optimizer": {"optimizer": optimizer}, "loss": loss, "epochs": 1},
        }
        path.write_text(json.dumps(project), "utf-8")
        result = bench.run_json("train", path, stderr=is_progress)
        expect(0 < result["test"]["loss"] < 10, f"{optimizer}, {loss}: {result['test']}")


def tags(family: type[Spec]) -> set[object]:
    """What the members of a family are called in project files."""
    return {member.tag for member in variants(family)}


def same_seed(bench: Bench) -> None:
    """Same seed, same losses."""
    project = bench.projects / "digits.layerwise"
    words = ("train", project, "--epochs", 2, "--seed", 5)
    first, second = (bench.run_json(*words, stderr=is_progress) for _ in range(2))
    losses = [[epoch["loss"] for epoch in each["epochs"]] for each in (first, second)]
    expect(losses[0] == losses[1], f"the same seed gave {losses}")


def kept_runs(bench: Bench) -> None:
    """The two runs before are kept, and differ in nothing."""
    listed = bench.run_json("runs", "list", "--limit", 2)["runs"]
    names = [(each["name"], each["outcome"], each["epochs"]) for each in listed]
    expect(names == [("digits", "finished", 2)] * 2, f"runs list: {names}")
    found = bench.run_json("runs", "compare", listed[1]["id"], listed[0]["id"])
    expect(not found["differences"] and not found["warnings"], f"runs compare: {found}")


def sweep(bench: Bench) -> None:
    """A search in two processes of the program itself."""
    space = json.dumps({"hidden.units": [8, 32], "training.optimizer": ["Adam", "SGD"]})
    words = ("sweep", bench.projects / "digits.layerwise", space, "--epochs", 2)
    result = bench.run_json(
        *words, "--trials", 4, "--workers", 2, stderr=lambda line: line.startswith("digits, trial ")
    )
    outcomes = [each["outcome"] for each in result["trials"]]
    expect(outcomes == ["finished"] * 4, f"sweep: {result['trials']}")
    expect(set(result["importance"]) == set(json.loads(space)), f"sweep: {result['importance']}")
    expect(result["best"]["settings"]["hidden.units"] == 32, f"sweep: {result['best']}")


def tensorboard(bench: Bench) -> None:
    """A run with logs: TensorBoard answers with its values, and leaves nothing behind."""
    project = json.loads((bench.projects / "digits.layerwise").read_text("utf-8"))
    project["training"] |= {"tensorboard": True, "epochs": 3}
    path = bench.work / "logged.layerwise"
    path.write_text(json.dumps(project), "utf-8")
    result = bench.run_json("train", path, stderr=is_progress)
    words = [str(bench.program), "tensorboard", "--no-browser", "--json"]  # with its own network
    program = subprocess.Popen(
        words,
        env=bench.environment(),
        cwd=bench.work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None and program.stderr is not None
    try:
        lines: list[str] = []
        while lines[-1:] != ["}\n"]:
            lines.append(program.stdout.readline())
            if not lines[-1]:
                raise Surprise(f"tensorboard: {lines} {program.stderr.read()}")
        found = json.loads("".join(lines))
        (run,) = found["runs"]
        for name, group, tag in (
            ("loss", "train", "epoch_loss"),
            ("val_loss", "validation", "epoch_loss"),
        ):
            query = urlencode({"run": f"{run['name']}/{group}", "tag": tag})
            address = f"{found['address']}data/plugin/scalars/scalars?{query}"
            with urlopen(address, timeout=60) as answer:
                values = [np.float32(value) for _, _, value in json.load(answer)]
            expected = [np.float32(epoch[name]) for epoch in result["epochs"]]
            expect(values == expected, f"TensorBoard has {name} {values}, not {expected}")
        for page in ("", "data/plugin/histograms/tags", "data/plugin/timeseries/tags"):
            with urlopen(found["address"] + page, timeout=60) as answer:
                expect(len(answer.read()) > 100, f"TensorBoard has nothing at {page!r}")
        if os.name != "nt":
            program.send_signal(signal.SIGINT)
            code, err = program.wait(30), program.stderr.read()
            expect((code, err) == (130, "Stopped\n"), f"tensorboard ended with {code}: {err}")
    finally:
        program.kill()
        program.communicate()


def evaluate(bench: Bench) -> None:
    out = bench.work / "digits"
    result = bench.run_json("evaluate", out / "model.keras", out / "project.layerwise")
    expect(result["test"]["accuracy"] >= ACCURACY["digits"], f"evaluate: {result}")


def predict(bench: Bench) -> None:
    """A picture of a one, in every kind of file."""
    one = np.full((64, 64, 3), 255, np.uint8)
    one[8:56, 28:36] = 0  # a thick upright stroke
    pictures = [bench.work / f"one.{suffix}" for suffix in PICTURES]
    for picture in pictures:
        Image.fromarray(one).save(picture)
    result = bench.run_json("predict", bench.work / "digits" / "model.keras", *pictures)
    expect(len(result["predictions"]) == len(pictures), f"predict: {result}")
    for found in result["predictions"]:
        expect(abs(sum(found["probabilities"].values()) - 1) < 1e-3, f"predict: {found}")
        expect(str(found["class"]) == "1", f"a one was taken for {found['class']}: {found}")


def table(bench: Bench) -> None:
    """A network for a CSV file with numbers, text and empty cells."""
    data, project = bench.work / "fruit.csv", bench.work / "fruit.layerwise"
    with data.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("weight", "color", "fruit"))
        for number in range(300):
            ripe = number % 3 > 0
            weight = "" if number % 20 == 0 else number % 7 + (20 if ripe else 10)
            rows.writerow(
                (weight, ("green", "red", "yellow")[number % 3], "äpple" if ripe else "lime")
            )
    # It tells what is odd about the table: equal rows, and a column that gives the target away.
    bench.run("new", data, "--target", "fruit", "--out", project, stderr=bool)
    result = bench.run_json("train", project, "--epochs", 20, stderr=is_progress)
    expect(result["test"]["accuracy"] >= 0.9, f"table: {result['test']}")


def errors(bench: Bench) -> None:
    """A mistake ends in one line."""

    def is_error(line: str) -> bool:
        return line.startswith("Error: ")

    expect(bench.run("train", "nothing.layerwise", code=2, stderr=is_error) == "", "output")


def no_console(bench: Bench) -> None:
    """A windowed program has no standard streams at all."""
    out = bench.work / "silent"
    project = bench.projects / "xor.layerwise"
    words = [str(bench.program), "train", str(project), "--epochs", "2", "--out", str(out)]
    shell = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words]
    done = subprocess.run(shell, env=bench.environment(), cwd=bench.work, timeout=PATIENCE)
    expect(done.returncode == 0, f"without standard streams: code {done.returncode}")
    expect((out / "model.keras").is_file(), "without standard streams no model was written")


def window(bench: Bench) -> None:
    """One training run in the real window, with mouse and keyboard."""
    model = bench.work / "drawn.keras"
    with Screen(bench.work) as screen, (bench.work / "window.txt").open("w+") as written:
        program = subprocess.Popen(
            [*bench.isolation, str(bench.program), str(bench.projects / "digits.layerwise")],
            env=bench.environment() | {"DISPLAY": screen.name},
            cwd=bench.work,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
        try:
            use_window(bench, screen, model)
            code = program.wait(30)
        except (TimeoutError, subprocess.TimeoutExpired) as error:
            written.seek(0)
            raise Surprise(f"{error}; the program wrote {written.read()!r}") from error
        finally:
            bench.picture(screen, "last")
            program.kill()
            program.wait()
        written.seek(0)
        text = written.read()
        expect(code == 0 and not text, f"the window ended with code {code} and wrote {text!r}")
    result = bench.run_json("evaluate", model, bench.projects / "digits.layerwise")
    expect(result["test"]["accuracy"] >= ACCURACY["digits"], f"trained in the window: {result}")


def fits_screen(bench: Bench) -> None:
    """The first window, with its title bar, lies within small and large screens."""
    for size in SCREENS:
        for scale in SCALES:
            case = f"{size[0]}x{size[1]} at {scale}"
            home = bench.work / f"first-{size[0]}-{scale}"  # nothing remembers an earlier window
            home.mkdir()
            with Screen(home, size, managed=True) as screen:
                environment = {"DISPLAY": screen.name, "QT_SCALE_FACTOR": scale, "HOME": str(home)}
                program = subprocess.Popen(
                    [*bench.isolation, str(bench.program)],
                    env=bench.environment() | environment,
                    cwd=bench.work,
                    stdin=subprocess.DEVNULL,
                )
                try:
                    wait_for("the window", lambda: middle_of(screen.pixels(), ACCENT, 1000), 60)
                    left, top, right, bottom = wait_for(
                        "its frame", lambda: screen.frame("Layerwise"), 30
                    )
                    bench.picture(screen, f"first-{size[0]}x{size[1]}-{scale}")
                    screen.focus("Layerwise")
                    screen.key("ctrl+q")
                    code = program.wait(30)
                finally:
                    program.kill()
                    program.wait()
            inside = left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]
            expect(inside, f"{case}: the window is {left, top, right, bottom}")
            expect(code == 0, f"{case}: the window ended with code {code}")


def use_window(bench: Bench, screen: Screen, model: Path) -> None:
    """Press Train, wait, save the trained model, quit."""

    def train_button() -> tuple[int, int] | None:
        """Where the button is, while it can be pressed: it alone is blue in the toolbar."""
        return middle_of(screen.pixels()[:90], ACCENT, 1000)

    def no_button() -> bool:
        return train_button() is None

    button = wait_for("the window", train_button, 60)
    screen.focus("Layerwise")
    bench.picture(screen, "start")
    screen.click(*button)
    wait_for("the start of the training", no_button, 30)
    wait_for("the end of the training", train_button, PATIENCE)
    bench.picture(screen, "trained")
    screen.key("ctrl+shift+m")
    wait_for("the dialog", lambda: screen.focus("Save trained model"), 30)
    screen.key("ctrl+a")
    screen.type(str(model))
    bench.picture(screen, "dialog")
    screen.key("Return")
    wait_for("the trained model", model.is_file, 60)
    wait_for("the window", lambda: screen.focus("Layerwise"), 10)
    screen.key("ctrl+q")


def main(argv: Sequence[str]) -> int:
    """Run every step; returns 0 if there was no surprise."""
    default = ROOT / "dist" / ("Layerwise.app" if sys.platform == "darwin" else "layerwise")
    parser = argparse.ArgumentParser(description="Tries the built program.")
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--no-window", action="store_true", help="leave out the real window")
    parser.add_argument("--pictures", type=Path, help="save pictures of the window in this folder")
    chosen = parser.parse_args(argv)
    steps: list[Callable[[Bench], None]] = [
        *(version, check, errors, self_test, train, every_kind, same_seed, kept_runs),
        *(sweep, tensorboard, evaluate, predict, table),
    ]
    if os.name != "nt":
        steps.append(no_console)
    if not chosen.no_window:
        steps += [window, fits_screen]
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(chosen.folder.resolve(), Path(work), chosen.pictures)
        for step in steps:
            began = time.perf_counter()
            try:
                step(bench)
                bench.look_for_files()
            except (Surprise, subprocess.TimeoutExpired, OSError, ValueError) as error:
                print(f"FAILED {step.__name__}: {type(error).__name__}: {error}", flush=True)
                return 1
            print(f"ok    {step.__name__} ({time.perf_counter() - began:.1f} s)", flush=True)
    print("smoke test passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
