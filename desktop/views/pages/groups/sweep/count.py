"""How many trainings a space makes, in words."""

from __future__ import annotations

from collections.abc import Callable

from desktop.document.project import Project
from desktop.document.space import Space
from desktop.document.text import counted
from desktop.views.pages.groups.sweep.method import Method

_LOOKED_AT = 200  # combinations that are tried out


def count_text(
    project: Project, space: Space, method: Method, problem: Callable[[Project], str]
) -> str:
    """What will be trained. `problem` says what is wrong with a project, "" if nothing is."""
    left_out = ""
    size = space.size
    if size is not None and size <= _LOOKED_AT:
        works = [each for each in space.combinations() if not space.problem(project, each, problem)]
        different = len({space.apply(project, each) for each in works})
        left_out = _left_out(size - len(works), len(works) - different)
        size = different
    if method.minutes is not None:
        minutes = counted(round(method.minutes), "minute")
        most = "" if size is None else f", {counted(size, 'training')} at most"
        return f"As many trainings as are begun within {minutes}{most}.{left_out}"
    if method.trials is not None and (size is None or method.trials <= size):
        few = "" if size is None else f", of {size:,} combinations"
        return f"{counted(method.trials, 'training')}{few}.{left_out}"
    assert size is not None
    each = ", one for each combination" if size > 1 else ""
    return f"{counted(size, 'training')}{each}.{left_out}"


def _left_out(failing: int, same: int) -> str:
    parts = []
    if failing:
        parts.append(f"{counted(failing, 'combination')} that cannot be trained")
    if same:
        parts.append(f"{counted(same, 'combination')} that come to the same network as another")
    return f" Left out: {' and '.join(parts)}." if parts else ""
