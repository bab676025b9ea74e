"""The command `tensorboard`, as a program: it answers over HTTP, and nothing of it is left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode

import pytest

from desktop import cli
from desktop.engine.runs.store import RunStore
from desktop.engine.tensorboard.writing import write_record
from tests.engine.run_store.kept import keep

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds


@contextmanager
def program(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command as a process, and the JSON it wrote when TensorBoard was there."""
    words = [sys.executable, "main.py", "tensorboard", *arguments, "--no-browser", "--json"]
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        text = ""
        while not text.endswith("\n}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            text += line
        yield process, json.loads(text)
    finally:
        process.kill()
        process.communicate()


def get(address: str, path: str, **query: str) -> Any:
    with urllib.request.urlopen(f"{address}{path}?{urlencode(query)}", timeout=60) as answer:
        return json.load(answer)


def is_gone(address: str) -> bool:
    """Whether nobody answers there any more, within a while."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}data/runs", timeout=60).close()
        except (URLError, ConnectionError):
            return True
    return False


def test_tensorboard_answers_with_the_values_of_runs_until_ctrl_c() -> None:
    """One has logs, the other a record alone."""
    with RunStore() as store:
        logged, plain = keep(store, name="with / logs"), keep(store, name="plain")
        write_record(store.folder / logged / "logs", store.read(logged))
    with program(logged, plain) as (process, value):
        address = value["address"]
        names = {run["id"]: run["name"] for run in value["runs"]}
        assert names == {logged: f"with logs {logged}", plain: f"plain {plain}"}
        assert address.startswith("http://127.0.0.1:")
        groups = ("", "/train", "/validation")
        assert set(get(address, "data/runs")) == {n + g for n in names.values() for g in groups}
        for name in names.values():
            path = "data/plugin/scalars/scalars"
            found = get(address, path, run=f"{name}/validation", tag="epoch_loss")
            assert [(step, round(y, 5)) for _, step, y in found] == [
                (epoch - 1, round(2 / epoch, 5)) for epoch in range(1, 4)
            ]
            path = "data/plugin/histograms/histograms"
            found = get(address, path, run=f"{name}/train", tag="dense/kernel/histogram")
            assert [step for _, step, _ in found] == [0, 1, 2]
            assert sum(count for *_, count in found[0][2]) == 50
        pages = get(address, "data/plugins_listing")
        shown = {name for name, page in pages.items() if page["enabled"]}
        assert shown == {"timeseries", "scalars", "distributions", "histograms", "hparams"}
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert is_gone(address)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_tensorboard_ends_with_a_program_that_is_killed() -> None:
    with RunStore() as store:
        run = keep(store)
    with program(run) as (process, value):
        process.kill()
        assert is_gone(value["address"])


def test_without_logs_there_is_advice(capsys: pytest.CaptureFixture[str]) -> None:
    with RunStore() as store:
        keep(store)
    assert cli.run(["tensorboard"]) == 2
    assert "name runs" in capsys.readouterr().err


def test_a_damaged_run_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with RunStore() as store:
        run = keep(store, name="odd")
        (store.folder / run / "histograms.npz").write_bytes(b"PK damaged")
    assert cli.run(["tensorboard", "odd", "--no-browser"]) == 2
    assert f"the run {run} cannot be read: histograms.npz" in capsys.readouterr().err
