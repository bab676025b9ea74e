"""The plan of a search: Optuna proposes settings by the results so far.

The proposals are by TPE, tree-structured Parzen estimators (J. Bergstra and others, "Algorithms
for Hyper-Parameter Optimization", 2011); a trial that is worse than the median of the others at the
same epoch is pruned.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from desktop.document.json_values import Settings
from desktop.document.project import Project
from desktop.document.space import Space, SpaceError
from desktop.engine.builder import draw_seed
from desktop.engine.trials.studies import (
    decoded,
    distributions,
    encoded,
    finished_trial,
    new_study,
    optuna,
)
from desktop.engine.trials.trial import Trial, TrialResult

_ATTEMPTS = 50  # proposals in a row that are known already
_JUDGES = 5  # finished trials from which on others are pruned
_FIRST_JUDGED = 2  # epoch; the first one says little


class MedianPruner:
    """Ends a trial whose best value so far is worse than the median of others at the same epoch.

    `courses` are the values of `metric`, epoch by epoch, of trials that ended by themselves.
    """

    def __init__(self, metric: str, courses: Sequence[Sequence[float]]) -> None:
        self._metric, self._courses = metric, tuple(map(tuple, courses))
        self._trial: Any = None  # Optuna's, made where the judging is done

    @property
    def metric(self) -> str:
        return self._metric

    def should_stop(self, epoch: int, value: float) -> bool:
        if len(self._courses) < _JUDGES:
            return False
        if self._trial is None or epoch == 1:
            self._trial = self._begun()
        self._trial.report(value, epoch)
        return bool(self._trial.should_prune())

    def _begun(self) -> Any:
        library = optuna()
        pruner = library.pruners.MedianPruner(
            n_startup_trials=_JUDGES, n_warmup_steps=_FIRST_JUDGED, n_min_trials=_JUDGES
        )
        study = new_study(self._metric, pruner=pruner)
        for values in self._courses:
            course = dict(enumerate(values, start=1))
            # The pruner looks at the course alone.
            study.add_trial(library.trial.create_trial(value=0.0, intermediate_values=course))
        return study.ask()


class SearchPlan:
    """Trials of `space` in `project`, each with settings that look good after those before.

    There are `trials` of them, or as many as are begun within `minutes`, whichever ends first; or
    all that make different networks, where there are no more. Each has the seed of `project`, on
    which the proposals depend, too. `metric`, e.g. "val_accuracy", is what they are judged by, and
    `prunes` whether bad ones are ended early. `problem` says what is wrong with a project, "" if
    nothing is. Of results of an earlier program, the time that `workers` took for them counts.
    """

    def __init__(
        self,
        project: Project,
        space: Space,
        metric: str,
        *,
        trials: int | None = None,
        minutes: float | None = None,
        workers: int = 1,
        prunes: bool = True,
        name: str = "",
        problem: Callable[[Project], str] = lambda project: "",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if trials is None and minutes is None:
            raise ValueError("a search needs a number of trials or minutes")
        seed = draw_seed(project)
        self._project = project.replace(training=project.training.replace(seed=seed))
        self._space, self._metric, self._name, self._problem = space, metric, name, problem
        self._trials, self._prunes = trials, prunes
        self._seconds = None if minutes is None else minutes * 60
        self._workers, self._clock = workers, clock
        self._start: float | None = None
        self._study = new_study(metric)
        self._under_way: dict[int, Any] = {}  # Optuna's trials by number
        self._told: set[int] = set()  # numbers
        self._tried: set[str] = set()  # settings
        self._known: set[Project] = set()  # what they made
        self._courses: dict[int, tuple[float, ...]] = {}
        self._earlier = 0.0  # seconds of trials of an earlier program
        self._exhausted = False

    @property
    def total(self) -> int | None:
        return self._trials

    @property
    def is_done(self) -> bool:
        given = len(self._told) + len(self._under_way)
        return (
            self._exhausted
            or (self._trials is not None and given >= self._trials)
            or (self._seconds is not None and self._elapsed() >= self._seconds)
        )

    def _elapsed(self) -> float:
        own = 0.0 if self._start is None else self._clock() - self._start
        return own + self._earlier / self._workers

    def next(self) -> Trial | None:
        if self._start is None:
            self._start = self._clock()
        if self.is_done:
            return None
        number = self._free_number()
        found = self._proposed(number)
        if found is None:
            self._exhausted = True
            return None
        self._under_way[number] = found.trial
        return Trial(
            number, found.project, found.settings, self._name, self._pruner(), found.problem
        )

    def tell(self, result: TrialResult) -> None:
        number, states = result.trial.number, optuna().trial.TrialState
        self._told.add(number)
        told = finished_trial(self._space, result, self._metric)
        if told.state is states.COMPLETE and result.values:
            self._courses[number] = result.values
        proposal = self._under_way.pop(number, None)
        if proposal is None:  # of an earlier program
            self._earlier += result.seconds
            self._tried.add(_key(result.trial.settings))
            with suppress(SpaceError):  # that is why it failed
                self._known.add(self._space.apply(self._project, result.trial.settings))
            self._study.add_trial(told)
            return
        for epoch, value in told.intermediate_values.items():
            proposal.report(value, epoch)
        value = told.value if told.state is states.COMPLETE else None
        self._study.tell(proposal, value, state=told.state)

    def _free_number(self) -> int:
        """The first that no trial has; trials that were stopped are made anew."""
        number = 1
        while number in self._told or number in self._under_way:
            number += 1
        return number

    def _pruner(self) -> MedianPruner | None:
        # In the order of the trials, not of their ends.
        courses = [self._courses[number] for number in sorted(self._courses)]
        return MedianPruner(self._metric, courses) if self._prunes else None

    def _proposed(self, number: int) -> _Proposal | None:
        """Settings that make another network than all before; None if none are found."""
        for attempt in range(_ATTEMPTS):
            # Seeded for each proposal alone: those of a search that is resumed are the same.
            self._study.sampler = optuna().samplers.TPESampler(seed=self._seed(number, attempt))
            if found := self._new(self._study.ask(distributions(self._space))):
                return found
        if self._space.size is None:
            return None
        combinations = [
            each for each in self._space.combinations() if _key(each) not in self._tried
        ]
        random.Random(self._seed(number, _ATTEMPTS)).shuffle(combinations)
        for settings in combinations:
            self._study.enqueue_trial(encoded(self._space, settings))
            if found := self._new(self._study.ask(distributions(self._space))):
                return found
        return None

    def _seed(self, *parts: int) -> int:
        seed = self._project.training.seed
        assert seed is not None
        return int(np.random.SeedSequence([seed, *parts]).generate_state(1)[0])

    def _new(self, trial: Any) -> _Proposal | None:
        """The proposal that Optuna's `trial` is, unless the network was tried."""
        settings = decoded(self._space, trial.params)
        if _key(settings) not in self._tried:
            self._tried.add(_key(settings))
            try:
                project = self._space.apply(self._project, settings)
            except SpaceError as error:
                return _Proposal(trial, settings, self._project, str(error))
            if project not in self._known:
                self._known.add(project)
                return _Proposal(trial, settings, project, self._problem(project))
        self._study.tell(trial, state=optuna().trial.TrialState.FAIL)
        return None


@dataclass(frozen=True)
class _Proposal:
    """Optuna's trial, its settings, the project they make, and what is wrong with that."""

    trial: Any
    settings: Settings
    project: Project
    problem: str


def _key(settings: Settings) -> str:
    return json.dumps(settings, sort_keys=True)
