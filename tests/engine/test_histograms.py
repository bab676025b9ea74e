"""Histograms of weights, whatever the weights have become."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.layers import BatchNormalization, Dense, Flatten
from desktop.document.project import Project
from desktop.engine.builder import build
from desktop.engine.histograms import DEFAULT_BINS, histogram, weight_histograms
from desktop.engine.reports import WeightHistogram


def of(values: object, bins: int = DEFAULT_BINS) -> WeightHistogram:
    array = np.asarray(values, np.float32)
    return histogram(array, 1, "Dense 2", "kernel", "kernel", array.shape, bins)


def test_every_weight_of_every_layer_has_one() -> None:
    project = Project(
        data=Digits(),
        layers=(
            Flatten(),
            Dense(units=5),
            BatchNormalization(),
            Dense(units=10, activation=ActivationFunction.SOFTMAX),
        ),
    )
    model = build(project)
    found = weight_histograms(model, project)
    assert [(each.layer, each.layer_name, each.weight, each.shape) for each in found] == [
        (1, "Dense 2", "kernel", (64, 5)),
        (1, "Dense 2", "bias", (5,)),
        (2, "BatchNormalization 3", "gamma", (5,)),
        (2, "BatchNormalization 3", "beta", (5,)),
        (2, "BatchNormalization 3", "moving_mean", (5,)),
        (2, "BatchNormalization 3", "moving_variance", (5,)),
        (3, "Dense 4", "kernel", (5, 10)),
        (3, "Dense 4", "bias", (10,)),
    ]
    kernel = model.layers[1].kernel.numpy()
    assert found[0].counts.sum() == kernel.size
    assert found[0].mean == pytest.approx(kernel.mean(), abs=1e-6)
    assert found[0].standard_deviation == pytest.approx(kernel.std(), rel=1e-5)
    assert (found[0].minimum, found[0].maximum) == (kernel.min(), kernel.max())


def test_counts_are_those_of_numpy_apart_from_rounding_at_edges() -> None:
    values = np.random.default_rng(3).normal(size=400_000).astype(np.float32)
    found = of(values)
    expected, edges = np.histogram(values.astype(np.float64), DEFAULT_BINS)
    np.testing.assert_allclose(found.edges, edges, atol=1e-9)
    assert np.abs(found.counts - expected).max() <= 3
    assert found.counts.sum() == values.size


def test_values_that_are_not_finite_are_counted_apart() -> None:
    found = of([np.nan, np.inf, -np.inf, 1.0, 3.0, 0.0], bins=3)
    assert found.non_finite == 3
    assert found.counts.tolist() == [1, 1, 1]
    assert (found.minimum, found.maximum, found.zeros) == (0.0, 3.0, 1)
    assert found.mean == pytest.approx(4 / 3)


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nothing_finite(values: list[float]) -> None:
    found = of(values)
    assert found.counts.sum() == 0
    assert found.non_finite == len(values)
    assert (found.minimum, found.maximum, found.mean, found.standard_deviation) == (0, 0, 0, 0)
    assert np.all(np.diff(found.edges) > 0)


@pytest.mark.parametrize("value", [0.0, 1.0, -7.5, 3e38, 1e-40])
def test_one_value_everywhere_stands_in_the_middle(value: float) -> None:
    found = of(np.full(1000, value))
    assert found.counts.max() == 1000
    assert abs(int(found.counts.argmax()) - DEFAULT_BINS // 2) <= 1
    assert found.standard_deviation == pytest.approx(0, abs=abs(value) * 1e-6)
    assert found.zeros == (1000 if value == 0 else 0)


def test_the_arrays_cannot_be_changed() -> None:
    found = of([1.0, 2.0])
    assert not found.counts.flags.writeable
    assert not found.edges.flags.writeable


@example(np.array([-3.4028235e38, 1.0141205e31], np.float32), 1)  # too far apart for float32
@settings(deadline=None, database=None, max_examples=300)
@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(max_dims=3, min_side=0, max_side=8),
        elements=st.floats(width=32),
    ),
    st.integers(1, 40),
)
def test_any_values_are_accounted_for(values: NDArray[np.float32], bins: int) -> None:
    found = of(values, bins)
    finite = values[np.isfinite(values)].astype(np.float64)
    assert found.counts.sum() == finite.size
    assert found.non_finite == values.size - finite.size
    assert found.zeros == np.sum(finite == 0)
    assert found.counts.shape == (bins,)
    assert np.isfinite(found.edges).all()
    assert np.all(np.diff(found.edges) > 0)
    if finite.size:
        assert found.minimum == finite.min()
        assert found.maximum == finite.max()
        assert found.edges[0] <= found.minimum <= found.mean <= found.maximum <= found.edges[-1]
        tolerance = 1e-4 * (finite.max() - finite.min()) + 1e-6 * np.abs(finite).max()
        assert found.mean == pytest.approx(finite.mean(), abs=tolerance + 1e-45)
        assert found.standard_deviation == pytest.approx(finite.std(), abs=tolerance + 1e-45)


def test_ten_million_weights_take_little_memory() -> None:
    values = np.random.default_rng(0).random(10_000_000, dtype=np.float32)
    tracemalloc.start()
    try:
        found = histogram(values, 0, "Dense 1", "kernel", "kernel", values.shape)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.counts.sum() == values.size
    assert peak < 10_000_000
