"""The tables that come with scikit-learn, which need no file."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import BreastCancer, Diabetes, Iris, ScikitLearnTable, Wine
from desktop.document.schema import Classes, Numbers
from desktop.engine.data_error import DataError
from desktop.engine.datasets import load


def unscaled(target: Classes | Numbers) -> Classes | Numbers:
    """`target` without what its numbers are scaled by, which depends on the split."""
    return Numbers(target.columns) if isinstance(target, Numbers) else target


@pytest.mark.parametrize(
    ("source", "rows", "features", "target"),
    [
        (Iris(), 150, 4, Classes(("setosa", "versicolor", "virginica"))),
        (Wine(), 178, 13, Classes(("class_0", "class_1", "class_2"))),
        (BreastCancer(), 569, 30, Classes(("benign", "malignant"))),
        (Diabetes(), 442, 10, Numbers(("disease progression",))),
    ],
)
def test_every_table_is_read_as_scikit_learn_has_it(
    source: ScikitLearnTable, rows: int, features: int, target: Classes | Numbers
) -> None:
    dataset = load(source)
    assert sum(len(part) for _, part in dataset.splits) == rows
    assert dataset.schema.input_shape == (features,)
    assert unscaled(dataset.schema.target) == target


def test_classes_belong_to_the_rows_they_have_in_scikit_learn() -> None:
    from sklearn.datasets import load_breast_cancer

    counts = np.bincount(load_breast_cancer().target)  # 0 is malignant there
    dataset = load(BreastCancer())
    found = sum(np.bincount(part.y) for _, part in dataset.splits)
    assert found.tolist() == [counts[1], counts[0]]


def test_numbers_are_those_that_were_measured() -> None:
    preparation = load(Diabetes()).preparation
    assert preparation is not None
    bmi = next(column for column in preparation.columns if column.name == "bmi")
    assert 25 < bmi.offset < 28
    assert 130 < preparation.target.offsets[0] < 170


def test_another_column_can_be_predicted() -> None:
    dataset = load(Iris(target="petal width (cm)"))
    assert unscaled(dataset.schema.target) == Numbers(("petal width (cm)",))
    assert "species = setosa" in dataset.schema.features
    with pytest.raises(DataError, match=r'no column "height".*sepal length'):
        load(Iris(target="height"))
