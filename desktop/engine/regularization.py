"""What regularization makes of a network: measured with its weights, after the training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.document.metrics import LOSS
from desktop.document.trace import trace
from desktop.engine.batches import large_batch
from desktop.engine.control import RunControl
from desktop.engine.encoding import encode
from desktop.engine.evaluation import stoppable
from desktop.engine.histograms import histogram
from desktop.engine.network import Network
from desktop.engine.reports import FloatArray, WeightHistogram, read_only
from desktop.engine.rows import Dataset, Rows

NEAR_ZERO = 0.01  # a weight of less than this, in size, counts as near zero


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The kernel of the layer called `name`, and the histogram of its values.

    `near_zero` is the share of these, 0 to 1, that are smaller than NEAR_ZERO in size. `norms`,
    shape (units,), are the L2 norms of the weights that enter each unit, or along the axes of the
    constraint. `max_norm` is the largest that MaxNorm allows, None without it.
    """

    name: str
    histogram: WeightHistogram
    near_zero: float
    norms: FloatArray
    max_norm: float | None


@dataclass(frozen=True, eq=False)
class Regularized:
    """What was measured of the network that the run with the id `run` has kept.

    `training` and `validation` are what Keras's `evaluate` returns for these rows, which is with
    dropout off: loss, accuracy, ...; `validation` is empty where there are no such rows. `penalty`
    is the part of the loss that comes of the weights alone. The weights are those of `epoch`.
    """

    run: str
    epoch: int
    training: Mapping[str, float]
    validation: Mapping[str, float]
    penalty: float
    layers: tuple[LayerWeights, ...]

    @property
    def data_loss(self) -> float:
        """The loss on the training rows without the penalty."""
        return self.training[LOSS] - self.penalty


def measure(
    network: Network, dataset: Dataset, run: str, control: RunControl | None = None
) -> Regularized:
    """Measure `network`, which was trained on `dataset` in the run with the id `run`.

    Raises Stopped as soon as `control` is told to stop.
    """
    project, model = network.project, network.model

    def metrics(rows: Rows | None) -> dict[str, float]:
        if rows is None or not len(rows):
            return {}
        found = model.evaluate(
            rows.x,
            encode(rows.y, project, dataset.schema),
            sample_weight=rows.sample_weight,
            batch_size=large_batch(model),
            verbose=0,
            return_dict=True,
            callbacks=stoppable(control),
        )
        return {name: float(value) for name, value in found.items()}

    return Regularized(
        run=run,
        epoch=network.weights_epoch,
        training=metrics(dataset.training_rows(project.training)),
        validation=metrics(dataset.validation),
        penalty=weight_penalty(model),
        layers=tuple(_layers(network)),
    )


def weight_penalty(model: Any) -> float:
    """What the regularizers of the weights of `model` add to its loss."""
    return float(
        sum(
            float(variable.regularizer(variable))
            for variable in model.trainable_variables
            if variable.regularizer is not None
        )
    )


def _layers(network: Network) -> Iterator[LayerWeights]:
    layers = zip(trace(network.project), network.model.layers, strict=True)
    for info, layer in layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is None:
            continue
        values = np.asarray(kernel.value)
        constraint = getattr(info.layer, "kernel_constraint", None)
        axes, largest = tuple(range(values.ndim - 1)), None
        if constraint is not None and constraint.norm_limit is not None:
            axes, largest = constraint.norm_limit
        norms = np.sqrt(np.square(values, dtype=np.float64).sum(axis=axes))
        shape = tuple(kernel.shape)
        yield LayerWeights(
            name=info.name,
            histogram=histogram(values, info.index, info.name, kernel.name, kernel.path, shape),
            near_zero=float((np.abs(values) < NEAR_ZERO).mean()),
            norms=read_only(norms.reshape(-1)),
            max_norm=largest,
        )
