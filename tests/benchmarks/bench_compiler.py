"""How much faster XLA is than the graph, for networks of many kinds and sizes.

    python -m uv run tests/benchmarks/bench_compiler.py [--kinds dense,layers,...] [--rounds N]

`suits_xla` and the `max_xla_batch` of the layers, which decide between the two, come from these
numbers: measure again with a new version of TensorFlow, and every new layer. Both compilers train
the same network on the same random rows in one process, taking turns. Printed are the best time of
a step with each, the time with the graph over that with XLA (minimum, median and maximum of the
rounds), the seconds that building and compiling take, and what the rule decides.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from desktop.document.choices import ActivationFunction
from desktop.document.data import Digits, Mnist
from desktop.document.layers import (
    ELU,
    ActivityRegularization,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
    Reshape,
)
from desktop.document.layers import Activation as ActivationLayer
from desktop.document.optimizers import SGD, AdamW, Nadam, Optimizer, RMSprop
from desktop.document.project import Project
from desktop.document.training import Training
from desktop.engine import backend
from desktop.engine.batches import Batches
from desktop.engine.builder import build
from desktop.engine.compiler_choice import suits_xla
from desktop.engine.encoding import encode
from desktop.engine.fused import MAX_STEPS, Compiler, FusedSteps
from desktop.engine.rows import Rows

BATCHES = (32, 128, 512, 1024)
SECONDS = 0.15  # that a compiler's turn lasts, about
OUTPUT = Dense(units=10, activation="softmax")

Case = tuple[str, Project]


def case(
    name: str,
    *layers: Layer,
    batch: int = 32,
    optimizer: Optimizer | None = None,
    digits: bool = False,
    **more: Any,
) -> Case:
    training = Training(batch_size=batch, seed=1, **more)
    if optimizer is not None:
        training = training.replace(optimizer=optimizer)
    data = Digits() if digits else Mnist()
    return f"{name}, batch {batch}", Project(data=data, layers=layers, training=training)


def hidden(*widths: int, **settings: Any) -> tuple[Layer, ...]:
    layers = [Dense(units=width, activation="relu", **settings) for width in widths]
    return (Flatten(), *layers, OUTPUT)


def between(layer: Layer, width: int = 128, times: int = 2) -> tuple[Layer, ...]:
    """One or two hidden layers of `width` with `layer` after each."""
    dense = Dense(units=width, activation="relu")
    return (Flatten(), *(dense, layer) * times, OUTPUT)


def dense() -> Iterator[Case]:
    shapes = [(), (32,), (128,), (128, 128), (512,), (512, 512), (1024, 1024), (2048, 2048)]
    for widths in (*shapes, (64,) * 8, (256,) * 6):
        for batch in (1, *BATCHES, 4096) if widths in ((), (128,)) else BATCHES:
            yield case(
                f"dense {'-'.join(map(str, widths)) or 'softmax'}", *hidden(*widths), batch=batch
            )
    for batch in (1, 32, 256):
        yield case("digits 32", *hidden(32), batch=batch, digits=True)


def layers() -> Iterator[Case]:
    sizes = [(128, 32), (128, 256), (128, 512), (128, 1024), (1024, 32), (1024, 512)]
    for layer in (
        Dropout(rate=0.2),
        GaussianNoise(stddev=0.1),
        BatchNormalization(),
        ActivityRegularization(l2=1e-4),
        ELU(),
        Rescaling(scale=0.5),
    ):
        for width, batch in sizes:
            for times in (1, 2):  # XLA may inline what is there once
                stack = between(layer, width, times)
                yield case(f"{times} {layer.tag} {width}", *stack, batch=batch)


def activations() -> Iterator[Case]:
    for activation in ActivationFunction:
        for batch in (32, 1024):
            layer = ActivationLayer(activation=activation)
            yield case(f"activation {activation}", *between(layer), batch=batch)


def optimizers() -> Iterator[Case]:
    for optimizer in (SGD(), SGD(momentum=0.9), RMSprop(), AdamW(), Nadam()):
        for width, batch in ((128, 32), (1024, 32), (128, 1024)):
            yield case(
                f"{optimizer.tag} {width}", *hidden(width, width), batch=batch, optimizer=optimizer
            )
    for batch in (32, 1024):
        metrics = ("accuracy", "precision", "recall", "auc", "top_k_categorical_accuracy")
        yield case("many metrics 128", *hidden(128), batch=batch, metrics=metrics)


def images() -> Iterator[Case]:
    """Layers on images. Those after a Dense layer also pass gradients back."""
    start = Reshape(target_shape=(28, 28, 1))
    back = Flatten(), Dense(units=1024), Reshape(target_shape=(8, 8, 16))
    conv = Conv2D(filters=8, activation="relu")
    stacks: dict[str, tuple[Layer, ...]] = {
        "Conv2D": (start, conv),
        "Conv2D, gradients": (*back, conv),
        "Conv2D 1x1": (start, conv.replace(kernel_size=(1, 1))),
        "Conv2D 28x28": (start, conv.replace(kernel_size=(28, 28))),
        "Conv2D, strides 2": (start, conv.replace(strides=(2, 2))),
        "Conv2D and MaxPooling2D": (start, conv, MaxPooling2D()),
        "MaxPooling2D": (*back, MaxPooling2D()),
        "MaxPooling2D, overlapping": (*back, MaxPooling2D(strides=(1, 1))),
        "AveragePooling2D": (*back, AveragePooling2D()),
        "AveragePooling2D, overlapping": (*back, AveragePooling2D(strides=(1, 1))),
        "GlobalAveragePooling2D": (*back, GlobalAveragePooling2D()),
    }
    for name, stack in stacks.items():
        for batch in (32, 256, 1024):
            yield case(name, *stack, Flatten(), OUTPUT, batch=batch)


KINDS: dict[str, Callable[[], Iterator[Case]]] = {
    "dense": dense,
    "layers": layers,
    "activations": activations,
    "optimizers": optimizers,
    "images": images,
}


def measure(project: Project, rounds: int) -> tuple[dict[Compiler, list[float]], float]:
    """Seconds per step with each compiler in each round, and seconds to compile with XLA."""
    batch = project.training.batch_size
    count = max(4 * batch, 2048)
    random = np.random.default_rng(0)
    x = random.random((count, *project.data.known_schema.input_shape), dtype=np.float32)
    rows = Rows(x, random.integers(0, 10, count))
    batches = Batches(rows, encode(rows.y, project), batch, 1)
    steps = FusedSteps(build(project), batch, batches.at(0))
    source = (*batches.tensors, backend.tensorflow().constant(batches.order()))

    def seconds(compiler: Compiler, count: int) -> float:
        start = time.perf_counter()
        taken = steps.run(compiler, source, 0, count).steps
        return (time.perf_counter() - start) / taken

    start = time.perf_counter()
    for compiler in Compiler:
        seconds(compiler, 1)
    compilation = time.perf_counter() - start
    counts = {
        compiler: int(np.clip(SECONDS / min(seconds(compiler, 2) for _ in range(2)), 1, MAX_STEPS))
        for compiler in Compiler
    }
    times: dict[Compiler, list[float]] = {compiler: [] for compiler in Compiler}
    for _ in range(rounds):
        for compiler in Compiler:
            # An epoch has few batches here: go over it as often as it takes.
            epochs = -(-counts[compiler] // batches.full_steps)
            each = min(counts[compiler], batches.full_steps)
            times[compiler].append(statistics.mean(seconds(compiler, each) for _ in range(epochs)))
    return times, compilation


def main() -> None:
    parser = argparse.ArgumentParser(description="XLA beside the graph")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    backend.load()
    print(f"{'network':36}{'graph':>9}{'XLA':>9} ms   graph/XLA            compiled   rule")
    for kind in options.kinds.split(","):
        for name, project in KINDS[kind]():
            try:
                times, compilation = measure(project, options.rounds)
            except Exception as error:
                print(f"{name:36} {str(error).splitlines()[0][:80]}", flush=True)
                continue
            ratios = [g / x for g, x in zip(*times.values(), strict=True)]
            graph, xla = (1000 * min(each) for each in times.values())
            print(
                f"{name:36}{graph:9.3f}{xla:9.3f}    {min(ratios):5.2f} "
                f"{statistics.median(ratios):5.2f} {max(ratios):5.2f} {compilation:10.1f} s   "
                f"{'XLA' if suits_xla(project) else 'graph'}",
                flush=True,
            )
            backend.keras().utils.clear_session()


if __name__ == "__main__":
    main()
