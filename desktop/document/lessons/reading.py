"""Reads lessons, which anybody may have written: strictly, in bounds, and without running any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desktop.document.files import is_special, reason
from desktop.document.json_values import JsonError, parse_json, short
from desktop.document.lessons import LESSON_FILE
from desktop.document.lessons.lesson import MAX_TEXT, Lesson, LessonStep, Start
from desktop.document.messages import problems
from desktop.document.project import Project
from desktop.document.space.paths import SpaceError, with_values
from desktop.document.storage import EXTENSION, ProjectFileError, read_project

FORMAT = 1
MAX_BYTES = 1_000_000


class LessonError(Exception):
    """A lesson cannot be used; each of `problems` is a line with its place and what is wrong."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
        super().__init__(f"{path}: {problems[0]}{more}")
        self.problems = problems


def read_lesson(path: Path, examples: Path) -> Lesson:
    """The lesson at `path`, a file or folder; `examples` is the folder of the example projects.

    Raises LessonError.
    """
    file = path / LESSON_FILE if path.is_dir() else path
    try:
        lesson = _parsed(_text_of(file, MAX_BYTES))
        found: list[str] = []
        steps = []
        for number, step in enumerate(lesson.steps):
            try:
                steps.append(_with_text(step, file.parent, number))
            except _Problems as error:
                found += error.args[0]
        for number, step in enumerate(lesson.steps):
            found += _start_problems(step, examples, number)
        if found:
            raise _Problems(found)
        return lesson.replace(steps=tuple(steps))
    except _Problems as error:
        raise LessonError(path, error.args[0]) from error


def project_at_start(start: Start, current: Project, examples: Path) -> Project:
    """What `current` becomes by `start`. Raises ProjectFileError or SpaceError."""
    project = current
    if start.example:
        project = read_project(examples / f"{start.example}{EXTENSION}")
    return with_values(project, start.settings)


class _Problems(Exception):
    """What is wrong, as a list of lines."""


def _text_of(path: Path, most: int) -> str:
    """The text of the file at `path`, of at most that many bytes."""
    try:
        if is_special(path) or path.is_dir():
            raise _Problems([f"{path.name} is not a regular file"])
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise _Problems([f"{path.name} is too large: at most {most:,} bytes are read"])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Problems([f"{path.name} is not a text file (UTF-8)"]) from error
    except OSError as error:
        raise _Problems([f"{path.name} cannot be opened: {reason(error)}"]) from error
    except ValueError as error:  # a null character in the name
        raise _Problems([f"{path.name!s:.200} cannot be opened: not a file name"]) from error


def _parsed(text: str) -> Lesson:
    try:
        values = parse_json(text)
    except JsonError as error:
        raise _Problems([str(error)]) from error
    if not isinstance(values, dict):
        raise _Problems(["a lesson must be a JSON object { ... }"])
    values = dict(values)
    _check_format(values.pop("format", None))
    try:
        return Lesson.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise _Problems(problems(error, values, Lesson)) from error
    except RecursionError as error:
        raise _Problems(["nested too deeply to be a lesson"]) from error


def _check_format(found: Any) -> None:
    if found is None:
        raise _Problems(['the key "format" is missing; is this a lesson?'])
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise _Problems([f'"format" must be {FORMAT}, but is {short(found)}'])
    if found > FORMAT:
        newer = f"the lesson has format {short(found)}, this program knows up to {FORMAT}"
        raise _Problems([f"{newer}: install a newer Layerwise to open it"])


def _with_text(step: LessonStep, folder: Path, number: int) -> LessonStep:
    """`step` with the text of the file it names, which lies in `folder` itself."""
    if not step.file:
        return step
    path, place = folder / step.file, f"steps[{number}].file"
    try:
        if path.is_symlink():
            raise _Problems([f"{step.file} is a link; put the file itself there"])
        text = _text_of(path, 4 * MAX_TEXT)
        return step.replace(text=text, file="")
    except _Problems as error:
        raise _Problems([f"{place}: {line}" for line in error.args[0]]) from error
    except ValidationError as error:
        values: Mapping[str, Any] = {"text": text, "file": ""}
        lines = [line.removeprefix("text: ") for line in problems(error, values, LessonStep)]
        raise _Problems([f"{place}: {step.file}: {line}" for line in lines]) from error


def _start_problems(step: LessonStep, examples: Path, number: int) -> Iterator[str]:
    """Why the start of `step` cannot be made, as far as that can be told before."""
    start, place = step.start, f"steps[{number}].start"
    if start is None or not start.example:
        return
    if not (examples / f"{start.example}{EXTENSION}").is_file():
        names = ", ".join(sorted(path.stem for path in examples.glob(f"*{EXTENSION}")))
        yield f"{place}.example: there is no example {short(start.example)}; there are {names}"
        return
    try:
        project_at_start(start, Project(), examples)
    except (ProjectFileError, SpaceError) as error:
        yield f"{place}: {error}"
