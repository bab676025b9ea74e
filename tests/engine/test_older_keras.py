"""Saved models in older versions of Keras, each installed for the test beside this TensorFlow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document import choices
from desktop.document.constraints import Constraint
from desktop.document.data import Digits
from desktop.document.initializers import Initializer
from desktop.document.layers import LAYER_CLASSES, Activation, Conv2D, Dense, Flatten, Reshape
from desktop.document.losses import CategoricalCrossentropy, Loss
from desktop.document.optimizers import Optimizer
from desktop.document.project import Project
from desktop.document.regularizers import L1, Regularizer
from desktop.document.spec import variants
from desktop.document.training import Training
from desktop.engine.builder import build
from desktop.engine.storage import load_model, save_model

pytestmark = pytest.mark.slow

# Of each version, the layers that Keras did not have yet.
VERSIONS: dict[str, tuple[str, ...]] = {
    "3.14.0": (),
    "3.8.0": ("RandomElasticTransform", "RandomErasing"),
}
ROWS = np.random.default_rng(0).normal(size=(5, 8, 8)).astype(np.float32)
IMAGE = Reshape(target_shape=(8, 8, 1))
OUTPUT = Dense(units=10, activation=choices.ActivationFunction.SOFTMAX)
LOAD = """
import pathlib, sys
import keras, numpy as np
assert keras.__version__ == sys.argv[1], keras.__version__
for path in sorted(pathlib.Path("models").iterdir()):
    if path.stem in sys.argv[2:]:
        assert not hasattr(keras.layers, path.stem)
        continue
    model = keras.saving.load_model(path, safe_mode=True)
    assert type(model) is keras.Sequential
    expected = np.load(f"outputs/{path.stem}.npy")
    outputs = model(np.load("rows.npy"), training=False)
    np.testing.assert_allclose(outputs, expected, 1e-5, 1e-6, err_msg=path.stem)
    assert model.optimizer.built and model.loss, path
"""


def stacks() -> Iterator[tuple[str, Project]]:
    """A project for every class of layer, activation, setting of weights, optimizer and loss."""

    def project(*layers: Any, **training: Any) -> Project:
        training = {"loss": CategoricalCrossentropy(), "metrics": (), **training}
        return Project(data=Digits(), layers=layers, training=Training(**training))

    for cls in LAYER_CLASSES:
        layer = Reshape(target_shape=(-1, 2)) if cls is Reshape else cls()
        layers = (layer, Conv2D(filters=4)) if cls.augments else (Conv2D(filters=4), layer)
        yield cls.__name__, project(IMAGE, *layers, Flatten(), OUTPUT)
    for activation in choices.ActivationFunction:
        active = (
            Dense(units=4, activation=activation, activity_regularizer=L1()),
            Conv2D(filters=2, kernel_size=(1, 1), activation=activation),
            Activation(activation=activation),
        )
        yield (
            f"activation_{activation}",
            project(
                Flatten(),
                active[0],
                Reshape(target_shape=(2, 2, 1)),
                *active[1:],
                Flatten(),
                OUTPUT,
            ),
        )
    for base in (Initializer, Regularizer, Constraint):
        for cls in variants(base):
            settings = {f"kernel_{base.tag_key}": cls()}
            yield cls.__name__, project(Flatten(), Dense(units=4, **settings), OUTPUT)
    for optimizer in variants(Optimizer):
        yield optimizer.__name__, project(Flatten(), OUTPUT, optimizer=optimizer())
    for loss in variants(Loss):
        softmax = "categorical" in loss.tag
        function = (
            choices.ActivationFunction.SOFTMAX if softmax else choices.ActivationFunction.SIGMOID
        )
        last = Dense(units=10, activation=function)
        yield loss.__name__, project(Flatten(), last, loss=loss())
    for metric in choices.Metric:
        yield metric, project(Flatten(), OUTPUT, metrics=(metric,))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models in "models", and the output of each in "outputs" for the rows in "rows.npy"."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "models").mkdir()
    (folder / "outputs").mkdir()
    np.save(folder / "rows.npy", ROWS)
    for name, project in stacks():
        model = build(project, seed=1)
        save_model(model, folder / "models" / f"{name}.keras")
        np.save(folder / "outputs" / f"{name}.npy", model(ROWS, training=False))
    return folder


def installed(version: str, folder: Path) -> Path:
    """A folder with that version of Keras and nothing else, made by uv."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv")
    wanted = ("--no-deps", "--target", str(folder), f"keras=={version}")
    command = [uv, "pip", "install", "--python", sys.executable, *wanted]
    # Elsewhere than in the project, whose constraints uv would obey.
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, timeout=120)
    if "Failed to fetch" in done.stderr:
        pytest.skip(f"needs the network for Keras {version}, or it in uv's cache")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("version", VERSIONS)
def test_every_model_loads_in_older_keras_with_equal_outputs(
    version: str, saved: Path, tmp_path: Path
) -> None:
    older = installed(version, tmp_path / "keras")
    done = subprocess.run(
        [sys.executable, "-c", LOAD, version, *VERSIONS[version]],
        cwd=saved,
        env={**os.environ, "PYTHONPATH": str(older)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_model_loads_here_with_equal_outputs(saved: Path) -> None:
    for path in sorted((saved / "models").iterdir()):
        expected = np.load(saved / "outputs" / f"{path.stem}.npy")
        outputs = load_model(path)(ROWS, training=False)
        np.testing.assert_array_equal(outputs, expected, err_msg=path.stem)
