"""Shapes, parameter counts and problems of a project, worked out without building anything."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.document.problems import Problem, Severity, find_problems
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import LayerInfo, trace


@dataclass(frozen=True)
class Analysis:
    """Everything the editor shows about a project in addition to its settings.

    `schema` is None as long as it is not known what the data holds: shapes and most problems are
    not known either then.
    """

    schema: DataSchema | None
    layers: tuple[LayerInfo, ...]
    problems: tuple[Problem, ...]

    @property
    def parameters(self) -> int:
        """Total parameters of the layers whose input is known."""
        return sum(info.parameters for info in self.layers)

    @property
    def is_trainable(self) -> bool:
        """Whether the data is known and nothing stands in the way of training."""
        return self.schema is not None and all(
            problem.severity is not Severity.ERROR for problem in self.problems
        )

    def problems_of(self, index: int) -> tuple[Problem, ...]:
        """The problems of the layer at `index`."""
        return tuple(problem for problem in self.problems if problem.layer == index)


def analyze(
    project: Project, schema: DataSchema | None = None, memory: int | None = None
) -> Analysis:
    """Trace the shapes of `project` and find its problems.

    `schema` is what the data was found to hold; None takes what the source itself knows. `memory`
    is what the machine has, in bytes; None if that is not known.
    """
    schema = schema or project.data.known_schema
    layers = trace(project, schema)
    return Analysis(schema, layers, find_problems(project, schema, layers, memory))
