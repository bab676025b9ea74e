"""Same seed, same machine: the same result, to the bit, in every process and under any load."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.same_result import NETWORKS

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
