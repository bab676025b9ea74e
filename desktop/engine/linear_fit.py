"""Whether a linear model is best for a table of numbers, found by cross-validation."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop.document.schema import LinearFit, Numbers, RowKind
from desktop.engine.rows import Dataset

_Values: TypeAlias = NDArray[np.float64]

LEAST_ROWS = 32  # fewer say nothing about what is best
# More rows teach a network curves that a sample does not show, and a network of more inputs takes
# its penalties from the inputs for each row.
MOST_ROWS = 2_000
MOST_FEATURES = 200
# The comparison looks at so many of the rows, for a fraction of a second.
_MOST_COMPARED = 500
_MOST_DISTANCES = 25_000_000

# How much of the nonlinear kernels is added to the linear one, and the ridge penalties per row.
# Chosen on twenty kinds of generated tables.
_SHARES = (0.1, 1.0)
_PENALTIES = np.logspace(-6, 1, 15)
_L1_RATIO = 0.5


def with_linear_fit(dataset: Dataset) -> Dataset:
    """`dataset`, whose schema says if a linear model of its numbers is best."""
    linear = find_linear_fit(dataset)
    return replace(dataset, schema=replace(dataset.schema, linear=linear)) if linear else dataset


def find_linear_fit(dataset: Dataset) -> LinearFit | None:
    """The linear model of the training rows, if it predicts better than nonlinear ones.

    None also for what is no table with one number to predict, of LEAST_ROWS to MOST_ROWS training
    rows and up to MOST_FEATURES inputs.
    """
    schema, rows = dataset.schema, dataset.training
    if (
        not isinstance(schema.target, Numbers)
        or schema.outputs != 1
        or schema.row is not RowKind.TABLE_ROW
        or schema.input_shape[0] > MOST_FEATURES
    ):
        return None
    weights = np.ones(len(rows)) if rows.sample_weight is None else rows.sample_weight
    counted = weights > 0
    x, y, weights = (each[counted].astype(np.float64) for each in (rows.x, rows.y[:, 0], weights))
    if not LEAST_ROWS <= len(y) <= MOST_ROWS or np.ptp(y) == 0:
        return None
    chosen = _sample(*x.shape)
    linear, nonlinear = _errors(_standardized(x[chosen]), y[chosen] - y.mean(), weights[chosen])
    if _mean_square(nonlinear) <= _mean_square(linear):
        return None
    unit = (schema.target.scales or (1.0,))[0]
    error, other = (_rounded(_mean_square(each) ** 0.5 * unit) for each in (linear, nonlinear))
    return LinearFit(error, other, *_penalties(x, y, weights))


def _sample(count: int, features: int) -> Any:
    """Which of `count` rows are compared; the same ones each time."""
    most = min(_MOST_COMPARED, int((_MOST_DISTANCES / features) ** 0.5))
    if count <= most:
        return slice(None)
    return np.random.default_rng(0).choice(count, most, replace=False)


def _standardized(values: _Values) -> _Values:
    """`values` (rows, columns) with mean 0 and deviation 1 in every column that is not constant."""
    centered = values - values.mean(axis=0)
    deviation = centered.std(axis=0)
    return np.asarray(centered / np.where(deviation > 0, deviation, 1.0))


def _errors(x: _Values, y: _Values, weights: _Values) -> tuple[_Values, _Values]:
    """Of kernel ridge regressions: the errors of each row when it was left out of the fit.

    Those of a linear kernel, and of the best that has nonlinear ones beside it: a Gaussian one of
    all inputs, and the mean of one for each input, which finds sums of curves among many inputs.
    """
    products = x @ x.T / x.shape[1]
    norms = np.diag(products)
    distances = norms[:, None] + norms - 2 * products
    nonlinear = np.exp(-distances / 6)
    for column in x.T:
        nonlinear += np.exp(-((column[:, None] - column) ** 2) / 2) / x.shape[1]
    root = np.sqrt(weights / weights.mean())
    linear, *others = (
        _left_out_errors(root[:, None] * (1 + products + share * nonlinear) * root, root * y)
        for share in (0.0, *_SHARES)
    )
    return linear, min(others, key=_mean_square)


def _left_out_errors(kernel: _Values, y: _Values) -> _Values:
    """The error of each row by the others, of the best penalty, without fitting once for each row.

    That of the fit to all rows divided by 1 - h, with h the diagonal of the matrix that makes the
    predictions from `y` (T. Hastie and others, "The Elements of Statistical Learning", 7.10).
    """
    values, vectors = np.linalg.eigh(kernel)
    squares, along = vectors**2, vectors.T @ y
    found = []
    for penalty in _PENALTIES * len(y):
        kept = values / (values + penalty)
        found.append((y - vectors @ (kept * along)) / (1 - squares @ kept))
    return min(found, key=_mean_square)


def _mean_square(errors: _Values) -> float:
    return float((errors**2).mean())


def _penalties(x: _Values, y: _Values, weights: _Values) -> tuple[float, float]:
    """The L1 and L2 penalties of the linear model that do best in a five-fold cross-validation."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import ElasticNetCV
    from sklearn.model_selection import KFold

    folds = KFold(5, shuffle=True, random_state=0)
    model = ElasticNetCV(l1_ratio=_L1_RATIO, eps=1e-4, alphas=30, cv=folds)
    with warnings.catch_warnings():  # a penalty that has not converged is a good one all the same
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y, sample_weight=weights)
    # scikit-learn minimizes half the mean squared error, and half the square of the weights.
    alpha = float(model.alpha_)
    return _rounded(2 * alpha * _L1_RATIO), _rounded(alpha * (1 - _L1_RATIO))


def _rounded(value: float) -> float:
    """`value` with three digits, the same on every machine."""
    return float(f"{value:.3g}")
