"""Probabilities that say how often a network is right."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.engine.calibration import at_temperature, calibrated, is_sure

ROWS, CLASSES = 4_000, 5


def drawn(overconfident: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities, and labels that agree with them once logits are divided by that."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (ROWS, CLASSES))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(CLASSES, p=each) for each in honest])
    told = np.exp(overconfident * logits)
    return told / told.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("overconfident", [0.5, 1.0, 2.5])
def test_the_temperature_takes_back_what_a_network_is_too_sure(overconfident: float) -> None:
    probabilities, labels = drawn(overconfident)
    found = calibrated(probabilities, labels, 0.03)
    assert found.temperature == pytest.approx(overconfident, rel=0.1)
    scaled = at_temperature(probabilities, found.temperature)
    right = scaled.argmax(axis=1) == labels
    assert scaled.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.02)
    unsure = [not is_sure(each, found) for each in scaled[right]]
    assert np.mean(unsure) == pytest.approx(0.03, abs=0.005)


def test_a_temperature_changes_no_order_and_stays_finite() -> None:
    certain = np.array([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
    for temperature in (0.25, 1.0, 4.0):
        scaled = at_temperature(certain, temperature)
        assert np.isfinite(scaled).all()
        assert scaled.sum(axis=1) == pytest.approx(1)
        assert (scaled.argmax(axis=1) == [0, 1]).all()
    np.testing.assert_allclose(at_temperature(certain, 1.0), certain, atol=1e-12)
