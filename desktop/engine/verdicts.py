"""Groups of runs: the mean of each, and whether the difference between two of them is real.

One run of a network proves little: another seed gives another result. So two networks are compared
by several runs of each. Where both groups have the same seeds and the same split, the runs of each
seed form a pair, and the test is Student's t-test for pairs; otherwise it is Welch's, which does
not need equal variances.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from desktop.document.metrics import (
    LARGER_IS_BETTER,
    VALIDATION_PREFIX,
    higher_is_better,
    in_sentence,
    metric_title,
)
from desktop.document.text import are, counted, with_minus

CONFIDENCE = 0.95  # of the interval of a mean
# Equal networks are called different in about one of 25 comparisons, which leaves room below one
# in 20: who reads the result and then adds runs has more than one chance to be wrong.
LEVEL = 0.04


class Verdict(StrEnum):
    """What can be said of the second group beside the first."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"  # the difference may be chance
    TOO_FEW = "too few runs"  # nothing can be said


@dataclass(frozen=True)
class Summary:
    """The results of a group of runs.

    `values` are the finite ones, `failed` is the number of runs without one. `deviation` is the
    sample standard deviation (n - 1); it and `low` and `high`, the ends of the 95 % interval of the
    mean by Student's t, are None for fewer than two values, and `mean` is None for none.
    """

    values: tuple[float, ...]
    failed: int
    mean: float | None
    deviation: float | None
    low: float | None
    high: float | None


def summary(results: Sequence[float]) -> Summary:
    """The summary of `results`, one number per run; NaN and infinity stand for a failed run."""
    from scipy import stats

    values = tuple(float(each) for each in results if math.isfinite(each))
    failed, mean = len(results) - len(values), float(np.mean(values)) if values else None
    if mean is None or len(values) < 2:
        return Summary(values, failed, mean, None, None, None)
    deviation = float(np.std(values, ddof=1))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * stats.sem(values))
    return Summary(values, failed, mean, deviation, mean - reach, mean + reach)


@dataclass(frozen=True)
class GroupComparison:
    """The difference in `metric` between two groups of runs: the second less the first.

    `low` and `high` are the ends of the interval that covers the difference of the means with a
    confidence of 1 - LEVEL; both and `p_value` are None where the verdict is TOO_FEW. `paired` says
    that the runs of each seed were compared with each other. `failed` runs were left out.
    """

    metric: str
    runs: tuple[int, int]
    failed: int
    paired: bool
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    verdict: Verdict

    def text(self, second: str) -> str:
        """The verdict in a sentence: "B is better by 0.8 to 1.4 points of validation accuracy".

        `second` is the name of the second group.
        """
        left_out = f". {counted(self.failed, 'run')} without a result {are(self.failed)} left out"
        return f"{_sentence(self, second)}{left_out if self.failed else ''}"


def compare_groups(
    metric: str, first: Sequence[float], second: Sequence[float], *, paired: bool
) -> GroupComparison:
    """Compare the results in `metric`, e.g. "val_accuracy", of two groups of runs.

    Each number is the result of one run; NaN and infinity stand for a failed run, which is left
    out. `paired` says that runs at the same place have the same seed and the same split; then
    there have to be as many in both groups, and a failed run takes the other one of its pair along.
    Raises ValueError if `paired` groups have different sizes.
    """
    if paired and len(first) != len(second):
        raise ValueError(f"pairs need as many runs in both groups, not {len(first)}, {len(second)}")
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    failed = int((~np.isfinite(a)).sum() + (~np.isfinite(b)).sum())
    if paired:
        both = np.isfinite(a) & np.isfinite(b)
        a, b = a[both], b[both]
    else:
        a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    runs = len(a), len(b)
    if min(runs) < 2:
        difference = float(b.mean() - a.mean()) if min(runs) else None
        return GroupComparison(
            metric, runs, failed, paired, difference, None, None, None, Verdict.TOO_FEW
        )
    difference = float(b.mean() - a.mean())
    low, high, p_value = _tested(a, b, paired)
    verdict = Verdict.UNDECIDED
    if p_value < LEVEL:
        improves = (difference > 0) is higher_is_better(metric)
        verdict = Verdict.BETTER if improves else Verdict.WORSE
    return GroupComparison(metric, runs, failed, paired, difference, low, high, p_value, verdict)


def _tested(
    a: NDArray[np.float64], b: NDArray[np.float64], paired: bool
) -> tuple[float, float, float]:
    """The interval of the difference of means, and the p-value of no difference."""
    from scipy import stats

    difference = float(b.mean() - a.mean())
    error, freedom = _paired_error(a, b) if paired else _welch_error(a, b)
    smallest = 1e-12 * max(abs(a).max(), abs(b).max())  # what rounding alone may make
    if error <= smallest:  # nothing varies, which t-tests need
        if abs(difference) <= smallest:
            return 0.0, 0.0, 1.0
        # The exact permutation test: of all ways to divide the same results, two are as extreme.
        ways = 2 ** len(a) if paired else math.comb(len(a) + len(b), len(a))
        return difference, difference, min(1.0, 2 / ways)
    reach = float(stats.t.isf(LEVEL / 2, freedom)) * error
    p_value = 2 * float(stats.t.sf(abs(difference) / error, freedom))
    return difference - reach, difference + reach, p_value


def _paired_error(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """The standard error of the mean difference within pairs, and its degrees of freedom."""
    return float((b - a).std(ddof=1)) / math.sqrt(len(a)), len(a) - 1


def _welch_error(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """That of the difference of two means; the freedom by Welch and Satterthwaite (1947)."""
    parts = [float(each.var(ddof=1)) / len(each) for each in (a, b)]
    spread = sum(parts[index] ** 2 / (len(each) - 1) for index, each in enumerate((a, b)))
    return math.sqrt(sum(parts)), sum(parts) ** 2 / spread if spread else len(a) + len(b) - 2


# --- words ----------------------------------------------------------------------------------------


def _sentence(found: GroupComparison, second: str) -> str:
    title, unit = in_sentence(metric_title(found.metric)), _unit(found.metric)
    if found.low is None or found.high is None:
        return f"Too few runs to compare {title}: train each network at least twice"
    if found.verdict is Verdict.UNDECIDED:
        ends = (with_minus(f"{_amount(end, found.metric):+}") for end in (found.low, found.high))
        return (
            f"Not distinguishable by {title}: more runs are needed, or there is no difference "
            f"({' to '.join(ends)}{unit})"
        )
    near, far = sorted((abs(found.low), abs(found.high)))
    numbers = dict.fromkeys(str(_amount(each, found.metric)) for each in (near, far))
    return f"{second} is {found.verdict} by {' to '.join(numbers)}{unit} of {title}"


def _is_share(metric: str) -> bool:
    return metric.removeprefix(VALIDATION_PREFIX) in LARGER_IS_BETTER


def _unit(metric: str) -> str:
    return " points" if _is_share(metric) else ""


def _amount(value: float, metric: str) -> float:
    """A difference as it is shown: of a share in points, which are hundredths."""
    return round(value * 100, 1) if _is_share(metric) else float(f"{value:.3g}")
