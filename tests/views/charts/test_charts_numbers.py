"""The numbers behind the charts: records, smoothing, ranges, reservoirs, sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.reservoir import Reservoir, WeightStore
from desktop.engine.series import Series
from desktop.views.charts.curves.ranges import epoch_span, log10, steady, value_range
from desktop.views.charts.curves.smoothing import Smoothed, smooth
from desktop.views.charts.summary import caption, describe, format_value
from desktop.views.charts.weights.ridges import RidgeCache, rebin, round_ticks, thin
from desktop.workers.reports import Outcome
from tests.views.charts.chart_reports import (
    Recorder,
    ended,
    epoch_ended,
    histogram,
    progress,
    started,
)

NAN, INF = math.nan, math.inf

# --- smoothing ------------------------------------------------------------------------------------


def plain_average(values: list[float], weight: float) -> list[float]:
    """The formula, one value at a time."""
    mean, count, result = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            result.append(value)
            continue
        mean = weight * mean + (1 - weight) * value
        count += 1
        result.append(mean / (1 - weight**count))
    return result


numbers = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([NAN, INF, -INF]))


@given(st.lists(numbers, max_size=700), st.sampled_from([0.01, 0.3, 0.6, 0.9, 0.99]))
def test_smoothing_is_the_debiased_average_without_the_points_that_are_not_finite(
    values: list[float], weight: float
) -> None:
    smoothed, _ = smooth(np.array(values, dtype=float), weight)
    np.testing.assert_allclose(smoothed, plain_average(values, weight), rtol=1e-9, atol=1e-9)


def test_smoothing_starts_at_the_first_value_and_keeps_a_constant() -> None:
    smoothed, _ = smooth(np.full(1000, 3.0), 0.99)
    np.testing.assert_allclose(smoothed, 3.0)


def test_no_smoothing_returns_the_values() -> None:
    values = np.array([1.0, NAN, 5.0])
    np.testing.assert_array_equal(smooth(values, 0.0)[0], values)


def test_a_smoothed_series_follows_its_source() -> None:
    values = np.random.default_rng(1).normal(size=300)
    source = Series()
    smoothed = Smoothed(source, 0.8)
    for start in range(0, 300, 37):
        part = values[start : start + 37]
        source.extend(np.arange(start, start + len(part)), part)
        smoothed.series()
    np.testing.assert_allclose(smoothed.series().y, smooth(values, 0.8)[0])
    source.cut_after(99)
    np.testing.assert_allclose(smoothed.series().y, smooth(values[:100], 0.8)[0])


# --- series ---------------------------------------------------------------------------------------


def test_a_series_keeps_every_point_it_is_given() -> None:
    series = Series()
    for i in range(1000):
        series.extend(i, i * 0.5)
    np.testing.assert_array_equal(series.x, np.arange(1000))
    np.testing.assert_array_equal(series.y, np.arange(1000) * 0.5)


def test_a_series_never_keeps_more_than_its_limit_and_stays_in_order() -> None:
    series = Series(limit=100)
    for i in range(1000):
        series.extend(i, 7.0)
    assert len(series) <= 100
    assert np.all(np.diff(series.x) > 0)
    assert series.x[-1] == pytest.approx(999, abs=1)
    np.testing.assert_array_equal(series.y, 7.0)


@pytest.mark.parametrize("count", [50, 3_000, 100_000])
def test_decimation_keeps_the_peaks_and_fits_the_screen(count: int) -> None:
    series = Series()
    y = np.random.default_rng(2).normal(size=count)
    y[count // 3], y[count // 2] = 50.0, -60.0
    series.extend(np.arange(count), y)
    xs, ys = series.decimate(0, count, 300)
    assert len(xs) <= max(count, 1) if count <= 600 else len(xs) <= 1300
    assert ys.max() == 50.0
    assert ys.min() == -60.0
    assert np.all(np.diff(xs) >= 0)


def test_decimation_of_a_part_covers_just_that_part() -> None:
    series = Series()
    series.extend(np.arange(100_000), np.arange(100_000.0))
    xs, ys = series.decimate(40_000, 60_000, 200)
    assert 39_000 <= xs[0] <= 40_000
    assert 60_000 <= xs[-1] <= 61_000
    assert np.all(np.diff(ys) >= 0)


def test_points_that_are_not_finite_become_gaps_and_are_listed() -> None:
    series = Series()
    series.extend([0, 1, 2, 3, 4], [1.0, NAN, INF, -INF, 2.0])
    _, ys = series.decimate(0, 4, 100)
    np.testing.assert_array_equal(np.isnan(ys), [False, True, True, True, False])
    np.testing.assert_array_equal(series.non_finite[0], [1, 2, 3])
    np.testing.assert_array_equal(series.non_finite[1], [NAN, INF, -INF])
    assert series.extremes() == (1.0, 2.0)


@given(st.lists(numbers, min_size=1, max_size=400))
def test_extremes_are_those_of_the_finite_values(values: list[float]) -> None:
    series = Series()
    series.extend(np.arange(len(values)), values)
    finite = [v for v in values if math.isfinite(v)]
    assert series.extremes() == ((min(finite), max(finite)) if finite else None)


# --- records --------------------------------------------------------------------------------------


def test_a_record_holds_what_was_reported() -> None:
    recorder = Recorder()
    recorder(started())
    recorder(progress([0.25, 0.5], loss=[2.0, 1.5], accuracy=[0.1, 0.2]))
    recorder(progress([0.75, 1.0], loss=[1.2, 1.1], accuracy=[0.3, 0.4]))
    recorder(epoch_ended(1, {"loss": 1.4, "accuracy": 0.25, "val_loss": 1.0}))
    np.testing.assert_array_equal(recorder.kept.curves.steps["loss"].x, [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_array_equal(recorder.kept.curves.steps["accuracy"].y, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_array_equal(recorder.kept.curves.training["loss"].y, [1.4])
    np.testing.assert_array_equal(recorder.kept.curves.validation["loss"].y, [1.0])
    assert recorder.kept.curves.metrics == ("loss", "accuracy")


def test_reports_of_another_run_are_ignored() -> None:
    recorder = Recorder()
    recorder(progress([0.5], loss=[1.0]))
    assert recorder.record is None
    recorder(started(run=2))
    recorder(progress([0.5], run=1, loss=[9.0]))
    recorder(epoch_ended(1, run=1))
    recorder(ended(run=1))
    assert recorder.kept.is_running
    assert recorder.kept.curves.metrics == ()


def test_a_run_from_epoch_0_starts_over() -> None:
    recorder = Recorder()
    recorder(started(run=1))
    recorder(epoch_ended(1))
    recorder(started(run=2))
    assert recorder.kept.curves.training == {}
    assert recorder.kept.curves.weights.reservoir(1, "kernel").epochs == (0,)  # type: ignore[union-attr]


def test_an_epoch_started_by_an_earlier_run_continues() -> None:
    recorder = Recorder()
    recorder(started(run=1))
    recorder(progress([0.25, 0.5], loss=[0.4, 0.3]))
    recorder(ended(0, outcome=Outcome.STOPPED))
    recorder(replace(started(run=2, epochs=3), first_step=2))
    recorder(progress([0.75, 1.0], run=2, loss=[0.2, 0.1]))
    recorder(epoch_ended(1, run=2))
    np.testing.assert_array_equal(recorder.kept.curves.steps["loss"].x, [0.25, 0.5, 0.75, 1.0])
    assert recorder.kept.curves.weights.reservoir(1, "kernel").epochs == (0, 1)  # type: ignore[union-attr]


def test_training_further_continues_where_the_weights_are() -> None:
    recorder = Recorder()
    recorder(started(run=1))
    for epoch in (1, 2):
        recorder(epoch_ended(epoch))
    recorder(progress([2.25, 2.5], loss=[0.4, 0.3]))  # stopped in the third epoch
    recorder(ended(2, outcome=Outcome.STOPPED))
    recorder(started(run=2, first=2, epochs=3))
    recorder(progress([2.25], run=2, loss=[0.2]))
    recorder(epoch_ended(3, run=2))
    np.testing.assert_array_equal(recorder.kept.curves.training["loss"].x, [1, 2, 3])
    np.testing.assert_array_equal(recorder.kept.curves.steps["loss"].y, [0.2])
    assert recorder.kept.planned_end == 5
    assert recorder.kept.curves.weights.reservoir(1, "kernel").epochs == (0, 1, 2, 3)  # type: ignore[union-attr]


def test_the_best_epoch_is_the_one_that_the_reports_tell() -> None:
    recorder = Recorder()
    recorder(started(monitor="val_accuracy"))
    for epoch, accuracy in enumerate([0.5, 0.9, NAN, 0.91], start=1):
        logs = {"loss": 1 / epoch, "val_accuracy": accuracy}
        recorder(epoch_ended(epoch, logs, best=min(epoch, 2)))
        assert recorder.kept.best_epoch == min(epoch, 2)
    recorder(ended(4, best=2, early=True))
    assert recorder.kept.best_epoch == 2
    assert recorder.kept.best("val_accuracy") == (
        2,
        0.9,
    )  # 0.91 was no improvement by min delta
    assert recorder.kept.best("loss") == (4, 0.25)
    assert recorder.kept.stopped_early_epoch == 4


def test_the_best_epoch_of_an_earlier_run_stays_the_best_one() -> None:
    recorder = Recorder()
    recorder(started(epochs=2))
    for epoch, loss in enumerate([0.1, 0.2], start=1):
        recorder(epoch_ended(epoch, {"loss": loss, "val_loss": loss}, best=1))
    recorder(ended(2, best=1))
    recorder(started(2, first=2, epochs=1, best=1))
    assert recorder.kept.best_epoch == 1
    recorder(epoch_ended(3, {"loss": 0.15, "val_loss": 0.15}, 2, best=1))
    recorder(ended(3, 2, best=1))
    assert recorder.kept.best_epoch == 1
    assert "lowest 0.1 at epoch 1" in caption(recorder.record)


def test_best_is_highest_for_accuracy() -> None:
    recorder = Recorder()
    recorder(started())
    for epoch, accuracy in enumerate([0.5, 0.9, 0.8], start=1):
        recorder(epoch_ended(epoch, {"loss": 1.0, "val_accuracy": accuracy}))
    assert recorder.kept.best("val_accuracy") == (2, 0.9)


# --- reservoir ------------------------------------------------------------------------------------


@given(st.integers(1, 700), st.integers(3, 60))
def test_a_reservoir_keeps_first_and_last_and_is_bounded_and_even(epochs: int, most: int) -> None:
    reservoir = Reservoir(most)
    for epoch in range(epochs + 1):
        reservoir.add(epoch, histogram())
        assert reservoir.epochs[0] == 0
        assert reservoir.epochs[-1] == epoch
        assert len(reservoir) <= most
    gaps = np.diff(reservoir.epochs)
    assert len(set(gaps[:-1])) <= 1
    assert gaps[-1] <= gaps.max()
    assert len(reservoir) >= min(epochs + 1, most // 2)


def test_the_store_bounds_every_weight_and_falls_back_to_a_layers_own_weight() -> None:
    store = WeightStore(capacity=10)
    for epoch in range(200):
        store.add(epoch, [histogram(1, "kernel"), histogram(1, "bias"), histogram(3, "gamma")])
    assert len(store) <= 30
    assert store.layers == (1, 3)
    assert store.weight_names == ("kernel", "bias", "gamma")
    gamma = store.reservoir(3, "kernel")
    assert gamma is not None
    assert gamma.last[1].weight == "gamma"
    assert store.reservoir(2, "kernel") is None


# --- ridges ---------------------------------------------------------------------------------------


def test_rebinning_keeps_the_number_of_values() -> None:
    h = histogram(values=np.random.default_rng(3).normal(size=500).tolist())
    row = rebin(h, np.linspace(-6, 6, 50))
    assert row.sum() == pytest.approx(500)
    assert np.all(row >= 0)


def test_values_all_alike_stay_in_one_bin_and_do_not_flatten_the_rest() -> None:
    constant = histogram(values=[0.0] * 64)
    later = histogram(values=np.linspace(-1, 1, 64).tolist())
    ridges = RidgeCache(20).ridges([(0, constant), (1, later)])
    assert np.count_nonzero(ridges.counts[0]) == 1
    assert ridges.counts[0].sum() == 64
    assert ridges.heights[1].max() == pytest.approx(1.0)
    assert ridges.heights.max() <= 1.0


def test_logarithmic_heights() -> None:
    h = histogram(values=[0.0] * 99 + [1.0])
    plain = RidgeCache(20).ridges([(0, h)]).heights[0]
    log = RidgeCache(20).ridges([(0, h)], logarithmic=True).heights[0]
    assert plain.max() == log.max() == 1.0
    small = (plain > 0) & (plain < 0.5)
    assert np.all(log[small] > plain[small])


def test_ridges_of_a_weight_without_finite_values() -> None:
    broken = histogram(values=[0.0, 1.0])
    broken = type(broken)(
        **{**broken.__dict__, "counts": np.zeros(10, int), "minimum": 0.0, "maximum": 0.0}
    )
    assert not RidgeCache(20).ridges([(0, broken)]).heights.any()


def test_thinning_keeps_both_ends() -> None:
    assert thin(3, 10) == [0, 1, 2]
    positions = thin(100, 10)
    assert len(positions) == 10
    assert (positions[0], positions[-1]) == (0, 99)


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.integers(2, 9))
def test_ticks_are_within_the_range_and_not_too_many(low: float, width: float, most: int) -> None:
    ticks = round_ticks(low, low + width, most)
    assert len(ticks) <= most
    slack = 1e-6 * (abs(low) + width)
    assert all(low - slack <= tick <= low + width + slack for tick in ticks)


# --- ranges ---------------------------------------------------------------------------------------


def test_step_outliers_do_not_set_the_range() -> None:
    steps = np.append(np.linspace(0.2, 0.4, 500), 1e6)
    epochs = np.array([0.3])
    assert value_range(epochs, steps)[1] < 1
    assert value_range(epochs, steps, ignore_outliers=False)[1] > 1e6


def test_the_start_of_a_long_run_is_not_an_outlier_but_an_explosion_is() -> None:
    curve = 2 * np.exp(-np.arange(50) / 5) + 0.1
    assert value_range(curve, np.empty(0))[1] > 2
    assert value_range(np.append(curve, 1e9), np.empty(0))[1] < 10


def test_the_range_skips_what_is_not_finite_and_never_collapses() -> None:
    low, high = value_range(np.array([NAN, INF, 0.5]), np.empty(0))
    assert low < 0.5 < high
    assert value_range(np.array([NAN]), np.empty(0)) == (0.0, 1.0)


def test_the_range_of_values_from_zero_up_starts_at_zero() -> None:
    assert value_range(np.array([0.0, 10.0]), np.empty(0))[0] == 0.0


def test_an_axis_stands_still_until_values_leave_it_or_most_of_it_is_empty() -> None:
    shown = (0.0, 1.0)
    assert steady(shown, (0.05, 0.95)) == shown
    assert steady(shown, (0.05, 1.01)) == (0.05, 1.01)
    assert steady(shown, (-0.01, 0.9)) == (-0.01, 0.9)
    assert steady(shown, (0.1, 0.8)) == (0.1, 0.8)


def test_logarithms_of_what_has_none() -> None:
    np.testing.assert_array_equal(
        log10(np.array([100.0, 0.0, -1.0, NAN, INF])), [2.0, -INF, -INF, NAN, INF]
    )


def test_the_epoch_axis_grows_in_few_steps_and_fits_at_the_end() -> None:
    ends = {epoch_span(0, x / 10, 1000, True)[1] for x in range(10_000)}
    assert len(ends) <= 18
    assert epoch_span(0, 3.2, 5, True) == (0, 5)
    assert epoch_span(0, 3.0, 10, False) == (0, 3)
    assert epoch_span(20, 22.5, 30, True)[0] == 20


# --- words ----------------------------------------------------------------------------------------


def run_of(values: list[float], name: str = "val_loss") -> Recorder:
    recorder = Recorder()
    recorder(started(epochs=len(values), monitor=name))
    sign = 1 if name == "val_loss" else -1
    best = None
    for epoch, value in enumerate(values, start=1):
        if np.isfinite(value) and (best is None or sign * value < sign * values[best - 1]):
            best = epoch
        recorder(epoch_ended(epoch, {"loss": 1.0, name: value}, best=best))
    return recorder


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.5, 0.071, 0.3], "Validation loss lowest 0.071 at epoch 2, rising since."),
        ([0.5, 0.3, 0.2], "Validation loss lowest 0.2 at epoch 3, still falling."),
        ([0.5, 0.1, 0.101], "Validation loss lowest 0.1 at epoch 2, about constant since."),
        ([0.5, 0.1, NAN], "Validation loss lowest 0.1 at epoch 2, not a number since."),
        ([NAN], "Validation loss is not a number."),
        ([0.5], "Validation loss 0.5 after epoch 1."),
    ],
)
def test_a_loss_in_words(values: list[float], text: str) -> None:
    assert describe(run_of(values).kept, "loss") == text


def test_accuracy_in_words() -> None:
    recorder = run_of([0.5, 0.9, 0.7], "val_accuracy")
    expected = "Validation accuracy highest 0.9 at epoch 2, falling since."
    assert describe(recorder.kept, "accuracy") == expected


def test_the_caption_tells_the_best_epoch_by_whatever_it_is_judged() -> None:
    recorder = Recorder()
    recorder(started(epochs=3, monitor="loss"))
    for epoch, loss in enumerate([0.5, 0.3, 0.4], start=1):
        logs = {"loss": loss, "val_loss": 1 / epoch}
        recorder(epoch_ended(epoch, logs, best=min(epoch, 2)))
    assert caption(recorder.record) == (
        "Validation loss lowest 0.333 at epoch 3, still falling. Best loss at epoch 2."
    )


def test_the_caption_tells_how_the_run_ended() -> None:
    recorder = run_of([0.5, 0.1, 0.3])
    recorder(ended(3, best=2, early=True))
    assert caption(recorder.record).startswith("Early stopping ended the training after epoch 3")
    assert "the weights of epoch 2 were restored" in caption(recorder.record)
    recorder = run_of([0.5])
    recorder(ended(1, outcome=Outcome.FAILED, message="The loss became NaN in epoch 2."))
    assert caption(recorder.record).startswith("Training failed in epoch 2.")


def test_names_and_numbers() -> None:
    assert [format_value(v) for v in (0.123456, NAN, INF, -INF, -2.0)] == [
        "0.1235",
        "NaN",
        "∞",
        "−∞",
        "−2",
    ]
