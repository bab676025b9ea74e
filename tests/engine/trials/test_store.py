"""Groups on disk: kept as their trials end, resumed, and set aside if they are damaged."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.engine.reports import Outcome
from desktop.engine.trials.group import GRID, Group, new_group
from desktop.engine.trials.store import GroupError, GroupStore
from desktop.engine.trials.trial import Trial, TrialResult
from tests.engine.trials.helpers import project
from tests.engine.trials.killed_process import finish

ROOT = Path(__file__).resolve().parents[3]


def group() -> Group:
    space = {"training.optimizer.learning_rate": {"log": [1e-4, 0.1]}}
    return new_group(GRID, project(), name="one", metric="val_loss", space=space, seeds=(3,))


def result(number: int, loss: float = 0.5) -> TrialResult:
    trial = Trial(number, project(seed=number), {"training.seed": number}, "name")
    values = (1.0, loss)
    return TrialResult(
        trial, "run", Outcome.FINISHED, "", 2, 1.5, {"val_loss": loss}, values, pruned=number == 2
    )


def test_what_is_written_is_read() -> None:
    store, new = GroupStore(), group()
    with store.begin(new) as writer:
        writer.add(result(2))
        writer.add(result(1, math.inf))
        assert store.all()[0].is_running
        store.label(new.id, name="other", notes="some")
        writer.end(Outcome.FINISHED)
    found = store.read(new.id)
    assert found.results[0] == result(2)
    assert found.results[1].trial == result(1).trial
    assert math.isnan(found.results[1].results["val_loss"])
    assert (found.project, found.file.space) == (new.project, new.file.space)
    assert (found.file.name, found.file.notes, found.is_open) == ("other", "some", False)
    (line,) = store.all()
    assert (line.file, line.done, line.is_running) == (found.file, 2, False)


def test_only_an_open_group_that_was_asked_for_alike_is_found() -> None:
    store, first, other = GroupStore(), group(), group()
    assert first.file.command == other.file.command
    assert new_group(GRID, project()).file.command != first.file.command
    with store.begin(first):
        assert store.latest(first.file.command, only_open=True) is None, "it is running"
        with pytest.raises(GroupError, match="is running"):
            store.resume(first.id)
        with pytest.raises(GroupError, match="is running"):
            store.delete([first.id])
    with store.begin(other) as writer:
        writer.end(Outcome.FINISHED)
    found = store.latest(first.file.command, only_open=True)
    assert found is not None and found.id == first.id
    latest = store.latest(first.file.command)
    assert latest is not None and latest.id == other.id
    assert store.latest(first.file.command, after=other.id) is None
    store.delete([first.id])
    assert [each.id for each in store.all()] == [other.id]
    store.restore([first.id])
    assert len(store.all()) == 2


def test_a_line_that_was_cut_off_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    store, new = GroupStore(tmp_path), group()
    with store.begin(new) as writer:
        writer.add(result(1))
        writer.add(result(2))
    path = tmp_path / new.id / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert store.read(new.id).results == (result(1),)
    with store.resume(new.id) as writer:
        writer.add(result(3))
    assert store.read(new.id).results == (result(1), result(3))


@pytest.mark.parametrize("name", ["group.json", "project.layerwise", "results.jsonl"])
def test_a_damaged_group_is_set_aside(tmp_path: Path, name: str) -> None:
    said: list[str] = []
    store, whole, damaged = GroupStore(tmp_path, said.append), group(), group()
    for each in (whole, damaged):
        with store.begin(each) as writer:
            writer.add(result(1))
    (tmp_path / damaged.id / name).write_bytes(b"{}\n")
    with pytest.raises(GroupError, match=name):
        store.read(damaged.id)
    assert len(said) == 1 and ".damaged" in said[0]
    assert [each.id for each in store.all()] == [whole.id]


def test_a_group_of_a_newer_program_is_left_where_it_is(tmp_path: Path) -> None:
    store, new = GroupStore(tmp_path), group()
    store.begin(new).close()
    path = tmp_path / new.id / "group.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(GroupError, match="newer"):
        store.read(new.id)
    assert path.exists() and store.all() == ()


def test_a_full_disk_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, new = GroupStore(tmp_path), group()
    with store.begin(new) as writer:
        writer.add(result(1))
        results = writer._results

        class Full:
            def __getattr__(self, name: str) -> object:
                return getattr(results, name)

            def write(self, content: bytes) -> int:
                return results.write(content[:10])

        with monkeypatch.context() as full:
            full.setattr(writer, "_results", Full())
            with pytest.raises(GroupError, match="full"):
                writer.add(result(2))
            with pytest.raises(GroupError, match="full"):
                writer.end(Outcome.FINISHED)
        assert [each.trial.number for each in writer.group.results] == [1, 2]
        found = store.read(new.id)
        assert [each.trial.number for each in found.results] == [1]
        assert found.is_open, "the trial can be made again"
        writer.add(replace(result(3), run="other"))
    assert [each.trial.number for each in store.read(new.id).results] == [1, 2, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="makes copies of a process")
def test_no_result_is_lost_when_programs_are_killed(tmp_path: Path) -> None:
    """Each began groups, or went on with those of others that were killed."""
    program = subprocess.run(
        [sys.executable, "-m", "tests.engine.trials.killed_process", tmp_path, "50"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in program.stdout.splitlines()]
    assert len(told) == 51
    words = [word for each in told for word in each]
    assert not [word for word in words if word[0] == "said"]
    began, ended, named = (
        {word[1] for word in words if word[0] == kind} for kind in ("began", "ended", "named")
    )
    said = list[str]()
    store = GroupStore(tmp_path, said.append)
    groups = {each.id: store.read(each.id) for each in store.all()}
    assert groups.keys() >= began and named
    assert sum(word[0] == "began" for word in words) > len(began), "none was resumed"
    for _, of, run in (word for word in words if word[0] == "result"):
        assert run in [each.run for each in groups[of].results]
    for each in groups.values():
        numbers = [found.trial.number for found in each.results]
        assert numbers == list(range(1, len(numbers) + 1)), "none twice"
        assert each.file.ended is Outcome.FINISHED or each.id not in ended
        assert each.file.name == ("done" if each.id in named else each.file.name)
        if each.is_open:
            with store.resume(each.id) as writer:
                finish(writer, lambda *_: None)
                assert len(writer.group.results) == len(each.file.seeds)
    assert all(not store.read(each).is_open for each in groups)
    assert not said and not (tmp_path / ".damaged").exists()
