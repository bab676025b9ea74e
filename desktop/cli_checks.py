"""What the commands refuse before they start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.document.data import DataSource
    from desktop.document.project import Project
    from desktop.document.schema import DataSchema


class CommandError(Exception):
    """A command cannot do its work; the message is for the user."""


def refuse_machine(problem: str | None) -> None:
    """Raise CommandError over what this machine lacks, if it lacks anything."""
    if problem is not None:
        raise CommandError(problem)


def refuse_errors(path: Path, project: Project) -> None:
    """Raise CommandError if `project` cannot be trained; tell of what is odd about it."""
    from desktop.console import say
    from desktop.document.analysis import analyze
    from desktop.document.problems import Severity
    from desktop.machine import physical_memory

    problems = analyze(project, schema_of(project.data), physical_memory()).problems
    for problem in problems:
        where = "" if problem.layer is None else f", layer {problem.layer + 1}"
        if problem.severity is Severity.ERROR:
            more = len(problems) - 1
            others = f" (and {more} more; `check` shows all)" if more else ""
            raise CommandError(f"{path}{where}: {problem.message}{others}")
        say(f"Warning: {path.name}{where}: {problem.message}", "yellow")


def schema_of(source: DataSource) -> DataSchema:
    """What `source` holds; it is read if it does not know that by itself. Raises DataError."""
    if source.known_schema is not None:
        return source.known_schema
    from desktop.engine import datasets

    return datasets.load(source).schema
