"""Lessons: strict reading of what anybody may have written, and goals that look at a snapshot."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop import paths
from desktop.document.choices import ActivationFunction
from desktop.document.data import LogicTable
from desktop.document.layers import Dense, Dropout
from desktop.document.lessons import is_lesson
from desktop.document.lessons.goals import (
    DataLoaded,
    DigitRecognized,
    Goal,
    HasLayer,
    LacksLayer,
    MetricReached,
    ModelEvaluated,
    ModelSaved,
    Repeated,
    RunFinished,
    RunsCompared,
    RunsDiffer,
    SettingVaried,
    TensorBoardOpened,
)
from desktop.document.lessons.lesson import Start
from desktop.document.lessons.questions import Choice, IntervalQuestion, NumberQuestion
from desktop.document.lessons.reading import (
    FORMAT,
    MAX_BYTES,
    LessonError,
    project_at_start,
    read_lesson,
)
from desktop.document.lessons.snapshot import Snapshot, TrainedGroup, TrainedRun
from desktop.document.optimizers import SGD
from desktop.document.project import Project, starter_project
from desktop.document.regularizers import L2
from desktop.document.spec import variants

EXAMPLES = paths.example_projects()
LESSON: Mapping[str, Any] = {
    "format": FORMAT,
    "title": "A lesson",
    "steps": [
        {
            "title": "First",
            "text": "Press **Train**: 1 < 2, a[0] and `x -> y`.",
            "start": {"example": "xor", "settings": {"training.epochs": 3}},
            "show": "train",
            "lock": ["model"],
            "questions": [
                {"question": "choice", "text": "Which?", "choices": ["a", "b"], "answer": 1},
                {"question": "number", "text": "How many?", "answer": 0.75, "tolerance": 0.05},
            ],
            "goals": [{"goal": "run_finished", "optimizer": "SGD"}],
        }
    ],
}


def with_value(steps: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """LESSON with another value at one place."""
    values = copy.deepcopy(dict(LESSON))
    here: Any = values
    for step in steps[:-1]:
        here = here[step]
    here[steps[-1]] = value
    return values


def written(folder: Path, values: Any) -> Path:
    path = folder / "a.lesson"
    path.write_text(values if isinstance(values, str) else json.dumps(values), "utf-8")
    return path


def test_a_lesson_in_one_file_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, LESSON)
    lesson = read_lesson(path, EXAMPLES)
    assert is_lesson(path)
    assert (lesson.title, lesson.goal_count) == ("A lesson", 1)
    assert lesson.steps[0].text.startswith("Press")


def test_a_lesson_in_a_folder_has_its_texts_in_files(tmp_path: Path) -> None:
    values = with_value(("steps", 0, "file"), "first.md")
    del values["steps"][0]["text"]
    (tmp_path / "lesson.json").write_text(json.dumps(values), "utf-8")
    assert is_lesson(tmp_path)
    with pytest.raises(LessonError, match=r"steps\[0\]\.file: first\.md cannot be opened"):
        read_lesson(tmp_path, EXAMPLES)
    (tmp_path / "first.md").write_text("# Read", "utf-8")
    assert read_lesson(tmp_path, EXAMPLES).steps[0].text == "# Read"
    (tmp_path / "first.md").write_text("![](/etc/passwd)", "utf-8")
    with pytest.raises(LessonError, match=r"steps\[0\]\.file: first\.md: .*images are not shown"):
        read_lesson(tmp_path, EXAMPLES)
    (tmp_path / "first.md").unlink()
    (tmp_path / "other.md").write_text("Elsewhere", "utf-8")
    (tmp_path / "first.md").symlink_to(tmp_path / "other.md")
    with pytest.raises(LessonError, match="is a link"):
        read_lesson(tmp_path, EXAMPLES)


STEP = ("steps", 0)
GOAL = (*STEP, "goals", 0)
BAD: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("format",), 2, "install a newer Layerwise"),
    (("format",), "1", '"format" must be 1'),
    (("code",), "import os", "code: unknown key"),
    (("steps",), [], "too few values"),
    (("steps",), [LESSON["steps"][0]] * 41, "too many values"),
    ((*STEP, "text"), "x" * 20_001, r"steps\[0\]\.text"),
    ((*STEP, "text"), "<script>alert(1)</script>", "HTML is not shown"),
    ((*STEP, "text"), "<img src='file:///etc/passwd'>", "HTML is not shown"),
    ((*STEP, "text"), "![x](https://example.org/a.png)", "images are not shown"),
    ((*STEP, "text"), "[here](https://example.org)", "links are not followed"),
    ((*STEP, "text"), "a\x00b", "control character"),
    ((*STEP, "file"), "more.md", 'needs either "text" or "file"'),
    ((*STEP, "file"), "../../etc/passwd.md", r"steps\[0\]\.file"),
    ((*STEP, "show"), "quit", 'steps.0..show: "quit" is not allowed'),
    ((*STEP, "lock"), ["file_menu"], "is not allowed"),
    ((*STEP, "start"), {"example": "none"}, "there is no example"),
    ((*STEP, "start"), {"example": "../projects/xor"}, r"start\.example"),
    ((*STEP, "start"), {"settings": {"data.file": "/etc/passwd"}}, "only layers and training"),
    ((*STEP, "start", "settings"), {"training.epochs": 0}, r"training\.epochs.*at least 1"),
    ((*STEP, "start", "settings"), {"layers[9].units": 1}, r"layers\[9\]"),
    ((*STEP, "start"), {}, 'needs "example"'),
    ((*STEP, "questions", 0, "answer"), 2, "none of 2 choices"),
    ((*STEP, "questions", 1, "answer"), "x", "must be a number"),
    ((*GOAL, "goal"), "run_code", "unknown goal"),
    ((*GOAL, "optimizer"), "Sgd", '"Sgd" is not allowed; allowed: SGD, Adam'),
    (GOAL, {"goal": "metric_reached", "metric": "val_accuracy"}, '"at_least" or "at_most"'),
    (GOAL, {"goal": "metric_reached", "metric": "loss", "at_least": 1}, "the other way"),
    (GOAL, {"goal": "digit_recognized", "digit": 10}, "at most 9"),
]


@pytest.mark.parametrize(("place", "value", "message"), BAD)
def test_what_is_wrong_is_said(
    tmp_path: Path, place: tuple[str | int, ...], value: Any, message: str
) -> None:
    with pytest.raises(LessonError, match=message) as found:
        read_lesson(written(tmp_path, with_value(place, value)), EXAMPLES)
    assert len(found.value.problems) == 1
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 100_000, '{"format": 1, "format": 1}', "{}", "\x00", "NaN"],
)
def test_a_damaged_lesson_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LessonError):
        read_lesson(written(tmp_path, text), EXAMPLES)


def test_a_lesson_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="too large"):
        read_lesson(written(tmp_path, " " * (MAX_BYTES + 1)), EXAMPLES)


def test_every_problem_is_listed(tmp_path: Path) -> None:
    values = with_value((*STEP, "show"), "nothing")
    values["steps"] = [{**values["steps"][0], "title": ""}] * 4
    with pytest.raises(LessonError) as found:
        read_lesson(written(tmp_path, values), EXAMPLES)
    assert len(found.value.problems) == 8


def test_a_start_makes_a_project() -> None:
    start = Start(example="xor", settings={"training.optimizer": "SGD"})
    project = project_at_start(start, starter_project(), EXAMPLES)
    assert isinstance(project.data, LogicTable)
    assert project.training.optimizer == SGD()
    changed = project_at_start(Start(settings={"training.epochs": 7}), project, EXAMPLES)
    assert changed == project.replace(training=project.training.replace(epochs=7))


def test_answers_are_checked() -> None:
    choice = Choice(text="?", choices=("a", "b"), answer=1)
    assert [choice.is_right(each, EMPTY) for each in (0, 1)] == [False, True]
    number = NumberQuestion(text="?", answer=0.75, tolerance=0.05)
    found = [number.is_right(each, EMPTY) for each in (0.69, 0.7, 0.8, 0.81)]
    assert found == [False, True, True, False]


def test_the_interval_is_that_of_the_last_repeat() -> None:
    interval = IntervalQuestion(text="?")
    assert not interval.is_right(0.0, EMPTY)
    assert not interval.is_right(0.0, Snapshot(PROJECT, groups=(TrainedGroup(5),)))
    varied = TrainedGroup(3, ("hidden.activation",), 0.5)
    groups = TrainedGroup(5, (), 0.1), TrainedGroup(5, (), 0.00447), varied
    given = 0.1, 0.5, 0.004, 0.0045, 0.00447
    found = [interval.is_right(each, Snapshot(PROJECT, groups=groups)) for each in given]
    assert found == [False, False, False, True, True]


# --- goals ----------------------------------------------------------------------------------------

PROJECT = starter_project()
RUN = TrainedRun(PROJECT, 2410, 20, True, {"val_accuracy": 0.95, "loss": 0.1})


def changed(**training: Any) -> Project:
    return PROJECT.replace(training=PROJECT.training.replace(**training))


def trained(*projects: Project) -> Snapshot:
    return Snapshot(PROJECT, runs=tuple(replace(RUN, project=each) for each in projects))


EMPTY = Snapshot(PROJECT)
PENALIZED = PROJECT.with_layer(1, Dense(units=32, kernel_regularizer=L2()))
TANH = PROJECT.with_layer(1, PROJECT.layers[1].replace(activation=ActivationFunction.TANH))
WITH_DROPOUT = PROJECT.inserted(2, Dropout())
# Each goal with what does not meet it, and what does.
CASES: list[tuple[Goal, Snapshot, Snapshot]] = [
    (DataLoaded(source="digits"), Snapshot(PROJECT, "mnist"), Snapshot(PROJECT, "digits")),
    (HasLayer(layer="Dropout"), EMPTY, Snapshot(WITH_DROPOUT)),
    (HasLayer(layer="Dense", count=3), EMPTY, Snapshot(PROJECT.inserted(1, Dense(units=3)))),
    (LacksLayer(layer="Dropout"), Snapshot(WITH_DROPOUT), EMPTY),
    (RunFinished(), Snapshot(PROJECT, runs=(replace(RUN, finished=False),)), trained(PROJECT)),
    (RunFinished(optimizer="SGD"), trained(PROJECT), trained(changed(optimizer=SGD()))),
    (
        RunFinished(source="mnist"),
        trained(PROJECT),
        trained(PROJECT.replace(data={"source": "mnist"})),
    ),
    (RunFinished(activation=ActivationFunction.TANH), trained(PROJECT), trained(TANH)),
    (RunFinished(layer="Dropout"), trained(PROJECT), trained(WITH_DROPOUT)),
    (RunFinished(hidden_layers=2), trained(PROJECT), trained(PROJECT.inserted(1, Dense(units=3)))),
    (RunFinished(regularizer="L2"), trained(PROJECT), trained(PENALIZED)),
    (
        RunFinished(early_stopping=True),
        trained(PROJECT),
        trained(changed(early_stopping={"patience": 2})),
    ),
    (RunFinished(early_stopping=False), trained(changed(early_stopping={})), trained(PROJECT)),
    (
        RunFinished(min_epochs=20),
        Snapshot(PROJECT, runs=(replace(RUN, epochs=19),)),
        trained(PROJECT),
    ),
    (
        MetricReached(metric="val_accuracy", at_least=0.95, max_parameters=2410),
        Snapshot(PROJECT, runs=(replace(RUN, parameters=2411),)),
        trained(PROJECT),
    ),
    (
        MetricReached(metric="val_accuracy", at_least=0.95),
        Snapshot(PROJECT, runs=(replace(RUN, best={"val_accuracy": 0.949}),)),
        trained(PROJECT),
    ),
    (
        MetricReached(metric="loss", at_most=0.1),
        Snapshot(PROJECT, runs=(replace(RUN, best={}),)),
        trained(PROJECT),
    ),
    (
        RunsDiffer(setting="activation"),
        trained(PROJECT, TANH.replace(training=changed(seed=3).training)),
        trained(PROJECT, changed(seed=3), TANH),
    ),
    (RunsDiffer(setting="seed"), trained(PROJECT, PROJECT), trained(PROJECT, changed(seed=3))),
    (RunsDiffer(setting="layers"), trained(PROJECT, TANH), trained(PROJECT, WITH_DROPOUT)),
    (
        RunsCompared(setting="activation"),
        Snapshot(PROJECT, compared=((PROJECT, changed(seed=3)), (TANH, TANH))),
        Snapshot(PROJECT, compared=((PROJECT, changed(seed=3), TANH),)),
    ),
    (RunsCompared(), EMPTY, Snapshot(PROJECT, compared=((PROJECT, PROJECT),))),
    (
        Repeated(times=5),
        Snapshot(PROJECT, groups=(TrainedGroup(4), TrainedGroup(9, ("layers",)))),
        Snapshot(PROJECT, groups=(TrainedGroup(5),)),
    ),
    (
        SettingVaried(path="hidden.activation", trials=3),
        Snapshot(PROJECT, groups=(TrainedGroup(3),)),
        Snapshot(PROJECT, groups=(TrainedGroup(3, ("hidden.activation",)),)),
    ),
    (
        DigitRecognized(digit=7),
        Snapshot(PROJECT, drawn=frozenset("1")),
        Snapshot(PROJECT, drawn=frozenset("17")),
    ),
    (ModelEvaluated(), EMPTY, Snapshot(PROJECT, metrics={"loss": 1.0})),
    (
        ModelEvaluated(min_accuracy=0.9),
        Snapshot(PROJECT, metrics={"accuracy": 0.89}),
        Snapshot(PROJECT, metrics={"accuracy": 0.9}),
    ),
    (ModelSaved(), EMPTY, Snapshot(PROJECT, model_saved=True)),
    (TensorBoardOpened(), EMPTY, Snapshot(PROJECT, tensorboard_opened=True)),
]


@pytest.mark.parametrize(("goal", "before", "after"), CASES)
def test_a_goal_is_met_by_what_it_asks_for(goal: Goal, before: Snapshot, after: Snapshot) -> None:
    assert not goal.is_met(before)
    assert goal.is_met(after)
    assert goal.words and not goal.words.endswith(".")
    assert goal.replace(text="In other words").words == "In other words"


def test_every_kind_of_goal_is_tested() -> None:
    assert {type(goal) for goal, _, _ in CASES} == set(variants(Goal))


def test_words_of_a_goal_name_what_is_asked_for() -> None:
    goal = MetricReached(
        metric="val_accuracy", at_least=0.97, max_parameters=50_000, optimizer="SGD"
    )
    assert goal.words == (
        "Train a network with the optimizer SGD, at most 50,000 parameters until the validation "
        "accuracy is at least 0.97"
    )


# --- what comes with the program ------------------------------------------------------------------

SHIPPED = sorted(path.parent for path in paths.lessons().glob("*/lesson.json"))


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda each: each.name)
def test_a_shipped_lesson_can_be_read(folder: Path) -> None:
    lesson = read_lesson(folder, EXAMPLES)
    assert lesson.goal_count >= 4
    assert lesson.about
