"""How sure a network is: probabilities that say how often it is right.

A network that learned its training rows well is surer than it is right (C. Guo et al., On
Calibration of Modern Neural Networks, 2017). What its logits are divided by, the temperature, is
chosen so that the cross-entropy on rows it did not learn becomes least.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.document.calibration import Calibration

Floats = NDArray[np.float64]

LEAST = 1e-30  # probabilities below are taken for this
TEMPERATURES = np.exp(np.linspace(np.log(0.25), np.log(4), 200))


def calibrated(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64], right_unsure: float
) -> Calibration:
    """The calibration by `probabilities` (n, classes) for rows that were not learned.

    `labels` (n,) are their classes. Of the rows that are recognized, the share `right_unsure` is to
    be unsure.
    """
    losses = [
        -np.log(at_temperature(probabilities, each)[np.arange(len(labels)), labels]).mean()
        for each in TEMPERATURES
    ]
    temperature = float(TEMPERATURES[int(np.argmin(losses))])
    scaled = at_temperature(probabilities, temperature)
    right = scaled.argmax(axis=1) == labels
    sure_from = float(np.quantile(scaled[right].max(axis=1), right_unsure))
    return Calibration(temperature=round(temperature, 4), sure_from=round(sure_from, 4))


def is_sure(probabilities: NDArray[np.floating], calibration: Calibration) -> bool:
    """Whether one of the calibrated `probabilities`, shape (classes,), is large enough."""
    return bool(probabilities.max() >= calibration.sure_from)


def at_temperature(probabilities: NDArray[np.floating], temperature: float) -> Floats:
    """The softmax of the logits that made `probabilities`, shape (n, classes), divided."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), LEAST)) / temperature
    scaled: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled
