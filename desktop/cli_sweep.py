"""The command `sweep`: settings of a network varied, as a grid or a search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import console, json_output, signals, startup
from desktop.cli_checks import CommandError, DataReader, refuse_errors, refuse_machine
from desktop.cli_groups import executor_for, has_new_rows, opened_groups, seeded, trained
from desktop.console_sweep import Sweep, show_sweep, sweep_values
from desktop.document.comparison import differences
from desktop.document.files import reason
from desktop.document.metrics import VALIDATION_PREFIX
from desktop.document.space import Space, SpaceError, presets, read_space
from desktop.document.storage import read_project, write_project
from desktop.document.text import listed

if TYPE_CHECKING:
    from desktop.document.data import DataSource
    from desktop.document.project import Project
    from desktop.document.schema import DataSchema
    from desktop.engine.control import RunControl
    from desktop.engine.trials.executor import TrialExecutor
    from desktop.engine.trials.group import Group
    from desktop.engine.trials.store import GroupStore
    from desktop.engine.trials.trial import TrialResult
    from desktop.engine.verdicts import GroupComparison


@dataclass(frozen=True)
class Wanted:
    """What was requested beside project and space; None for what is left to the program.

    `training` are changes of the training settings. `repeats` is the number of seeds of a grid,
    `confirm` that of the repeats of the best and of the project in the end.
    """

    training: dict[str, Any]
    trials: int | None
    minutes: float | None
    repeats: int
    confirm: int
    workers: int | None
    scheduler: str | None
    metric: str | None
    out: Path | None


class _Data:
    """The data of projects, each read once, when it is needed."""

    def __init__(self) -> None:
        self._readers: dict[DataSource, DataReader] = {}

    def reader(self, source: DataSource) -> DataReader:
        return self._readers.setdefault(source, DataReader(source))

    def schema(self, source: DataSource) -> DataSchema:
        return self.reader(source).schema


def sweep_project(path: Path, given: str, wanted: Wanted, as_json: bool) -> None:
    """Vary the settings that `given` says of the project at `path`, and print the results.

    `given` is JSON, a file of JSON, or the name of a preset. A signal stops the trials; what came
    of those before is printed, and signals.Ended raised. The same command resumes them. Raises
    CommandError and the engine's errors.
    """
    project = read_project(path)
    project = project.replace(training=project.training.replace(**wanted.training))
    data = _Data()
    refuse_errors(path, project, data.schema(project.data))
    _refuse_out(wanted.out)
    group, space = _asked(path, project, given, wanted, data)
    refuse_machine(startup.engine_problem())

    from desktop.engine.control import RunControl

    control = RunControl()
    with (
        json_output.quiet_output(as_json),
        signals.Watch(lambda _: control.stop()) as watch,
        opened_groups() as store,
    ):
        sweep = _swept(store, path, group, space, wanted, data, control)
    if sweep is None:
        assert watch.number is not None
        raise signals.Ended(watch.number)
    if wanted.out is not None:
        write_project(wanted.out, sweep.best)
    if as_json:
        json_output.print_json(sweep_values(sweep, wanted.out))
    else:
        show_sweep(sweep, wanted.out)
    if watch.number is not None:
        raise signals.Ended(watch.number)


# --- what is requested ----------------------------------------------------------------------------


def _asked(
    path: Path, project: Project, given: str, wanted: Wanted, data: _Data
) -> tuple[Group, Space]:
    """The group that was requested, and its space. Raises CommandError."""
    from desktop.engine.trials.sweeps import new_sweep, problem_with

    if wanted.repeats > 1 and (wanted.trials is not None or wanted.minutes is not None):
        raise CommandError(
            "--repeats is for grids; a search has --confirm, which repeats the best it finds"
        )
    project = seeded(project)
    problem = problem_with(data.schema)
    if text := problem(project):
        raise CommandError(f"{path}: {text}")
    metric = _metric(project, wanted.metric)
    try:
        space = _space(given, project)
        space.refuse(project, problem)
        group = new_sweep(
            project,
            space,
            metric,
            trials=wanted.trials,
            minutes=wanted.minutes,
            repeats=wanted.repeats,
            name=path.stem,
        )
    except SpaceError as error:
        raise CommandError(str(error)) from error
    return group, space


def _space(given: str, project: Project) -> Space:
    """What is to be varied. Raises SpaceError and CommandError."""
    if given.lstrip()[:1] in ("{", "["):
        return read_space(given, project)
    path = Path(given)
    known = presets(project)
    if not path.exists():
        if given in known:
            return known[given]
        raise CommandError(
            f"{given:.200} is neither JSON nor a file of JSON, nor one of the presets for this "
            f"project: {', '.join(known)}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not a text file, so there is no JSON in it") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {reason(error)}") from error
    try:
        return read_space(text, project)
    except SpaceError as error:
        raise SpaceError(f"{path}: {error}") from error


def _metric(project: Project, name: str | None) -> str:
    """The metric to judge by, with "val_" or without. Raises CommandError."""
    from desktop.engine.trials.sweeps import judging_metrics

    known = judging_metrics(project)
    if name is None:
        return known[0]
    full = f"{VALIDATION_PREFIX}{name.removeprefix(VALIDATION_PREFIX)}"
    if full not in known:
        raise CommandError(f"{name} is not measured here; trials can be judged by {listed(known)}")
    return full


def _refuse_out(out: Path | None) -> None:
    """Raise CommandError if nothing can be written to `out`, before hours of training."""
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        what = "is a folder" if out.is_dir() else "is in a folder that does not exist"
        raise CommandError(f"{out} {what}: name a file that the best project is written to")


# --- what is done ---------------------------------------------------------------------------------


def _swept(
    store: GroupStore,
    path: Path,
    group: Group,
    space: Space,
    wanted: Wanted,
    data: _Data,
    control: RunControl,
) -> Sweep | None:
    """The sweep, trained as far as `control` lets it be; None if there is no result.

    Raises CommandError if all trials failed.
    """
    from desktop.engine.trials.ranking import LEAST_RESULTS, importances, ranked
    from desktop.engine.trials.sweeps import problem_with, sweep_plan

    def rows() -> Any:
        return data.reader(group.project.data).dataset

    group = _earlier(store, group, space, wanted.confirm, data) or group
    total = wanted.trials
    if total is None and space.size is not None:
        total = max(space.size * len(group.file.seeds), wanted.confirm)
    metric = group.file.metric
    with executor_for(rows, wanted.workers, total, wanted.scheduler) as executor:
        if group.is_open:
            plan = sweep_plan(group, problem_with(data.schema), executor.workers)

            def describe(result: TrialResult) -> str:
                return f"{space.text(result.trial.settings)}: {_result_text(result, metric)}"

            group = trained(store, group, plan, executor, control, describe)
        combinations = ranked(group.results, metric)
        if not combinations or combinations[0].value is None:
            if control.is_stopping:
                return None
            reasons = [each.message for each in group.results if each.message]
            raise CommandError(f"{path}: no trial has a result. {reasons[-1] if reasons else ''}")
        best = space.apply(group.project, combinations[0].settings)
        comparison = None
        if wanted.confirm and not group.is_open:
            comparison = _confirmed(store, group, best, wanted.confirm, executor, control)
    importance: dict[str, float] = {}
    valued = sum(each.value is not None for each in combinations)
    if len(space.settings) > 1 and valued >= LEAST_RESULTS:
        importance = importances(space, group.results, metric, group.file.seeds[0])
    return Sweep(path, group, space, combinations, importance, best, comparison)


def _result_text(result: TrialResult, metric: str) -> str:
    if result.pruned:
        return f"pruned after epoch {result.epochs}"
    if metric in result.results:
        return console.figures({metric: result.results[metric]})
    return f"failed: {result.message}"


def _earlier(
    store: GroupStore, group: Group, space: Space, confirm: int, data: _Data
) -> Group | None:
    """The same sweep of an earlier program that is not done, or not confirmed as it is now."""
    from desktop.engine.trials.sweeps import confirming_groups

    found = store.latest(group.file.command)
    if found is None or has_new_rows(found, data.reader(found.project.data)):
        return None
    if found.is_open:
        return found
    best = _best(found, space)
    if not confirm or best is None:
        return None
    repeats = [
        store.latest(each.file.command, after=found.id)
        for each in confirming_groups(found, best, confirm)
    ]
    return None if all(each is not None and not each.is_open for each in repeats) else found


def _best(group: Group, space: Space) -> Project | None:
    from desktop.engine.trials.ranking import ranked

    combinations = ranked(group.results, group.file.metric)
    if not combinations or combinations[0].value is None:
        return None
    return space.apply(group.project, combinations[0].settings)


def _confirmed(
    store: GroupStore,
    group: Group,
    best: Project,
    times: int,
    executor: TrialExecutor,
    control: RunControl,
) -> GroupComparison | None:
    """The best beside the project, both trained from fresh seeds; None if that was stopped."""
    from desktop.engine.trials.sweeps import confirming_groups, repeat_plan
    from desktop.engine.trials.trial import values_of
    from desktop.engine.verdicts import compare_groups

    metric = group.file.metric
    if not differences(group.project, best):
        console.say("The best settings are those of the project: there is nothing to confirm")
        return None
    values = []
    for each in confirming_groups(group, best, times):
        repeat = store.latest(each.file.command, after=group.id) or each
        if repeat.is_open:
            repeat = trained(
                store,
                repeat,
                repeat_plan(repeat),
                executor,
                control,
                lambda result: (
                    f"seed {result.trial.project.training.seed}: {_result_text(result, metric)}"
                ),
            )
        if repeat.is_open:
            return None
        results = sorted(repeat.results, key=lambda result: result.trial.number)
        values.append(values_of(results, metric))
    return compare_groups(metric, *values, paired=True)
