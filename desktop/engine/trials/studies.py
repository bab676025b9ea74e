"""Optuna as the search and its evaluation use it: studies in memory, told the results of trials.

In a study, a setting goes by its path. A number of a range is itself; of a list, its place among
the sorted numbers, so that Optuna knows which are near; any other value is its place in the list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from desktop.document.json_values import Settings
from desktop.document.metrics import higher_is_better
from desktop.document.space import Setting, Space
from desktop.engine.trials.trial import TrialResult


@cache
def optuna() -> Any:
    """The library, imported when it is needed. What it logs is for developers."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def new_study(metric: str, **settings: Any) -> Any:
    """A study of `metric`, which it improves in the right direction."""
    direction = "maximize" if higher_is_better(metric) else "minimize"
    return optuna().create_study(direction=direction, **settings)


def distributions(space: Space) -> dict[str, Any]:
    """What Optuna is told of `space`."""
    return {each.path: _distribution(each) for each in space.settings}


def encoded(space: Space, settings: Settings) -> dict[str, Any]:
    """`settings` as Optuna's parameters. Raises ValueError if they are not of `space`."""
    return {
        each.path: settings[each.path]
        if each.range is not None
        else _ordered(each).index(settings[each.path])
        for each in space.settings
    }


def decoded(space: Space, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Optuna's parameters as settings of `space`."""
    return {
        each.path: parameters[each.path]
        if each.range is not None
        else _ordered(each)[parameters[each.path]]
        for each in space.settings
    }


def finished_trial(space: Space, result: TrialResult, metric: str) -> Any:
    """The result of a trial, for `study.add_trial`: complete, pruned or failed."""
    library = optuna()
    value = result.results.get(metric, math.nan)
    states = library.trial.TrialState
    if result.pruned and result.values:
        state, value = states.PRUNED, result.values[-1]
    else:
        state = states.COMPLETE if math.isfinite(value) else states.FAIL
    return library.trial.create_trial(
        state=state,
        value=value if math.isfinite(value) else None,
        params=encoded(space, result.trial.settings),
        distributions=distributions(space),
        intermediate_values=dict(enumerate(result.values, start=1)),
    )


def _ordered(setting: Setting) -> tuple[Any, ...]:
    return tuple(sorted(setting.values)) if _are_numbers(setting) else setting.values


def _are_numbers(setting: Setting) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in setting.values
    )


def _distribution(setting: Setting) -> Any:
    library, limits = optuna().distributions, setting.range
    if limits is not None:
        kind = library.IntDistribution if limits.whole else library.FloatDistribution
        return kind(limits.low, limits.high, log=limits.log)
    last = len(setting.values) - 1
    if _are_numbers(setting):
        return library.IntDistribution(0, last)
    return library.CategoricalDistribution(tuple(range(last + 1)))
