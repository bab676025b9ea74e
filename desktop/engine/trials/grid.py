"""The plan of a grid: every combination of the values of a space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop.document.project import Project
from desktop.document.space import Space, SpaceError
from desktop.engine.trials.trial import Trial, TrialResult

MAX_TRIALS = 10_000


class GridPlan:
    """Each combination of `space` in `project` once with each of `seeds`, the first seed first.

    All have the same seeds, so that they differ by their settings alone. They are numbered in the
    order of the grid; combinations that make the same network are trained once. `problem` says what
    is wrong with a project, "" if nothing is. Raises SpaceError if there are too many combinations.
    """

    def __init__(
        self,
        project: Project,
        space: Space,
        seeds: Sequence[int],
        name: str = "",
        problem: Callable[[Project], str] = lambda project: "",
    ) -> None:
        refuse_size(space, len(seeds))
        trials: list[Trial] = []
        known: set[Project] = set()
        for settings in space.combinations():
            reason = space.problem(project, settings, problem)
            if reason:
                trials.append(Trial(0, project, settings, name, problem=reason))
                continue
            made = space.apply(project, settings)
            if made not in known:
                known.add(made)
                trials.append(Trial(0, made, settings, name))
        every = [
            trial if trial.problem else _seeded(trial, seed)
            for place, seed in enumerate(seeds)
            for trial in trials
            if not (place and trial.problem)  # which is told once, whatever the seed
        ]
        numbered = enumerate(every, start=1)
        self._left = {number: replace(trial, number=number) for number, trial in numbered}
        self._total = len(self._left)

    @property
    def total(self) -> int | None:
        return self._total

    @property
    def is_done(self) -> bool:
        return not self._left

    def next(self) -> Trial | None:
        return self._left.pop(min(self._left)) if self._left else None

    def tell(self, result: TrialResult) -> None:
        self._left.pop(result.trial.number, None)


def refuse_size(space: Space, seeds: int = 1) -> None:
    """Raise SpaceError if `space` is no grid that can be trained."""
    advice = "or search with a budget of trials or minutes"
    if space.size is None:
        path = next(each.path for each in space.settings if each.range is not None)
        raise SpaceError(
            f"{path} has a range, of which a grid cannot try every value: give a list of values, "
            f"{advice}"
        )
    if space.size * seeds > MAX_TRIALS:
        raise SpaceError(
            f"A grid of {space.size * seeds:,} trials is too large, {MAX_TRIALS:,} are the most: "
            f"give fewer values, {advice}"
        )


def _seeded(trial: Trial, seed: int) -> Trial:
    training = trial.project.training.replace(seed=seed)
    return replace(trial, project=trial.project.replace(training=training))
