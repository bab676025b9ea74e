"""Whether a line separates two classes of points."""

from __future__ import annotations

import numpy as np

from desktop.engine.reports import FloatArray, IntArray


def is_separable(x: FloatArray, labels: IntArray) -> bool:
    """Whether a hyperplane has all rows of `x`, (n, inputs), with label 1 on one side, and those
    with 0 on the other.

    That is so if there are w and b with s (w x + b) ≥ 1 for every row, s being the sign of its
    class: a linear program without anything to minimize.
    """
    from scipy.optimize import linprog

    signs = np.where(labels == 1, 1.0, -1.0)
    rows = np.column_stack([x, np.ones(len(x))]) * signs[:, None]
    found = linprog(
        np.zeros(rows.shape[1]),
        A_ub=-rows,
        b_ub=-np.ones(len(rows)),
        bounds=(None, None),
        method="highs",
    )
    return bool(found.status == 0)
