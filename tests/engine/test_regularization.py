"""What is measured of regularized networks is what Keras computes; fewer rows are a fair part."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from desktop.document.callbacks import EarlyStopping
from desktop.document.constraints import MaxNorm
from desktop.document.layers import Dense, Dropout, Flatten
from desktop.document.regularizers import L1L2
from desktop.engine import backend
from desktop.engine.best import stopping_course
from desktop.engine.control import RunControl, Stopped
from desktop.engine.encoding import encode
from desktop.engine.regularization import NEAR_ZERO, measure
from desktop.engine.rows import Rows
from desktop.engine.training import Trainer
from tests.engine.runs import OUTPUT, dataset, project, train

REGULARIZED = (
    Flatten(),
    Dense(
        units=16,
        activation="relu",
        kernel_regularizer=L1L2(l1=0.002, l2=0.01),
        bias_regularizer=L1L2(l1=0.1, l2=0.0),
        kernel_constraint=MaxNorm(max_value=0.9),
    ),
    Dropout(rate=0.5),
    OUTPUT,
)


def trained(rows: int | None = None) -> Trainer:
    trainer = Trainer(dataset(300, 100))
    train(project(*REGULARIZED, rows=rows, epochs=4, seed=5), trainer)
    return trainer


def test_the_figures_are_those_of_keras() -> None:
    trainer = trained()
    assert trainer.network is not None
    model, data = trainer.network.model, trainer.dataset
    found = measure(trainer.network, data, "a run")
    assert (found.run, found.epoch) == ("a run", 4)
    assert found.penalty == pytest.approx(float(sum(model.losses)), rel=1e-5) and found.penalty > 0
    for rows, metrics in ((data.training, found.training), (data.validation, found.validation)):
        assert rows is not None
        y = encode(rows.y, trainer.network.project, data.schema)
        keras = model.evaluate(rows.x, y, verbose=0, return_dict=True)
        assert metrics == pytest.approx(keras, rel=1e-4)
    rows = data.training
    y = encode(rows.y, trainer.network.project, data.schema)
    loss = backend.keras().losses.CategoricalCrossentropy()(y, model(rows.x, training=False))
    assert found.data_loss == pytest.approx(float(loss), rel=1e-4)
    hidden, output = found.layers
    kernel = model.layers[1].kernel.numpy()
    assert hidden.near_zero == np.mean(np.abs(kernel) < NEAR_ZERO) > 0
    np.testing.assert_allclose(hidden.norms, np.linalg.norm(kernel, axis=0), rtol=1e-6)
    assert hidden.norms.max() <= 0.9 + 1e-5 and hidden.max_norm == 0.9
    assert hidden.histogram.counts.sum() == kernel.size
    assert (output.name, output.norms.shape, output.max_norm) == ("Dense 4", (10,), None)


def test_a_measurement_can_be_stopped() -> None:
    trainer, control = trained(), RunControl()
    assert trainer.network is not None
    control.stop()
    with pytest.raises(Stopped):
        measure(trainer.network, trainer.dataset, "a run", control)


def test_fewer_training_rows_are_the_same_ones_and_fair() -> None:
    data = dataset(400)
    some = data.training_rows(project(rows=100).training)
    again = data.training_rows(project(rows=100, seed=9).training)
    assert len(some) == 100
    np.testing.assert_array_equal(some.x, again.x)
    known = {row.tobytes() for row in data.training.x}
    assert len({row.tobytes() for row in some.x} & known) == 100
    of_class, of_all = np.bincount(some.y), np.bincount(data.training.y)
    assert np.abs(of_class - of_all / 4).max() <= 1
    assert data.training_rows(project(rows=1000).training) is data.training
    assert data.training_rows(project().training) is data.training


def test_each_class_has_a_row_where_there_is_room() -> None:
    y = np.repeat(np.arange(10), [91, *[1] * 9])
    data = dataset(100)
    data = replace(data, training=Rows(data.training.x, y, np.linspace(0, 1, 100, dtype="f")))
    few = data.training_rows(project(rows=10).training)
    assert sorted(few.y) == list(range(10))
    assert few.sample_weight is not None
    places = [np.flatnonzero((data.training.x == x).all(axis=(1, 2)))[0] for x in few.x]
    np.testing.assert_array_equal(few.sample_weight, data.training.sample_weight[places])
    assert len(data.training_rows(project(rows=3).training)) == 3


def test_rows_with_numbers_to_predict() -> None:
    numbers = np.arange(200, dtype=np.float32).reshape(100, 2)
    data = replace(dataset(100), training=Rows(dataset(100).training.x, numbers))
    few = data.training_rows(project(rows=30).training)
    assert len({tuple(row) for row in few.y}) == 30


def test_a_training_with_fewer_rows_continues_with_more() -> None:
    trainer = Trainer(dataset(300))
    first = train(project(rows=50), trainer)
    assert (first.started.training_rows, first.started.steps_per_epoch) == (50, 5)
    second = train(project(rows=120), trainer, resume=True)
    assert (second.started.training_rows, second.started.first_epoch) == (120, 3)
    assert second.ended.epoch == 6


@pytest.mark.parametrize("start", [0, 3])
@pytest.mark.parametrize("patience", [0, 1, 4])
def test_early_stopping_is_that_of_keras(patience: int, start: int) -> None:
    random = np.random.default_rng(patience)
    for _ in range(50):
        values = [float(value) for value in random.random(20)]
        stopping = EarlyStopping(patience=patience, min_delta=0.05, start_from_epoch=start)
        keras = backend.keras().callbacks.EarlyStopping(
            patience=patience, min_delta=0.05, start_from_epoch=start, mode="min"
        )
        model = SimpleNamespace(stop_training=False)
        keras.set_model(model)
        keras.on_train_begin()
        for epoch, value in enumerate(values):
            keras.on_epoch_end(epoch, {"val_loss": value})
            if model.stop_training:
                break
        ended = keras.stopped_epoch + 1 if model.stop_training else None
        course = stopping_course(stopping, range(1, 21), values)
        assert course.ends_after == ended
        last = ended or 20
        until = stopping_course(stopping, range(1, last + 1), values[:last])
        assert until.best_epoch == keras.best_epoch + 1
        assert until.left[-1] == max(0, patience - keras.wait)
