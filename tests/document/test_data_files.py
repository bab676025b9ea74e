"""A project finds its data file again: moved, linked, and on another system."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desktop.document.data import Mnist
from desktop.document.project import Project
from desktop.document.storage import read_project, write_project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a project goes, with a data file below its folder."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist.npz").touch()
    return tmp_path / "digits.layerwise"


def written(path: Path, file: str) -> str:
    """How the data file called `file` is named in the project file at `path`."""
    write_project(path, Project(data=Mnist(path=file)))
    return str(json.loads(path.read_text(encoding="utf-8"))["data"]["path"])


def found(path: Path, name: str | None = None) -> str:
    """The data file of the project at `path`, with another `name` in it if one is given."""
    if name is not None:
        values = {"format": 1, "data": {"source": "mnist", "path": name}}
        path.write_text(json.dumps(values), encoding="utf-8")
    data = read_project(path).data
    assert isinstance(data, Mnist)
    assert data.path is not None
    return data.path


def test_a_data_file_below_the_project_moves_with_it(path: Path) -> None:
    assert written(path, str(path.parent / "data" / "mnist.npz")) == "data/mnist.npz"
    assert found(path) == str(path.parent / "data" / "mnist.npz")
    moved = path.parent / "elsewhere" / path.name
    moved.parent.mkdir()
    path.rename(moved)
    assert found(moved) == str(moved.parent / "data" / "mnist.npz")


def test_a_data_file_elsewhere_keeps_its_name(path: Path) -> None:
    assert written(path, "/somewhere/else/mnist.npz") == "/somewhere/else/mnist.npz"
    assert Path(found(path)) == Path("/somewhere/else/mnist.npz").absolute()


def test_a_data_file_below_the_project_through_a_link(
    path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(path.parent, target_is_directory=True)
    assert written(path, str(link / "data" / "mnist.npz")) == "data/mnist.npz"


def test_a_name_from_windows_is_found(path: Path) -> None:
    assert found(path, "data\\mnist.npz") == str(path.parent / "data" / "mnist.npz")


@pytest.mark.skipif(os.sep == "\\", reason="a backslash is no part of a name there")
def test_a_backslash_that_is_a_part_of_the_name_stays(path: Path) -> None:
    odd = path.with_name("data\\mnist.npz")
    odd.touch()
    assert written(path, str(odd)) == "data\\mnist.npz"
    assert found(path) == str(odd)


@pytest.mark.skipif(os.sep == "\\", reason="there is such a place there")
@pytest.mark.parametrize(
    "name", ["C:\\data\\mnist.npz", "C:/data/mnist.npz", "\\\\server\\m\\n.npz"]
)
def test_a_place_of_windows_is_kept_as_it_is(path: Path, name: str) -> None:
    assert found(path, name) == name
    assert written(path, name) == name


def test_the_folder_of_the_user(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    assert found(path, "~/data/mnist.npz") == str(path.parent / "data" / "mnist.npz")
    odd = path.with_name("~odd.npz")  # begins with ~, but is not the user's folder
    assert written(path, str(odd)) == "./~odd.npz"
