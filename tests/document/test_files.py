"""What killed programs leave behind is removed, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.document.files import write_atomically

# Writes `target`, but does `what` once the content is in the temporary file.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from desktop.document.files import write_atomically
{what}
os.fsync = at_fsync
write_atomically(Path(sys.argv[1]), b"of the other program")
"""
KILLED = """
def at_fsync(_): os.kill(os.getpid(), signal.SIGKILL)
"""
WAITING = """
def at_fsync(_):
    print("waiting", flush=True)
    sys.stdin.readline()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, age decides what is stale")


def started(target: Path, what: str) -> subprocess.Popen[str]:
    """Another program that writes `target`, and does `what` in between."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(what=what), str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_a_killed_program_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with started(path, KILLED) as program:
        assert program.wait() == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".layerwise-")
    write_atomically(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    path, others = tmp_path / "file", tmp_path / "others"
    with started(others, WAITING) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "waiting\n"
        write_atomically(path, b"new")
        assert len(list(tmp_path.iterdir())) == 2
        program.communicate("go on\n")
    assert program.returncode == 0
    assert others.read_bytes() == b"of the other program"
    assert set(tmp_path.iterdir()) == {path, others}


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """Neither files of other names, nor what only bears the name of a temporary file."""
    kept = {
        tmp_path / name
        for name in (".layerwise-notes.tmp", ".layerwise-abcd1234", "a.layerwise-abcd1234.tmp")
    }
    for each in kept:
        each.touch()
    folder, link = tmp_path / ".layerwise-folder_1.tmp", tmp_path / ".layerwise-link_567.tmp"
    folder.mkdir()
    link.symlink_to(tmp_path / "file")
    write_atomically(tmp_path / "file", b"new")
    assert set(tmp_path.iterdir()) == kept | {folder, link, tmp_path / "file"}
    assert (tmp_path / "file").read_bytes() == b"new"
