"""What the layers that augment make of a few rows, to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from desktop.document.layers import Layer
from desktop.engine import backend
from desktop.engine.builder import keras_object
from desktop.engine.reports import AugmentedSamples, SamplesToAugment, read_only


def augmented_samples(question: SamplesToAugment) -> AugmentedSamples:
    """Versions of the rows of `question`, as Keras's own layers make them.

    Neither the seeds of the layers nor that of the training matter, and no random state that a
    training draws from is touched.
    """
    tf = backend.tensorflow()
    seeds = np.random.default_rng(question.draw)
    with tf.device("CPU"):
        layers = [_keras_layer(layer, seeds) for layer in question.layers]
        versions = []
        for _ in range(question.versions):
            values = tf.constant(question.rows, tf.float32)
            for layer in layers:
                values = layer(values, training=True)
            versions.append(values.numpy())
    return AugmentedSamples(question, read_only(np.stack(versions)))


def _keras_layer(layer: Layer, seeds: np.random.Generator) -> Any:
    if "seed" in type(layer).model_fields:
        return keras_object(layer, seed=int(seeds.integers(2**31)))
    return keras_object(layer)
