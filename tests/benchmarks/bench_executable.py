"""The executable beside the source: time to the painted window, training, and the same results.

    python tests/benchmarks/bench_executable.py [--rounds N] [--mnist FILE]

Both take turns, each run a process of its own. The window is timed from the launch until its Train
button is seen on a virtual screen; training is what `train --json` gives for MNIST with one hidden
layer of 128. Needs `dist/layerwise`, made by packaging/build.py, and Xvfb and xdotool.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))
from screen import Screen, middle_of, wait_for

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
PROJECT = ROOT / "resources" / "projects" / "mnist-hidden-128.layerwise"
PROGRAMS = {
    "source": [sys.executable, str(ROOT / "main.py")],
    "executable": [str(ROOT / "dist" / "layerwise" / "layerwise")],
}
ACCENT = "#2563EB"


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "KERAS_HOME": str(home / "keras"),
        "LAYERWISE_HOME": str(home / "settings"),
        "LAYERWISE_DATA": str(home / "data"),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
    }


def until_painted(command: list[str], home: Path) -> float:
    """Seconds from the launch until the window is on the screen."""
    with Screen(home) as screen:
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment(home) | {"DISPLAY": screen.name}) as program:
            wait_for("the window", lambda: middle_of(screen.pixels()[:90], ACCENT, 1000), 60)
            seconds = time.perf_counter() - began
            program.kill()
    return seconds


def trained(command: list[str], home: Path, epochs: int) -> tuple[float, list[float]]:
    """Median seconds of an epoch but the first, and the loss of each epoch."""
    words = [*command, "train", str(PROJECT), "--epochs", str(epochs), "--json"]
    done = subprocess.run(words, env=environment(home), capture_output=True, check=True)
    result = json.loads(done.stdout)["epochs"]
    return statistics.median(each["seconds"] for each in result[1:]), [
        each["loss"] for each in result
    ]


def show(what: str, figures: dict[str, list[float]]) -> None:
    print(f"{what:<28}{'min':>7}{'median':>8}{'max':>7}")
    for name, times in figures.items():
        print(f"{name:<28}{min(times):7.2f}{statistics.median(times):8.2f}{max(times):7.2f}")
    pairs = zip(figures["source"], figures["executable"], strict=True)
    ratios = [executable / source for source, executable in pairs]
    medians = [statistics.median(figures[name]) for name in ("executable", "source")]
    print(f"executable / source: of the medians {medians[0] / medians[1]:.3f},", end=" ")
    print(f"in a round {min(ratios):.2f} {statistics.median(ratios):.2f} {max(ratios):.2f}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="The executable beside the source")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--mnist", type=Path, default=SHARED)
    options = parser.parse_args()
    starts: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    epochs: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    losses: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "keras" / "datasets").mkdir(parents=True)
        shutil.copy(options.mnist, home / "keras" / "datasets" / "mnist.npz")
        for number in range(options.rounds + 1):
            for name, command in PROGRAMS.items():
                seconds = until_painted(command, home)
                if number:  # the first round only fills the caches
                    starts[name].append(seconds)
        for _ in range(options.rounds):
            for name, command in PROGRAMS.items():
                seconds, loss = trained(command, home, options.epochs)
                epochs[name].append(seconds)
                losses.add(repr(loss))
    show("seconds to the window", starts)
    show("seconds for an epoch", epochs)
    print(f"different losses for the same seed: {len(losses) - 1}")


if __name__ == "__main__":
    main()
