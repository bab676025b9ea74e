"""What keeping runs costs, and how quick a store of very many is.

    python -m uv run tests/benchmarks/bench_runs.py [--runs 10000] [--mnist FILE]

The first part trains the same network with and without a keeper, by turns, and prints the seconds
of each, and what of the training's time the calls of the keeper took. The second part makes a store
of many runs of 50 epochs, and opens, lists, sorts and filters it; in a table of them, every second
one is selected, the table sorted, and all are selected.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits, Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.history import history_content
from desktop.engine.records import EpochRecord, RunRecord
from desktop.engine.reports import Report, RunEnded
from desktop.engine.rows import Dataset
from desktop.engine.runs import folder as files
from desktop.engine.runs.comparing import change
from desktop.engine.runs.keeper import RunKeeper
from desktop.engine.runs.store import RunStore
from desktop.engine.runs.summary import RunSummary, filtered, in_order
from desktop.engine.training import Trainer
from tests.engine.run_store.kept import epoch_ended, run_ended, started

TURNS = 5
Parts = dict[str, list[float]]


def spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[0]:.3f} {ordered[len(ordered) // 2]:.3f} {ordered[-1]:.3f}"


def trained(project: Project, dataset: Dataset, keeper: RunKeeper | None, parts: Parts) -> float:
    """Train; returns the seconds of the run. `parts` takes those of the keeper by its reports."""
    trainer = Trainer(dataset)
    seconds = 0.0

    def sink(report: Report) -> None:
        nonlocal seconds
        if isinstance(report, RunEnded):
            seconds = report.seconds
        if keeper is not None:
            began = time.perf_counter()
            keeper(report, trainer)
            parts.setdefault(type(report).__name__, []).append(time.perf_counter() - began)

    trainer.run(project, sink, RunControl())
    return seconds


def measure_keeping(dataset: Dataset, epochs: int) -> None:
    """Train with and without a keeper, by turns."""
    relu, softmax = ActivationFunction.RELU, ActivationFunction.SOFTMAX
    layers = Flatten(), Dense(units=128, activation=relu), Dense(units=10, activation=softmax)
    project = Project(data=dataset.source, layers=layers, training=Training(epochs=epochs))
    began = time.perf_counter()
    _ = dataset.fingerprint
    print(f"\n{dataset.source.title}, {epochs} epochs")
    print(f"fingerprint, once for the data: {time.perf_counter() - began:.3f} s")
    parts: Parts = {}
    plain, kept = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(RunKeeper(print, folder=Path(folder))) as keeper,
    ):
        trained(project, dataset, keeper, {})  # warms up
        for _ in range(TURNS):
            plain.append(trained(project, dataset, None, {}))
            kept.append(trained(project, dataset, keeper, parts))
    print(f"not kept  {spread(plain)} s")
    print(f"kept      {spread(kept)} s")
    for name, values in parts.items():
        print(f"at {name:10} {spread(values)} s, {sum(values) / sum(kept):.2%} of training")


def filled(folder: Path, count: int) -> None:
    """A store of `count` runs of 50 epochs, written as other programs would have left them."""
    reports = [epoch_ended("", number) for number in range(1, 51)]
    epochs = [EpochRecord(each.epoch, each.seconds, each.logs) for each in reports]
    history = history_content(epochs)
    bases = [
        started().project.with_layer(1, Dense(units=units, activation=ActivationFunction.RELU))
        for units in range(8, 72)
    ]
    for number in range(count):
        record = RunRecord(started(bases[number % len(bases)], 50))
        record.add(run_ended(record.id, 50))
        path = folder / record.id
        path.mkdir(parents=True)
        for name, content in files.new_files(path, record).items():
            (path / name).write_bytes(content)
        (path / files.HISTORY).write_bytes(history)


def measure_store(count: int) -> None:
    def timed(title: str, work: Callable[[], object]) -> None:
        times = []
        for _ in range(TURNS):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        print(f"{title:24} {spread(times)} s")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, count)
        print(f"\n{count:,} runs of 50 epochs")
        began = time.perf_counter()
        RunStore(folder).close()
        print(f"index made from folders: {time.perf_counter() - began:.1f} s")

        def opened() -> None:
            with RunStore(folder) as store:
                assert len(store.all()) == count

        timed("open and list all", opened)
        with RunStore(folder) as store:
            runs = store.all()
            timed("list again", store.all)
            run = runs[count // 2].id
            timed("change one and list", lambda: (store.label(run, starred=True), store.all()))
            began = time.perf_counter()
            filtered(runs, "x")
            print(f"first filter             {time.perf_counter() - began:.3f} s")
            timed("filter", lambda: filtered(runs, "relu 42"))
            timed("sort by a metric", lambda: in_order(runs, "val_loss"))
            timed("sort by name", lambda: in_order(runs, "name"))
            timed(
                "what differs, 50 lines",
                lambda: [change(*pair) for pair in itertools.pairwise(runs[:51])],
            )
        measure_table(runs, timed)


def measure_table(
    runs: tuple[RunSummary, ...], timed: Callable[[str, Callable[[], object]], None]
) -> None:
    """What is done with very many runs in the table, until it is painted again."""
    from PySide6.QtWidgets import QApplication

    from desktop.views.pages.runs.model import Order
    from desktop.views.pages.runs.table import RunsTable
    from desktop.views.settings import Settings
    from desktop.views.theme import Theme

    application = QApplication(["bench_runs"])
    table = RunsTable(Theme(), Settings())
    table.resize(1000, 500)
    table.show()
    mixed = np.random.default_rng(1).permutation(len(runs))
    named = (replace(run, name=f"{place:06}") for run, place in zip(runs, mixed, strict=True))
    table.runs.show(tuple(named))
    some = [run.id for run in runs[::2]]
    orders = itertools.cycle((Order.AscendingOrder, Order.DescendingOrder))

    def select() -> None:
        table.select(some)
        application.processEvents()

    def sort() -> None:
        table.sort_by("name", next(orders))
        application.processEvents()

    def select_all() -> None:
        table.selectAll()
        application.processEvents()

    timed("select every second", select)
    timed("sort these", sort)
    select()
    timed("select all, then again", select_all)
    timed("sort all", sort)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--mnist", help="mnist.npz; without it the built-in digits are trained")
    arguments = parser.parse_args()
    measure_store(arguments.runs)
    measure_keeping(load(Digits()), 20)
    if arguments.mnist:
        measure_keeping(load(Mnist(path=arguments.mnist)), 5)
