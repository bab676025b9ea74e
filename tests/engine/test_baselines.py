"""What simple models are worth on the test rows, beside the network."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.document.data import Diabetes, Digits, Wine
from desktop.document.first_network import first_project
from desktop.engine import baselines as module
from desktop.engine.baselines import baselines
from desktop.engine.builder import build
from desktop.engine.datasets import load
from desktop.engine.evaluation import MAX_WORST, evaluate


def test_of_classes_the_largest_and_logistic_regression() -> None:
    dataset = load(Wine())
    constant, linear = baselines(dataset)
    assert constant.title == 'always predicting "class_1"'
    assert constant.values[0] == pytest.approx(np.mean(dataset.test.y == 1))
    assert linear.title == "logistic regression"
    assert linear.values[0] > 0.9
    assert linear.note == ""


def test_of_numbers_the_mean_and_ridge_in_the_unit_of_the_target() -> None:
    constant, linear = baselines(load(Diabetes()))
    assert constant.title == "always predicting the mean"
    assert 30 < linear.values[0] < constant.values[0] < 100


def test_of_many_rows_some_are_taken_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 64 * 300)
    _, linear = baselines(load(Digits()))
    assert linear.note == "fitted on 300 of the training rows"
    assert linear.values[0] > 0.8
    monkeypatch.setattr(module, "MOST_FEATURES", 63)
    assert len(baselines(load(Digits()))) == 1


def test_numbers_are_compared_in_their_unit() -> None:
    dataset = load(Diabetes())
    project = first_project(dataset.source, dataset.schema)
    model = build(project, 1, dataset.schema)
    assert evaluate(model, project, dataset, 0).baselines == ()
    found = evaluate(model, project, dataset, 0, with_baselines=True)
    (numbers,) = found.numbers
    assert len(numbers.true) == len(numbers.predicted) == len(dataset.test)
    assert 20 < numbers.true.min() < numbers.true.max() < 350
    errors = np.abs(numbers.true - numbers.predicted)
    assert found.scores[0] == pytest.approx(errors.mean())
    assert found.scores[0] == pytest.approx(found.metrics["mean_absolute_error"], rel=1e-4)
    assert numbers.counts.sum() == len(dataset.test)
    assert len(numbers.worst) == MAX_WORST
    assert [abs(true - out) for _, true, out in numbers.worst] == sorted(errors)[::-1][:MAX_WORST]
    squares = np.square(numbers.true - numbers.true.mean()).sum()
    assert numbers.r2 == pytest.approx(1 - np.square(errors).sum() / squares)
    assert "disease progression; always predicting the mean by" in found.comparison()
