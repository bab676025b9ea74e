"""What would go wrong, found before training: each with its place and, if there is one, its fix.

Every check is a function from a `Case` to problems; `CHECKS` is the list of them. A check says
nothing about what another one covers, so that one mistake is one problem wherever possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.document.problems import learning, output, settings, shapes
from desktop.document.problems.base import Case, Check, Fix, Problem, Severity

if TYPE_CHECKING:
    from desktop.document.analysis import LayerInfo
    from desktop.document.project import Project

__all__ = ["CHECKS", "Fix", "Problem", "Severity", "find_problems"]

CHECKS: tuple[Check, ...] = (
    *shapes.CHECKS,
    *output.CHECKS,
    *settings.CHECKS,
    *learning.CHECKS,
)


def find_problems(
    project: Project, layers: tuple[LayerInfo, ...], memory: int | None
) -> tuple[Problem, ...]:
    """Every problem of `project`, errors first; `layers` is its trace, `memory` in bytes."""
    case = Case(project, layers, memory)
    found = [problem for check in CHECKS for problem in check(case)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.ERROR))
