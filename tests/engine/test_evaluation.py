"""Evaluation on the test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import GATES, Digits, LogicTable
from desktop.document.layers import Dense, Flatten
from desktop.document.losses import (
    BinaryCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from desktop.document.project import Project, starter_project
from desktop.document.training import Training
from desktop.engine import batches, builder, datasets, evaluation
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import class_probabilities
from desktop.engine.evaluation import evaluate
from desktop.engine.rows import Dataset

NAND = LogicTable(rows=GATES["NAND"])


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return datasets.load(Digits())


@pytest.fixture(scope="module")
def trained(digits: Dataset) -> tuple[Any, Project]:
    project = starter_project()
    model = builder.build(project)
    targets = np.eye(10, dtype=np.float32)[digits.training.y]
    model.fit(digits.training.x, targets, epochs=3, shuffle=False, verbose=0)
    return model, project


def test_figures_are_those_of_the_test_rows(trained: tuple[Any, Project], digits: Dataset) -> None:
    model, project = trained
    result = evaluate(model, project, digits, epoch=3)
    outputs = model(digits.test.x, training=False).numpy().astype(np.float64)
    truth = digits.test.y
    loss = -np.log(outputs[np.arange(len(truth)), truth]).mean()
    accuracy = (outputs.argmax(axis=1) == truth).mean()
    assert result.rows == len(truth) == 360 and result.epoch == 3 and result.note == ""
    assert result.metrics["loss"] == pytest.approx(loss, rel=1e-4)
    assert result.metrics["accuracy"] == pytest.approx(accuracy)


def test_mistakes_have_a_confidence_only_if_outputs_are_probabilities(
    trained: tuple[Any, Project], digits: Dataset
) -> None:
    model, project = trained
    result = evaluate(model, project, digits, epoch=3)
    assert all(mistake.confidence is not None for mistake in result.mistakes)
    assert result.value_range == (0.0, 1.0)
    layers = Flatten(), Dense(units=10)
    linear = Project(data=Digits(), layers=layers, training=Training(loss=MeanSquaredError()))
    result = evaluate(builder.build(linear, 5), linear, digits, epoch=0)
    assert result.mistakes and all(mistake.confidence is None for mistake in result.mistakes)


def test_the_confusion_matrix_has_true_classes_as_rows(
    trained: tuple[Any, Project], digits: Dataset
) -> None:
    model, project = trained
    result = evaluate(model, project, digits, epoch=3)
    expected = np.zeros((10, 10), int)
    predicted = model(digits.test.x).numpy().argmax(axis=1)
    np.add.at(expected, (digits.test.y, predicted), 1)
    np.testing.assert_array_equal(result.confusion, expected)
    assert result.confusion is not None and not result.confusion.flags.writeable
    assert result.mistake_count == expected.sum() - expected.trace()


def test_mistakes_are_wrong_and_the_most_confident_come_first(
    trained: tuple[Any, Project], digits: Dataset
) -> None:
    model, project = trained
    result = evaluate(model, project, digits, epoch=3)
    probabilities = class_probabilities(model(digits.test.x).numpy(), project)
    assert probabilities is not None
    assert 0 < len(result.mistakes) == result.mistake_count
    confidences = [mistake.confidence for mistake in result.mistakes]
    assert confidences == sorted(confidences, reverse=True)
    for mistake in result.mistakes:
        assert mistake.true_class == digits.test.y[mistake.row] != mistake.predicted_class
        np.testing.assert_array_equal(mistake.sample, digits.test.x[mistake.row])
        own = probabilities[mistake.row]
        assert mistake.predicted_class == own.argmax()
        assert mistake.confidence == pytest.approx(own.max(), abs=1e-6)
        assert not mistake.sample.flags.writeable


def test_at_most_the_worst_mistakes_are_kept(
    trained: tuple[Any, Project], digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = evaluate(*trained, digits, 3).mistakes
    monkeypatch.setattr(evaluation, "MAX_MISTAKES", 5)
    some = evaluate(*trained, digits, 3)
    assert [m.row for m in some.mistakes] == [m.row for m in everything[:5]]
    assert some.mistake_count == len(everything)


def test_one_output_for_two_classes_and_a_note_that_rows_are_not_new() -> None:
    layers = (Dense(units=1, activation=ActivationFunction.SIGMOID),)
    project = Project(data=NAND, layers=layers, training=Training(loss=BinaryCrossentropy()))
    model = builder.build(project)
    model.set_weights([np.array([[-10.0], [-10.0]]), np.array([15.0])])
    result = evaluate(model, project, datasets.load(NAND), 0)
    assert result.metrics["accuracy"] == 1.0
    np.testing.assert_array_equal(result.confusion, [[1, 0], [0, 3]])
    assert result.mistakes == () and "the rows the network was trained with" in result.note


def test_logits_and_whole_number_labels(digits: Dataset) -> None:
    loss = SparseCategoricalCrossentropy(from_logits=True)
    layers = (Flatten(), Dense(units=10))
    project = Project(data=Digits(), layers=layers, training=Training(loss=loss))
    model = builder.build(project)
    result = evaluate(model, project, digits, 0)
    assert result.confusion is not None
    assert result.metrics["accuracy"] == pytest.approx(result.confusion.trace() / 360)
    assert all(0.1 <= mistake.confidence <= 1 for mistake in result.mistakes)


def test_an_output_that_stands_for_no_class_has_no_confusion_matrix(digits: Dataset) -> None:
    training = Training(loss=MeanSquaredError(), metrics=(Metric.MEAN_ABSOLUTE_ERROR,))
    project = Project(data=Digits(), layers=(Flatten(), Dense(units=1)), training=training)
    result = evaluate(builder.build(project), project, digits, 0)
    assert result.confusion is None and result.mistakes == () and result.mistake_count == 0
    assert set(result.metrics) == {"loss", "mean_absolute_error"}


def test_outputs_that_are_not_numbers_are_reported(digits: Dataset) -> None:
    project = starter_project()
    model = builder.build(project)
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    result = evaluate(model, project, digits, 0)
    assert "not numbers" in result.note and result.confusion is not None


def test_it_can_be_stopped_before_and_in_the_middle(
    trained: tuple[Any, Project], digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = RunControl()
    stopped.stop()
    with pytest.raises(Stopped):
        evaluate(*trained, digits, 3, stopped)

    monkeypatch.setattr(batches, "MAX_BATCH", 10)
    asked = 0

    class AfterFive(RunControl):
        def checkpoint(self) -> None:
            nonlocal asked
            asked += 1
            if asked == 5:
                self.stop()
            super().checkpoint()

    with pytest.raises(Stopped):
        evaluate(*trained, digits, 3, AfterFive())
    assert asked == 5
    assert evaluate(*trained, digits, 3).rows == 360  # the model is still usable


@pytest.mark.parametrize("rows", [1, 7])
def test_few_rows_and_large_layers_are_measured_alike(
    trained: tuple[Any, Project], digits: Dataset, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: NDArray[Any] | None = evaluate(*trained, digits, 3).confusion
    monkeypatch.setattr(batches, "BATCH_VALUES", rows * 106)  # 64 + 32 + 10 outputs a row
    in_small_batches = evaluate(*trained, digits, 3).confusion
    np.testing.assert_array_equal(in_small_batches, whole)
