"""Networks made to train badly are found out, and those that train well are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from desktop import paths
from desktop.document.choices import ActivationFunction
from desktop.document.health import Finding, Health, Level, judge
from desktop.document.initializers import Constant
from desktop.document.layers import Dense, Flatten, Layer
from desktop.document.project import Project
from desktop.document.remedies import remedies
from desktop.document.storage import read_project
from desktop.engine.control import RunControl
from desktop.engine.datasets import load
from desktop.engine.records import RunRecord, RunRecorder
from desktop.engine.reports import Outcome
from desktop.engine.rows import Dataset, Rows
from desktop.engine.training import Trainer
from tests.engine.runs import HIDDEN, OUTPUT, dataset, project

pytestmark = pytest.mark.usefixtures("all_measured")

SIGMOID = ActivationFunction.SIGMOID
ROWS = 600


def trained(what: Project, data: Dataset) -> RunRecord:
    kept = RunRecorder()
    Trainer(data).run(what, kept, RunControl())
    assert kept.record is not None and kept.record.outcome is Outcome.FINISHED
    return kept.record


def healths(record: RunRecord) -> Iterator[tuple[int, tuple[Health | None, ...]]]:
    """What is said of the layers at the end of each epoch."""
    for epoch in record.curves.measured_epochs:
        yield epoch, judge(record.project, record.curves.statistics_at(epoch))


def alarms(record: RunRecord) -> list[str]:
    return [
        f"epoch {epoch}, {health.layer}: {health.word}"
        for epoch, found in healths(record)
        for health in found
        if health is not None and health.level is not Level.OK
    ]


def at_the_end(*layers: Layer, **training: Any) -> tuple[RunRecord, tuple[Health | None, ...]]:
    record = trained(project(*layers, **training), dataset(training=ROWS))
    *_, (epoch, found) = healths(record)
    assert epoch == 3
    return record, found


DEAD = HIDDEN.replace(bias_initializer=Constant(value=-10.0))
SATURATED = Dense(units=8, activation=SIGMOID, kernel_initializer=Constant(value=10.0))
DEEP = [Dense(units=16, activation=SIGMOID)] * 10

BAD: dict[str, tuple[tuple[Layer, ...], int, Finding]] = {
    "dead": ((Flatten(), DEAD, OUTPUT), 1, Finding.DEAD),
    "saturated": ((Flatten(), SATURATED, OUTPUT), 1, Finding.SATURATED),
    "ten sigmoid layers": ((Flatten(), *DEEP, OUTPUT), 1, Finding.VANISHING),
}


@pytest.mark.parametrize("name", BAD)
def test_a_layer_made_to_train_badly_is_found_out_in_every_epoch(name: str) -> None:
    layers, index, finding = BAD[name]
    record, _ = at_the_end(*layers)
    assert record.curves.measured_epochs == (1, 2, 3)
    for _, found in healths(record):
        health = found[index]
        assert health is not None
        assert (health.level, health.finding) == (Level.ALARM, finding)
    units = {statistic for statistic, layer in record.curves.units if layer == "Dense 2"}
    assert units == {"zero_outputs" if finding is Finding.DEAD else "saturated_share"}


@pytest.mark.parametrize("name", BAD)
def test_the_first_remedy_helps(name: str) -> None:
    layers, index, finding = BAD[name]
    fix, *_ = remedies(project(*layers), index, finding)
    *_, (_, found) = healths(trained(fix.project, dataset(training=ROWS)))
    health = found[index]
    assert health is not None and health.level is Level.OK, health.word


@pytest.mark.parametrize(
    ("rate", "finding"), ((1.0, Finding.LARGE_UPDATES), (1e-8, Finding.SMALL_UPDATES))
)
def test_the_first_step_is_too_large_or_too_small_at_an_absurd_learning_rate(
    rate: float, finding: Finding
) -> None:
    optimizer = {"optimizer": "Adam", "learning_rate": rate}
    record = trained(project(optimizer=optimizer, epochs=1), dataset(training=10))
    ((_, (_, *found)),) = healths(record)
    assert [health and health.finding for health in found] == [finding, finding]
    assert [health and health.level for health in found] == [Level.ALARM, Level.ALARM]


# --- the example projects -------------------------------------------------------------------------

EXAMPLES = {path.stem: path for path in (paths.resources() / "projects").glob("*.layerwise")}


@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if "mnist" not in name))
def test_the_examples_are_healthy_in_every_epoch(name: str) -> None:
    what = read_project(EXAMPLES[name])
    record = trained(what, load(what.data))
    assert len(record.curves.measured_epochs) == what.training.epochs
    assert alarms(record) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name in EXAMPLES if "mnist" in name))
@pytest.mark.usefixtures("mnist_in_place")
def test_the_examples_with_mnist_are_healthy_in_every_epoch(name: str) -> None:
    what = read_project(EXAMPLES[name])
    data = load(what.data)
    some = 2_000 if "convolutional" in name else 10_000
    rows = data.training
    data = replace(data, training=Rows(rows.x[:some], rows.y[:some]))
    assert alarms(trained(what, data)) == []
