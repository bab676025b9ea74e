"""Several files that are replaced all or none, also when the program is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.document.files import FileError, finish_replacing, replace_files, write_atomically
from desktop.document.project import starter_project
from desktop.document.storage import project_content, read_project, write_project

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("model.keras", "history.csv", "project.layerwise")
OLD = {name: b"old " + name.encode() for name in NAMES}
NEW = {name: b"new " + name.encode() * 1000 for name in NAMES}

# Replaces the files in the folder argv[1] by NEW and is killed at what it does as number argv[2]
# to files and folders. Writes what that was.
PROGRAM = f"""
import os, signal, sys
from pathlib import Path
from desktop.document.files import replace_files

done = 0

def count(event, arguments):
    global done
    if event.split(".")[0] in ("open", "os", "shutil"):
        done += 1
        if done == int(sys.argv[2]):
            os.write(1, f"{{event}} {{arguments}}".encode())
            os.kill(os.getpid(), signal.SIGKILL)

contents = {{name: b"new " + name.encode() * 1000 for name in {NAMES!r}}}
sys.addaudithook(count)
replace_files(Path(sys.argv[1]), contents)
"""


def filled(folder: Path, contents: dict[str, bytes] = OLD) -> Path:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def contents_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def killed_at(number: int, folder: Path) -> tuple[bool, str]:
    """Whether the program was killed at what it did as that number, and what that was."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(number)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0, done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_at_any_moment_leaves_the_old_files_or_the_new_ones(tmp_path: Path) -> None:
    ends: list[dict[str, bytes]] = []
    halves = 0
    while True:
        folder = filled(tmp_path / f"{len(ends)}")
        killed, what = killed_at(len(ends) + 1, folder)
        halves += contents_of(folder) not in (OLD, NEW)
        finish_replacing(folder)
        ends.append(contents_of(folder))
        assert ends[-1] in (OLD, NEW), what
        replace_files(folder, OLD)  # and the next time nothing is left over
        assert contents_of(folder) == OLD and len(list(folder.iterdir())) == len(NAMES), what
        if not killed:
            break
    assert len(ends) > 10 and OLD in ends and halves > 0
    first_new = ends.index(NEW)
    assert all(end == NEW for end in ends[first_new:])


@pytest.fixture
def half(tmp_path: Path) -> Path:
    """A folder in which a program was killed when one of three new files was in its place."""
    project = starter_project()
    content = project_content(tmp_path / "half" / "project.layerwise", project)
    folder = filled(tmp_path / "half", {**OLD, "model.keras": NEW["model.keras"]})
    filled(folder / ".layerwise-new", {"history.csv": b"new", "project.layerwise": content})
    return folder


def test_reading_sees_the_new_files(half: Path) -> None:
    assert read_project(half / "project.layerwise") == starter_project()
    assert (half / "history.csv").read_bytes() == b"new"
    assert sorted(path.name for path in half.iterdir()) == sorted(NAMES)


def test_what_is_written_later_is_not_replaced_by_what_was_left(half: Path) -> None:
    write_atomically(half / "history.csv", b"newer")
    later = starter_project().replace(layers=())
    write_project(half / "project.layerwise", later)
    assert read_project(half / "project.layerwise") == later
    assert (half / "history.csv").read_bytes() == b"newer"


def test_what_was_left_is_not_moved_through_a_link(half: Path, tmp_path: Path) -> None:
    """Who sends a folder could otherwise have any file of the reader replaced."""
    other = tmp_path / "other"
    other.write_bytes(b"precious")
    (half / "history.csv").unlink()
    (half / "history.csv").symlink_to(other)
    finish_replacing(half)
    assert other.read_bytes() == b"precious"
    assert (half / "history.csv").read_bytes() == b"new"


def test_a_file_that_cannot_be_replaced_keeps_all_as_they_are(tmp_path: Path) -> None:
    folder = filled(tmp_path / "out")
    (folder / "history.csv").unlink()
    (folder / "history.csv").mkdir()
    with pytest.raises(FileError, match=r"history\.csv is a folder"):
        replace_files(folder, NEW)
    assert contents_of(folder) == {name: OLD[name] for name in NAMES if name != "history.csv"}
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")
def test_permissions_are_kept(tmp_path: Path) -> None:
    folder = filled(tmp_path / "out")
    (folder / "model.keras").chmod(0o640)
    replace_files(folder, NEW)
    assert (folder / "model.keras").stat().st_mode & 0o777 == 0o640
    if os.geteuid() != 0:  # root may write to anything
        (folder / "model.keras").chmod(0o440)
        with pytest.raises(FileError, match="no permission"):
            replace_files(folder, OLD)
        assert contents_of(folder) == NEW
