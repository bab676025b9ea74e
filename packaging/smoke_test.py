"""Starts the built program where there is nothing else, and fails on any surprise.

    python -m uv run packaging/smoke_test.py [FOLDER]

Each command runs in an emptied environment: no Python on the path, an empty home folder, no network.
Its exit code, its output, and the files it leaves must be those expected. `--no-window` leaves out the
real window, which needs Xvfb and xdotool. Prints a line for each step.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds any one command may take
# Keras writes its settings when it is first imported; Fontconfig and Mesa keep caches.
EXPECTED_FILES = (".keras/keras.json", ".cache/fontconfig/", ".cache/mesa_shader_cache")
EPOCHS = {"mnist-convolutional": 1, "xor": 60, "perceptron": 60}
ACCURACY = {
    "digits": 0.9,
    "mnist-convolutional": 0.96,
    "mnist-hidden-128": 0.96,
    "mnist-hidden-128-128": 0.96,
    "mnist-softmax": 0.91,
    "perceptron": 0.5,
    "xor": 0.5,
}


class Surprise(Exception):
    """Something was not as expected; the message says what."""


class Bench:
    """An emptied place to run the program in."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.program = folder / ("layerwise-console.exe" if os.name == "nt" else "layerwise")
        inside = folder / "_internal"
        if sys.platform == "darwin":
            self.program = folder / "Contents" / "MacOS" / "layerwise"
            inside = folder / "Contents" / "Resources"
        self.projects = inside / "resources" / "projects"
        self.has_mnist = (inside / "resources" / "datasets" / "mnist.npz").is_file()
        self.work, self.home, self.folder = work, work / "home", folder
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
            return {name: home for name in places} | {
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

    def look_for_files(self) -> None:
        """Raise Surprise for any file in the home folder, or in the program's own."""
        left = [
            name for name in contents(self.home) if not name.startswith(EXPECTED_FILES)
        ]
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
    if shutil.which("unshare"):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return [str(shutil.which("unshare")), *command[1:]]
    print("note  this system cannot take the network away", flush=True)
    return []


def is_progress(line: str) -> bool:
    """Whether `train` may write this line to standard error."""
    return line.startswith(("Training ", "Epoch ", "Wrote ", "Test on ", "These are the rows"))


# --- steps ----------------------------------------------------------------------------------------


def version(bench: Bench) -> None:
    written = bench.run("--version")
    line = next(
        line for line in (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
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


def same_seed(bench: Bench) -> None:
    """Same seed, same losses."""
    project = bench.projects / "digits.layerwise"
    words = ("train", project, "--epochs", 2, "--seed", 5)
    first, second = (bench.run_json(*words, stderr=is_progress) for _ in range(2))
    losses = [[epoch["loss"] for epoch in each["epochs"]] for each in (first, second)]
    expect(losses[0] == losses[1], f"the same seed gave {losses}")


def evaluate(bench: Bench) -> None:
    out = bench.work / "digits"
    result = bench.run_json("evaluate", out / "model.keras", out / "project.layerwise")
    expect(result["test"]["accuracy"] >= ACCURACY["digits"], f"evaluate: {result}")


def predict(bench: Bench) -> None:
    picture = bench.work / "one.png"
    picture.write_bytes(picture_of_a_one())
    result = bench.run_json("predict", bench.work / "digits" / "model.keras", picture)
    found = result["predictions"][0]
    expect(abs(sum(found["probabilities"].values()) - 1) < 1e-3, f"predict: {found}")
    expect(str(found["class"]) == "1", f"a one was taken for {found['class']}")


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


def picture_of_a_one() -> bytes:
    """A PNG of a thick upright stroke, dark on light."""
    side = 64
    row_blank = b"\0" + b"\xff" * side
    row_stroke = b"\0" + b"\xff" * 28 + b"\0" * 8 + b"\xff" * 28
    rows = b"".join(row_stroke if 8 <= y < 56 else row_blank for y in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def main(argv: Sequence[str]) -> int:
    """Run every step; returns 0 if there was no surprise."""
    default = ROOT / "dist" / ("Layerwise.app" if sys.platform == "darwin" else "layerwise")
    parser = argparse.ArgumentParser(description="Tries the built program.")
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--no-window", action="store_true", help="leave out the real window")
    chosen = parser.parse_args(argv)
    steps: list[Callable[[Bench], None]] = [
        *(version, check, errors, self_test, train, same_seed, evaluate, predict)
    ]
    if os.name != "nt":
        steps.append(no_console)
    if not chosen.no_window:
        from smoke_window import window

        steps.append(window)
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(chosen.folder.resolve(), Path(work))
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
