"""What the statistics of the layers cost, beside training without them.

    python tests/benchmarks/bench_health.py [--networks digits,...] [--turns N] [--mnist FILE]

Each network is trained in pairs, with the statistics that the health of layers is judged by and
without any, in turn first. Printed is the processor time of a run in all threads, from new weights
to the last report (minimum, median, maximum), and how much more it is with the statistics: the
median over the pairs. Processor time says more than seconds where other programs are running.

Equal networks share their graphs, so that only the first training of a network makes them. What it
costs then is measured with `--first`: every training begins without any graph.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from operator import truediv
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
from desktop.engine import programs
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.fused import Compiler, FusedSteps, StepsResult
from desktop.engine.probe import Probe
from desktop.engine.reports import LayerStatistics
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
NETWORKS = "digits,two-moons,mnist-hidden-128,mnist-convolutional"
CASES = ("without", "with")


RUN = FusedSteps.run


def unmeasured(
    steps: FusedSteps, compiler: Compiler, source: Any, first: int, count: int, measured: bool
) -> StepsResult:
    """What `FusedSteps.run` does, but for the size of the last update."""
    return RUN(steps, compiler, source, first, count)


@contextmanager
def measuring(case: str) -> Iterator[None]:
    """Let a training measure what `case` says."""
    changes = (
        mock.patch.object(Probe, "statistics", lambda *_: LayerStatistics()),
        mock.patch.object(Probe, "compile", lambda *_: None),
        mock.patch.object(FusedSteps, "run", unmeasured),
    )
    with ExitStack() as stack:
        for change in changes if case == "without" else ():
            stack.enter_context(change)
        yield


def processor_seconds(project: Project, data: Dataset) -> float:
    start = time.process_time()
    Trainer(data).run(project, lambda _: None, RunControl())
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--networks", default=NETWORKS)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--mnist", type=Path, default=SHARED)
    parser.add_argument("--first", action="store_true", help="share no graphs between trainings")
    options = parser.parse_args()
    for name in options.networks.split(","):
        project = read_project(paths.resources() / "projects" / f"{name}.layerwise")
        if isinstance(project.data, Mnist):
            project = project.replace(data=project.data.replace(path=str(options.mnist)))
        data = load(project.data)
        processor_seconds(project, data)  # what networks share is made
        times: dict[str, list[float]] = {case: [] for case in CASES}
        for turn in range(options.turns):
            for case in CASES if turn % 2 else reversed(CASES):
                if options.first:
                    programs._programs.clear()
                    programs._graphs.clear()
                with measuring(case):
                    times[case].append(processor_seconds(project, data))
        more = statistics.median(map(truediv, times["with"], times["without"])) - 1
        print(f"{name}, {project.training.epochs} epochs: {more:+.1%} with the statistics")
        for case, found in times.items():
            middle = statistics.median(found)
            print(f"  {case:<8} {min(found):8.3f} {middle:8.3f} {max(found):8.3f}", flush=True)


if __name__ == "__main__":
    main()
