"""The probe: statistics of the layers at the ends of epochs, which change nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits
from desktop.document.layers import (
    ActivityRegularization,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Reshape,
)
from desktop.document.project import Project
from desktop.document.schema import Numbers
from desktop.engine import backend, probe, recorder, training
from desktop.engine.builder import build
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.probe import STATISTICS, LayerPass, Probe
from desktop.engine.records import RunRecorder
from desktop.engine.reports import Outcome, Phase, Progress, Report
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, rows, train
from tests.engine.same_result import digest

SCHEMA = Digits().known_schema
COUNT = 40

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "dense": (Flatten(), HIDDEN, HIDDEN, OUTPUT),
    "dropout": (Flatten(), HIDDEN, Dropout(rate=0.4), OUTPUT),
    "normalized": (Flatten(), HIDDEN, BatchNormalization(), OUTPUT),
    "regularized": (
        Flatten(),
        Dense(
            units=12,
            activation=ActivationFunction.TANH,
            kernel_regularizer={"regularizer": "L2", "l2": 0.5},
            activity_regularizer={"regularizer": "L2", "l2": 0.1},
        ),
        ActivityRegularization(l1=0.01),
        OUTPUT,
    ),
    "convolutional": (
        Reshape(target_shape=(8, 8, 1)),
        Conv2D(filters=4, activation=ActivationFunction.RELU),
        MaxPooling2D(),
        Flatten(),
        OUTPUT,
    ),
}

Looks = Callable[[Probe], dict[str, dict[str, float]]]


def plainly(probe: Probe) -> dict[str, dict[str, float]]:
    return probe.statistics()


def compiled(probe: Probe) -> dict[str, dict[str, float]]:
    probe.compile(lambda: None)
    return probe.statistics()


either = pytest.mark.parametrize("look", (plainly, compiled))


def batch() -> tuple[Any, ...]:
    these = rows(COUNT)
    return these.x, encode(these.y, project(), SCHEMA)


def norms(model: Any, what: Project, look: Looks = plainly, *parts: Any) -> dict[str, float]:
    return look(Probe(model, what, parts or batch()))["gradient_norm"]


def variables(model: Any) -> list[bytes]:
    """Everything that a model has, weights and all, to the bit."""
    parts = (*model.variables, *model.optimizer.variables, *model.metrics_variables)
    return [np.asarray(variable.value).tobytes() for variable in parts]


# --- the norms of gradients -----------------------------------------------------------------------


@either
@pytest.mark.parametrize("name", NETWORKS)
def test_gradient_norms_are_those_of_keras_and_the_model_stays_as_it_was(
    name: str, look: Looks
) -> None:
    tf = backend.tensorflow()
    what = project(*NETWORKS[name])
    model, (x, y) = build(what, 3), batch()
    model.compute_loss(x=x, y=y, y_pred=model(x))  # makes what the loss has
    before = variables(model)
    found = norms(model, what, look)
    assert variables(model) == before
    with tf.GradientTape() as tape:  # the same random numbers: none have been drawn
        loss = model.compute_loss(x=x, y=y, y_pred=model(x, training=True), training=True)
    gradients = iter(tape.gradient(loss, model.trainable_variables))
    expected = {
        f"{spec.tag} {index}": np.sqrt(
            sum(np.sum(np.square(next(gradients).numpy())) for _ in layer.trainable_variables)
        )
        for index, (spec, layer) in enumerate(zip(what.layers, model.layers, strict=True), start=1)
        if layer.trainable_variables
    }
    assert list(found) == list(expected)
    assert all(norm > 0 for norm in expected.values())
    np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=1e-5)


@either
def test_the_gradient_norm_of_a_softmax_network_worked_out_by_hand(look: Looks) -> None:
    penalty = 0.3
    layer = OUTPUT.replace(kernel_regularizer={"regularizer": "L2", "l2": penalty})
    what = project(Flatten(), layer)
    model, (x, y) = build(what, 3), batch()
    weights = np.random.default_rng(1).uniform(1, 3, COUNT).astype(np.float32)
    kernel, bias = (part.astype(np.float64) for part in model.get_weights())
    flat = x.reshape(COUNT, -1).astype(np.float64)
    outputs = flat @ kernel + bias
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    # d loss / d outputs, of the weighted sum of cross-entropies over the number of rows
    error = (powers / powers.sum(axis=1, keepdims=True) - y) * weights[:, None] / COUNT
    by_kernel, by_bias = flat.T @ error + 2 * penalty * kernel, error.sum(axis=0)
    expected = np.sqrt(np.sum(by_kernel**2) + np.sum(by_bias**2))
    assert norms(model, what, look, x, y, weights) == {"Dense 2": pytest.approx(expected, rel=1e-5)}


def test_tiny_gradients_do_not_vanish_in_their_squares() -> None:
    what = project()
    model, (x, y) = build(what, 3), batch()
    weights = np.full(COUNT, 1e-25, np.float32)
    small, whole = norms(model, what, plainly, x, y, weights), norms(model, what)
    for layer, norm in whole.items():
        assert small[layer] == pytest.approx(norm * 1e-25, rel=1e-4)


def test_a_frozen_layer_has_no_gradient() -> None:
    what = project()
    model = build(what, 3)
    model.layers[1].trainable = False
    assert list(norms(model, what)) == ["Dense 3"]


@either
@pytest.mark.parametrize("bad", (np.nan, np.inf))
def test_what_is_not_finite_is_given_as_it_is(look: Looks, bad: float) -> None:
    what = project()
    model = build(what, 3)
    kernel, bias = model.layers[2].get_weights()
    model.layers[2].set_weights([kernel * bad, bias])
    found = norms(model, what, look)
    assert list(found) == ["Dense 2", "Dense 3"]
    assert not np.isfinite(list(found.values())).any()


# --- in a training --------------------------------------------------------------------------------


def last_norms(what: Project, data: Dataset, seed: int) -> tuple[Any, Any]:
    """The last norms that a training reports, and those of the trained network."""
    trainer = Trainer(data)
    reports = train(what, trainer)
    assert reports.ended.outcome is Outcome.FINISHED, reports.ended.message
    after = Probe.of_rows(trainer.model, what, data.schema, data.training, seed)
    assert all(list(report.statistics) == ["gradient_norm"] for report in reports.epochs)
    return reports.epochs[-1].statistics, after.statistics()


@pytest.mark.parametrize("count", (7, 100))
def test_every_epoch_reports_the_gradient_norms_at_its_end(count: int) -> None:
    what = project(Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT, seed=4)
    reported, after = last_norms(what, dataset(training=count), 4)
    assert list(reported["gradient_norm"]) == ["Dense 2", "Dense 4"]
    assert reported == after


def test_targets_may_be_numbers() -> None:
    assert SCHEMA is not None
    data, random = dataset(), np.random.default_rng(2)

    def numbers(these: Rows) -> Rows:
        return Rows(these.x, random.random((len(these), 2), np.float32))

    assert data.validation is not None
    data = replace(
        data,
        schema=replace(SCHEMA, target=Numbers(("width", "height"))),
        training=numbers(data.training),
        validation=numbers(data.validation),
        test=numbers(data.test),
    )
    what = project(
        Flatten(), Dense(units=2), loss={"loss": "mean_squared_error"}, metrics=(), seed=4
    )
    reported, after = last_norms(what, data, 4)
    assert reported == after
    assert reported["gradient_norm"]["Dense 2"] > 0


@pytest.mark.parametrize("name", ("dense", "dropout", "normalized", "convolutional"))
def test_the_probe_changes_nothing_about_the_result(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = project(*NETWORKS[name], seed=4)

    def result() -> tuple[str, list[bytes], bool]:
        trainer = Trainer(dataset())
        reports = train(what, trainer)
        is_there = all(epoch.statistics for epoch in reports.epochs)
        return digest(reports, trainer), variables(trainer.model), is_there

    plain = result()
    monkeypatch.setattr(training, "COMPILED_FROM", 1)
    assert result() == plain
    monkeypatch.setattr(Probe, "statistics", lambda _: {})
    monkeypatch.setattr(Probe, "compile", lambda *_: None)
    assert result() == (*plain[:2], False)


def test_the_rows_follow_from_the_seed() -> None:
    what, these = project(), rows(1000)
    model = build(what, 3)

    def of_seed(seed: int) -> Any:
        return Probe.of_rows(model, what, dataset().schema, these, seed).statistics()

    assert of_seed(1) == of_seed(1) != of_seed(2)


def test_weights_of_nan_do_not_keep_the_epoch_from_being_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder, "REPORT_SECONDS", 0)
    trainer = Trainer(dataset())

    def ruin(report: Report) -> None:
        if isinstance(report, Progress) and report.phase is Phase.VALIDATION:
            layer = trainer.model.layers[-1]
            layer.set_weights([weight * np.nan for weight in layer.get_weights()])

    reports = train(project(), trainer, then=ruin)
    (epoch,) = reports.epochs
    assert np.isnan(list(epoch.statistics["gradient_norm"].values())).all()
    assert (reports.ended.outcome, reports.ended.epoch) == (Outcome.FAILED, 1)


def test_a_statistic_that_cannot_be_computed_ends_no_training(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: LayerPass) -> Any:
        raise MemoryError("no room for the rows")

    monkeypatch.setattr(probe, "STATISTICS", {"gradient_norm": fail})
    with caplog.at_level(logging.CRITICAL, logger=probe.__name__):
        reports = train(project())
    assert reports.ended.outcome is Outcome.FINISHED
    assert [epoch.statistics for epoch in reports.epochs] == [{}, {}, {}]


def test_a_stop_ends_the_making_of_the_graph() -> None:
    what = project()
    model = build(what, 3)
    probe, control = Probe(model, what, batch()), RunControl()
    before = probe.statistics()
    control.stop()
    with pytest.raises(Stopped):
        probe.compile(control.checkpoint)
    assert probe.statistics() == before
    assert compiled(probe).keys() == before.keys()


# --- what is kept, and what may be added ----------------------------------------------------------


def test_the_record_of_a_run_has_a_series_of_each_statistic_and_layer() -> None:
    trainer, kept = Trainer(dataset()), RunRecorder()
    trainer.run(project(epochs=2), kept, RunControl())
    first = kept.record
    trainer.run(project(epochs=3), kept, RunControl(), resume=True)
    assert first is not None
    assert kept.record is not None
    series = kept.record.curves.statistics
    assert list(series) == [("gradient_norm", "Dense 2"), ("gradient_norm", "Dense 3")]
    for key, values in series.items():
        np.testing.assert_array_equal(values.x, [1, 2, 3, 4, 5])
        assert (values.y > 0).all()
        np.testing.assert_array_equal(first.curves.statistics[key].x, [1, 2])
    trainer.run(project(epochs=1), kept, RunControl())
    for values in kept.record.curves.statistics.values():
        np.testing.assert_array_equal(values.x, [1])


def test_one_function_adds_a_statistic(monkeypatch: pytest.MonkeyPatch) -> None:
    def largest_output(layer: LayerPass) -> Any:
        return backend.tensorflow().reduce_max(layer.output)

    monkeypatch.setattr(probe, "STATISTICS", {**STATISTICS, "largest_output": largest_output})
    kept = RunRecorder()
    data = dataset()
    Trainer(data).run(project(epochs=1), kept, RunControl())
    assert kept.record is not None
    series = kept.record.curves.statistics
    assert ("gradient_norm", "Dense 2") in series
    assert series["largest_output", "Flatten 1"].y[0] <= data.training.x.max()
    assert 0.1 <= series["largest_output", "Dense 3"].y[0] <= 1
