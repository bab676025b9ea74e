"""The results of a sweep: its combinations, the best first, and the importance of settings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from desktop.document.json_values import Settings
from desktop.document.metrics import higher_is_better
from desktop.document.space import Space
from desktop.engine.trials.studies import finished_trial, new_study, optuna
from desktop.engine.trials.trial import TrialResult, values_of

LEAST_RESULTS = 4  # from which the importance of settings is told


@dataclass(frozen=True)
class Combination:
    """Settings that were tried, and the results of their trials, one for each seed.

    `value` is the mean of the metric they are judged by over those trials that were trained to the
    end; None if there are none. `failed` of the trials have no result.
    """

    settings: Settings
    results: tuple[TrialResult, ...]
    value: float | None
    failed: int = 0


def ranked(results: Iterable[TrialResult], metric: str) -> tuple[Combination, ...]:
    """The combinations among `results` by `metric`, the best first, those without a value last.

    Those of which some trials failed come after those without: the mean of the others alone is
    better than what such settings give.
    """
    groups: dict[str, list[TrialResult]] = {}
    for each in results:
        groups.setdefault(repr(sorted(each.trial.settings.items())), []).append(each)
    combinations = [_combination(group, metric) for group in groups.values()]
    sign = -1 if higher_is_better(metric) else 1

    def place(each: Combination) -> tuple[bool, bool, float]:
        # Pruned ones stand before those that failed.
        return each.value is None, each.failed > 0, sign * (each.value or 0.0)

    return tuple(sorted(combinations, key=place))


def _combination(results: Sequence[TrialResult], metric: str) -> Combination:
    ended = [each for each in results if not each.pruned]
    values = [value for value in values_of(ended, metric) if math.isfinite(value)]
    mean = float(np.mean(values)) if values else None
    failed = len(ended) - len(values)
    return Combination(results[0].trial.settings, tuple(results), mean, failed)


def importances(
    space: Space, results: Sequence[TrialResult], metric: str, seed: int = 0
) -> dict[str, float]:
    """How much each setting of `space` mattered for `metric`, by path, the most important first.

    The numbers add up to 1: they are shares of the variance that the settings explain (functional
    ANOVA; F. Hutter and others, "An Efficient Approach for Assessing Hyperparameter Importance",
    2014). Empty where that cannot be told: with fewer than two results, or if all are equal.
    """
    study = new_study(metric)
    for each in results:
        study.add_trial(finished_trial(space, each, metric))
    library = optuna()
    complete = study.get_trials(deepcopy=False, states=(library.trial.TrialState.COMPLETE,))
    if len({trial.value for trial in complete}) < 2:
        return {}
    evaluator = library.importance.FanovaImportanceEvaluator(seed=seed)
    found = library.importance.get_param_importances(study, evaluator=evaluator)
    return {path: float(value) for path, value in found.items()}
