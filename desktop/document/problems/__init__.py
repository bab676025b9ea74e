"""What would go wrong, found before training: each with its place and, if there is one, its fix.

Every check is a function from a `Case` to problems; `CHECKS` is the list of them. `PROJECT_CHECKS`
need not know what the data holds, and so work before it is read. A check says nothing
about what another one covers, so that one mistake is one problem wherever possible.
"""

from __future__ import annotations

from desktop.document.problems import augmentation, learning, output, settings, shapes
from desktop.document.problems.base import Case, Check, Fix, Problem, ProjectCheck, Severity
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import LayerInfo

__all__ = ["CHECKS", "PROJECT_CHECKS", "Fix", "Problem", "Severity", "find_problems"]

CHECKS: tuple[Check, ...] = (
    *shapes.CHECKS,
    *augmentation.CHECKS,
    *output.CHECKS,
    *settings.CHECKS,
    *learning.CHECKS,
)
PROJECT_CHECKS: tuple[ProjectCheck, ...] = settings.PROJECT_CHECKS


def find_problems(
    project: Project,
    schema: DataSchema | None,
    layers: tuple[LayerInfo, ...],
    memory: int | None,
) -> tuple[Problem, ...]:
    """Every problem of `project`, errors first.

    `schema` is what the data holds, None if that is not known yet; `layers` is the trace of the
    project; `memory` is what the machine has, in bytes, None if unknown.
    """
    found = [problem for check in PROJECT_CHECKS for problem in check(project)]
    if schema is not None:
        case = Case(project, schema, layers, memory)
        found += [problem for check in CHECKS for problem in check(case)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))
