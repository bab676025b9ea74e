"""How long augmentation takes, beside the training without it and beside Keras's own layers.

    python -m uv run tests/benchmarks/bench_augmentation.py
        [--networks hidden,convolutional] [--ways ab] [--mnist FILE]

Trains the example projects mnist-hidden-128 and mnist-convolutional for three epochs, with and
without layers that augment. Printed are seconds per epoch, without the first, and their ratio to
the same way of training without augmentation.

a  this program, in all kinds of augmentation below
b  `model.fit` of plain Keras on arrays, with the same layers; Keras needs far longer, so that it
   is given a tenth of the rows and its times are multiplied by ten
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from desktop.document.data import Mnist
from desktop.document.layers import (
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
from desktop.document.storage import read_project
from desktop.engine.builder import build
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.encoding import encode
from desktop.engine.reports import EpochEnded, Report
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer
from desktop.paths import keras_datasets, resources

SHARED = ROOT.parent / "shared" / "data" / "mnist.npz"
EPOCHS, KERAS_SHARE = 3, 10
NETWORKS = {"hidden": "mnist-hidden-128", "convolutional": "mnist-convolutional"}
IMAGE = Reshape(target_shape=(28, 28, 1))
BLACK = {"fill_mode": "constant"}
AFFINE: tuple[Layer, ...] = (
    RandomRotation(factor=0.04, **BLACK),
    RandomTranslation(**BLACK),
    RandomZoom(**BLACK),
    RandomShear(x_factor=0.2, **BLACK),
)
ELASTIC = RandomElasticTransform(value_range=(0, 1), **BLACK)
KINDS: dict[str, tuple[Layer, ...]] = {
    "none": (),
    "rotation": AFFINE[:1],
    "rotation, translation, zoom": AFFINE[:3],
    "the same and shear": AFFINE,
    "the same and elastic": (*AFFINE, ELASTIC),
    "contrast": (RandomContrast(value_range=(0, 1)),),
    "erasing": (RandomErasing(value_range=(0, 1)),),
}


def augmented(project: Project, layers: tuple[Layer, ...]) -> Project:
    """`project` with `layers` before its own."""
    if not layers:
        return project
    own = project.layers[project.layers[0].tag == IMAGE.tag :]
    return project.replace(
        layers=(IMAGE, *layers, *own), training=project.training.replace(epochs=EPOCHS)
    )


def program(project: Project, data: Dataset) -> float:
    """Seconds per epoch of this program, without the first epoch."""
    times: list[float] = []

    def sink(report: Report) -> None:
        if isinstance(report, EpochEnded):
            times.append(time.perf_counter())

    project = project.replace(training=project.training.replace(epochs=EPOCHS))
    Trainer(data).run(project, sink, RunControl())
    return statistics.mean(np.diff(times))


def plain(project: Project, data: Dataset) -> float:
    """Seconds per epoch of Keras's `fit`, without the first epoch."""
    import keras

    model, times = build(project, 812, data.schema), []
    count = len(data.training) // KERAS_SHARE
    rows, held = data.training, data.validation
    assert held is not None
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: times.append(time.perf_counter())
    )
    targets = encode(rows.y, project, data.schema)
    held_count = len(held) // KERAS_SHARE
    model.fit(
        rows.x[:count],
        targets[:count],
        batch_size=project.training.batch_size,
        epochs=EPOCHS,
        validation_data=(
            held.x[:held_count],
            encode(held.y, project, data.schema)[:held_count],
        ),
        callbacks=[callback],
        verbose=0,
    )
    return KERAS_SHARE * statistics.mean(np.diff(times))


def main() -> None:
    parser = argparse.ArgumentParser(description="How long augmentation takes")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--ways", default="ab")
    default = SHARED if SHARED.is_file() else keras_datasets() / "mnist.npz"
    parser.add_argument("--mnist", type=Path, default=default)
    options = parser.parse_args()
    source = Mnist(path=str(options.mnist))
    data = load(source)
    for network in options.networks.split(","):
        project = read_project(resources() / "projects" / f"{NETWORKS[network]}.layerwise")
        project = project.replace(data=source)
        for way in options.ways:
            run, without = (program, plain)[way == "b"], 0.0
            for kind, layers in KINDS.items():
                if way == "b" and ELASTIC in layers:
                    continue  # makes all images of a batch from its first (Keras 3.15)
                seconds = run(augmented(project, layers), data)
                without = without or seconds
                name = "plain Keras" if way == "b" else "this program"
                ratio = seconds / without
                print(f"{network:14} {name:13} {kind:30} {seconds:7.2f} s {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
