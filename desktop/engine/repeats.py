"""The same network trained several times, from a seed each: how much results differ by chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.document.metrics import LEARNING_RATE, LOSS, VALIDATION_PREFIX
from desktop.document.project import Project
from desktop.engine.builder import draw_seed
from desktop.engine.control import RunControl
from desktop.engine.records import RunRecord, RunRecorder
from desktop.engine.reports import Outcome, Report, RunEnded
from desktop.engine.rows import Dataset
from desktop.engine.training import Trainer

MAX_SEED = 2**32 - 1


@dataclass(frozen=True)
class Repeat:
    """One of several runs of a network.

    `results` are Keras's logs of the epoch that the weights in the end are of; empty if the run
    failed, and then `message` says why.
    """

    seed: int
    outcome: Outcome
    message: str
    epochs: int
    seconds: float
    results: Mapping[str, float]


def seeds_of(project: Project, times: int) -> tuple[int, ...]:
    """The seeds of `times` runs: the project's own, or a drawn one, and those that follow it."""
    first = draw_seed(project)
    return tuple((first + index) % (MAX_SEED + 1) for index in range(times))


def repeat(
    project: Project,
    dataset: Dataset,
    seeds: Sequence[int],
    control: RunControl,
    sink: Callable[[Report], None] = lambda report: None,
) -> Iterator[Repeat]:
    """Train `project` on `dataset` once with each of `seeds`; `sink` gets all reports.

    A run that fails is one of those that come out; the others are made all the same. After
    `control` was told to stop there is no further one, and the one that was stopped is not among
    them.
    """
    trainer = Trainer(dataset)
    for seed in seeds:
        recorder, ends = RunRecorder(), list[RunEnded]()

        def take(
            report: Report, recorder: RunRecorder = recorder, ends: list[RunEnded] = ends
        ) -> None:
            recorder(report)
            if isinstance(report, RunEnded):
                ends.append(report)
            sink(report)

        training = project.training.replace(seed=seed)
        trainer.run(project.replace(training=training), take, control)
        if ends[0].outcome is Outcome.STOPPED:
            return
        yield _result(seed, ends[0], recorder.record)


def compared_metrics(project: Project, repeats: Sequence[Repeat]) -> tuple[str, ...]:
    """The results to judge networks by, the one that matters most first.

    They are of the validation rows, or of the training rows where there are none of those; the
    metrics of `project` in their order, then the loss.
    """
    names = {name for each in repeats for name in each.results} - {LEARNING_RATE}
    validation = [name for name in names if name.startswith(VALIDATION_PREFIX)]
    prefix = VALIDATION_PREFIX if validation else ""
    wanted = [f"{prefix}{name}" for name in (*project.training.metrics, LOSS)]
    return tuple(name for name in wanted if name in names)


def values_of(repeats: Sequence[Repeat], metric: str) -> tuple[float, ...]:
    """The results of `repeats` in `metric`, NaN for a run without one."""
    return tuple(each.results.get(metric, math.nan) for each in repeats)


def _result(seed: int, ended: RunEnded, record: RunRecord | None) -> Repeat:
    epochs = record.epochs if record is not None else []
    last = ended.restored_epoch or ended.epoch
    logs = next((each.logs for each in epochs if each.epoch == last), {})
    failed = ended.outcome is Outcome.FAILED
    return Repeat(
        seed, ended.outcome, ended.message, len(epochs), ended.seconds, {} if failed else logs
    )
