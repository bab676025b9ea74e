"""Same seed, same machine: the same result, to the bit, in every process and under any load."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop.document.layers import Dropout, Flatten
from desktop.document.project import Project
from desktop.engine import blocks, compiler_choice, recorder
from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome, Phase, Progress, Report
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, train
from tests.engine.same_result import NETWORKS, digest

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 3  # with load, and as many without


@contextmanager
def busy_processor() -> Iterator[None]:
    """Something else that never rests."""
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        loop.kill()
        loop.wait()


def start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.same_result"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(process: subprocess.Popen[str]) -> dict[str, str]:
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    results: dict[str, str] = json.loads(output)
    return results


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_six_processes_three_of_them_under_load_give_one_result() -> None:
    results = [result_of(start()) for _ in range(PROCESSES)]
    with busy_processor():
        results += [result_of(each) for each in [start() for _ in range(PROCESSES)]]
    assert set(results[0]) == set(NETWORKS)
    for name in NETWORKS:
        assert len({result[name] for result in results}) == 1, name


# --- what timing may decide -----------------------------------------------------------------------

ROWS = 1_004
SWITCH = 130  # the step at which XLA takes over, in the second epoch


@pytest.fixture
def early_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler_choice, "XLA_FROM", SWITCH)


def what(**training: Any) -> Project:
    return project(Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT, **{"seed": 5, **training})


@pytest.mark.usefixtures("early_xla")
def test_the_length_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    results, counts = set(), []
    for seconds in (1e-9, 0.003, 100.0):
        monkeypatch.setattr(blocks, "BLOCK_SECONDS", seconds)
        monkeypatch.setattr(recorder, "REPORT_SECONDS", 0)
        trainer = Trainer(dataset(ROWS))
        reports = train(what(), trainer)
        counts.append(len(reports.progress))
        results.add(digest(reports, trainer))
    assert counts[0] > 3 * 101  # every step is a block of its own
    assert counts[2] < 60
    assert len(results) == 1


@pytest.mark.usefixtures("early_xla")
def test_a_stop_after_the_change_of_compilers_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_SECONDS", 0.001)
    monkeypatch.setattr(recorder, "REPORT_SECONDS", 0)
    whole, split, control = Trainer(dataset(ROWS)), Trainer(dataset(ROWS)), RunControl()
    uninterrupted = train(what(epochs=3), whole)

    def stop(report: Report) -> None:
        if not isinstance(report, Progress) or report.phase is not Phase.TRAINING:
            return
        if report.epoch == 2 and report.step > SWITCH - 101:
            control.stop()

    first = train(what(epochs=3), split, control, then=stop)
    assert (first.ended.outcome, split.epoch) == (Outcome.STOPPED, 1)
    assert SWITCH < int(split.model.optimizer.iterations) < 2 * 101
    second = train(what(epochs=2), split, resume=True)
    assert [dict(each.logs) for each in (*first.epochs, *second.epochs)] == [
        dict(each.logs) for each in uninterrupted.epochs
    ]
    for one, other in zip(whole.model.variables, split.model.variables, strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()
