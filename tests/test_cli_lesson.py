"""The command `lesson check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop import cli, paths

LESSON = paths.lessons() / "keras-workflow"


def test_a_good_lesson_has_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lesson", "check", str(LESSON)]) == 0
    assert "no problems" in capsys.readouterr().out


def test_each_problem_is_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = json.loads((LESSON / "lesson.json").read_text("utf-8"))
    values["steps"][1]["show"] = "nowhere"
    values["steps"][2]["goals"][0]["optimizer"] = "Sgd"
    (tmp_path / "lesson.json").write_text(json.dumps(values), "utf-8")
    assert cli.run(["lesson", "check", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "steps[1].show",
        "steps[2].goals[0].optimizer",
    ]


def test_problems_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.lesson"
    assert cli.run(["lesson", "check", str(missing), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["lesson"] == str(missing)
    assert "does not exist" in found["problems"][0]
