"""Metrics of numbers are in the unit of the target, although that is scaled for training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.document.choices import Metric
from desktop.document.data import Diabetes
from desktop.document.first_network import first_project
from desktop.engine import backend
from desktop.engine.datasets import load
from desktop.engine.evaluation import evaluate
from desktop.engine.rows import Dataset
from desktop.engine.storage import save_model
from desktop.engine.training import Trainer
from tests.engine.runs import Reports, train

ERRORS = tuple(metric for metric in Metric if metric.unit_power)
Trained = tuple[Dataset, Trainer, Reports]


@pytest.fixture(scope="module")
def trained() -> Trained:
    dataset = load(Diabetes())
    project = first_project(dataset.source, dataset.schema)
    training = project.training.replace(epochs=2, metrics=ERRORS)
    trainer = Trainer(dataset)
    return dataset, trainer, train(project.replace(training=training), trainer)


def test_metrics_have_the_unit_of_the_target(trained: Trained) -> None:
    dataset, trainer, reports = trained
    assert trainer.network is not None
    assert dataset.validation is not None and dataset.preparation is not None
    scale = dataset.preparation.target.scales[0]
    assert scale > 50
    found = evaluate(trainer.model, trainer.network.project, dataset, 2).metrics
    ended = reports.epochs[-1].logs
    for rows, logs, prefix in ((dataset.test, found, ""), (dataset.validation, ended, "val_")):
        errors = (trainer.model.predict(rows.x, verbose=0) - rows.y) * scale
        squared = float(np.mean(errors**2))
        expected = {
            "mean_absolute_error": float(np.abs(errors).mean()),
            "root_mean_squared_error": squared**0.5,
            "mean_squared_error": squared,
        }
        assert {name: logs[prefix + name] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert ended["mean_absolute_error"] > 10  # of the training rows
    assert found["loss"] < 10  # what is minimized: of the scaled target
    batches = [each.batch_values.get("mean_absolute_error") for each in reports.progress]
    assert min(values.min() for values in batches if values is not None and len(values)) > 10


def test_a_saved_model_needs_nothing_of_the_program(trained: Trained, tmp_path: Path) -> None:
    dataset, trainer, _ = trained
    save_model(trainer.model, tmp_path / "model.keras")
    model = backend.keras().saving.load_model(tmp_path / "model.keras")
    found = model.evaluate(dataset.test.x, dataset.test.y, verbose=0, return_dict=True)
    assert found["mean_absolute_error"] < 10
