"""What decides which trials a group has: what all plans have in common, and that of a repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from desktop.document.project import Project
from desktop.engine.builder import draw_seed
from desktop.engine.trials.trial import Trial, TrialResult

MAX_SEED = 2**32 - 1


class TrialPlan(Protocol):
    """Gives the trials of a group one after the other, and is told their results.

    What it gives depends on nothing but what it was made with and what it was told. It may be told
    the results of an earlier program, of trials that it never gave itself: they are not given
    again. For one thread at a time.
    """

    @property
    def total(self) -> int | None:
        """How many trials there will be; None if that is not known, as with a budget of time."""

    @property
    def is_done(self) -> bool:
        """Whether there is no other trial, whatever the results of those that are running."""

    def next(self) -> Trial | None:
        """The next trial; None if there is none, or none before another one has ended."""

    def tell(self, result: TrialResult) -> None:
        """A trial is over. Only what `is_over` is told."""


class RepeatPlan:
    """The same network once with each of `seeds`; `name` is that of every run."""

    def __init__(self, project: Project, seeds: Sequence[int], name: str = "") -> None:
        self._project, self._seeds, self._name = project, tuple(seeds), name
        self._left = dict(enumerate(self._seeds, start=1))  # numbers not given yet

    @property
    def total(self) -> int | None:
        return len(self._seeds)

    @property
    def is_done(self) -> bool:
        return not self._left

    def next(self) -> Trial | None:
        if not self._left:
            return None
        number = min(self._left)
        training = self._project.training.replace(seed=self._left.pop(number))
        return Trial(number, self._project.replace(training=training), name=self._name)

    def tell(self, result: TrialResult) -> None:
        self._left.pop(result.trial.number, None)


def seeds_of(project: Project, times: int) -> tuple[int, ...]:
    """The seeds of `times` trials: the project's own, or a drawn one, and those that follow it."""
    first = draw_seed(project)
    return tuple((first + index) % (MAX_SEED + 1) for index in range(times))
