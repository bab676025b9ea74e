"""The workspace: edits, merging, undo, the file and the dirty flag."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.document.data import Digits, LogicTable, Mnist
from desktop.document.layers import Dense, Flatten
from desktop.document.project import Project, starter_project
from desktop.document.storage import ProjectFileError, read_project, write_project
from desktop.views.workspace import FileState, Workspace


@pytest.fixture
def workspace(qtbot: QtBot) -> Workspace:
    return Workspace(Project(layers=(Flatten(), Dense(units=10))))


def with_units(project: Project, units: int) -> Project:
    return project.with_layer(1, project.layers[1].replace(units=units))


def test_an_edit_is_reported_once_with_before_and_after(qtbot: QtBot, workspace: Workspace) -> None:
    before = workspace.project
    told: list[tuple[Project, Project]] = []
    workspace.projectChanged.connect(lambda *both: told.append(both))
    assert workspace.edit("Change units", with_units(before, 20))
    assert told == [(before, workspace.project)]
    assert workspace.dirty
    workspace.undo()
    assert told[1] == (told[0][1], before) and workspace.project == before
    assert not workspace.dirty


def test_an_equal_project_is_no_edit(workspace: Workspace) -> None:
    assert not workspace.edit("Nothing", with_units(workspace.project, 10))
    assert workspace.undo_stack.count() == 0


def test_edits_of_one_key_are_one_step(workspace: Workspace) -> None:
    before = workspace.project
    for units in (1, 12, 128):
        workspace.edit(f"Set {units}", with_units(before, units), "units")
    assert workspace.undo_stack.count() == 1
    assert workspace.undo_stack.undoText() == "Set 128"
    workspace.undo()
    assert workspace.project == before
    workspace.redo()
    assert workspace.project == with_units(before, 128)


def test_edits_of_other_keys_are_steps_of_their_own(workspace: Workspace) -> None:
    before = workspace.project
    workspace.edit("a", with_units(before, 1), "a")
    workspace.edit("b", with_units(before, 2), "b")
    workspace.edit("c", with_units(before, 3))
    workspace.edit("d", with_units(before, 4))
    assert workspace.undo_stack.count() == 4


def test_back_where_it_began_leaves_no_step(workspace: Workspace) -> None:
    before = workspace.project
    workspace.edit("a", with_units(before, 1), "a")
    workspace.edit("a", before, "a")
    assert workspace.undo_stack.count() == 0
    assert not workspace.dirty
    assert workspace.project == before


def test_a_saved_state_is_not_merged_away(workspace: Workspace, tmp_path: Path) -> None:
    before = workspace.project
    workspace.edit("a", with_units(before, 1), "a")
    workspace.save(tmp_path / "a.layerwise")
    workspace.edit("a", with_units(before, 2), "a")
    assert workspace.dirty
    workspace.undo()
    assert not workspace.dirty and workspace.project == with_units(before, 1)


def test_analysis_belongs_to_the_project(workspace: Workspace) -> None:
    first = workspace.analysis
    assert workspace.analysis is first
    seen: list[int] = []
    workspace.projectChanged.connect(lambda *_: seen.append(workspace.analysis.parameters))
    workspace.edit("a", with_units(workspace.project, 20))
    assert seen == [65 * 20] and first.parameters == 65 * 10


def test_save_open_and_new(qtbot: QtBot, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "net.layerwise"
    workspace.edit("a", with_units(workspace.project, 20))
    with qtbot.waitSignals([workspace.fileChanged, workspace.dirtyChanged]):
        workspace.save(path)
    assert workspace.path == path and not workspace.dirty
    saved = workspace.project
    assert read_project(path) == saved
    workspace.new(starter_project())
    assert workspace.path is None and not workspace.dirty and not workspace.undo_stack.canUndo()
    workspace.open(path)
    assert workspace.project == saved and workspace.path == path
    assert workspace.name == "net"
    workspace.open_example(path, "A net")
    assert workspace.path is None and workspace.name == "A net" and not workspace.dirty
    workspace.new(starter_project())
    assert workspace.name == ""


def test_save_goes_to_the_file_it_came_from(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="path"):
        workspace.save()
    workspace.save(tmp_path / "a.layerwise")
    workspace.edit("a", with_units(workspace.project, 20))
    workspace.save()
    assert read_project(tmp_path / "a.layerwise") == workspace.project


def test_a_file_that_cannot_be_read_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    bad = tmp_path / "bad.layerwise"
    bad.write_text('{"format": 1, "layers": [{"layer": "Dens"}]}')
    workspace.edit("a", with_units(workspace.project, 20))
    before = workspace.project
    with pytest.raises(ProjectFileError, match="Dens"):
        workspace.open(bad)
    assert workspace.project is before and workspace.dirty and workspace.undo_stack.canUndo()


def test_a_failing_save_loses_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.layerwise"
    workspace.save(path)
    workspace.edit("a", with_units(workspace.project, 20))
    with pytest.raises(ProjectFileError):
        workspace.save(tmp_path)
    assert workspace.dirty and workspace.path == path
    assert read_project(path) != workspace.project


def test_actions_name_what_they_undo(workspace: Workspace) -> None:
    undo, redo = workspace.undo_action(workspace), workspace.redo_action(workspace)
    assert not undo.isEnabled()
    before = workspace.project
    workspace.edit("Add Dense", with_units(before, 20))
    assert undo.text() == "Undo Add Dense"
    undo.trigger()
    assert workspace.project == before
    redo.trigger()
    assert workspace.project != before


def test_a_relative_data_file_lies_beside_the_project(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed, it is the same file that the saved project names."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    path = tmp_path / "a.layerwise"
    workspace.save(path)
    workspace.edit("Change file", workspace.project.replace(data=Mnist(path="mnist.npz")))
    assert workspace.project.data == Mnist(path=str(tmp_path / "mnist.npz"))
    workspace.save()
    typed = workspace.project
    workspace.open(path)
    assert workspace.project == typed


def test_before_the_first_save_a_relative_data_file_lies_in_the_current_folder(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workspace.edit("Change file", workspace.project.replace(data=Mnist(path="mnist.npz")))
    (tmp_path / "projects").mkdir()
    workspace.save(tmp_path / "projects" / "a.layerwise")
    workspace.open(tmp_path / "projects" / "a.layerwise")
    assert workspace.project.data == Mnist(path=str(tmp_path / "mnist.npz"))


def test_each_data_source_keeps_its_settings(workspace: Workspace) -> None:
    used = Digits(test_split=0.5)
    workspace.edit("a", workspace.project.replace(data=used))
    workspace.edit("b", workspace.project.replace(data=Mnist(validation_split=0.3)))
    assert workspace.last_used(Digits) == used
    assert workspace.last_used(Mnist) == workspace.project.data
    assert workspace.last_used(LogicTable) == LogicTable()


def test_what_another_program_does_to_the_file(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.file_state is FileState.KNOWN
    path = tmp_path / "a.layerwise"
    workspace.save(path)
    workspace.edit("a", with_units(workspace.project, 20))
    assert workspace.file_state is FileState.KNOWN
    ours = path.read_bytes()
    write_project(path, with_units(workspace.project, 30))
    assert workspace.file_state is FileState.NEWER
    path.write_bytes(ours)
    assert workspace.file_state is FileState.KNOWN
    path.unlink()
    assert workspace.file_state is FileState.MISSING
    workspace.save()
    assert workspace.file_state is FileState.KNOWN
    write_project(path, with_units(workspace.project, 40))
    workspace.open(path)
    assert workspace.file_state is FileState.KNOWN
