"""The verdict on two groups of runs, on constructed cases."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from desktop.engine.verdicts import LEVEL, Verdict, compare_groups, summary

RUNS = 8
COMPARISONS = 200
results = st.floats(-100, 100).map(lambda value: round(value, 3))


def simulated(difference: float, *, paired: bool, together: float) -> float:
    """The share of comparisons in which the second group was called better or worse.

    The true means differ by `difference` standard deviations. `together` is the correlation of
    the two runs of a seed.
    """
    rng = np.random.default_rng(3)
    decided = 0
    for _ in range(COMPARISONS):
        shared = math.sqrt(together) * rng.normal(size=RUNS)
        own = math.sqrt(1 - together) * rng.normal(size=(2, RUNS))
        first, second = 0.9 + 0.01 * (own + shared)
        found = compare_groups("accuracy", first, second + 0.01 * difference, paired=paired)
        decided += found.verdict in (Verdict.BETTER, Verdict.WORSE)
    return decided / COMPARISONS


@pytest.mark.parametrize(("paired", "together"), [(False, 0.0), (True, 0.0), (True, 0.7)])
def test_equal_networks_are_hardly_ever_called_different(paired: bool, together: float) -> None:
    assert simulated(0, paired=paired, together=together) <= 0.05


@pytest.mark.parametrize(("paired", "together"), [(False, 0.0), (True, 0.5)])
def test_a_real_difference_is_found(paired: bool, together: float) -> None:
    assert simulated(2, paired=paired, together=together) > 0.9


def test_pairs_take_away_what_the_seed_does_to_both() -> None:
    seeds = [0.80, 0.85, 0.90, 0.95, 0.70]
    better = [value + 0.01 + 0.001 * index for index, value in enumerate(seeds)]
    assert compare_groups("accuracy", seeds, better, paired=True).verdict is Verdict.BETTER
    assert compare_groups("accuracy", seeds, better, paired=False).verdict is Verdict.UNDECIDED


@given(st.lists(st.tuples(results, results), min_size=2, max_size=8), st.booleans())
def test_both_directions_say_the_same(pairs: list[tuple[float, float]], paired: bool) -> None:
    first, second = zip(*pairs, strict=True)
    there = compare_groups("loss", first, second, paired=paired)
    back = compare_groups("loss", second, first, paired=paired)
    opposite = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back.verdict is opposite.get(there.verdict, there.verdict)
    assert there.low is not None and there.high is not None and there.difference is not None
    assert there.low <= there.difference <= there.high
    assert (there.low > 0 or there.high < 0) is (there.verdict is not Verdict.UNDECIDED) or (
        there.low == there.high  # nothing varies
    )


@pytest.mark.parametrize("paired", [True, False])
def test_the_figures_are_those_of_the_t_tests(paired: bool) -> None:
    rng = np.random.default_rng(7)
    first, second = rng.normal(0.5, 0.1, 6), rng.normal(0.6, 0.3, 6)
    found = compare_groups("loss", list(first), list(second), paired=paired)
    made = stats.ttest_rel if paired else partial(stats.ttest_ind, equal_var=False)
    expected = made(second, first)
    interval = expected.confidence_interval(1 - LEVEL)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_a_failed_run_takes_its_pair_along() -> None:
    found = compare_groups(
        "loss", [1.0, math.nan, 1.2, 1.1], [0.5, 0.6, 0.7, math.inf], paired=True
    )
    assert (found.runs, found.failed) == ((2, 2), 2)
    assert found.text("B").endswith("2 runs without a result are left out")
    apart = compare_groups("loss", [1.0, math.nan, 1.2, 1.1], [0.5, 0.6, 0.7, 0.6], paired=False)
    assert apart.runs == (3, 4)
    with pytest.raises(ValueError, match="pairs need as many runs"):
        compare_groups("loss", [1.0, 2.0], [1.0], paired=True)


def test_one_run_of_each_says_nothing() -> None:
    found = compare_groups("val_accuracy", [0.9], [0.99], paired=True)
    assert found.verdict is Verdict.TOO_FEW
    assert found.difference == pytest.approx(0.09)
    assert found.text("B").startswith("Too few runs to compare validation accuracy")
    assert compare_groups("loss", [], [0.5], paired=False).difference is None


def test_results_that_do_not_vary_are_judged_by_their_number() -> None:
    """Two runs that happen to agree are no proof, eight are."""
    two = compare_groups("accuracy", [0.9] * 2, [0.8] * 2, paired=False)
    eight = compare_groups("accuracy", [0.9] * 8, [0.8] * 8, paired=False)
    same = compare_groups("accuracy", [0.9] * 8, [0.9] * 8, paired=True)
    assert [each.verdict for each in (two, eight, same)] == [
        Verdict.UNDECIDED,
        Verdict.WORSE,
        Verdict.UNDECIDED,
    ]


def test_the_verdict_in_words() -> None:
    first = [0.90, 0.91, 0.905, 0.895]
    accuracy = compare_groups("val_accuracy", first, [each + 0.05 for each in first], paired=False)
    assert accuracy.text("Two layers").startswith("Two layers is better by 3.")
    assert accuracy.text("Two layers").endswith("points of validation accuracy")
    loss = compare_groups("loss", [0.5, 0.51, 0.52], [0.7, 0.72, 0.71], paired=False)
    assert loss.text("B").startswith("B is worse by 0.1")
    assert loss.text("B").endswith(" of loss")
    equal = compare_groups("loss", first, first[::-1], paired=False)
    assert equal.text("B").startswith("Not distinguishable by loss: more runs are needed, or")


def test_a_group_is_summarized_with_the_interval_of_its_mean() -> None:
    values = [0.9, 0.92, 0.91, 0.93]
    found = summary([*values, math.nan])
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert found.mean == pytest.approx(np.mean(values))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert (found.failed, len(found.values)) == (1, 4)
    assert summary([0.5]).low is None
    assert summary([math.nan]).mean is None
