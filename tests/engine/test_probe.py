"""The probe: statistics of the layers at the ends of epochs, which change nothing else."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits, PlanePoints
from desktop.document.layers import (
    Activation,
    ActivityRegularization,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    ReLU,
    Reshape,
)
from desktop.document.project import Project
from desktop.document.schema import Numbers
from desktop.engine import backend, network, probe, programs, recorder, training
from desktop.engine.builder import build
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.fused import FusedSteps
from desktop.engine.probe import STATISTICS, LayerPass, Probe
from desktop.engine.records import RunRecorder
from desktop.engine.reports import (
    EpochEnded,
    LayerStatistics,
    Outcome,
    Phase,
    Progress,
    Report,
    RunStarted,
)
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, rows, train
from tests.engine.same_result import digest

pytestmark = pytest.mark.usefixtures("all_measured")

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

Looks = Callable[[Probe], LayerStatistics]


def plainly(probe: Probe) -> LayerStatistics:
    return probe.statistics()


def compiled(probe: Probe) -> LayerStatistics:
    probe.compile(lambda: None)
    return probe.statistics()


either = pytest.mark.parametrize("look", (plainly, compiled))


def batch() -> tuple[Any, ...]:
    these = rows(COUNT)
    return these.x, encode(these.y, project(), SCHEMA)


def norms(model: Any, what: Project, look: Looks = plainly, *parts: Any) -> dict[str, float]:
    return dict(look(Probe(model, what, parts or batch())).layers["gradient_norm"])


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


# --- the size of updates --------------------------------------------------------------------------

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"optimizer": "SGD", "learning_rate": 0.3},
    "momentum": {"optimizer": "SGD", "momentum": 0.9, "clipnorm": 0.01},
    "Adam": {"optimizer": "Adam", "weight_decay": 0.01},
    "Nadam": {"optimizer": "Nadam"},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_size_of_an_update_is_that_of_the_weights_it_changes(name: str) -> None:
    what = project(optimizer=OPTIMIZERS[name], batch_size=10, epochs=4)
    trainer = Trainer(dataset(training=10))  # one step in each epoch
    weights: list[list[Any]] = []

    def keep(report: Report) -> None:
        if isinstance(report, RunStarted | EpochEnded):
            weights.append([part.astype(float) for part in trainer.model.get_weights()])

    for epoch, before, after in zip(
        train(what, trainer, then=keep).epochs, weights, weights[1:], strict=False
    ):
        for layer, place in (("Dense 2", 0), ("Dense 3", 2)):
            added, there = (
                np.sqrt(sum(np.sum(part**2) for part in parts[place : place + 2]))
                for parts in ([b - a for a, b in zip(before, after, strict=True)], before)
            )
            found = epoch.statistics.layers["update_ratio"][layer]
            assert found == pytest.approx(np.log10(added / there), abs=1e-4)


@pytest.mark.parametrize("rows", (4, 30, 35))
def test_the_update_is_that_of_the_last_batch(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = -(-rows // 10)
    weights: list[list[Any]] = []

    class Noted(FusedSteps):
        """Steps taken one by one, the weights before each of them being noted."""

        def run(
            self, compiler: Any, source: Any, first: int, count: int, measured: bool = False
        ) -> Any:
            assert measured == (first + count == steps)
            for place in range(first, first + count):
                weights.append([part.astype(float) for part in self.model.get_weights()])
                last = super().run(compiler, source, place, 1, measured)
            return replace(last, steps=count, means={})

    monkeypatch.setattr(network, "FusedSteps", Noted)
    trainer = Trainer(dataset(training=rows))
    *_, epoch = train(project(epochs=3), trainer).epochs
    after = [part.astype(float) for part in trainer.model.get_weights()]
    added, there = (
        np.sqrt(sum(np.sum(part**2) for part in parts[:2]))
        for parts in ([b - a for a, b in zip(weights[-1], after, strict=True)], weights[-1])
    )
    assert len(weights) == 3 * steps
    found = epoch.statistics.layers["update_ratio"]["Dense 2"]
    assert found == pytest.approx(np.log10(added / there), abs=1e-4)


def test_no_update_is_10_to_the_power_of_minus_infinity() -> None:
    dead = HIDDEN.replace(bias_initializer={"initializer": "Constant", "value": -100.0})
    what = project(Flatten(), dead, OUTPUT, optimizer={"optimizer": "SGD"})
    for epoch in train(what).epochs:
        assert epoch.statistics.layers["update_ratio"]["Dense 2"] == -np.inf
        assert -5 < epoch.statistics.layers["update_ratio"]["Dense 3"] < 0


# --- dead and saturated units ---------------------------------------------------------------------


def units_of(look: Looks, layers: tuple[Layer, ...], *weights: Any) -> LayerStatistics:
    """What is found of a network on two rows of two numbers, 1 and -1 and 2 and 0."""
    x = np.array([[1, -1], [2, 0]], np.float32)
    what = project(*layers, loss={"loss": "mean_squared_error"}, metrics=())
    what = what.replace(data=PlanePoints())
    model = build(what, 3)
    model.layers[0].set_weights([np.array(part, np.float32) for part in weights])
    return look(Probe(model, what, (x, np.zeros((2, 1), np.float32))))


@either
@pytest.mark.parametrize("layer", (None, ReLU(), Activation(activation=ActivationFunction.RELU)))
def test_a_unit_is_dead_that_gives_zero_for_every_row(layer: Layer | None, look: Looks) -> None:
    function = ActivationFunction.RELU if layer is None else ActivationFunction.LINEAR
    stack = (Dense(units=4, activation=function), *([layer] if layer else []), Dense(units=1))
    # 1, 2 | -1, 0 | 0, -1 (dead) | -9, -9 (dead)
    found = units_of(look, stack, [[1, 0, -1, 0], [0, 1, -1, 0]], [0, 0, 0, -9])
    assert found.layers["dead_share"] == {"Dense 1" if layer is None else f"{layer.tag} 2": 0.75}
    (shares,) = found.units["zero_outputs"].values()
    assert shares.tolist() == [0, 1, 1, 1]
    assert not shares.flags.writeable
    lively = units_of(look, stack, [[1, 0, -1, 0], [0, 1, -1, 0]], [0, 1, 1, -9])
    (shares,) = lively.units["zero_outputs"].values()
    assert shares.tolist() == [0, 0.5, 0.5, 1]
    assert list(lively.layers["dead_share"].values()) == [0.25]


@either
@pytest.mark.parametrize(
    "layer",
    (
        Dense(units=4, activation=ActivationFunction.LEAKY_RELU),
        Dense(units=4, activation=ActivationFunction.ELU),
        Dense(units=4, activation=ActivationFunction.SOFTMAX),
    ),
)
def test_other_functions_neither_die_nor_saturate(layer: Layer, look: Looks) -> None:
    found = units_of(look, (layer, Dense(units=1)), np.full((2, 4), -100), np.zeros(4))
    assert not found.layers["dead_share"] and not found.layers["saturated_share"]
    assert not any(found.units.values())


def test_a_slope_below_zero_keeps_units_of_a_relu_layer_alive() -> None:
    stack = (Dense(units=4), ReLU(negative_slope=0.1), Dense(units=1))
    assert not units_of(plainly, stack, np.full((2, 4), -1), np.zeros(4)).layers["dead_share"]


@either
@pytest.mark.parametrize(
    ("function", "edge"),
    ((ActivationFunction.SIGMOID, np.log(99)), (ActivationFunction.TANH, np.arctanh(0.99))),
)
def test_outputs_are_saturated_close_to_the_ends(
    function: ActivationFunction, edge: float, look: Looks
) -> None:
    stack = (Dense(units=4, activation=function), Dense(units=1))
    low, high = edge * 0.99, edge * 1.01
    found = units_of(look, stack, [[0, 0, 0, low], [0] * 4], [low, high, -high, 0])
    assert found.layers["saturated_share"] == {"Dense 1": pytest.approx(2.5 / 4)}
    assert found.units["saturated_share"]["Dense 1"].tolist() == [0, 1, 1, 0.5]


@either
def test_a_channel_of_a_convolution_is_a_unit(look: Looks) -> None:
    what = project(*NETWORKS["convolutional"])
    model = build(what, 3)
    kernel, bias = model.layers[1].get_weights()
    model.layers[1].set_weights([kernel, bias - [0, 0, 0, 100]])
    found = look(Probe(model, what, batch()))
    shares = found.units["zero_outputs"]["Conv2D 2"]
    assert shares.shape == (4,)
    assert shares[3] == 1 and (shares[:3] < 1).all()
    assert found.layers["dead_share"]["Conv2D 2"] == 0.25


def test_of_large_layers_some_units_are_told_and_all_are_counted() -> None:
    what = project(Flatten(), HIDDEN.replace(units=probe.MOST_UNITS + 44), OUTPUT)
    model = build(what, 3)
    kernel, bias = model.layers[1].get_weights()
    bias[-44:] = -100
    model.layers[1].set_weights([kernel, bias])
    found = plainly(Probe(model, what, batch()))
    shares = found.units["zero_outputs"]["Dense 2"]
    assert len(shares) == probe.MOST_UNITS
    assert found.layers["dead_share"]["Dense 2"] >= 44 / (probe.MOST_UNITS + 44)


# --- in a training --------------------------------------------------------------------------------


def last_norms(what: Project, data: Dataset, seed: int) -> tuple[Any, Any]:
    """The last norms that a training reports, and those of the trained network."""
    trainer = Trainer(data)
    reports = train(what, trainer)
    assert reports.ended.outcome is Outcome.FINISHED, reports.ended.message
    after = Probe.of_rows(trainer.model, what, data.schema, data.training, seed)
    names = [*STATISTICS, "update_ratio"]
    assert all(list(report.statistics.layers) == names for report in reports.epochs)
    last = dict(reports.epochs[-1].statistics.layers)
    del last["update_ratio"]  # of a step, not of the rows of the probe
    return last, after.statistics().layers


@pytest.mark.parametrize("count", (7, 100))
def test_every_epoch_reports_the_gradient_norms_at_its_end(count: int) -> None:
    what = project(Flatten(), HIDDEN, Dropout(rate=0.5), OUTPUT, seed=4)
    reported, after = last_norms(what, dataset(training=count), 4)
    assert list(reported["gradient_norm"]) == ["Dense 2", "Dense 4"]
    assert reported == after


def measured(epochs: int, trainer: Trainer, control: RunControl, **how: Any) -> list[int]:
    """The epochs of a run of so many that have statistics, all of them or none."""
    found: list[int] = []

    def note(report: Report) -> None:
        if isinstance(report, EpochEnded) and report.statistics.layers:
            assert set(report.statistics.layers) == {*STATISTICS, "update_ratio"}
            found.append(report.epoch)

    trainer.run(project(epochs=epochs, seed=4), note, control, **how)
    return found


def test_of_short_epochs_the_first_the_last_and_some_between_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = Trainer(dataset())
    assert measured(5, trainer, RunControl()) == [1, 2, 3, 4, 5]
    monkeypatch.setattr(probe, "SHORT_EPOCH", 1e8)
    assert measured(8, trainer, RunControl()) == [1, 5, 8]
    assert measured(5, trainer, RunControl(), resume=True) == [9, 10, 13]
    assert measured(1, trainer, RunControl(), resume=True) == [14]
    assert measured(43, trainer, RunControl()) == [1, *range(8, 43, 8), 43]
    assert probe.measured_every(4, 17, 5000) == 30
    followed = RunControl()
    followed.epoch_seconds = 1e-6
    assert measured(5, trainer, followed) == [1, 2, 3, 4, 5]


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
        is_there = all(epoch.statistics.layers for epoch in reports.epochs)
        return digest(reports, trainer), variables(trainer.model), is_there

    plain = result()
    monkeypatch.setattr(training, "COMPILED_FROM", 1)
    assert result() == plain
    monkeypatch.setattr(Probe, "statistics", lambda *_: LayerStatistics())
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
    assert np.isnan(list(epoch.statistics.layers["gradient_norm"].values())).all()
    assert (reports.ended.outcome, reports.ended.epoch) == (Outcome.FAILED, 1)


@pytest.mark.parametrize("epochs", (3, probe.COMPILED_FROM))
def test_a_statistic_that_cannot_be_computed_ends_no_training(
    epochs: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: LayerPass) -> Any:
        raise MemoryError("no room for the rows")

    monkeypatch.setattr(probe, "STATISTICS", {"gradient_norm": fail})
    with caplog.at_level(logging.CRITICAL, logger=probe.__name__):
        reports = train(project(epochs=epochs))
    assert reports.ended.outcome is Outcome.FINISHED
    assert [epoch.statistics for epoch in reports.epochs] == [LayerStatistics()] * epochs


@pytest.mark.usefixtures("no_graphs")
@pytest.mark.parametrize("name", NETWORKS)
def test_equal_networks_share_a_graph(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Probe] = []
    traced = Probe._traced

    def note(probe: Probe, checkpoint: Callable[[], None]) -> Any:
        made.append(probe)
        return traced(probe, checkpoint)

    monkeypatch.setattr(Probe, "_traced", note)
    what, found = project(*NETWORKS[name]), []
    for seed in (3, 4):
        model = build(what, seed)
        expected = norms(model, what)
        norm = norms(model, what, compiled)
        assert norm == pytest.approx(expected, rel=1e-5)
        found.append(norm)
    assert len(made) == 1
    assert found[0] != found[1]
    other = project(*NETWORKS[name], loss={"loss": "mean_squared_error"})
    norms(build(other, 3), other, compiled)
    assert len(made) == 2


@pytest.mark.usefixtures("no_graphs")
def test_a_graph_keeps_no_network() -> None:
    what = project()
    model = build(what, 3)
    compiled(Probe(model, what, batch()))
    there = weakref.ref(model)
    del model
    gc.collect()
    assert there() is None
    assert programs._graphs


@pytest.mark.usefixtures("no_graphs")
def test_a_stop_ends_the_making_of_the_graph() -> None:
    what = project()
    model = build(what, 3)
    probe, control = Probe(model, what, batch()), RunControl()
    before = probe.statistics()
    control.stop()
    with pytest.raises(Stopped):
        probe.compile(control.checkpoint)
    assert probe.statistics() == before
    assert compiled(probe).layers.keys() == before.layers.keys()


# --- what is kept, and what may be added ----------------------------------------------------------


def test_the_record_of_a_run_has_a_series_of_each_statistic_and_layer() -> None:
    trainer, kept = Trainer(dataset()), RunRecorder()
    trainer.run(project(epochs=2), kept, RunControl())
    first = kept.record
    trainer.run(project(epochs=3), kept, RunControl(), resume=True)
    assert first is not None
    assert kept.record is not None
    series = kept.record.curves.statistics
    assert list(series) == [
        ("gradient_norm", "Dense 2"),
        ("gradient_norm", "Dense 3"),
        ("dead_share", "Dense 2"),
        ("update_ratio", "Dense 2"),
        ("update_ratio", "Dense 3"),
    ]
    units = kept.record.curves.units
    assert list(units) == [("zero_outputs", "Dense 2")]
    assert units["zero_outputs", "Dense 2"].epochs == (1, 2, 3, 4, 5)
    assert kept.record.curves.measured_epochs == (1, 2, 3, 4, 5)
    for key, values in series.items():
        np.testing.assert_array_equal(values.x, [1, 2, 3, 4, 5])
        assert np.isfinite(values.y).all()
        np.testing.assert_array_equal(first.curves.statistics[key].x, [1, 2])
    trainer.run(project(epochs=1), kept, RunControl())
    for values in kept.record.curves.statistics.values():
        np.testing.assert_array_equal(values.x, [1])
    assert kept.record.curves.units["zero_outputs", "Dense 2"].epochs == (1,)


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
