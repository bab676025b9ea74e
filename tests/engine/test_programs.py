"""Networks that are alike share the graphs of their steps, and nothing else."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop.document.layers import BatchNormalization, Dropout, Flatten
from desktop.document.optimizers import SGD, Adam
from desktop.document.project import Project
from desktop.engine import compiler_choice, programs
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project, train

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = 4  # for each new network; a compiled program takes seven

MEASURE = """
import gc
from pathlib import Path
from desktop.engine import backend, compiler_choice
backend.load()
from desktop.engine.training import Trainer
from tests.engine.runs import dataset, project, train

def memory():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

compiler_choice.XLA_FROM = 15
data, sizes = dataset(104), []
for _ in range(14):
    train(project(epochs=2), Trainer(data))
    gc.collect()
    sizes.append(memory())
print((sizes[-1] - sizes[5]) / 8 / 1024)
"""


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """XLA takes over at step 15, with nothing compiled by other tests."""
    there: dict[Any, Any] = {}
    monkeypatch.setattr(programs, "_programs", there)
    monkeypatch.setattr(programs, "_graphs", {})
    monkeypatch.setattr(compiler_choice, "XLA_FROM", 15)
    return there


def trained(what: Project) -> Trainer:
    trainer = Trainer(dataset(104))
    train(what, trainer)
    assert int(trainer.model.optimizer.iterations) > compiler_choice.XLA_FROM
    return trainer


def weights_of(what: Project) -> list[np.ndarray]:
    weights: list[np.ndarray] = trained(what).model.get_weights()
    return weights


def like(**training: Any) -> Project:
    layers = Flatten(), HIDDEN, BatchNormalization(), Dropout(rate=0.3), OUTPUT
    return project(*layers, **{"epochs": 2, "seed": 5, **training})


def test_a_shared_program_gives_what_one_of_its_own_would(no_programs: dict[Any, Any]) -> None:
    changes: list[dict[str, Any]] = [{"optimizer": Adam(learning_rate=0.1)}, {"seed": 6}, {}]
    own = []
    for change in changes:
        no_programs.clear()
        programs._graphs.clear()
        own.append(weights_of(like(**change)))
    for change, expected in zip(changes, own, strict=True):
        shared = weights_of(like(**change))  # by the program of the network without a change
        assert len(no_programs) == len(programs._graphs) == 1
        assert all(map(np.array_equal, shared, expected))
        assert all(map(np.array_equal, shared, own[-1])) == (not change)


def test_other_networks_have_programs_of_their_own(no_programs: dict[Any, Any]) -> None:
    what = project(Flatten(), HIDDEN, Dropout(rate=0.3), OUTPUT, epochs=2, seed=5)
    training = what.training
    others = [
        what.with_layer(2, Dropout(rate=0.4)),
        what.with_layer(1, HIDDEN.replace(activation="tanh")),
        what.replace(training=training.replace(optimizer=SGD(momentum=0.5))),
        what.replace(training=training.replace(metrics=("auc",))),
        what.replace(training=training.replace(batch_size=9)),
    ]
    for count, each in enumerate([what, *others], 1):
        trained(each)
        assert len(no_programs) == count, each
    assert len(programs._graphs) == programs.GRAPHS  # of more than that many networks


def test_a_program_keeps_no_network(no_programs: dict[Any, Any]) -> None:
    model = weakref.ref(trained(project(epochs=2)).model)
    gc.collect()
    assert model() is None
    assert no_programs
    assert programs._graphs


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs the memory in use from /proc")
def test_each_new_network_leaves_little_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < MEGABYTES
