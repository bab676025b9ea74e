"""Groups that vary settings: grids and searches, their plans, and what confirms their best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.document.data import DataSource
from desktop.document.metrics import LOSS, VALIDATION_PREFIX, in_sentence, metric_title
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.space import Space, parse_space
from desktop.engine.builder import ProjectError, check
from desktop.engine.trials.grid import GridPlan, refuse_size
from desktop.engine.trials.group import GRID, REPEAT, SEARCH, Group, new_group
from desktop.engine.trials.plan import MAX_SEED, RepeatPlan, TrialPlan, seeds_of
from desktop.engine.trials.search import SearchPlan

NO_VALIDATION = (
    "there are no validation rows to compare by, and the test rows are for the end: hold some out "
    "in the settings of the data, as a validation split does"
)


def judging_metrics(project: Project) -> tuple[str, ...]:
    """What trials can be judged by, the usual one first: validation metrics, then the loss."""
    return tuple(f"{VALIDATION_PREFIX}{each}" for each in (*project.training.metrics, LOSS))


def new_sweep(
    project: Project,
    space: Space,
    metric: str,
    *,
    trials: int | None = None,
    minutes: float | None = None,
    repeats: int = 1,
    name: str = "",
) -> Group:
    """A group that varies `space` in `project`: a search with a budget, a grid without one.

    A grid trains each combination from `repeats` seeds. All is judged by `metric`. Raises
    SpaceError if the space is too large for a grid.
    """
    is_search = trials is not None or minutes is not None
    if not is_search:
        refuse_size(space, repeats)
    seeds = seeds_of(project, repeats)
    return new_group(
        SEARCH if is_search else GRID,
        project.replace(training=project.training.replace(seed=seeds[0])),
        name=name,
        metric=metric,
        trials=trials,
        minutes=minutes,
        space=space.to_json(),
        seeds=seeds,
    )


def objections(space: Space, metric: str) -> tuple[str, ...]:
    """Why the results of the trials are no fair test of their settings."""
    paths = {
        path
        for each in space.settings
        for value in each.samples
        for path in (each.path, *each.changes(value))
    }
    words = []
    if any(path.startswith("data.") or path == "data" for path in paths):
        words.append(
            "Not a fair test: settings of the data vary, so that results may be of other rows"
        )
    if metric.endswith(LOSS) and any(map(_changes_loss, paths)):
        words.append(
            f"Not a fair test: what varies is a part of the {in_sentence(metric_title(metric))}; "
            "judge by another metric"
        )
    return tuple(words)


def _changes_loss(path: str) -> bool:
    return (
        path in ("hidden.l1", "hidden.l2")
        or "regularizer" in path
        or path.startswith("training.loss")
    )


def sweep_plan(group: Group, problem: Callable[[Project], str], workers: int = 1) -> TrialPlan:
    """The plan of a group that `new_sweep` made, which `problem` is asked before each training.

    Raises SpaceError if the space does not suit the project.
    """
    file, space = group.file, space_of(group)
    if file.kind == GRID:
        return GridPlan(group.project, space, file.seeds, file.name, problem)
    return SearchPlan(
        group.project,
        space,
        file.metric,
        trials=file.trials,
        minutes=file.minutes,
        workers=workers,
        name=file.name,
        problem=problem,
    )


def space_of(group: Group) -> Space:
    """What `group` varies. Raises SpaceError if that does not suit its project."""
    return parse_space(group.file.space, group.project)


def problem_with(schema_of: Callable[[DataSource], DataSchema]) -> Callable[[Project], str]:
    """Says what keeps a project from being trained and compared, "" if nothing does.

    `schema_of` tells what data holds.
    """

    def problem(project: Project) -> str:
        schema = schema_of(project.data)
        if not schema.rows.validation:
            return NO_VALIDATION
        try:
            check(project, schema)
        except ProjectError as error:
            return str(error)
        return ""

    return problem


def confirming_groups(group: Group, best: Project, times: int) -> tuple[Group, Group]:
    """Repeats of the project of a sweep and of its `best`, from seeds that the sweep did not use.

    Of many trials the best one is good by chance, too: what it is worth is seen in other runs.
    """
    seeds = fresh_seeds(group.file.seeds, times)
    name, metric = group.file.name, group.file.metric
    first = new_group(REPEAT, group.project, name=name, metric=metric, seeds=seeds)
    return first, new_group(REPEAT, best, name=f"{name}, best", metric=metric, seeds=seeds)


def repeat_plan(group: Group) -> TrialPlan:
    """The plan of a repeat."""
    return RepeatPlan(group.project, group.file.seeds, group.file.name)


def fresh_seeds(used: Sequence[int], count: int) -> tuple[int, ...]:
    """`count` seeds beside those that are `used`."""
    every = ((used[-1] + 1 + index) % (MAX_SEED + 1) for index in range(len(used) + count))
    return tuple(seed for seed in every if seed not in used)[:count]
