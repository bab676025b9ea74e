"""Shared fixtures: offscreen Qt, isolated settings and caches, and no leaked threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_file(name: str) -> Path:
    """A file of real data kept beside the project; skips the test, with the reason, without it."""
    path = SHARED_DATA / name
    if not path.is_file():
        pytest.skip(f"needs {path}, which is not there")
    return path


@pytest.fixture
def mnist_file() -> Path:
    return shared_file("mnist.npz")


@pytest.fixture
def pen_digits_file() -> Path:
    return shared_file("pen-digits-train.jsonl.gz")


@pytest.fixture(autouse=True)
def isolated_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings, the recent files or the caches of the person running it."""
    monkeypatch.setenv("LAYERWISE_HOME", str(tmp_path / "layerwise-home"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras-home"))


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """A test that leaves a thread of ours running fails."""
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.daemon
    ]
    assert not left, f"threads left running: {left}"
