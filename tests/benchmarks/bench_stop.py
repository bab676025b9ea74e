"""How long stop and pause take to act in training, and histograms of ten million weights.

    python tests/benchmarks/bench_stop.py [--networks softmax,128,...] [--stops N]
        [--mnist FILE]

Each network of bench_training.py and a wide one with ten million weights is trained, and stopped
at a random time: N times within the first two seconds, in which Keras makes the graphs of steps and
validation, and N times within the next two. Printed are milliseconds from the call of `stop` to the
report that the run has ended (minimum, median, 95th percentile, maximum); then the time and the
additional memory that the histograms of the network named last take.
"""

from __future__ import annotations

import argparse
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from bench_training import NETWORKS, OUTPUT, SHARED, project_of

from desktop.document.data import Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.engine import backend, datasets
from desktop.engine.control import RunControl
from desktop.engine.histograms import weight_histograms
from desktop.engine.reports import RunEnded
from desktop.engine.training import Trainer

WIDE = (
    Flatten(),
    Dense(units=3000, activation="relu"),
    Dense(units=2500, activation="relu"),
    OUTPUT,
)
STOPPED = {**NETWORKS, "wide": WIDE}
PHASES = {"first": 0.0, "later": 2.0}  # seconds into the run
LENGTH = 2.0


def stop(project: Project, dataset: Any, after: float) -> float:
    """Train, call `stop` after so many seconds; milliseconds until the run has ended."""
    control, ended, called = RunControl(), [0.0], [0.0]

    def call() -> None:
        called[0] = time.perf_counter()
        control.stop()

    def take(report: object) -> None:
        if isinstance(report, RunEnded):
            ended[0] = time.perf_counter()

    timer = threading.Timer(after, call)
    timer.start()
    Trainer(dataset).run(project, take, control)
    timer.join()
    return 1000 * (ended[0] - called[0])


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a stop takes")
    parser.add_argument("--stops", type=int, default=10)
    parser.add_argument("--networks", default=",".join(STOPPED))
    parser.add_argument("--mnist", type=Path, default=SHARED)
    options = parser.parse_args()
    backend.load()
    dataset = datasets.load(Mnist(path=str(options.mnist)))
    random = np.random.default_rng(812)
    print(f"{'milliseconds':<22}{'min':>7}{'median':>8}{'95 %':>7}{'max':>7}")
    for name in options.networks.split(","):
        layers = STOPPED[name]
        project = project_of("128", 100_000, options.mnist).replace(layers=layers)
        for phase, start in PHASES.items():
            delays = start + LENGTH * random.random(options.stops)
            times = [stop(project, dataset, delay) for delay in delays]
            low, middle, high = np.percentile(times, (0, 50, 95))
            title = f"{name}, {phase}"
            print(f"{title:<22}{low:7.0f}{middle:8.0f}{high:7.0f}{max(times):7.0f}", flush=True)
    trainer = Trainer(dataset)
    control = RunControl()
    trainer.run(project, lambda report: control.stop(), control)
    assert trainer.model is not None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for _ in range(5):
        start = time.perf_counter()
        weight_histograms(trainer.model, project)
        times.append(1000 * (time.perf_counter() - start))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"histograms of {trainer.model.count_params():,} weights: {min(times):.0f} to"
        f" {max(times):.0f} ms, {more:.0f} MB more at the peak"
    )


if __name__ == "__main__":
    main()
