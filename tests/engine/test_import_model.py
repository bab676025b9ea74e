"""Models in files become projects again, or are refused by the name of what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.data import Digits, LogicTable, Mnist
from desktop.document.layers import Dense, Flatten, Reshape
from desktop.document.losses import SparseCategoricalCrossentropy
from desktop.document.optimizers import SGD
from desktop.document.project import Project
from desktop.engine import backend, datasets
from desktop.engine.builder import build
from desktop.engine.control import RunControl
from desktop.engine.import_model import open_network
from desktop.engine.inspection import ModelFileError
from desktop.engine.storage import save_model
from desktop.engine.training import Trainer
from tests.engine.test_older_keras import stacks

ROWS = np.random.default_rng(0).normal(size=(5, 8, 8)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "project"), [pytest.param(*each, id=each[0]) for each in stacks()]
)
def test_what_was_saved_opens_as_the_same_project(
    name: str, project: Project, tmp_path: Path
) -> None:
    model, path = build(project), tmp_path / "model.keras"
    save_model(model, path)
    network = open_network(path, Digits())
    assert network.project == project
    ours, theirs = (each(ROWS, training=False) for each in (network.model, model))
    np.testing.assert_allclose(ours, theirs, 1e-5, 1e-6)


def saved(tmp_path: Path, *layers: Any, shape: tuple[int, ...] = (8, 8), **compiled: Any) -> Path:
    """A file of a plain Keras model."""
    keras = backend.keras()
    model = keras.Sequential([keras.Input(shape=shape), *layers])
    if compiled:
        model.compile(**compiled)
    path = tmp_path / "plain.keras"
    model.save(path)
    return path


def test_a_compiled_model_of_keras_opens_and_trains_further(tmp_path: Path) -> None:
    layers = backend.keras().layers
    path = saved(
        tmp_path,
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(10, activation="softmax"),
        optimizer=backend.keras().optimizers.SGD(learning_rate=0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network = open_network(path, Digits())
    training = network.project.training
    assert training.optimizer == SGD(learning_rate=0.1)
    assert training.loss == SparseCategoricalCrossentropy()
    original = backend.keras().saving.load_model(path)
    np.testing.assert_allclose(network.model(ROWS), original(ROWS), 1e-5, 1e-6)
    project = network.project.replace(training=training.replace(epochs=1))
    assert network.is_trained and network.can_continue(project)
    trainer = Trainer(datasets.load(Digits()), network)
    trainer.run(project, lambda _report: None, RunControl(), resume=True, run=1)
    assert network.epoch == 1


def test_names_of_optimizers_and_an_uncompiled_model_do(tmp_path: Path) -> None:
    layers = backend.keras().layers
    path = saved(tmp_path, layers.Dense(1, activation="sigmoid"), shape=(2,))
    network = open_network(path, Digits())
    assert isinstance(network.project.data, LogicTable)
    path = saved(
        tmp_path, layers.Dense(1), shape=(2,), optimizer="rmsprop", loss="mse", metrics=["mae"]
    )
    training = open_network(path, Digits()).project.training
    assert (training.optimizer.tag, training.loss.tag) == ("RMSprop", "mean_squared_error")
    assert training.metrics == ("mean_absolute_error",)


@pytest.mark.parametrize(("shape", "first"), [((784,), Flatten()), ((28, 28, 1), None)])
def test_rows_are_shaped_as_the_model_takes_them(
    shape: tuple[int, ...], first: Any, tmp_path: Path
) -> None:
    layers = backend.keras().layers
    begin = [] if first else [layers.Conv2D(2, 3), layers.Flatten()]
    path = saved(tmp_path, *begin, layers.Dense(10, activation="softmax"), shape=shape)
    current = Mnist(path="/data/mnist.npz", validation_split=0.2)
    project = open_network(path, current).project
    assert project.data == current
    assert project.layers[0] == (first or Reshape(target_shape=(28, 28, 1)))
    assert isinstance(project.layers[-1], Dense)


def unsuitable() -> dict[str, tuple[list[Any], str]]:
    layers = backend.keras().layers
    dense = layers.Dense(10)
    return {
        "LSTM": ([layers.LSTM(4), dense], "LSTM"),
        "Bidirectional": ([layers.Bidirectional(layers.LSTM(4)), dense], "Bidirectional"),
        "argument": ([layers.Flatten(), layers.Dense(10, trainable=False)], "trainable = False"),
        "activation": ([layers.Flatten(), layers.Dense(10, activation="mish")], "mish"),
        "initializer": ([layers.Dense(8, kernel_initializer="identity")], "Identity"),
        "noise": (
            [layers.Dropout(0.5, noise_shape=(None, 1, 8)), layers.Flatten(), dense],
            "noise",
        ),
    }


@pytest.mark.parametrize(
    "name", ["LSTM", "Bidirectional", "argument", "activation", "initializer", "noise"]
)
def test_what_the_program_does_not_have_is_named(name: str, tmp_path: Path) -> None:
    layers, told = unsuitable()[name]
    path = saved(tmp_path, *layers)
    with pytest.raises(ModelFileError, match=told) as refused:
        open_network(path, Digits())
    assert str(path) in str(refused.value)


def test_an_unsupported_layer_is_reported_in_a_line_or_two(tmp_path: Path) -> None:
    path = saved(tmp_path, backend.keras().layers.LSTM(4, name="memory"))
    with pytest.raises(ModelFileError) as refused:
        open_network(path, Digits())
    assert str(refused.value) == (
        f"{path} cannot be opened as a stack: the layer memory is LSTM, which is not supported: "
        "see the Layers list for those that are"
    )


def test_a_shape_that_no_data_has_is_reported(tmp_path: Path) -> None:
    path = saved(tmp_path, backend.keras().layers.Dense(3), shape=(5,))
    with pytest.raises(ModelFileError, match="rows of 5 and gives 3 outputs"):
        open_network(path, Digits())
