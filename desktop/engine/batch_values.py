"""Values of the metrics on single batches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from desktop.document.choices import Metric
from desktop.engine.reports import FloatArray, IntArray

_COUNTS = (Metric.ACCURACY, Metric.TOP_K)  # means of 0 or 1


class BatchValues:
    """Values on single batches, recovered from Keras's running means over an epoch.

    Keras keeps mₖ, the mean over the rows n₁ … nₖ seen so far. The mean over the rows between two
    of these is (mₖ nₖ - mⱼ nⱼ) / (nₖ - nⱼ). Keras adds up in float32, so the error is about
    10⁻⁷ nₖ / (nₖ - nⱼ) of the mean; counts of correct predictions are rounded to whole rows and so
    exact.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._sums: dict[str, float] = {}

    def add(self, rows: IntArray, means: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """The values on batches after which `rows` of the epoch were done, and `means` the means.

        `rows` and each of `means` have shape (k,).
        """
        new = np.diff(rows, prepend=self._rows)
        values = {}
        for name, running in means.items():
            totals = running.astype(np.float64) * rows
            value = np.diff(totals, prepend=self._sums.get(name, 0.0)) / new
            self._sums[name] = totals[-1]
            if name in _COUNTS:
                value = np.clip(np.round(value * new) / new, 0.0, 1.0)
            values[name] = np.maximum(value, 0.0)  # NaN stays
        self._rows = rows[-1]
        return values
