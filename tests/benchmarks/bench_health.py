"""What the statistics of the layers cost, beside training without them.

    python tests/benchmarks/bench_health.py [--networks digits,...] [--turns N] [--mnist FILE]

Networks are trained in turn without any statistics, with the norms of gradients alone, and with
all that the health of layers is judged by. Printed is the processor time of a run in all threads
(minimum, median, maximum), from new weights to the last report, and how much more the median is
than with the norms alone. Processor time says more than seconds where other programs are running.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from desktop import paths
from desktop.document.data import Mnist
from desktop.document.project import Project
from desktop.document.storage import read_project
from desktop.engine import probe
from desktop.engine.blocks import Blocks
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.probe import Probe
from desktop.engine.reports import LayerStatistics
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
NETWORKS = "digits,two-moons,mnist-hidden-128,mnist-convolutional"
CASES = ("nothing", "norms alone", "all")


@contextmanager
def measuring(case: str) -> Iterator[None]:
    """Let a training measure what `case` says."""
    changes: dict[str, list[Any]] = {
        "nothing": [
            mock.patch.object(Probe, "statistics", lambda *_: LayerStatistics()),
            mock.patch.object(Probe, "compile", lambda *_: None),
            mock.patch.object(Blocks, "_last_batch", -1),
        ],
        "norms alone": [
            mock.patch.object(probe, "STATISTICS", {"gradient_norm": probe.gradient_norm}),
            mock.patch.object(probe, "UNIT_STATISTICS", {}),
            mock.patch.object(Probe, "_update_ratios", lambda *_: {}),
            mock.patch.object(Blocks, "_last_batch", -1),
        ],
        "all": [],
    }
    for change in changes[case]:
        change.start()
    yield
    mock.patch.stopall()


def processor_seconds(project: Project, data: Dataset) -> float:
    start = time.process_time()
    Trainer(data).run(project, lambda _: None, RunControl())
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=NETWORKS)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--mnist", type=Path, default=SHARED)
    options = parser.parse_args()
    for name in options.networks.split(","):
        project = read_project(paths.resources() / "projects" / f"{name}.layerwise")
        if isinstance(project.data, Mnist):
            project = project.replace(data=project.data.replace(path=str(options.mnist)))
        data = load(project.data)
        processor_seconds(project, data)  # what networks share is compiled
        times: dict[str, list[float]] = {case: [] for case in CASES}
        for _ in range(options.turns):
            for case, found in times.items():
                with measuring(case):
                    found.append(processor_seconds(project, data))
        alone = statistics.median(times["norms alone"])
        print(f"{name}, {project.training.epochs} epochs: minimum, median, maximum, more")
        for case, found in times.items():
            middle = statistics.median(found)
            print(
                f"  {case:<12} {min(found):8.3f} {middle:8.3f} {max(found):8.3f} "
                f"{middle / alone - 1:+8.1%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
