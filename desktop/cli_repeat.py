"""The command `repeat`: a network trained from several seeds, alone or beside another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import console, json_output, signals, startup
from desktop.cli_checks import CommandError, DataReader, refuse_errors, refuse_machine
from desktop.cli_groups import executor_for, has_new_rows, opened_groups, seeded, trained
from desktop.document.comparison import difference_text, differences, objections
from desktop.document.storage import read_project

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.engine.control import RunControl
    from desktop.engine.trials.executor import TrialExecutor
    from desktop.engine.trials.store import GroupStore
    from desktop.engine.trials.trial import TrialResult
    from desktop.engine.verdicts import GroupComparison


@dataclass(frozen=True)
class Group:
    """A project and the results of its trials, in the order of their seeds."""

    path: Path
    project: Project
    results: tuple[TrialResult, ...]

    def summaries(self) -> dict[str, Any]:
        """The results in each metric, summarized."""
        from desktop.engine.trials.trial import compared_metrics, values_of
        from desktop.engine.verdicts import summary

        names = compared_metrics(self.project, self.results)
        return {name: summary(values_of(self.results, name)) for name in names}


def repeat_project(
    path: Path,
    other: Path | None,
    times: int,
    changes: dict[str, Any],
    workers: int,
    as_json: bool,
) -> None:
    """Train the project at `path`, and that at `other`, `times` times each, and print the results.

    `changes` are made to the training settings. A signal stops the training; what was trained
    before is printed, and signals.Ended raised. The same command resumes it. Raises CommandError
    and the engine's errors.
    """
    read = [(each, _changed(read_project(each), changes)) for each in (path, other) if each]
    readers = {project.data: DataReader(project.data) for _, project in read}
    for each, project in read:
        refuse_errors(each, project, readers[project.data].schema)
    refuse_machine(startup.engine_problem())
    # Both are trained from the seeds of the first.
    seed = seeded(read[0][1]).training.seed
    read = [(each, _changed(project, {"seed": seed})) for each, project in read]

    from desktop.engine.control import RunControl
    from desktop.engine.trials.plan import seeds_of

    control = RunControl()
    with (
        json_output.quiet_output(as_json),
        signals.Watch(lambda _: control.stop()) as watch,
        opened_groups() as store,
        executor_for(lambda: readers[read[0][1].data].dataset, workers, times) as executor,
    ):
        seeds = seeds_of(read[0][1], times)
        groups = [
            _trained(store, executor, control, each, project, seeds, readers[project.data])
            for each, project in read
        ]
    same_data = len({project.data for _, project in read}) == 1
    comparison = _comparison(groups, paired=same_data) if len(groups) == 2 else None
    if as_json:
        json_output.print_json(_values(groups, comparison))
    else:
        _show(groups, comparison)
    if watch.number is not None:
        raise signals.Ended(watch.number)
    for group in groups:
        if not any(each.results for each in group.results):
            raise CommandError(f"{group.path}: no run has a result. {group.results[-1].message}")


def _changed(project: Project, changes: dict[str, Any]) -> Project:
    return project.replace(training=project.training.replace(**changes))


def _trained(
    store: GroupStore,
    executor: TrialExecutor,
    control: RunControl,
    path: Path,
    project: Project,
    seeds: tuple[int, ...],
    reader: DataReader,
) -> Group:
    """The trials of `project`, told about as they end. A stopped one is not among them."""
    from desktop.engine.trials.group import REPEAT, new_group
    from desktop.engine.trials.sweeps import repeat_plan

    def describe(result: TrialResult) -> str:
        figures = console.figures(result.results) or result.message
        return f"seed {result.trial.project.training.seed}  {figures}"

    group = new_group(REPEAT, project, name=path.stem, seeds=seeds)
    found = store.latest(group.file.command, only_open=True)
    if found is not None and not has_new_rows(found, reader):
        group = found
    group = trained(store, group, repeat_plan(group), executor, control, describe)
    results = sorted(group.results, key=lambda result: result.trial.number)
    return Group(path, project, tuple(results))


def _comparison(groups: list[Group], *, paired: bool) -> GroupComparison | None:
    """The second group beside the first in the metric that matters most to the first.

    `paired` if both were trained on the same rows, so that the runs of a seed make a pair. None if
    the groups have no metric in common.
    """
    from desktop.engine.trials.trial import compared_metrics, values_of
    from desktop.engine.verdicts import compare_groups

    first, second = (group.results for group in groups)
    shared = compared_metrics(groups[1].project, second)
    names = [name for name in compared_metrics(groups[0].project, first) if name in shared]
    if not names:
        return None
    if paired:  # one of the groups may have been stopped
        numbers = {each.trial.number for each in first} & {each.trial.number for each in second}
        first, second = (
            tuple(each for each in results if each.trial.number in numbers)
            for results in (first, second)
        )
    values = (values_of(each, names[0]) for each in (first, second))
    return compare_groups(names[0], *values, paired=paired)


def _values(groups: list[Group], comparison: GroupComparison | None) -> dict[str, Any]:
    """What --json prints. Without the seconds, it is the same every time."""
    values: dict[str, Any] = {"groups": [_group_values(group) for group in groups]}
    if len(groups) == 2:
        found = differences(groups[0].project, groups[1].project)
        values["differences"] = [each.text for each in found]
        values["warnings"] = list(_objections(groups))
        values["comparison"] = (
            None
            if comparison is None
            else json_output.comparison_values(comparison, groups[1].path.name)
        )
    return values


def _group_values(group: Group) -> dict[str, Any]:
    return {
        "project": str(group.path),
        "runs": [
            {
                "seed": each.trial.project.training.seed,
                "outcome": str(each.outcome),
                "message": each.message or None,
                "epochs": each.epochs,
                "results": json_output.shown_logs(each.results),
            }
            for each in group.results
        ],
        "metrics": {
            name: {
                "runs": len(found.values),
                "failed": found.failed,
                "mean": found.mean,
                "standard_deviation": found.deviation,
                "low": found.low,
                "high": found.high,
                "minimum": min(found.values, default=None),
                "maximum": max(found.values, default=None),
            }
            for name, found in group.summaries().items()
        },
    }


def _objections(groups: list[Group]) -> tuple[str, ...]:
    """Why the two groups are no fair test."""
    first, second = (group.project for group in groups)
    return objections(differences(first, second), same_data=first.data == second.data)


def _show(groups: list[Group], comparison: GroupComparison | None) -> None:
    groups = [group for group in groups if group.results]  # not those stopped before
    for group in groups:
        console.show_summaries(group.path.name, len(group.results), group.summaries())
    if len(groups) == 2:
        found = differences(groups[0].project, groups[1].project)
        text = difference_text(found) or "nothing differs"
        console.output().print(f"{groups[1].path.name}: {text}", soft_wrap=True)
        for objection in _objections(groups):
            console.warn(f"Warning: {objection}")
    if comparison is not None:
        console.output().print(comparison.text(groups[1].path.name), soft_wrap=True)
