"""The command `lesson`: says what is wrong with a lesson, for those who write them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop import json_output, paths
from desktop.document.lessons.reading import LessonError, read_lesson
from desktop.document.text import counted

ERRORS_FOUND = 1

app = typer.Typer(name="lesson", rich_markup_mode=None, help="Check lessons.")


@app.callback()
def lesson() -> None:
    """Check lessons."""


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(metavar="LESSON", help="A .lesson file, or a folder with lesson.json")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output and nothing else")
    ] = False,
) -> int:
    """Say each problem of a lesson with its place; exit code 1 if there are any."""
    problems: list[str] = []
    summary = ""
    try:
        found = read_lesson(path, paths.example_projects())
    except LessonError as error:
        problems = error.problems
    else:
        steps, goals = counted(len(found.steps), "step"), counted(found.goal_count, "goal")
        summary = f"{found.title}: {steps}, {goals}, no problems"
    if as_json:
        json_output.print_json({"lesson": str(path), "problems": problems})
    else:
        sys.stdout.write("\n".join(problems or [summary]) + "\n")
    return ERRORS_FOUND if problems else 0
