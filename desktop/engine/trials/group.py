"""A group of trials: what they are for, and their results so far."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop import __version__
from desktop.document.project import Project
from desktop.document.storage import parse_project, project_text
from desktop.engine.kept_files import KeptFile
from desktop.engine.reports import Outcome, new_run_id
from desktop.engine.trials.trial import Trial, TrialResult

FORMAT = 1
REPEAT, GRID, SEARCH = "repeat", "grid", "search"  # kinds


class GroupFile(KeptFile):
    """What group.json says: all of a group but its project and its results.

    `metric` is the one that the trials are judged by, "" for that which matters most. `trials` and
    `minutes` are the budget, None where there is no limit. `space` is what is varied, as the
    command `sweep` has it. `command` is equal for groups that were requested alike.
    """

    format: int = FORMAT
    id: str
    kind: str
    name: str = ""
    notes: str = ""
    metric: str = ""
    trials: int | None = None
    minutes: float | None = None
    space: dict[str, Any] = {}
    seeds: tuple[int, ...] = ()
    program: str
    command: str
    ended: Outcome | None = None  # None as long as there is something left to do


@dataclass(frozen=True)
class Group:
    """Several runs that belong together. `results` are in the order in which they came."""

    file: GroupFile
    project: Project
    results: tuple[TrialResult, ...] = ()

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do."""
        return self.file.ended is None


def new_group(
    kind: str,
    project: Project,
    *,
    name: str = "",
    metric: str = "",
    trials: int | None = None,
    minutes: float | None = None,
    space: Mapping[str, Any] | None = None,
    seeds: Sequence[int] = (),
) -> Group:
    """A group that nothing was done for yet."""
    asked: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "metric": metric,
        "trials": trials,
        "minutes": minutes,
        "space": dict(space or {}),
        "seeds": tuple(seeds),
    }
    text = json.dumps([asked, project_text(project)])
    file = GroupFile(
        id=new_run_id(),
        program=__version__,
        command=hashlib.sha256(text.encode()).hexdigest()[:32],
        **asked,
    )
    return Group(file, project)


# --- results as lines -----------------------------------------------------------------------------


def result_line(result: TrialResult) -> bytes:
    """`result` as a line of results.jsonl."""
    trial = result.trial
    values = {
        "number": trial.number,
        "name": trial.name,
        "settings": dict(trial.settings),
        "run": result.run,
        "outcome": str(result.outcome),
        "message": result.message,
        "epochs": result.epochs,
        "seconds": round(result.seconds, 3),
        "results": {name: _finite(value) for name, value in result.results.items()},
        "values": [_finite(value) for value in result.values],
        "pruned": result.pruned,
        "project": json.loads(project_text(trial.project)),
    }
    return json.dumps(values, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def result_of(line: bytes) -> TrialResult:
    """The result in a line of results.jsonl. Raises ValueError, KeyError, ... if it is damaged."""
    values = json.loads(line)
    trial = Trial(
        int(values["number"]),
        parse_project(json.dumps(values["project"])),
        dict(values["settings"]),
        str(values["name"]),
    )
    return TrialResult(
        trial=trial,
        run=str(values["run"]),
        outcome=Outcome(values["outcome"]),
        message=str(values["message"]),
        epochs=int(values["epochs"]),
        seconds=float(values["seconds"]),
        results={str(name): _number(value) for name, value in values["results"].items()},
        values=tuple(_number(value) for value in values["values"]),
        pruned=bool(values["pruned"]),
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
