"""Which compiler serves the steps of a network: TensorFlow's graph, or XLA from some step on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from desktop.document.augmentation import layers_ahead
from desktop.document.project import Project
from desktop.engine import backend
from desktop.engine.fused import Compiler, FusedSteps

logger = logging.getLogger(__name__)

# A network's first steps go through the graph, which is ready at once, while XLA compiles. The
# change comes at a fixed step and not when XLA happens to be ready, so that equal runs give equal
# results, to the bit.
XLA_FROM = 1000


class CompilerChoice:
    """Which compiler serves the full batches of one network, and from which step on.

    `suits_xla` decides, from the project alone: a choice by measured time would be another one
    under load, and XLA rounds differently, so that equal runs would not give equal results. What
    XLA cannot compile stays with the graph.
    """

    def __init__(self, project: Project, steps: FusedSteps) -> None:
        self._steps = steps
        self._compilation: _Compilation | None = None
        self._is_xla_wanted = backend.info().device == "CPU" and suits_xla(project)

    def begin(self, source: Any, last_step: int) -> None:
        """Start to compile, if the step `last_step` of the network's life will make use of it."""
        wanted = self._is_xla_wanted and last_step > XLA_FROM and isinstance(source, tuple)
        if wanted and self._compilation is None:
            self._compilation = _Compilation(self._steps.compilation(Compiler.XLA, source))
            self._compilation.start()

    def at(self, step: int, source: Any, wait: Callable[[], None]) -> Compiler:
        """The compiler for `step` of the network's life. Calls `wait` while XLA is not ready."""
        if step < XLA_FROM or not isinstance(source, tuple):
            return Compiler.GRAPH
        self.begin(source, step + 1)
        if self._compilation is None:
            return Compiler.GRAPH
        while not self._compilation.done.wait(0.02):
            wait()
        return Compiler.GRAPH if self._compilation.error is not None else Compiler.XLA

    def finish(self) -> None:
        """Wait until nothing is running any more."""
        if self._compilation is not None:
            self._compilation.join()


def suits_xla(project: Project) -> bool:
    """Whether XLA trains `project` faster than the graph on processors, or as fast.

    It does where no batch is larger than the `max_xla_batch` of any of its layers, but for those
    that work ahead of the steps. XLA saves the
    time between the operations, so that it gains most with small batches; its own operations are
    no faster, and those of a few layers are slower. Times of a step with the graph over those with
    XLA, by `tests/benchmarks/bench_compiler.py` on two cores with TensorFlow 2.21:

        rows in a batch                   32       256, 512  1024      4096
        Dense, 1 to 8 layers, 32 to 2048  1.7-3.0  1.0-1.5   0.9-1.2   1.0
        BatchNormalization                1.8-4.0  1.3-2.2   1.4-1.6
        Dropout                           1.8-3.0  0.9-1.6   0.95-1.2
        GaussianNoise                     1.4-3.0  1.0-1.4   0.85-0.9
        Activation                        2.8-4.0            0.95-1.4
        AveragePooling2D                  2.0      1.3       1.0
        GlobalAveragePooling2D            2.0      1.4       1.0
        MaxPooling2D                      1.7-2.0  0.8-1.1   0.5-0.75
        Conv2D                            0.6-1.0  0.1-0.5   0.1

    Width, depth, optimizer and metrics make little difference beside the batch size. Beyond 1024
    rows nothing is gained that would be worth the compilation, of one to three seconds.
    """
    batch_size = project.training.batch_size
    layers = project.layers[layers_ahead(project.layers) :]
    return all(batch_size <= layer.max_xla_batch for layer in layers)


class _Compilation(threading.Thread):
    """Compiles beside the training; `done` when it is over, with the `error` if it failed."""

    def __init__(self, compilation: Callable[[], None]) -> None:
        super().__init__(name="compilation")
        self.done = threading.Event()
        self.error: Exception | None = None
        self._compile: Callable[[], None] | None = compilation

    def run(self) -> None:
        assert self._compile is not None
        try:
            self._compile()
        except Exception as error:
            logger.debug("XLA cannot compile this network", exc_info=True)
            self.error = error
        finally:
            self._compile = None  # it holds rows and weights
            self.done.set()
