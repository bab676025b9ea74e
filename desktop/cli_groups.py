"""Groups of trials on the command line: begun or resumed, and told about as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop import console
from desktop.cli_checks import CommandError, DataReader
from desktop.document.text import counted

if TYPE_CHECKING:
    from desktop.document.project import Project
    from desktop.engine.control import RunControl
    from desktop.engine.rows import Dataset
    from desktop.engine.trials.executor import TrialExecutor
    from desktop.engine.trials.group import Group
    from desktop.engine.trials.plan import TrialPlan
    from desktop.engine.trials.reports import GroupReport
    from desktop.engine.trials.store import GroupStore
    from desktop.engine.trials.trial import TrialResult


@contextmanager
def opened_groups() -> Iterator[GroupStore]:
    """The user's groups; what is wrong with them becomes a CommandError."""
    from desktop.engine.trials.store import GroupError, GroupStore

    try:
        yield GroupStore(say=console.warn)
    except GroupError as error:
        raise CommandError(str(error)) from error


def executor_for(
    dataset: Callable[[], Dataset],
    workers: int | None,
    trials: int | None,
    scheduler: str | None = None,
) -> TrialExecutor:
    """What trains so many `trials`, None for any number, on `workers`, by default all there can be.

    A single worker is this process, for which `dataset` has the rows. With the address of a
    `scheduler`, its workers do it. Raises CommandError if they cannot be used.
    """
    if scheduler is not None:
        from desktop.engine.trials.cluster import Cluster, ClusterError

        try:
            return Cluster(scheduler, dataset())
        except ClusterError as error:
            raise CommandError(str(error)) from error
    from desktop.engine.trials.executor import ThisProcess
    from desktop.engine.trials.local import WorkerProcesses, most_workers

    count = workers or most_workers()
    if trials is not None:
        count = max(1, min(count, trials))
    return ThisProcess(dataset()) if count == 1 else WorkerProcesses(count)


def seeded(project: Project) -> Project:
    """`project` with a seed: where it has none, one is drawn, and the user is told."""
    from desktop.engine.builder import draw_seed

    if project.training.seed is not None:
        return project
    seed = draw_seed(project)
    console.say(f"The seed is random: add --seed {seed} to repeat or to resume this")
    return project.replace(training=project.training.replace(seed=seed))


def has_new_rows(group: Group, reader: DataReader) -> bool:
    """Whether the data of `group`, which `reader` reads, has changed since its first trial."""
    from desktop.engine.runs.store import RunStore, StoreError

    source = group.project.data
    run = next((each.run for each in group.results if each.run), "")
    if source.known_schema is not None or not run:
        return False
    try:
        with RunStore() as store:
            before = store.find(run).data_fingerprint
    except StoreError:
        return False  # it was deleted
    now = reader.dataset.fingerprint
    return now is not None and before is not None and now.data != before


def trained(
    store: GroupStore,
    group: Group,
    plan: TrialPlan,
    executor: TrialExecutor,
    control: RunControl,
    describe: Callable[[TrialResult], str],
) -> Group:
    """`group` with the results of the trials of `plan`, which are told about as they end.

    It is resumed if it was begun, and left as it is if `control` has stopped. `describe` gives the
    result of a trial in a few words. Raises CommandError if the trials could not be continued;
    those that are over are kept.
    """
    if control.is_stopping:
        return group
    from desktop.engine.reports import Outcome
    from desktop.engine.trials import reports
    from desktop.engine.trials.runner import run_group

    name, failures = group.file.name, list[str]()
    is_known = any(each.id == group.id for each in store.all())
    with (
        store.resume(group.id) if is_known else store.begin(group) as writer,
        console.busy(name) as status,
    ):

        def sink(report: GroupReport) -> None:
            match report:
                case reports.GroupStarted(done=done, total=total) if done:
                    console.say(f"{name}: resuming, {_so_far(done, total)} done")
                case reports.TrialEnded(result=result):
                    seconds = f", {result.seconds:.1f} s" if result.seconds else ""
                    console.say(f"{name}, trial {result.trial.number}: {describe(result)}{seconds}")
                case reports.GroupProgress(done=done, total=total, seconds_left=left):
                    more = f", about {_duration(left)} left" if left else ""
                    status.update(f"{name}: {_so_far(done, total)} done{more}")
                case reports.GroupWarning(message=message):
                    console.warn(message)
                case reports.GroupEnded(outcome=Outcome.FAILED, message=message):
                    failures.append(message)

        run_group(writer, plan, executor, control, sink)
        group = writer.group
    if failures:
        raise CommandError(f"{failures[0]}; the same command resumes them")
    if control.is_stopping and group.is_open:
        done = _so_far(len(group.results), plan.total)
        console.say(f"{name}: {done} done; the same command trains the others")
    return group


def _so_far(done: int, total: int | None) -> str:
    return counted(done, "trial") if total is None else f"{done:,} of {counted(total, 'trial')}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
