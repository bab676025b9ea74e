"""Writes a digest of all that training a few projects gave. Run by `test_determinism.py`."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable

import numpy as np

from desktop.document.choices import ActivationFunction
from desktop.document.layers import (
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    RandomElasticTransform,
    RandomRotation,
    Reshape,
)
from desktop.engine import compiler_choice
from desktop.engine.training import Trainer
from tests.engine.runs import OUTPUT, Reports, dataset, project, train

HIDDEN = Dense(units=32, activation=ActivationFunction.RELU)
NOISE = GaussianNoise()
AUGMENTED = (Reshape(target_shape=(8, 8, 1)), RandomRotation(), RandomElasticTransform())

# Networks at both sides of where XLA is left off, and the size of their batches.
NETWORKS: dict[str, tuple[tuple[Layer, ...], int]] = {
    "largest batch for XLA": ((HIDDEN, Dropout(rate=0.2)), HIDDEN.max_xla_batch),
    "smallest batch for the graph": ((HIDDEN, HIDDEN), HIDDEN.max_xla_batch + 1),
    "largest noisy batch for XLA": ((NOISE, HIDDEN), NOISE.max_xla_batch),
    "augmented": ((*AUGMENTED, Flatten(), HIDDEN), 32),
}
SWITCH = 130  # the step at which XLA takes over: sooner than in the program, and as fixed
STEPS = SWITCH + 100
ROWS = 23 * 1024  # few epochs, whose ends take longer than their steps


def digest(reports: Reports, trainer: Trainer) -> str:
    """Of the weights, the optimizer's state, and every number that was told of epochs and steps."""
    known = hashlib.sha256()
    variables = (*trainer.model.variables, *trainer.model.optimizer.variables)
    arrays: Iterable[np.ndarray] = (variable.numpy() for variable in variables)
    for array in arrays:
        known.update(np.ascontiguousarray(array).tobytes())
    known.update(json.dumps([dict(epoch.logs) for epoch in reports.epochs]).encode())
    for name in ("loss", "accuracy"):
        values = [each.batch_values[name] for each in reports.progress if name in each.batch_values]
        known.update(np.concatenate(values).tobytes())
    return known.hexdigest()


def main() -> None:
    compiler_choice.XLA_FROM = SWITCH
    data = dataset(training=ROWS, validation=0)
    results = {}
    for name, (layers, batch_size) in NETWORKS.items():
        epochs = -(-STEPS // -(-ROWS // batch_size))
        what = project(Flatten(), *layers, OUTPUT, batch_size=batch_size, epochs=epochs, seed=812)
        trainer = Trainer(data)
        reports = train(what, trainer)
        assert int(trainer.model.optimizer.iterations) >= STEPS
        results[name] = digest(reports, trainer)
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main()
