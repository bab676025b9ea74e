"""How fast a sweep is beside the same trials one after another.

    python tests/benchmarks/bench_sweep.py [--trials 12] [--epochs 3] [--workers 2] [--rounds 1]
        [--mnist FILE]

The trials are of a network with a hidden layer of 128 units on MNIST, batches of 32, and differ in
the learning rate. Printed are the seconds from start to end, the loading of TensorFlow included.

sweep   main.py sweep --workers N, which keeps every run and its weights
train   main.py train for each trial, one after another
loop    a Python loop over Keras's `fit` as a notebook has it, in one process
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from desktop.document.data import Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.optimizers import Adam
from desktop.document.project import Project
from desktop.document.storage import write_project
from desktop.document.training import Training
from desktop.paths import keras_datasets

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
UNITS, BATCH = 128, 32
RATE = "training.optimizer.learning_rate"
LOOP = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
path, rates, epochs, units, batch, rows = json.loads(sys.argv[1])
with np.load(path) as data:
    x, y = data["x_train"] / np.float32(255), data["y_train"]
for rate in rates:
    keras.utils.set_random_seed(812)
    model = keras.Sequential([
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(units, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x[:rows], y[:rows], batch_size=batch, epochs=epochs,
              validation_data=(x[rows:], y[rows:]), verbose=0)
"""


def project_of(mnist: Path, epochs: int, rate: float) -> Project:
    return Project(
        data=Mnist(path=str(mnist)),
        layers=(
            Flatten(),
            Dense(units=UNITS, activation="relu"),
            Dense(units=10, activation="softmax"),
        ),
        training=Training(
            epochs=epochs, batch_size=BATCH, seed=812, optimizer=Adam(learning_rate=rate)
        ),
    )


def seconds_of(*commands: list[str], folder: Path) -> float:
    """How long `commands` take, one after another."""
    environment = {**os.environ, "LAYERWISE_DATA": str(folder), "LAYERWISE_HOME": str(folder)}
    began = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(done.stderr)
    return time.perf_counter() - began


def compare(options: argparse.Namespace) -> None:
    rates = [round(1e-4 * 10 ** (2 * index / options.trials), 6) for index in range(options.trials)]
    rows = project_of(options.mnist, 1, 1e-3).data.known_schema.rows.training
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{index}.layerwise" for index in range(options.trials)]
        for path, rate in zip(paths, rates, strict=True):
            write_project(path, project_of(options.mnist, options.epochs, rate))
        sweep = ["main.py", "sweep", str(paths[0]), json.dumps({RATE: rates})]
        trains = [["main.py", "train", str(path), "--json"] for path in paths]
        what = [str(options.mnist), rates, options.epochs, UNITS, BATCH, rows]
        ways = {
            "sweep": [[*sweep, "--workers", str(options.workers), "--json"]],
            "train": trains,
            "loop": [["-c", LOOP, json.dumps(what)]],
        }
        first = 0.0
        for way, commands in ways.items():
            seconds = seconds_of(*commands, folder=folder / way)
            first = first or seconds
            print(f"{way:6} {seconds:7.1f} s   {seconds / first:5.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast a sweep is, side by side")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    default = SHARED if SHARED.is_file() else keras_datasets() / "mnist.npz"
    parser.add_argument("--mnist", type=Path, default=default)
    options = parser.parse_args()
    print(
        f"{options.trials} trials of {options.epochs} epochs, {options.workers} workers", flush=True
    )
    for _ in range(options.rounds):
        compare(options)


if __name__ == "__main__":
    main()
