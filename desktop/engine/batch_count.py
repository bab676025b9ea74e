"""How many batches a network was trained on up to a position in epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.engine.reports import RunStarted
from desktop.engine.series import Floats

TOLERANCE = 1e-6  # of a batch, for positions that are rounded


@dataclass(frozen=True)
class _Run:
    """Batches of `batch_size` out of `rows` rows an epoch, after `before` batches of other runs."""

    first_epoch: int
    before: int
    batch_size: int
    rows: int

    def count(self, x: Floats) -> NDArray[np.int64]:
        since = x - self.first_epoch
        epochs = np.maximum(np.ceil(since - TOLERANCE * self.batch_size / self.rows) - 1, 0)
        in_epoch = np.ceil((since - epochs) * self.rows / self.batch_size - TOLERANCE)
        count: NDArray[np.int64] = (epochs * -(-self.rows // self.batch_size) + in_epoch).astype(
            int
        )
        return self.before + count


class BatchCount:
    """Counts over the life of a network; batches may differ from run to run."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    @property
    def is_known(self) -> bool:
        """Whether any run was counted."""
        return bool(self._runs)

    def copy(self) -> BatchCount:
        """A copy of the count, to be continued independently."""
        twin = BatchCount()
        twin._runs = list(self._runs)
        return twin

    def begin(self, report: RunStarted) -> None:
        """A run begins; what an earlier one did beyond its first epoch does not count."""
        first = report.first_epoch
        if self._runs:
            before = int(self.at(np.array([float(first)]))[0])
        else:
            before = first * report.steps_per_epoch
        self._runs = [run for run in self._runs if run.first_epoch < first]
        self._runs.append(_Run(first, before, report.batch_size, report.training_rows))

    def at(self, x: Floats) -> NDArray[np.int64]:
        """The batches up to each position of `x`, in epochs, shape (n,)."""
        result = np.zeros(len(x), dtype=np.int64)
        for run in self._runs:
            later = x > run.first_epoch
            result[later] = run.count(x[later])
        return result
