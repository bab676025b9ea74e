"""Worker processes: what they do, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import CancelledError, wait
from pathlib import Path

import pytest

from desktop.engine.control import RunControl
from desktop.engine.trials.executor import WorkerLostError
from desktop.engine.trials.local import WorkerProcesses, processors
from tests.engine.trials.helpers import (
    die,
    fail,
    is_paused,
    note_at_exit,
    process_and_place,
    tell_and_sleep,
)

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ends processes as Linux does")


def test_work_is_done_and_a_process_that_dies_takes_its_own_along() -> None:
    with WorkerProcesses(1) as workers:
        first, place = workers.submit(process_and_place).result()
        assert place <= set(processors())
        with pytest.raises(ValueError, match="no good"):
            workers.submit(fail, "no good").result()
        lost, after = workers.submit(die), workers.submit(process_and_place)
        with pytest.raises(WorkerLostError, match=r"ended by signal 9.*fewer workers"):
            lost.result()
        assert after.result()[0] != first
        assert workers.processes == (after.result()[0],)
    assert workers.processes == ()


def test_a_process_that_is_no_longer_needed_ends_in_order(tmp_path: Path) -> None:
    """TensorFlow removes its temporary files then."""
    note = tmp_path / "note"
    with WorkerProcesses(1) as workers:
        workers.submit(note_at_exit, note).result()
        assert not note.exists()
    assert note.read_text() == "ended"


def test_a_pause_reaches_the_processes_that_are_up_and_those_to_come() -> None:
    control = RunControl()
    with WorkerProcesses(1) as workers:
        workers.follow(control)
        control.pause()
        assert workers.submit(is_paused).result()
        control.resume()
        assert not workers.submit(is_paused).result()


def test_a_stop_acts_at_once_on_what_is_not_training(tmp_path: Path) -> None:
    """As while TensorFlow is being loaded: the process is ended, and what waits is canceled."""
    control, pipe = RunControl(), tmp_path / "pipe"
    os.mkfifo(pipe)
    with WorkerProcesses(1) as workers:
        workers.follow(control)
        running, waiting = workers.submit(tell_and_sleep, pipe), workers.submit(fail, "not done")
        assert pipe.read_text() == "asleep\n"
        control.stop()
        wait([waiting])
        with pytest.raises(CancelledError):
            waiting.result()
        with pytest.raises(WorkerLostError):
            running.result()
        assert workers.submit(fail, "not done").cancelled()


def test_no_process_survives_a_program_that_is_killed() -> None:
    """Its output ends when the last process that can write to it is gone."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.engine.trials.orphan_maker"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    assert program.stderr.readline().count(",") == 1, "two processes are up"
    program.kill()
    output, errors = program.communicate(timeout=60)
    assert (output, errors) == ("", "")
