"""How fast training is in the notebook, command line, window, a bare loop and PyTorch.

    python -m uv run --with torch tests/benchmarks/bench_training.py
        [--networks softmax,128,...] [--epochs N] [--rounds N] [--mnist FILE]

Every way trains the same networks on the same 54,000 MNIST images in batches of 32, with 6,000
for validation after each epoch, in a process of its own; ways take turns within a round. Printed
are seconds per epoch (minimum, median, maximum of all epochs after the first, and of the first,
with compilation), seconds for all epochs from the start of training, and the peak memory.

a  `model.fit` as a notebook calls it, with TensorBoard(histogram_freq=1) where it is installed
b  the command line: main.py train
c  the window, with charts and histograms visible, from pressing Train; also how long its event
   loop was held up
d  a bare loop of fused steps and validation, a call per epoch, with nothing around it
e  PyTorch by hand, where it is installed
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from desktop.document.data import Mnist
from desktop.document.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Reshape,
)
from desktop.document.project import Project
from desktop.document.storage import write_project
from desktop.document.training import Training
from desktop.paths import keras_datasets

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
BATCH, VALIDATION = 32, 6_000
HIDDEN = Dense(units=128, activation="relu")
OUTPUT = Dense(units=10, activation="softmax")
NETWORKS: dict[str, tuple[Layer, ...]] = {
    "softmax": (Flatten(), OUTPUT),
    "128": (Flatten(), HIDDEN, OUTPUT),
    "128-128": (Flatten(), HIDDEN, HIDDEN, OUTPUT),
    "dropout": (Flatten(), HIDDEN, Dropout(rate=0.2), HIDDEN, Dropout(rate=0.2), OUTPUT),
    "convolutional": (
        Reshape(target_shape=(28, 28, 1)),
        Conv2D(filters=16, activation="relu"),
        MaxPooling2D(),
        Conv2D(filters=32, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        OUTPUT,
    ),
}
WAYS = {"a": "notebook", "b": "command line", "c": "window", "d": "bare loop", "e": "PyTorch"}


def project_of(network: str, epochs: int, mnist: Path) -> Project:
    return Project(
        data=Mnist(path=str(mnist)),
        layers=NETWORKS[network],
        training=Training(epochs=epochs, batch_size=BATCH, seed=812),
    )


class Marks:
    """When training began and each epoch ended."""

    def __init__(self) -> None:
        self.times = [time.perf_counter()]

    def __call__(self, *_: Any) -> None:
        self.times.append(time.perf_counter())

    def result(self, **more: Any) -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"epochs": np.diff(self.times).tolist(), "memory": peak, **more}


# --- the ways -------------------------------------------------------------------------------------


def notebook(project: Project, mnist: Path) -> dict[str, Any]:
    import importlib.util

    import keras

    from desktop.engine.builder import build

    with np.load(mnist) as file:
        x, y = file["x_train"].astype("float32") / 255, np.eye(10, dtype="float32")[file["y_train"]]
    model = build(project)
    marks = Marks()
    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=marks)]
    with tempfile.TemporaryDirectory() as folder:
        if importlib.util.find_spec("tensorboard"):
            callbacks.insert(0, keras.callbacks.TensorBoard(folder, histogram_freq=1))
        marks.times = [time.perf_counter()]
        model.fit(
            x[:-VALIDATION],
            y[:-VALIDATION],
            batch_size=BATCH,
            epochs=project.training.epochs,
            validation_data=(x[-VALIDATION:], y[-VALIDATION:]),
            callbacks=callbacks,
            verbose=0,
        )
        return marks.result(tensorboard=len(callbacks) == 2)


def command_line(project: Project, mnist: Path) -> dict[str, Any]:
    import contextlib
    import io

    from desktop import cli, console
    from desktop.engine import backend
    from desktop.engine.reports import EpochEnded
    from desktop.engine.training import Trainer

    marks, take, run = Marks(), console.TrainingLog.__call__, Trainer.run

    def noted(log: console.TrainingLog, report: Any) -> None:
        take(log, report)
        if isinstance(report, EpochEnded):
            marks()

    def started(*arguments: Any, **more: Any) -> None:
        backend.load()
        marks.times = [time.perf_counter()]
        run(*arguments, **more)

    console.TrainingLog.__call__ = noted  # type: ignore[method-assign]
    Trainer.run = started  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.layerwise"
        write_project(path, project)
        with contextlib.redirect_stdout(io.StringIO()):
            code = cli.run(["train", str(path), "--json"])
    assert code == 0
    return marks.result()


def window(project: Project, mnist: Path) -> dict[str, Any]:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.window import make_window
    from desktop.workers.session import State

    os.environ["LAYERWISE_HOME"] = os.environ["LAYERWISE_DATA"] = tempfile.mkdtemp()
    app = QApplication(["bench"])
    main = make_window()
    main.resize(1440, 900)
    main.workspace.new(project)
    main.show()
    marks, gaps, last = Marks(), [], [0.0]
    timer = QTimer(main, interval=10, timerType=Qt.TimerType.PreciseTimer)

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(now - last[0])
        last[0] = now

    timer.timeout.connect(beat)

    def press() -> None:
        if main.session.state is State.IDLE and main.session.summary is not None:
            main.session.stateChanged.disconnect(press)
            main.session.dataLoaded.disconnect(press)
            marks.times, last[0] = [time.perf_counter()], time.perf_counter()
            timer.start()
            main.toolbar.train_button.click()

    main.session.stateChanged.connect(press)
    main.session.dataLoaded.connect(press)
    main.session.epochEnded.connect(marks)
    main.session.runEnded.connect(timer.stop)
    main.session.runEnded.connect(main.session.reset)  # nothing to ask about
    main.session.runEnded.connect(main.close)
    main.closed.connect(app.quit)
    QTimer.singleShot(0, main.start)
    app.exec()
    milliseconds = 1000 * np.array(gaps)
    return marks.result(
        gap_99=float(np.percentile(milliseconds, 99)), gap_worst=float(milliseconds.max())
    )


def bare_loop(project: Project, mnist: Path) -> dict[str, Any]:
    from desktop.engine import backend, datasets
    from desktop.engine.batches import Batches, large_batch
    from desktop.engine.builder import build
    from desktop.engine.compiler_choice import suits_xla
    from desktop.engine.encoding import encode
    from desktop.engine.fused import Compiler, FusedSteps

    data, model = datasets.load(project.data), build(project)
    tf = backend.tensorflow()
    batches = Batches(data.training, encode(data.training.y, project), BATCH, 812)
    assert data.validation is not None
    held = Batches(data.validation, encode(data.validation.y, project), large_batch(model))
    steps = FusedSteps(model, BATCH, batches.at(0))
    fastest = Compiler.XLA if suits_xla(project) else Compiler.GRAPH
    validate = tf.function(lambda x, y: model.compute_loss(y=y, y_pred=model(x, training=False)))
    marks = Marks()
    for epoch in range(project.training.epochs):
        model.reset_metrics()
        batches.begin(epoch)
        source = (*batches.tensors, tf.constant(batches.order()))
        steps.run(fastest, source, 0, batches.full_steps)
        steps.run(Compiler.GRAPH, source, batches.full_steps, 1)
        for x, y in held.dataset:
            validate(x, y)
        marks()
    return marks.result()


def pytorch(project: Project, mnist: Path) -> dict[str, Any]:
    import torch
    from torch import nn

    with np.load(mnist) as file:
        x = torch.from_numpy(file["x_train"].astype("float32") / 255)
        y = torch.from_numpy(file["y_train"].astype("int64"))
    layers: list[nn.Module] = []
    size, channels = 784, 1
    for layer in project.layers:
        match layer:
            case Dense():
                layers += [nn.Linear(size, layer.units)]
                layers += [nn.ReLU()] if layer.activation == "relu" else []
                size = layer.units
            case Dropout():
                layers.append(nn.Dropout(layer.rate))
            case Reshape():
                layers.append(nn.Unflatten(1, (1, 28)))
            case Conv2D():
                layers += [nn.Conv2d(channels, layer.filters, 3), nn.ReLU()]
                channels, size = layer.filters, layer.filters * 25
            case MaxPooling2D():
                layers.append(nn.MaxPool2d(2))
            case Flatten():
                layers.append(nn.Flatten())
    model, loss = nn.Sequential(*layers), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    rows = len(x) - VALIDATION
    marks = Marks()
    for _ in range(project.training.epochs):
        order = torch.randperm(rows)
        model.train()
        for start in range(0, rows, BATCH):
            chosen = order[start : start + BATCH]
            optimizer.zero_grad()
            loss(model(x[chosen]), y[chosen]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss(model(x[rows:]), y[rows:]).item()
        marks()
    return marks.result()


RUN = {"a": notebook, "b": command_line, "c": window, "d": bare_loop, "e": pytorch}


# --- side by side ---------------------------------------------------------------------------------


def spread(values: list[float]) -> str:
    return f"{min(values):7.2f} {statistics.median(values):7.2f} {max(values):7.2f}"


def ratio(one: list[float], other: list[float]) -> str:
    pairs = [a / b for a, b in zip(one, other, strict=True)]
    return f"{min(pairs):.2f} {statistics.median(pairs):.2f} {max(pairs):.2f}"


def compare(network: str, ways: str, options: argparse.Namespace) -> None:
    results: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(options.rounds):
        for way in ways:
            done = subprocess.run(
                [
                    *(sys.executable, __file__, "--one", way, "--networks", network),
                    *("--epochs", str(options.epochs), "--mnist", str(options.mnist)),
                ],
                capture_output=True,
                text=True,
                check=False,
                env={
                    **os.environ,
                    "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
                },
            )
            if done.returncode:
                print(f"{way}: {done.stderr.strip().splitlines()[-1:]}")
                continue
            results[way].append(json.loads(done.stdout.splitlines()[-1]))
    print(f"\n{network}: {options.rounds} rounds of {options.epochs} epochs")
    print(f"{'':17}{'later epochs: min, median, max':>26}{'first epochs':>24}{'all':>9}{'MB':>7}")
    medians, totals, memory = {}, {}, {}
    for way, runs in results.items():
        if not runs:
            continue
        later = [second for run in runs for second in run["epochs"][1:]]
        first = [run["epochs"][0] for run in runs]
        medians[way] = [statistics.median(run["epochs"][1:]) for run in runs]
        totals[way] = [sum(run["epochs"]) for run in runs]
        memory[way] = [run["memory"] for run in runs]
        print(
            f"{way} {WAYS[way]:<15}{spread(later):>30}{spread(first):>24}"
            f"{statistics.median(totals[way]):9.2f}{max(memory[way]):7.0f}"
        )
    print("ratios of rounds: min, median, max")
    for one, other in (("a", "c"), ("c", "d"), ("c", "b"), ("e", "c")):
        if one in medians and other in medians and len(medians[one]) == len(medians[other]):
            print(f"  {one}/{other} later epochs {ratio(medians[one], medians[other])}")
    if "a" in totals and "c" in totals:
        print(f"  a/c all epochs, with compilation {ratio(totals['a'], totals['c'])}")
        print(f"  c/a peak memory {ratio(memory['c'], memory['a'])}")
    for run in results.get("c", []):
        print(f"  event loop: 99 % under {run['gap_99']:.0f} ms, worst {run['gap_worst']:.0f} ms")
    if not all(run.get("tensorboard", True) for run in results.get("a", [])):
        print("  (without TensorBoard, which is not installed)")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast training is, side by side")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--ways", default="".join(WAYS))
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    default = SHARED if SHARED.is_file() else keras_datasets() / "mnist.npz"
    parser.add_argument("--mnist", type=Path, default=default)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        project = project_of(options.networks, options.epochs, options.mnist)
        print(json.dumps(RUN[options.one](project, options.mnist)))
        return
    for network in options.networks.split(","):
        compare(network, options.ways, options)


if __name__ == "__main__":
    main()
