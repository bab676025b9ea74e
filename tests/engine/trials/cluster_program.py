"""Repeats a network on the workers of a scheduler, of which one dies. Run by `test_cluster.py`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from distributed import Client

from desktop.engine import datasets
from desktop.engine.control import RunControl
from desktop.engine.trials.cluster import Cluster
from desktop.engine.trials.group import REPEAT, new_group
from desktop.engine.trials.plan import RepeatPlan
from desktop.engine.trials.reports import GroupReport, GroupWarning
from desktop.engine.trials.runner import run_group
from desktop.engine.trials.store import GroupStore
from desktop.engine.trials.trial import Trial
from tests.engine.trials.helpers import DieOnce, project


class Judged(RepeatPlan):
    def next(self) -> Trial | None:
        trial = super().next()
        return trial and replace(trial, pruner=DieOnce(Path(sys.argv[2]), parent=True))


def main() -> None:
    address, what, seeds = sys.argv[1], project(tensorboard=True), (7, 8, 9)
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2)
    reports: list[GroupReport] = []
    group = new_group(REPEAT, what, seeds=seeds)
    with GroupStore().begin(group) as writer, Cluster(address, datasets.load(what.data)) as cluster:
        run_group(writer, Judged(what, seeds), cluster, RunControl(), reports.append)
    found = sorted(writer.group.results, key=lambda result: result.trial.number)
    values = {
        "group": group.id,
        "runs": [each.run for each in found],
        "results": [dict(each.results) for each in found],
        "messages": [each.message for each in found if each.message],
        "warnings": [each.message for each in reports if isinstance(each, GroupWarning)],
    }
    sys.stdout.write(json.dumps(values))


if __name__ == "__main__":
    main()
