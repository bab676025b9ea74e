"""Whether a linear model is best is found on training rows, as in a cross-validation by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import make_friedman1, make_regression
from sklearn.linear_model import ElasticNet

from desktop.document.data import Table
from desktop.document.schema import Classes, DataSchema, Numbers, RowCounts, RowKind
from desktop.engine import linear_fit
from desktop.engine.datasets import load
from desktop.engine.linear_fit import find_linear_fit, with_linear_fit
from desktop.engine.rows import Dataset, Rows


def table(x: NDArray[np.float64], y: NDArray[np.float64], weights: object = None) -> Dataset:
    """A data set whose target, with deviation 1, stands for numbers a hundred times as large."""
    scaled = (y - y.mean()) / y.std()
    weight = None if weights is None else np.asarray(weights, np.float32)
    rows = Rows(x.astype(np.float32), scaled[:, None].astype(np.float32), weight)
    target = Numbers(("price",), (0.0,), (100.0,))
    counts = RowCounts(len(y), 0, len(y))
    schema = DataSchema(x.shape[1:], RowKind.TABLE_ROW, target, counts, (-9.0, 9.0))
    return Dataset(Table(), schema, rows, None, rows, test_is_training=False)


def linear_table(rows: int = 200) -> Dataset:
    made = make_regression(rows, 8, n_informative=4, noise=20.0, random_state=5)
    return table(made[0], made[1])


def test_a_linear_truth_is_recognized_with_its_error_in_the_unit_of_the_target() -> None:
    x, y = make_regression(200, 8, n_informative=4, noise=20.0, random_state=5)
    dataset = table(x, y)
    found = find_linear_fit(dataset)
    assert found is not None
    assert found.error == pytest.approx(100 * 20 / y.std(), rel=0.15)
    assert found.nonlinear_error == pytest.approx(found.error, rel=0.15)
    # The penalties are Keras's: those of scikit-learn count half of the squared error.
    alpha = found.l1 / 2 + found.l2
    model = ElasticNet(alpha=alpha, l1_ratio=found.l1 / 2 / alpha)
    assert (
        model.fit(dataset.training.x, dataset.training.y).score(x, (y - y.mean()) / y.std()) > 0.9
    )
    assert with_linear_fit(dataset).schema == replace(dataset.schema, linear=found)
    assert find_linear_fit(dataset) == found


def test_curves_are_recognized_whether_of_one_input_or_of_products() -> None:
    x, y = make_friedman1(200, noise=1.0, random_state=5)
    assert find_linear_fit(table(x, y)) is None
    x = np.random.default_rng(5).normal(size=(200, 8))
    assert find_linear_fit(table(x, np.sin(2 * x[:, 3]) + x[:, 0])) is None
    assert find_linear_fit(table(x, x[:, 1] * x[:, 2] + x[:, 0])) is None


def test_rows_without_weight_do_not_count() -> None:
    x = np.random.default_rng(5).normal(size=(240, 4))
    y = x[:, 0] + 0.1 * x[:, 1]
    y[::2] = np.abs(x[::2, 0]) * 3
    assert find_linear_fit(table(x, y)) is None
    assert find_linear_fit(table(x, y, np.arange(240) % 2)) is not None


def test_only_small_tables_with_a_number_to_predict_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = linear_table()
    assert find_linear_fit(linear_table(31)) is None and find_linear_fit(linear_table(90))
    for schema in (
        replace(dataset.schema, target=Classes(("no", "yes"))),
        replace(dataset.schema, row=RowKind.POINT),
        replace(dataset.schema, target=Numbers(("a", "b"))),
    ):
        assert with_linear_fit(replace(dataset, schema=schema)).schema.linear is None
    for name in ("MOST_FEATURES", "MOST_ROWS"):
        with monkeypatch.context() as limited:
            limited.setattr(linear_fit, name, 7)
            assert find_linear_fit(dataset) is None


def test_of_more_rows_a_sample_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_fit, "_MOST_COMPARED", 60)
    dataset = linear_table()
    found = find_linear_fit(dataset)
    assert found is not None and found == find_linear_fit(dataset)


def test_other_test_rows_change_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    x, y = make_regression(80, 3, noise=5.0, random_state=5)
    path = tmp_path_factory.mktemp("linear") / "table.csv"
    np.savetxt(path, np.column_stack([x, y]), delimiter=",", header="a,b,c,y", comments="")
    dataset = load(Table(path=str(path)))
    wild = Rows(dataset.test.x * 100, dataset.test.y**2, dataset.test.sample_weight)
    found = find_linear_fit(dataset)
    assert found is not None and found == find_linear_fit(replace(dataset, test=wild))
