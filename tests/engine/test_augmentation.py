"""Augmentation ahead of the steps: what Keras's layers do, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desktop.document.choices import FillMode, Interpolation
from desktop.document.layers import (
    Flatten,
    Layer,
    RandomContrast,
    RandomElasticTransform,
    RandomErasing,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Reshape,
)
from desktop.document.project import Project
from desktop.engine import augmentation, backend, blocks, compiler_choice
from desktop.engine.augmentation import Augmentation
from desktop.engine.builder import keras_object
from desktop.engine.control import RunControl
from desktop.engine.reports import Outcome, Phase, Progress, Report
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, train
from tests.engine.same_result import digest

IMAGE = Reshape(target_shape=(8, 8, 1))
ROTATION, ERASING = RandomRotation(factor=0.1), RandomErasing(value_range=(0, 1))
# Layers that draw what is always the same.
FIXED = (
    RandomRotation(factor=(0.13, 0.13)),
    RandomTranslation(height_factor=(0.31, 0.31), width_factor=(-0.27, -0.27)),
    RandomZoom(height_factor=(0.5, 0.5), width_factor=(-0.3, -0.3)),
)


def images(rows: int, size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((rows, size, size, 1)).astype(np.float32)


def made(layer: Layer, rows: np.ndarray, steps: int = 1, epoch: int = 0) -> np.ndarray:
    """What `layer` makes of `rows`, ahead of the steps."""
    keras, tf = backend.keras(), backend.tensorflow()
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input(rows.shape[1:]), keras_object(layer)])
    what = Augmentation(model, Project(layers=(layer,)), len(rows) // steps)
    source = tf.constant(rows), tf.range(len(rows))
    return np.asarray(what.rows(what.program(source, steps), source, epoch, 0, steps))


@pytest.mark.parametrize("interpolation", Interpolation)
@pytest.mark.parametrize("fill_mode", FillMode)
@pytest.mark.parametrize("layer", FIXED, ids=lambda layer: layer.tag)
def test_what_is_not_left_to_chance_is_as_keras_does_it(
    layer: Layer, fill_mode: FillMode, interpolation: Interpolation
) -> None:
    layer = layer.replace(fill_mode=fill_mode, interpolation=interpolation, fill_value=0.7)
    rows = images(6, 12)
    theirs = np.asarray(keras_object(layer)(rows, training=True))
    np.testing.assert_allclose(made(layer, rows, steps=2), theirs, atol=1e-4)
    assert np.abs(theirs - rows).max() > 0.1


def test_contrast_is_that_of_keras() -> None:
    rows = images(6, 12)
    layer = RandomContrast(factor=(0.0, 0.0), value_range=(0, 1))
    np.testing.assert_allclose(made(layer, rows), rows, atol=1e-6)


@pytest.mark.parametrize("strength", [0.5, 0.9])
def test_elastic_distortion_is_distributed_as_that_of_keras(strength: float) -> None:
    """Of an image whose values are columns, the change is the shift of a pixel."""
    layer = RandomElasticTransform(
        factor=(1.0, 1.0), scale=(strength, strength), value_range=(-1000, 1000)
    )
    rows = np.tile(np.arange(28, dtype=np.float32)[None, None, :, None], (24, 28, 1, 1))

    def facts(result: np.ndarray) -> tuple[float, float]:
        """The deviation of the shifts, and how much neighbors have in common."""
        shift = (result - rows)[:, 6:-6, 6:-6, 0]
        return float(shift.std()), float((shift[:, :, 1:] * shift[:, :, :-1]).mean() / shift.var())

    theirs = facts(np.asarray(keras_object(layer)(rows, training=True)))
    ours = facts(made(layer, rows))
    assert ours[0] == pytest.approx(theirs[0], rel=0.1)
    assert ours[1] == pytest.approx(theirs[1], abs=0.1)


def test_shifts_are_distributed_as_those_of_keras() -> None:
    layer = RandomTranslation(height_factor=(0.1, 0.3), width_factor=(-0.2, 0.0))
    rows = np.zeros((600, 21, 21, 1), np.float32)
    rows[:, 10, 10] = 1  # the center of mass is where it went

    def center(result: np.ndarray) -> np.ndarray:
        mass, at = result[..., 0], np.arange(21)
        down, across = (mass * at[:, None]).sum((1, 2)), (mass * at).sum((1, 2))
        return np.stack([down, across]) / mass.sum((1, 2)) - 10

    ours = center(made(layer, rows))
    theirs = center(np.asarray(keras_object(layer)(rows, training=True)))
    np.testing.assert_allclose(ours.mean(1), [0.2 * 21, -0.1 * 21], atol=0.2)
    np.testing.assert_allclose(ours.mean(1), theirs.mean(1), atol=0.25)
    np.testing.assert_allclose(ours.std(1), theirs.std(1), rtol=0.15)


def test_every_epoch_draws_anew_and_layers_with_one_seed_alike() -> None:
    rows = images(4, 8)
    first = made(ROTATION, rows)
    np.testing.assert_array_equal(made(ROTATION, rows), first)
    assert np.abs(made(ROTATION, rows, epoch=1) - first).max() > 0.01


# --- training -------------------------------------------------------------------------------------


def what(**training: Any) -> Project:
    layers = (IMAGE, ROTATION, RandomShear(x_factor=0.2), ERASING, Flatten(), HIDDEN, OUTPUT)
    return project(*layers, **{"seed": 5, **training})


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augmentation, "CHUNK_ROWS", 200)
    monkeypatch.setattr(compiler_choice, "XLA_FROM", 130)


@pytest.mark.usefixtures("small_chunks")
def test_the_length_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    results = set()
    for seconds in (1e-9, 100.0):
        monkeypatch.setattr(blocks, "BLOCK_SECONDS", seconds)
        trainer = Trainer(dataset(1_004))
        reports = train(what(), trainer)
        assert reports.ended.outcome is Outcome.FINISHED, reports.ended.message
        results.add(digest(reports, trainer))
    assert len(results) == 1


@pytest.mark.usefixtures("small_chunks")
def test_a_stop_within_an_epoch_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_SECONDS", 0.001)
    whole, split, control = Trainer(dataset(1_004)), Trainer(dataset(1_004)), RunControl()
    uninterrupted = train(what(epochs=2), whole)

    def stop(report: Report) -> None:
        if isinstance(report, Progress) and report.phase is Phase.TRAINING and report.step > 30:
            control.stop()

    first = train(what(epochs=2), split, control, then=stop)
    assert (first.ended.outcome, split.epoch) == (Outcome.STOPPED, 0)
    second = train(what(epochs=2), split, resume=True)
    assert [dict(each.logs) for each in second.epochs] == [
        dict(each.logs) for each in uninterrupted.epochs
    ]
    for one, other in zip(whole.model.variables, split.model.variables, strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()


def test_rows_that_are_read_batch_by_batch_are_augmented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.engine.batches._fits", lambda _: False)
    reports = train(what(epochs=1), Trainer(dataset(104)))
    assert reports.ended.outcome is Outcome.FINISHED, reports.ended.message
    with monkeypatch.context() as without:
        without.setattr(Augmentation, "batch", lambda _, rows, *__: rows[..., None])
        plain = train(what(epochs=1), Trainer(dataset(104)))
    assert plain.epochs[0].logs["loss"] != reports.epochs[0].logs["loss"]
