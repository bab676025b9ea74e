"""Plans of grids and searches, and what is made of their results."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from desktop.document.project import starter_project
from desktop.document.space import Space, SpaceError, parse_space
from desktop.engine.reports import Outcome
from desktop.engine.trials.grid import GridPlan
from desktop.engine.trials.plan import TrialPlan
from desktop.engine.trials.ranking import importances, ranked
from desktop.engine.trials.search import MedianPruner, SearchPlan
from desktop.engine.trials.sweeps import objections
from desktop.engine.trials.trial import Trial, TrialResult

BASE = starter_project()
METRIC = "val_accuracy"
SPACE: dict[str, Any] = {
    "hidden.units": [4, 8, 16, 32],
    "hidden.activation": ["relu", "tanh"],
    "training.optimizer.learning_rate": {"log": [1e-4, 1.0]},
}


def result(trial: Trial, value: float, *, pruned: bool = False) -> TrialResult:
    """The result of a trial; NaN is a failure."""
    failed = math.isnan(value)
    return TrialResult(
        trial,
        run=f"run {trial.number}",
        outcome=Outcome.FAILED if failed else Outcome.FINISHED,
        message="diverged" if failed else "",
        epochs=2,
        seconds=1.0,
        results={} if failed else {METRIC: value},
        values=() if failed else (value / 2, value),
        pruned=pruned,
    )


def score(trial: Trial) -> float:
    """Best at a learning rate of 0.01; the activation makes next to no difference."""
    rate = trial.settings.get("training.optimizer.learning_rate", 0.01)
    assert isinstance(rate, float)
    return (
        1
        - 0.2 * abs(math.log10(rate) + 2)
        + 0.001 * (trial.settings.get("hidden.activation") == "tanh")
    )


def settings_of(plan: TrialPlan, score: Callable[[Trial], float] = score) -> list[dict[str, Any]]:
    """The settings of all trials that `plan` gives one after the other."""
    found = []
    while (trial := plan.next()) is not None:
        found.append(dict(trial.settings))
        plan.tell(result(trial, math.nan if trial.problem else score(trial)))
    return found


def search(values: dict[str, Any] = SPACE, **changes: Any) -> SearchPlan:
    """A search of BASE."""
    return SearchPlan(BASE, parse_space(values, BASE), METRIC, **{"trials": 10, **changes})


# --- grids ----------------------------------------------------------------------------------------


def test_a_grid_is_every_combination_with_the_same_seeds() -> None:
    space = parse_space({"hidden.units": [4, 8], "hidden.dropout": [0, 0.5]}, BASE)
    plan = GridPlan(BASE, space, (7, 8), "digits")
    assert (plan.total, plan.is_done) == (8, False)
    trials = [plan.next() for _ in range(8)]
    assert plan.is_done and plan.next() is None
    assert [trial.number for trial in trials if trial] == list(range(1, 9))
    assert [trial.project.training.seed for trial in trials if trial] == [7] * 4 + [8] * 4
    first, last = trials[0], trials[-1]
    assert first is not None and last is not None
    assert first.settings == {"hidden.units": 4, "hidden.dropout": 0}
    assert last.settings == {"hidden.units": 8, "hidden.dropout": 0.5}
    assert last.project.layers == space.apply(BASE, last.settings).layers


def test_a_grid_goes_on_from_what_it_is_told() -> None:
    space = parse_space({"hidden.units": [4, 8, 16]}, BASE)
    trials = [GridPlan(BASE, space, (7,)).next()]
    plan = GridPlan(BASE, space, (7,))
    assert trials[0] is not None
    plan.tell(result(trials[0], 0.5))
    assert [each["hidden.units"] for each in settings_of(plan)] == [8, 16]


def test_equal_networks_of_a_grid_are_trained_once_and_bad_ones_fail() -> None:
    space = parse_space(
        {
            "hidden.count": [0, 1],
            "hidden.units": [4, 8],
            "training.optimizer": ["SGD", "Adam"],
            "training.optimizer.momentum": [0.5],
        },
        BASE,
    )
    plan = GridPlan(BASE, space, (7, 8))
    trials = [plan.next() for _ in range(plan.total or 0)]
    found = [
        (trial.number, trial.settings["training.optimizer"], bool(trial.problem))
        for trial in trials
        if trial
    ]
    # Without a hidden layer, its units make no difference.
    one_seed = [("SGD", False), ("Adam", True), ("Adam", True)]
    one_seed += [("SGD", False), ("Adam", True), ("SGD", False), ("Adam", True)]
    expected = [*one_seed, *[each for each in one_seed if not each[1]]]
    assert found == [(number, *each) for number, each in enumerate(expected, start=1)]
    problems = [trial.problem for trial in trials if trial and trial.problem]
    assert all("training.optimizer has no momentum" in each for each in problems)


def test_a_grid_needs_values() -> None:
    with pytest.raises(SpaceError, match="learning_rate has a range, of which a grid cannot try"):
        GridPlan(BASE, parse_space(SPACE, BASE), (7,))
    many = parse_space({"hidden.units": list(range(1, 200)), "training.epochs": [1, 2]}, BASE)
    with pytest.raises(SpaceError, match="A grid of 11,940 trials is too large"):
        GridPlan(BASE, many, range(30))


# --- searches -------------------------------------------------------------------------------------


def test_a_search_finds_what_is_good() -> None:
    found = settings_of(search(trials=30))
    assert len(found) == 30
    late = [math.log10(each["training.optimizer.learning_rate"]) for each in found[15:]]
    assert sum(abs(rate + 2) < 0.7 for rate in late) > 8, late


def test_a_search_that_is_resumed_proposes_the_same() -> None:
    plan = search()
    told, proposed = [], []
    while (trial := plan.next()) is not None:
        proposed.append((trial.number, trial.settings))
        told.append(result(trial, score(trial), pruned=trial.number == 3))
        plan.tell(told[-1])
    for done in (1, 6):
        resumed = search()
        for each in told[:done]:
            resumed.tell(each)
        again = []
        while (trial := resumed.next()) is not None:
            again.append((trial.number, trial.settings))
            resumed.tell(told[trial.number - 1])
        assert again == proposed[done:]


def test_trials_that_were_stopped_are_made_anew() -> None:
    """Two ran together; the later one was over first."""
    plan = search(trials=3)
    first, second = plan.next(), plan.next()
    assert first is not None and second is not None
    resumed = search(trials=3)
    resumed.tell(result(second, 0.5))
    numbers = []
    while (trial := resumed.next()) is not None:
        numbers.append(trial.number)
        resumed.tell(result(trial, 0.5))
    assert numbers == [1, 3] and resumed.is_done


def test_a_search_tries_no_network_twice() -> None:
    plan = search({"hidden.count": [0, 1], "hidden.units": [4, 8, 16]}, trials=100)
    found = settings_of(plan)
    assert len(found) == 4, "one without a hidden layer, and three with one"
    assert plan.is_done


def test_a_search_within_minutes() -> None:
    now = [0.0]
    plan = search(trials=None, minutes=1, clock=lambda: now[0])
    for now[0] in (0.0, 30.0, 59.0):
        trial = plan.next()
        assert trial is not None and plan.total is None
        plan.tell(result(trial, 0.5))
    now[0] = 61.0
    assert plan.next() is None and plan.is_done


def test_settings_that_do_not_work_are_failed_trials() -> None:
    values = {"training.optimizer": ["Adam", "SGD"], "training.optimizer.momentum": [0.5, 0.9]}
    plan, problems = search(values, trials=4), []
    while (trial := plan.next()) is not None:
        problems.append(trial.problem)
        plan.tell(result(trial, math.nan if trial.problem else 0.5))
    assert sorted(map(bool, problems)) == [False, False, True, True]
    refusing = search(trials=3, problem=lambda project: "too large")
    trial = refusing.next()
    assert trial is not None and trial.problem == "too large"


def test_a_search_needs_a_budget() -> None:
    with pytest.raises(ValueError, match="a number of trials or minutes"):
        search(trials=None)


def test_bad_trials_are_pruned_in_the_worker() -> None:
    plan = search(trials=8)
    for _ in range(5):
        trial = plan.next()
        assert trial is not None and trial.pruner is not None
        assert not trial.pruner.should_stop(1, 0.0) and not trial.pruner.should_stop(2, 0.0)
        plan.tell(result(trial, 0.8))
    trial = plan.next()
    assert trial is not None
    pruner = pickle.loads(pickle.dumps(trial)).pruner
    assert pruner.metric == METRIC
    assert not pruner.should_stop(1, 0.1), "the first epoch says little"
    assert pruner.should_stop(2, 0.2)
    assert not pruner.should_stop(1, 0.9)
    assert not pruner.should_stop(2, 0.7), "its best so far counts"
    assert search(prunes=False).next().pruner is None  # type: ignore[union-attr]


def test_losses_are_pruned_upwards() -> None:
    pruner = MedianPruner("val_loss", [(1.0, 0.5)] * 5)
    assert not pruner.should_stop(1, 2.0)
    assert pruner.should_stop(2, 0.6)
    assert not MedianPruner("val_loss", [(1.0, 0.5)] * 5).should_stop(2, 0.4)


# --- results --------------------------------------------------------------------------------------


def results_of(space: Space, values: list[float]) -> list[TrialResult]:
    """The results of a grid of `space` with two seeds."""
    plan = GridPlan(BASE, space, (1, 2))
    found = []
    for value in values:
        trial = plan.next()
        assert trial is not None
        found.append(result(trial, value))
    return found


def test_combinations_are_ranked_by_the_mean_of_their_seeds() -> None:
    space = parse_space({"hidden.units": [4, 8, 16]}, BASE)
    found = ranked(results_of(space, [0.5, 0.7, math.nan, 0.9, 0.6, math.nan]), METRIC)
    assert [(each.settings["hidden.units"], each.value) for each in found] == [
        (4, pytest.approx(0.7)),
        (8, pytest.approx(0.65)),
        (16, None),
    ]
    assert [len(each.results) for each in found] == [2, 2, 2]
    assert ranked([], METRIC) == ()
    found = ranked(results_of(space, [0.5, 0.7, 0.9, 0.9, 0.6, math.nan]), METRIC)
    assert [(each.settings["hidden.units"], each.failed) for each in found] == [
        (4, 0),
        (8, 0),
        (16, 1),
    ], "the one seed with which training did not fail says little"


def test_the_importance_of_settings() -> None:
    space = parse_space({"hidden.units": [4, 8], "hidden.activation": ["relu", "tanh"]}, BASE)
    found = importances(space, results_of(space, [0.1, 0.12, 0.9, 0.91, 0.1, 0.11]), METRIC)
    assert list(found) == ["hidden.units", "hidden.activation"]
    assert sum(found.values()) == pytest.approx(1)
    assert found["hidden.units"] > 0.9
    assert importances(space, results_of(space, [0.1, 0.1, 0.1]), METRIC) == {}
    assert importances(space, [], METRIC) == {}


def test_results_that_are_no_fair_test() -> None:
    penalties = parse_space({"x": {"alternatives": {"a": {}, "b": {"hidden.l2": 0.1}}}}, BASE)
    assert objections(penalties, METRIC) == ()
    assert objections(penalties, "val_loss") == (
        "Not a fair test: what varies is a part of the validation loss; judge by another metric",
    )
    rows = parse_space({"data.validation_split": [0.1, 0.2]}, BASE)
    (found,) = objections(rows, METRIC)
    assert "results may be of other rows" in found


def test_a_search_needs_no_database() -> None:
    """Optuna's packages for storage are left out of the executable."""
    program = """
import builtins, sys
real = builtins.__import__
BARRED = {"sqlalchemy", "alembic", "mako", "yaml", "plotly", "matplotlib", "grpc"}
def guarded(name, *arguments, **options):
    if name.partition(".")[0] in BARRED:
        raise ImportError(name)
    return real(name, *arguments, **options)
builtins.__import__ = guarded
from tests.engine.trials import test_search
assert len(test_search.settings_of(test_search.search(trials=12))) == 12
test_search.test_the_importance_of_settings()
test_search.test_losses_are_pruned_upwards()
assert "tensorflow" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
