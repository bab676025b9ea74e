"""Trials on a real scheduler and workers, which are processes of this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desktop import paths
from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome
from desktop.engine.runs.looks import add_look
from desktop.engine.runs.marks import RUNNING
from desktop.engine.runs.store import RunStore
from desktop.engine.tensorboard.serving import logs_in
from desktop.engine.training import Trainer
from desktop.engine.trials.cluster import Cluster, ClusterError
from desktop.engine.trials.plan import RepeatPlan
from desktop.engine.trials.training import train_trial
from tests.engine.runs import dataset
from tests.engine.trials.helpers import project

pytest.importorskip("distributed")

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers, which are not started again if they die."""
    with ExitStack() as processes:

        def dask(*options: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *options],
                cwd=ROOT,
                stderr=subprocess.PIPE,
                text=True,
            )
            processes.enter_context(process)
            processes.callback(process.kill)
            return process

        process = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        assert process.stderr is not None
        lines = (re.search(r"Scheduler at: +(\S+)", line) for line in process.stderr)
        address = next(found[1] for found in lines if found)
        for _ in range(2):
            dask("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        yield address


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "no-such-host.invalid", "tcp://:x"])
def test_what_is_no_scheduler_is_refused(address: str) -> None:
    with pytest.raises(ClusterError, match=f"no scheduler at {address}: start one"):
        Cluster(address, dataset())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ends processes as Linux does")
def test_the_same_results_as_here_also_if_a_worker_is_killed(
    scheduler: str, tmp_path: Path
) -> None:
    what, expected = project(), list[dict[str, float]]()
    plan, trainer = RepeatPlan(what, (7, 8, 9)), Trainer(datasets.load(what.data))
    while trial := plan.next():
        expected.append(dict(train_trial(trial, trainer, RunControl()).results))
    rows = trainer.dataset.fingerprint
    add_look(paths.runs_folder(), rows, [])
    program = subprocess.run(
        [sys.executable, "-m", "tests.engine.trials.cluster_program", scheduler, tmp_path / "died"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    found = json.loads(program.stdout)
    assert (tmp_path / "died").exists()
    assert (found["messages"], found["warnings"]) == ([], [])
    assert found["results"] == expected
    with RunStore() as store:
        kept = {run.id: run for run in store.all()}
        assert set(kept) == set(found["runs"])
        assert {(run.group, run.outcome) for run in kept.values()} == {
            (found["group"], Outcome.FINISHED)
        }
        assert rows.test and {run.test_looks for run in kept.values()} == {1}
        assert sorted(run.trial or 0 for run in kept.values()) == [1, 2, 3]
        assert len(store.read(found["runs"][0]).epochs) == 3
        for run in found["runs"]:
            assert logs_in(store.folder / run) is not None
            assert not (store.folder / run / RUNNING).exists()
