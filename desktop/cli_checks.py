"""What the commands refuse before they start."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.document.data import DataSource
    from desktop.document.project import Project
    from desktop.document.schema import DataSchema
    from desktop.engine.rows import Dataset


class CommandError(Exception):
    """A command cannot do its work; the message is for the user."""


class DataReader:
    """The data of `source`, which is read once, when it is needed. Raises DataError then."""

    def __init__(self, source: DataSource) -> None:
        self._source = source

    @cached_property
    def dataset(self) -> Dataset:
        """The rows."""
        from desktop.engine import datasets

        return datasets.load(self._source)

    @property
    def schema(self) -> DataSchema:
        """What the source holds; nothing is read if it knows that by itself."""
        return self._source.known_schema or self.dataset.schema

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look at in the rows; empty if they were not read."""
        if "dataset" not in vars(self):
            return ()
        from desktop.engine.data_warnings import find_warnings

        return find_warnings(self.dataset)


def refuse_machine(problem: str | None) -> None:
    """Raise CommandError over what this machine lacks, if it lacks anything."""
    if problem is not None:
        raise CommandError(problem)


def refuse_errors(path: Path, project: Project, schema: DataSchema) -> None:
    """Raise CommandError if `project` cannot be trained; tell of what is odd about it.

    `schema` is what its data holds.
    """
    from desktop.console import warn
    from desktop.document.analysis import analyze
    from desktop.document.problems import Severity
    from desktop.machine import physical_memory

    problems = analyze(project, schema, physical_memory()).problems
    for problem in problems:
        where = "" if problem.layer is None else f", layer {problem.layer + 1}"
        if problem.severity is Severity.ERROR:
            more = len(problems) - 1
            others = f" (and {more} more; `check` shows all)" if more else ""
            raise CommandError(f"{path}{where}: {problem.message}{others}")
        warn(f"Warning: {path.name}{where}: {problem.message}")
