"""Projects become plain Keras models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.callbacks import EarlyStopping, ReduceLROnPlateau
from desktop.document.choices import ActivationFunction, Direction, Metric
from desktop.document.constraints import MaxNorm
from desktop.document.data import Digits, LogicTable
from desktop.document.initializers import HeNormal
from desktop.document.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPooling2D,
    RandomRotation,
    Reshape,
)
from desktop.document.layers.core import Activation as ActivationLayer
from desktop.document.losses import BinaryCrossentropy, CategoricalCrossentropy, Huber
from desktop.document.metrics import direction
from desktop.document.optimizers import SGD, AdamW
from desktop.document.project import Project, starter_project
from desktop.document.regularizers import L1L2
from desktop.document.training import Training
from desktop.engine import backend, builder
from desktop.engine.builder import ProjectError, build, keras_object, make_callbacks, step

PROBABILITIES = Dense(units=10, activation=ActivationFunction.SOFTMAX)


def network(*layers: Any, **training: Any) -> Project:
    return Project(data=Digits(), layers=layers, training=Training(**training))


def test_a_stack_becomes_one_keras_layer_each() -> None:
    model = build(
        network(
            Reshape(target_shape=(8, 8, 1)),
            Conv2D(filters=4),
            MaxPooling2D(),
            BatchNormalization(),
            LeakyReLU(),
            Flatten(),
            Dropout(rate=0.5),
            PROBABILITIES,
        )
    )
    assert type(model) is backend.keras().Sequential
    assert [layer.name for layer in model.layers] == [
        "reshape_1",
        "conv2d_2",
        "max_pooling2d_3",
        "batch_normalization_4",
        "leaky_re_lu_5",
        "flatten_6",
        "dropout_7",
        "dense_8",
    ]
    assert model.input_shape == (None, 8, 8)
    assert model.output_shape == (None, 10)
    assert model.compiled
    assert not model.jit_compile


def test_settings_within_settings_reach_keras() -> None:
    layer = Dense(
        units=3,
        kernel_initializer=HeNormal(seed=4),
        kernel_regularizer=L1L2(l1=0.5, l2=0.25),
        kernel_constraint=MaxNorm(max_value=1.5, axis=(0,)),
    )
    made = keras_object(layer)
    assert type(made.kernel_initializer).__name__ == "HeNormal"
    assert made.kernel_initializer.seed == 4
    assert (made.kernel_regularizer.l1, made.kernel_regularizer.l2) == (0.5, 0.25)
    assert made.kernel_constraint.max_value == 1.5
    assert made.bias_regularizer is None


def test_training_settings_reach_keras() -> None:
    model = build(
        network(
            Flatten(),
            PROBABILITIES,
            optimizer=AdamW(learning_rate=0.5, weight_decay=0.25, clipnorm=2.0),
            loss=CategoricalCrossentropy(label_smoothing=0.1),
            metrics=(Metric.ACCURACY, Metric.AUC, Metric.PRECISION, Metric.TOP_K),
        )
    )
    assert type(model.optimizer).__name__ == "AdamW"
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.optimizer.weight_decay == 0.25
    assert model.optimizer.clipnorm == 2.0
    assert model.optimizer.built
    assert model.loss.label_smoothing == 0.1


@pytest.mark.parametrize("again", [1, 2])
def test_metrics_keep_their_names_however_many_models_there_are(again: int) -> None:
    model = build(network(Flatten(), PROBABILITIES, metrics=tuple(Metric)))
    result = model.evaluate(np.zeros((2, 8, 8)), np.eye(10)[:2], verbose=0, return_dict=True)
    assert set(result) == {"loss", *Metric}


def test_the_loss_gets_its_settings() -> None:
    rows = np.array([[5.0] + [0.0] * 9]), np.zeros((1, 10))
    made = keras_object(Huber(delta=2.0))
    assert float(made(rows[1], rows[0])) == pytest.approx((0.5 * 2**2 + 2 * (5 - 2)) / 10)


def test_a_single_output_without_sigmoid_is_right_beyond_zero() -> None:
    project = Project(
        data=LogicTable(),
        layers=(Dense(units=1, kernel_initializer={"initializer": "Ones"}),),
        training=Training(loss=BinaryCrossentropy(from_logits=True)),
    )
    model = build(project)
    x, y = np.array([[0.1, 0.1], [-1.0, 0.0]]), np.array([[1.0], [0.0]])
    assert model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] == 1.0


def test_callbacks_get_settings_and_a_direction() -> None:
    training = Training(
        metrics=("auc",),
        early_stopping=EarlyStopping(monitor="val_auc", patience=3, restore_best_weights=True),
        reduce_lr_on_plateau=ReduceLROnPlateau(monitor="val_mean_squared_error", factor=0.5),
    )
    reduce, stopping = make_callbacks(training)
    assert (stopping.monitor, stopping.mode, stopping.patience) == ("val_auc", "max", 3)
    assert not stopping.restore_best_weights  # that is not left to Keras
    assert (reduce.monitor, reduce.mode, reduce.factor) == ("val_mean_squared_error", "min", 0.5)
    assert make_callbacks(Training()) == []


def test_a_chosen_direction_is_kept() -> None:
    assert direction("val_loss") is Direction.MIN
    assert direction("accuracy") is Direction.MAX
    assert direction("accuracy", Direction.MIN) is Direction.MIN


# --- seeds ----------------------------------------------------------------------------------------


def weights(project: Project, seed: int | None = None) -> np.ndarray[Any, Any]:
    return np.concatenate([w.ravel() for w in build(project, seed).get_weights()])


def test_weights_follow_from_the_seed() -> None:
    project = starter_project()
    same = weights(project)
    assert np.array_equal(same, weights(project))
    assert np.array_equal(same, weights(project, project.training.seed))
    assert not np.array_equal(same, weights(project, 7))


def test_without_a_seed_weights_differ() -> None:
    project = starter_project()
    project = project.replace(training=project.training.replace(seed=None))
    assert not np.array_equal(weights(project), weights(project))


# --- refusals -------------------------------------------------------------------------------------


def test_a_billion_parameters_are_refused_before_anything_is_allocated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backend, "keras", lambda: pytest.fail("Keras was asked"))
    layers = (Flatten(), Dense(units=100_000), Dense(units=100_000), PROBABILITIES)
    with pytest.raises(ProjectError, match="parameters need about"):
        build(network(*layers))


def test_an_empty_stack_is_refused() -> None:
    with pytest.raises(ProjectError, match="no layers yet"):
        build(network())


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ProjectError, match="Conv2D needs"):
        build(network(Flatten(), Conv2D(), PROBABILITIES))


def test_what_keras_refuses_names_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        backend.keras().layers, "Dense", lambda **_: (_ for _ in ()).throw(ValueError("no\nmore"))
    )
    with pytest.raises(ProjectError, match=r"^Dense 2 could not be built: no$"):
        build(network(Flatten(), PROBABILITIES))


# --- step -----------------------------------------------------------------------------------------


def test_step_is_heaviside_with_no_slope() -> None:
    tf = backend.tensorflow()
    tiny = float(np.finfo(np.float32).tiny)
    values = [-np.inf, -3e38, -1.0, -tiny, 0.0, tiny, 1e-20, 1.0, 3e38, np.inf]
    x = tf.Variable(np.array([values], np.float32))
    with tf.GradientTape() as tape:
        y = step()(x)
    assert y.numpy().tolist() == [[0.0] * 5 + [1.0] * 5]
    finite = tape.gradient(y, x).numpy()[0, 1:-1]
    assert np.array_equal(finite, np.zeros_like(finite))


def test_a_model_with_steps_loads_where_this_program_is_not(tmp_path: Path) -> None:
    project = network(
        Flatten(),
        Dense(units=6, activation=ActivationFunction.STEP),
        ActivationLayer(activation=ActivationFunction.STEP),
        PROBABILITIES,
        loss=CategoricalCrossentropy(),
    )
    model = build(project)
    rows = np.random.default_rng(1).normal(size=(5, 8, 8)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "rows.npy", rows)
    code = (
        "import sys, keras, numpy as np\n"
        "model = keras.models.load_model('model.keras', safe_mode=True)\n"
        "assert type(model) is keras.Sequential\n"
        "assert not any(name.startswith('desktop') for name in sys.modules)\n"
        "np.save('outputs.npy', model.predict(np.load('rows.npy'), verbose=0))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_allclose(
        np.load(tmp_path / "outputs.npy"), model.predict(rows, verbose=0), rtol=1e-6
    )


def test_only_the_learning_rate_may_differ() -> None:
    assert builder.same_but_learning_rate(SGD(learning_rate=1.0), SGD(learning_rate=2.0))
    assert not builder.same_but_learning_rate(SGD(momentum=0.5), SGD())
    assert not builder.same_but_learning_rate(SGD(), AdamW())


def test_a_seed_sets_what_keras_draws_from_and_leaves_tensorflow_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Weights, and the states of layers that draw later, are those after Keras's own function."""
    keras, tf = backend.keras(), backend.tensorflow()
    layers = (
        Reshape(target_shape=(8, 8, 1)),
        RandomRotation(),
        Conv2D(filters=3),
        Dropout(rate=0.3),
        Flatten(),
        Dense(units=4),
    )

    def drawn() -> list[np.ndarray]:
        model = keras.Sequential([keras.Input((8, 8)), *map(builder.keras_object, layers)])
        return [variable.numpy() for variable in model.variables]

    keras.utils.set_random_seed(7)
    expected = drawn()
    told: list[int] = []
    monkeypatch.setattr(tf.random, "set_seed", told.append)
    builder.set_seed(8)
    other = drawn()
    builder.set_seed(7)
    for one, two in zip(expected, drawn(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert any((one != two).any() for one, two in zip(expected, other, strict=True))
    assert not told
