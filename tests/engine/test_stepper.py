"""Steps are Keras's own, the update that is told is the one made, and XOR needs a hidden layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desktop.document.choices import Metric
from desktop.document.constraints import MaxNorm
from desktop.document.data import LogicTable, PlanePoints
from desktop.document.data.logic import GATES
from desktop.document.first_network import first_project
from desktop.document.initializers import Constant
from desktop.document.layers import BatchNormalization, Dense, Dropout, Layer
from desktop.document.losses import BinaryCrossentropy, MeanSquaredError
from desktop.document.optimizers import SGD, Adam, Optimizer
from desktop.document.project import Project
from desktop.document.regularizers import L2
from desktop.document.training import Training
from desktop.engine.builder import build
from desktop.engine.datasets import load
from desktop.engine.encoding import encode
from desktop.engine.loss_surface import SIDE, LossSurfaces
from desktop.engine.separable import is_separable
from desktop.engine.step_reports import SurfaceQuestion
from desktop.engine.stepper import MOST_POINTS, MOST_ROWS, Part, Stepper

OUTPUT = Dense(units=1, activation="sigmoid")
HIDDEN = Dense(units=3, activation="tanh")
OPTIMIZERS = (SGD(learning_rate=0.3), SGD(learning_rate=0.1, momentum=0.9), Adam(learning_rate=0.1))


def project(
    gate: str = "OR",
    optimizer: Optimizer = OPTIMIZERS[0],
    layers: tuple[Layer, ...] = (OUTPUT,),
    **settings: Any,
) -> Project:
    training = Training(
        optimizer=optimizer,
        loss=settings.pop("loss", BinaryCrossentropy()),
        metrics=(Metric.ACCURACY,),
        **{"batch_size": 4, "seed": 5, "shuffle": False, **settings},
    )
    return Project(data=LogicTable(rows=GATES[gate]), layers=layers, training=training)


def stepper(of: Project, seed: int = 5) -> Stepper:
    return Stepper(of, load(of.data), seed)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("layers", [(OUTPUT,), (HIDDEN, OUTPUT)])
def test_fifty_updates_are_those_of_train_on_batch(
    optimizer: Optimizer, layers: tuple[Layer, ...]
) -> None:
    made = project("XOR", optimizer, layers, batch_size=3)
    steps, twin = stepper(made), build(made, 5)
    x, y = steps.rows.x, encode(steps.rows.y, made)
    start = [weight.copy() for weight in twin.get_weights()]
    order = [[0], [1], [2, 3], [0, 1, 2], [3]]
    parts = [Part.ROW, Part.ROW, Part.BATCH, Part.BATCH, Part.BATCH]
    for number in range(50):
        rows = order[number % 5]
        twin.train_on_batch(x[rows], y[rows])
        steps.advance(parts[number % 5])
        update = steps.state().update
        assert update is not None and update.rows.tolist() == rows
        for ours, theirs in zip(steps.model.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    assert steps.epoch == 20 and steps.taken == 0
    moved = [np.abs(a - b).max() for a, b in zip(start, twin.get_weights(), strict=True)]
    assert min(moved) > 0.01


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_update_is_read_from_the_weights(optimizer: Optimizer) -> None:
    steps = stepper(project(optimizer=optimizer, layers=(HIDDEN, OUTPUT)))
    for number in range(3):
        before = steps.values
        steps.advance(Part.ROW)
        update = steps.state().update
        assert update is not None and update.learning_rate == pytest.approx(optimizer.learning_rate)
        np.testing.assert_array_equal(update.before, before)
        np.testing.assert_array_equal(update.after, steps.values)
        assert update.is_plain is (optimizer is OPTIMIZERS[0])
        expected = update.before - update.learning_rate * update.gradient
        # The first step of momentum is a plain one.
        same = np.allclose(expected, update.after, atol=1e-6)
        assert same is (update.is_plain or (optimizer is OPTIMIZERS[1] and number == 0))


def test_the_gradient_is_that_of_the_loss() -> None:
    """For sigmoid and cross-entropy it is (output - target) times the input; L2 adds 2 λ w."""
    output = OUTPUT.replace(kernel_regularizer=L2(l2=0.1))
    steps = stepper(project(layers=(output,)))
    steps.set_values({0: 0.5, 1: -1.0, 2: 0.25})
    state = steps.state()
    assert [each.name for each in state.parameters] == ["w1", "w2", "b"]
    np.testing.assert_allclose(
        state.layers[0].sums[:, 0], state.x @ [0.5, -1.0] + 0.25, rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(state.outputs, 1 / (1 + np.exp(-state.layers[0].sums[:, 0])), 1e-5)
    error = state.outputs - state.targets
    expected = [*(error @ state.x / 4 + 0.2 * np.array([0.5, -1.0])), error.mean()]
    steps.advance(Part.BATCH)
    update = steps.state().update
    assert update is not None and update.is_plain
    np.testing.assert_allclose(update.gradient, expected, rtol=1e-5)


def test_a_constraint_or_dropout_does_not_make_the_told_update_wrong() -> None:
    output = OUTPUT.replace(kernel_constraint=MaxNorm(max_value=0.1))
    steps = stepper(project(layers=(output,)))
    steps.advance(Part.BATCH)
    update = steps.state().update
    assert update is not None and not update.is_plain  # the constraint changed the result
    random = (HIDDEN, BatchNormalization(), Dropout(rate=0.5), OUTPUT)
    steps = stepper(project(layers=random))
    for _ in range(5):  # the gradient is of the units that the step itself kept
        steps.advance(Part.BATCH)
        update = steps.state().update
        assert update is not None and update.is_plain


@pytest.mark.parametrize("gate", ["OR", "NAND"])
def test_a_perceptron_solves_what_a_line_separates(gate: str) -> None:
    steps = stepper(project(gate, SGD(learning_rate=1.0), batch_size=1))
    for _ in range(200):
        steps.advance(Part.EPOCH)
    state = steps.state()
    assert state.separable is True and state.correct == 4 and state.metrics["accuracy"] == 1
    assert state.epoch == 200 and state.metrics["loss"] < 0.3


def test_xor_needs_a_hidden_layer() -> None:
    alone = stepper(project("XOR", Adam(learning_rate=0.1)))
    deep = stepper(project("XOR", Adam(learning_rate=0.1), (HIDDEN, OUTPUT)))
    for _ in range(200):
        alone.advance(Part.EPOCH)
        deep.advance(Part.EPOCH)
        assert alone.state().correct in (0, 1, 2, 3)
    assert alone.state().separable is False and not alone.state().has_hidden_layer
    assert deep.state().correct == 4 and deep.state().has_hidden_layer


@pytest.mark.parametrize(("gate", "expected"), [("AND", True), ("NAND", True), ("XOR", False)])
def test_separability(gate: str, expected: bool) -> None:
    rows = np.array(GATES[gate])
    assert is_separable(rows[:, :2], rows[:, 2]) is expected


def test_rows_come_in_the_order_of_the_training() -> None:
    steps = stepper(project(shuffle=True, batch_size=2))
    seen = []
    for _ in range(2):
        of_epoch = []
        for _ in range(2):
            steps.advance(Part.BATCH)
            update = steps.state().update
            assert update is not None
            of_epoch += update.rows.tolist()
        assert sorted(of_epoch) == [0, 1, 2, 3]
        seen.append(of_epoch)
    again = stepper(project(shuffle=True, batch_size=2))
    again.advance(Part.BATCH)
    update = again.state().update
    assert update is not None and update.rows.tolist() == seen[0][:2]


def test_an_epoch_is_what_is_left_of_it_and_can_be_stopped() -> None:
    steps = stepper(project(batch_size=1))
    steps.advance(Part.ROW)
    assert not steps.advance(Part.EPOCH, is_stopped=lambda: True) and steps.taken == 2
    assert not steps.advance(Part.EPOCH, seconds=0.0) and steps.taken == 3
    assert steps.advance(Part.EPOCH) and (steps.epoch, steps.taken) == (1, 0)


def test_a_step_to_infinity_is_not_taken() -> None:
    made = project(
        optimizer=SGD(learning_rate=1e38),
        layers=(Dense(units=1, kernel_initializer=Constant(value=1e3)),),
        loss=MeanSquaredError(),
    )
    steps = stepper(made)
    before = steps.values
    assert steps.advance(Part.EPOCH)
    state = steps.state()
    assert state.refused and state.epoch == 0 and state.update is None
    np.testing.assert_array_equal(state.values, before)


def test_weights_set_by_hand_are_those_of_the_network() -> None:
    steps = stepper(project(layers=(HIDDEN, OUTPUT)))
    steps.advance(Part.BATCH)
    names = [each.name for each in steps.parameters]
    place = names.index("Dense 1, unit 2: w1")
    steps.set_values({place: 4.0})
    assert steps.model.layers[0].get_weights()[0][0, 1] == 4.0
    state = steps.state()
    assert state.update is None and len(state.path) == 1 and state.path[0][place] == 4.0
    assert [layer.on_data for layer in state.layers] == [True, False]
    np.testing.assert_allclose(state.layers[1].inputs, state.layers[0].outputs)


@pytest.mark.parametrize("layers", [(OUTPUT,), (HIDDEN, Dropout(rate=0.5), OUTPUT)])
def test_the_surface_has_the_loss_of_the_network(layers: tuple[Layer, ...]) -> None:
    steps = stepper(project("AND", layers=layers))
    before = [weight.copy() for weight in steps.model.get_weights()]
    question = SurfaceQuestion(0, 2, (-2.0, 2.0), (-4.0, 4.0))
    found = LossSurfaces(steps).over(question)
    for old, new in zip(before, steps.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert found.values.shape == (SIDE, SIDE)
    for row, column in ((0, 0), (7, 30), (SIDE - 1, 3)):
        steps.set_values({0: -2 + 4 * column / (SIDE - 1), 2: -4 + 8 * row / (SIDE - 1)})
        loss = steps.state().metrics["loss"]
        assert found.values[row, column] == pytest.approx(loss, rel=1e-4)


def test_the_path_keeps_its_end_and_is_bounded() -> None:
    steps = stepper(project(batch_size=1))
    for _ in range(120):
        steps.advance(Part.EPOCH)
    path = steps.state().path
    assert MOST_POINTS / 3 < len(path) <= MOST_POINTS
    np.testing.assert_array_equal(path[-1], steps.values)


def test_points_of_several_classes_and_many_rows() -> None:
    source = PlanePoints(shape="blobs", classes=3, points=3000)
    made = first_project(source, source.known_schema)
    steps = stepper(made)
    steps.advance(Part.EPOCH)
    state = steps.state((-1.0, 1.0))
    assert state.total > MOST_ROWS == len(state.x) == len(state.outputs)
    assert state.separable is None and state.correct is not None
    assert state.surface is not None and state.surface.values.shape[2] == 3
    assert np.all((state.outputs >= 0) & (state.outputs <= 1))


def test_numbers_have_no_classes_to_count() -> None:
    source = PlanePoints(shape="slope", points=60)
    steps = stepper(first_project(source, source.known_schema))
    steps.advance(Part.EPOCH)
    state = steps.state((-1.0, 1.0))
    assert state.correct is None and state.separable is None
    np.testing.assert_allclose(state.targets, steps.rows.y[:, 0])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_copy_is_trained_further_as_the_network_is(optimizer: Optimizer) -> None:
    made = project("XOR", optimizer, (HIDDEN, Dropout(rate=0.5), OUTPUT), batch_size=2)
    steps = stepper(made)
    for _ in range(3):
        steps.advance(Part.EPOCH)
    network = steps.network()
    assert (network.epoch, network.is_trained, network.run) == (3, True, "")
    assert network.can_continue(made)
    before = [weight.copy() for weight in network.model.get_weights()]
    steps.advance(Part.BATCH)
    assert all(map(np.array_equal, network.model.get_weights(), before))
    network.model.train_on_batch(*steps.batch(slice(0, 2)))
    for found, expected in zip(network.model.get_weights(), steps.model.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)
