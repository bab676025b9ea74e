"""Whatever a project looks like: it can be analyzed, and its fixes lead somewhere."""

from __future__ import annotations

from collections import Counter

from hypothesis import event, given, settings

from desktop.document.analysis import analyze
from desktop.document.problems import Problem, Severity
from desktop.document.project import Project
from tests.document.strategies import projects, usual_projects

MEMORY = 16 * 10**9
MOST_FIXES = 60  # a stack of six layers and its settings hold fewer mistakes than that
MANY = settings(max_examples=5 * settings().max_examples)


def problems(project: Project) -> tuple[Problem, ...]:
    return analyze(project, memory=MEMORY).problems


def is_same(one: Problem, other: Problem) -> bool:
    return (one.message, one.layer, one.field) == (other.message, other.layer, other.field)


@given(project=projects())
def test_every_project_can_be_analyzed(project: Project) -> None:
    analysis = analyze(project, memory=MEMORY)
    assert len(analysis.layers) == len(project.layers)
    for problem in analysis.problems:
        assert problem.message
        assert "\n" not in problem.message
        assert not problem.message.endswith(".")
        assert problem.layer is None or 0 <= problem.layer < len(project.layers)


def a_fix_changes_the_project_and_solves_its_problem(project: Project) -> None:
    for problem in problems(project):
        if problem.fix is None:
            continue
        assert problem.fix.project != project
        again = [each for each in problems(problem.fix.project) if is_same(each, problem)]
        # Of three in a row, the third moves up into the place of the second.
        assert not again or len(problems(problem.fix.project)) < len(problems(project))


def a_fix_adds_no_error_where_the_shapes_fit(project: Project) -> None:
    """Where they do not, one error may hide another; and no output suits every loss and metric."""
    before = analyze(project, memory=MEMORY)
    shape = before.layers[-1].output_shape if before.layers else None
    if shape is None or len(shape) != 1:
        return
    if any("separately" in problem.message for problem in before.problems):
        return

    def errors(found: tuple[Problem, ...]) -> int:
        return sum(each.severity is Severity.ERROR and each.field != "metrics" for each in found)

    for problem in before.problems:
        if problem.fix is not None:
            after = problems(problem.fix.project)
            event(f"{problem.severity}: {len(after)} left")
            assert errors(after) <= errors(before.problems), (problem.message, after)


def fixing_one_problem_after_the_other_ends(project: Project) -> None:
    """It never comes back to a project it started from, and what is left has no fix."""
    seen = {project}
    for _ in range(MOST_FIXES):
        fix = next((each.fix for each in problems(project) if each.fix is not None), None)
        if fix is None:
            return
        project = fix.project
        assert project not in seen
        seen.add(project)
    raise AssertionError(f"still not mended: {problems(project)}")


def one_mistake_is_reported_once(project: Project) -> None:
    told = Counter((each.message, each.layer) for each in problems(project))
    assert all(times == 1 for times in told.values())


@MANY
@given(project=usual_projects())
def test_problems_and_fixes(project: Project) -> None:
    """All on the same projects, because making one takes longer than looking at it."""
    a_fix_changes_the_project_and_solves_its_problem(project)
    a_fix_adds_no_error_where_the_shapes_fit(project)
    fixing_one_problem_after_the_other_ends(project)
    one_mistake_is_reported_once(project)
