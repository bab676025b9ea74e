"""Saving replaces a file whole or leaves it as it was, whatever goes wrong."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.document.data import Mnist
from desktop.document.layers import Dense
from desktop.document.project import Project, starter_project
from desktop.document.storage import ProjectFileError, project_text, read_project, write_project

NEW = Project(layers=tuple(Dense(units=n + 1) for n in range(200)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A saved project, in a folder of its own."""
    folder = tmp_path / "projects"
    folder.mkdir()
    write_project(folder / "mine.layerwise", starter_project())
    return folder / "mine.layerwise"


def cannot_write(path: Path) -> str:
    """Why saving fails. What was there must be there still, byte for byte, and nothing besides."""
    before = {each: each.read_bytes() for each in path.parent.glob("*") if each.is_file()}
    names = set(path.parent.glob("*"))
    with pytest.raises(ProjectFileError) as error:
        write_project(path, NEW)
    assert {each: each.read_bytes() for each in path.parent.glob("*") if each.is_file()} == before
    assert set(path.parent.glob("*")) == names, "no temporary file is left"
    assert "\n" not in str(error.value)
    return str(error.value)


# --- what works -----------------------------------------------------------------------------------


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new.layerwise"
    write_project(path, NEW)
    assert read_project(path) == NEW
    assert path.read_bytes() == project_text(NEW).encode()
    assert list(tmp_path.iterdir()) == [path]


def test_an_old_file_is_replaced(path: Path) -> None:
    write_project(path, NEW)
    assert read_project(path) == NEW
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions_are_kept_and_new_files_get_the_usual_ones(path: Path) -> None:
    path.chmod(0o640)
    write_project(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    plain = path.with_name("plain")
    plain.touch()
    write_project(path.with_name("new.layerwise"), NEW)
    assert path.with_name("new.layerwise").stat().st_mode == plain.stat().st_mode


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.layerwise"
    link.symlink_to(path)
    write_project(link, NEW)
    assert link.is_symlink()
    assert read_project(path) == NEW


def test_the_longest_possible_name(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 245 + ".layerwise")
    write_project(path, NEW)
    assert read_project(path) == NEW


def test_names_in_any_script(tmp_path: Path) -> None:
    path = tmp_path / "数字 è ñ 😀.layerwise"
    write_project(path, NEW)
    assert read_project(path) == NEW


@pytest.mark.parametrize("name", ["~/mnist.npz", "~nobody-of-that-name/mnist.npz", "", ".", "a\0b"])
def test_any_name_of_a_data_file_can_be_written_and_read(path: Path, name: str) -> None:
    write_project(path, Project(data=Mnist(path=name)))
    data = read_project(path).data
    assert isinstance(data, Mnist)
    assert data.path is not None
    assert not data.path.startswith("~")


# --- what does not --------------------------------------------------------------------------------


def test_a_folder(path: Path) -> None:
    assert "is a folder; choose a file name" in cannot_write(path.parent)


def test_a_missing_folder(path: Path) -> None:
    said = cannot_write(path.parent / "missing" / "a.layerwise")
    assert "could not be saved: the file or its folder does not exist" in said


def test_a_file_in_place_of_a_folder(path: Path) -> None:
    assert "is a file, not a folder" in cannot_write(path / "a.layerwise")


def test_a_name_that_is_too_long(path: Path) -> None:
    assert "the name is too long" in cannot_write(path.with_name("x" * 300))


def test_an_impossible_name(path: Path) -> None:
    assert "not a file name" in cannot_write(path.parent / "a\0b")


def test_links_in_a_circle(path: Path) -> None:
    path.with_name("one").symlink_to(path.with_name("two"))
    path.with_name("two").symlink_to(path.with_name("one"))
    cannot_write(path.with_name("one"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_replaced(path: Path) -> None:
    pipe = path.with_name("pipe")
    os.mkfifo(pipe)
    assert "is not a regular file" in cannot_write(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_write_protected_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replacing it would be possible, but is not what its owner wants."""
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # nothing is forbidden to root
        monkeypatch.setattr(os, "access", lambda *_: False)
    assert "you have no permission" in cannot_write(path)


def test_a_folder_without_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", forbidden)
    said = cannot_write(path)
    assert "you have no permission; choose another folder" in said
    assert said.endswith("what was there is unchanged")


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_failure_at_any_step(path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    assert "the disk is full; make room" in cannot_write(path)


def test_a_failure_that_has_no_words_of_its_own(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    assert "could not be saved: Input/output error; what was there" in cannot_write(path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 64 kB; skips the test, with the reason, where none can be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"cannot make a file system: {error}")
    if made.returncode:
        pytest.skip(f"cannot make a file system: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    path = small_disk / "mine.layerwise"
    write_project(path, starter_project())
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1000))
    assert "the disk is full; make room" in cannot_write(path)
    assert read_project(path) == starter_project()
    filler.unlink()
    write_project(path, starter_project())
