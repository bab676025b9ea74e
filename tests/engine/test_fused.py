"""Fused steps do what Keras's own steps do, under either compiler."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction, Metric
from desktop.document.data import Digits
from desktop.document.layers import (
    ActivityRegularization,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    MaxPooling2D,
    Reshape,
)
from desktop.document.optimizers import SGD, Adagrad, Adam, AdamW, Nadam, Optimizer, RMSprop
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.batches import Batches
from desktop.engine.builder import build
from desktop.engine.encoding import encode
from desktop.engine.fused import Compiler, FusedSteps
from desktop.engine.rows import Rows
from tests.engine.runs import HIDDEN, OUTPUT, rows

COUNT, BATCH = 104, 10  # ten full batches and a short one
EPOCHS = 3

NETWORKS = {
    "softmax": (Flatten(), OUTPUT),
    "hidden layer": (Flatten(), HIDDEN, OUTPUT),
    "regularized": (
        Flatten(),
        Dense(
            units=12,
            activation=ActivationFunction.TANH,
            kernel_regularizer={"regularizer": "L2", "l2": 0.02},
            bias_regularizer={"regularizer": "L1", "l1": 0.01},
            activity_regularizer={"regularizer": "L2", "l2": 0.01},
            kernel_constraint={"constraint": "MaxNorm", "max_value": 1.0},
        ),
        ActivityRegularization(l1=0.001),
        OUTPUT,
    ),
    "normalized": (Flatten(), HIDDEN, BatchNormalization(), OUTPUT),
}
CONVOLUTIONAL = (
    Reshape(target_shape=(8, 8, 1)),
    Conv2D(filters=4, activation=ActivationFunction.RELU),
    MaxPooling2D(),
    Flatten(),
    OUTPUT,
)


def project(layers: Any, **training: Any) -> Project:
    settings = {"batch_size": BATCH, "optimizer": SGD(learning_rate=0.1), **training}
    return Project(data=Digits(), layers=layers, training=Training(**settings))


def plain(what: Project, these: Rows, **weights: Any) -> tuple[list[float], Any]:
    """The losses of the epochs and the model, as Keras trains it on rows in the same order."""
    model, losses = build(what, 5), []
    batches = Batches(these, encode(these.y, what), BATCH, 9)
    for epoch in range(EPOCHS):
        batches.begin(epoch)
        order = batches.order()
        settings = {**weights}
        if "sample_weight" in settings:
            settings["sample_weight"] = settings["sample_weight"][order]
        history = model.fit(
            these.x[order],
            encode(these.y, what)[order],
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
            **settings,
        ).history
        losses.append({name: values[0] for name, values in history.items()})
    return losses, model


@cache
def plain_run(what: Project) -> tuple[list[float], Any]:
    return plain(what, rows(COUNT))


def fused(what: Project, these: Rows, compiler: Compiler) -> tuple[list[float], Any]:
    """The same from fused steps, the short batch always by the graph."""
    model, losses = build(what, 5), []
    batches = Batches(these, encode(these.y, what), BATCH, 9)
    steps = FusedSteps(model, BATCH, batches.at(0))
    for epoch in range(EPOCHS):
        batches.begin(epoch)
        model.reset_metrics()
        source = (*batches.tensors, backend.tensorflow().constant(batches.order()))
        first = 0
        for count in (1, 6, 3):
            assert steps.run(compiler, source, first, count).steps == count
            first += count
        losses.append(dict(steps.run(Compiler.GRAPH, source, first, 5).logs))
    return losses, model


def compare(what: Project, compiler: Compiler, *, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    theirs, expected = plain_run(what)
    ours, model = fused(what, rows(COUNT), compiler)
    for one, other in zip(ours, theirs, strict=True):
        assert set(one) == set(other)
        for name, value in other.items():
            assert one[name] == pytest.approx(value, rel=rtol, abs=atol), name
    assert len(model.variables) == len(expected.variables)
    for one, other in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=rtol, atol=atol)
    assert int(model.optimizer.iterations) == 11 * EPOCHS


@pytest.mark.parametrize(
    ("network", "compiler"),
    [
        *((name, Compiler.GRAPH) for name in NETWORKS),
        *((name, Compiler.XLA) for name in ("regularized", "normalized")),
    ],
)
def test_gradient_descent_follows_plain_fit(network: str, compiler: Compiler) -> None:
    compare(project(NETWORKS[network]), compiler)


def test_a_convolutional_network_follows_plain_fit() -> None:
    compare(project(CONVOLUTIONAL), Compiler.GRAPH)


OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(momentum=0.9, nesterov=True, clipnorm=0.5),
    SGD(weight_decay=0.01),
    Adam(),
    Adam(amsgrad=True, weight_decay=0.004, clipnorm=1.0),
    AdamW(),
    Nadam(),
    RMSprop(momentum=0.5, centered=True),
    Adagrad(),
)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda spec: spec.tag)
def test_every_optimizer_follows_plain_fit(optimizer: Optimizer) -> None:
    what = project(NETWORKS["regularized"], optimizer=optimizer)
    compare(what, Compiler.GRAPH, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("optimizer", [Adam(), Nadam()], ids=lambda spec: spec.tag)
def test_optimizers_follow_plain_fit_with_xla(optimizer: Optimizer) -> None:
    what = project(NETWORKS["hidden layer"], optimizer=optimizer)
    compare(what, Compiler.XLA, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("compiler", Compiler)
def test_every_metric_follows_plain_fit(compiler: Compiler) -> None:
    compare(project(NETWORKS["hidden layer"], metrics=tuple(Metric)), compiler)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "mean_squared_error", "huber"])
def test_other_losses_follow_plain_fit(loss: str) -> None:
    compare(project(NETWORKS["hidden layer"], loss=loss), Compiler.GRAPH)


@pytest.mark.parametrize("compiler", Compiler)
def test_weights_of_rows_and_of_classes_count_in_the_loss(compiler: Compiler) -> None:
    what, these = project(NETWORKS["hidden layer"]), rows(COUNT)
    by_class = {label: 0.2 + label / 5 for label in range(10)}
    by_row = np.array([by_class[int(label)] for label in these.y], np.float32)
    ours, model = fused(what, Rows(these.x, these.y, by_row), compiler)
    for weights in ({"sample_weight": by_row}, {"class_weight": by_class}):
        theirs, expected = plain(what, these, **weights)
        for one, other in zip(ours, theirs, strict=True):
            assert one == pytest.approx(other, rel=1e-5)
        for one, other in zip(model.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("compiler", Compiler)
def test_the_means_after_every_step_are_reported(compiler: Compiler) -> None:
    what, these = project(NETWORKS["hidden layer"], metrics=("accuracy", "auc")), rows(COUNT)
    batches = Batches(these, encode(these.y, what), BATCH)
    source = (*batches.tensors, backend.tensorflow().constant(batches.order()))
    model = build(what, 5)
    outcome = FusedSteps(model, BATCH, batches.at(0)).run(compiler, source, 2, 4)
    assert set(outcome.logs) == {"loss", "accuracy", "auc"}
    assert set(outcome.means) == {"loss", "accuracy"}  # auc is no mean
    alone = build(what, 5)
    for step in range(4):
        chosen = slice((2 + step) * BATCH, (3 + step) * BATCH)
        logs = alone.train_on_batch(
            these.x[chosen], encode(these.y, what)[chosen], return_dict=True
        )
        assert logs["loss"] >= 0
    assert outcome.means["loss"].shape == (4,)
    assert outcome.means["loss"][-1] == pytest.approx(outcome.logs["loss"])
    for one, other in zip(model.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("compiler", Compiler)
def test_compiling_leaves_no_trace(compiler: Compiler) -> None:
    what, these = (
        project((Flatten(), HIDDEN, Dropout(rate=0.5), BatchNormalization(), OUTPUT)),
        rows(COUNT),
    )
    batches = Batches(these, encode(these.y, what), BATCH)
    source = (*batches.tensors, backend.tensorflow().constant(batches.order()))
    model = build(what, 5)
    steps = FusedSteps(model, BATCH, batches.at(0))
    everything = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    before = [variable.numpy() for variable in everything]
    steps.compilation(compiler, source)()
    for variable, value in zip(everything, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    assert steps.run(compiler, source, 0, 5).steps == 5
    assert int(model.optimizer.iterations) == 5


@pytest.mark.parametrize("compiler", Compiler)
@pytest.mark.parametrize("count", (1, 5))
def test_the_last_step_is_measured_and_nothing_else_changes(compiler: Compiler, count: int) -> None:
    what = project((Flatten(), HIDDEN, Dropout(rate=0.5), BatchNormalization(), OUTPUT))
    these = rows(COUNT)
    batches = Batches(these, encode(these.y, what), BATCH)
    source = (*batches.tensors, backend.tensorflow().constant(batches.order()))

    def run(*parts: tuple[int, int, bool]) -> tuple[list[Any], list[Any], Any]:
        model = build(what, 5)
        steps = FusedSteps(model, BATCH, batches.at(0))
        before: list[Any] = []
        for first, number, measured in parts:
            before = [v.numpy().astype(float) for v in model.trainable_variables]
            result = steps.run(compiler, source, first, number, measured)
            assert (result.squares is not None) == measured
        state = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
        after = [v.numpy().astype(float) for v in model.trainable_variables]
        squares = [(np.sum((b - a) ** 2), np.sum(a**2)) for a, b in zip(before, after, strict=True)]
        return state, squares, result

    plain, _, there = run((0, count, False))
    state, _, measured = run((0, count, True))
    alone = ((0, count - 1, False), (count - 1, 1, True)) if count > 1 else ((0, 1, True),)
    _, squares, _ = run(*alone)
    assert all(map(np.array_equal, state, plain))
    assert (measured.steps, measured.logs) == (count, there.logs)
    assert list(measured.means) == list(there.means)
    assert all(map(np.array_equal, measured.means.values(), there.means.values()))
    np.testing.assert_allclose(measured.squares, squares, rtol=1e-4, atol=1e-10)


@pytest.mark.parametrize("compiler", Compiler)
def test_random_layers_draw_new_numbers_at_every_step_and_alike_in_every_run(
    compiler: Compiler,
) -> None:
    layers = (Flatten(), GaussianNoise(stddev=0.5), HIDDEN, Dropout(rate=0.5), OUTPUT)
    what = project(layers, optimizer=SGD(learning_rate=1e-20))
    one, _ = fused(what, rows(COUNT), compiler)
    two, _ = fused(what, rows(COUNT), compiler)
    assert one == two
    # Nothing is learned, so that only the random numbers make a difference.
    assert len({round(each["loss"], 6) for each in one}) == EPOCHS


@pytest.mark.parametrize(
    ("bad", "compiler", "measured"),
    [
        (0, Compiler.GRAPH, False),
        (4, Compiler.GRAPH, False),
        (4, Compiler.GRAPH, True),
        (7, Compiler.GRAPH, True),
        (4, Compiler.XLA, False),
        (4, Compiler.XLA, True),
        (7, Compiler.XLA, True),
    ],
)
def test_a_step_with_bad_numbers_is_not_taken(bad: int, compiler: Compiler, measured: bool) -> None:
    what = project((Flatten(), HIDDEN, BatchNormalization(), Dropout(rate=0.2), OUTPUT))
    clean = rows(COUNT)
    x = clean.x.copy()
    x[bad * BATCH + 3, 0, 0] = np.nan
    outcomes, weights = [], []
    for these, count in ((Rows(x, clean.y), 8), (clean, bad)):
        batches = Batches(these, encode(these.y, what), BATCH)
        source = (*batches.tensors, backend.tensorflow().constant(batches.order()))
        model = build(what, 5)
        steps = FusedSteps(model, BATCH, batches.at(9))
        outcomes.append(steps.run(compiler, source, 0, count, measured and count == 8))
        weights.append([v.numpy() for v in (*model.variables, *model.optimizer.variables)])
    spoilt, stopped = outcomes
    assert (spoilt.steps, spoilt.refused) == (bad, True)
    assert (stopped.steps, stopped.refused) == (bad, False)
    if bad:
        assert spoilt.logs == stopped.logs
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
