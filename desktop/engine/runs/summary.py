"""A run as a line of a table: what its record says, without the course of its epochs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from desktop.document.json_values import Settings
from desktop.document.metrics import (
    LEARNING_RATE,
    TEST_PREFIX,
    VALIDATION_PREFIX,
    higher_is_better,
)
from desktop.document.project import Project
from desktop.document.storage import parse_project
from desktop.document.text import counted
from desktop.engine.records import EpochRecord
from desktop.engine.reports import Outcome, run_start
from desktop.engine.runs.folder import RunFile


@dataclass(frozen=True)
class RunSummary:
    """What the table of runs says of one.

    `epochs` are those that were completed, `seconds` without pauses. `best` has the best value of
    each metric over the epochs of the run. `weights` are the bytes that its weights take up on
    disk. `project_text` is what its project file holds. `group`, `trial`, `settings`,
    `test_looks` and `not_kept` are as in RunRecord. One that `is_read_only` is not in the store.
    """

    is_read_only: ClassVar[bool] = False

    id: str
    name: str
    notes: str
    starred: bool
    color: str
    tags: tuple[str, ...]
    data: str
    data_fingerprint: str | None
    split_fingerprint: str | None
    seed: int | None
    parameters: int
    first_epoch: int
    planned_epochs: int
    epochs: int
    seconds: float
    outcome: Outcome | None  # None while it is running
    best: Mapping[str, float | None]
    test: Mapping[str, float | None]
    weights: int
    project_text: str
    group: str = ""
    trial: int | None = None
    settings: Settings = field(default_factory=dict)
    test_looks: int | None = None
    not_kept: str = ""

    @property
    def started(self) -> datetime | None:
        """When the run began, in UTC."""
        return run_start(self.id)

    @cached_property
    def project(self) -> Project:
        """What was trained. Raises ProjectFileError if it cannot be read."""
        return parse_project(self.project_text)

    @property
    def validation(self) -> Mapping[str, float | None]:
        """The best values on the validation rows; on the training rows where there are none."""
        found = {k: v for k, v in self.best.items() if k.startswith(VALIDATION_PREFIX)}
        return found or self.best

    @property
    def looks_text(self) -> str:
        """How often its test rows had been looked at before it began; "" if that is not known."""
        if self.test_looks is None:
            return ""
        if not self.test_looks:
            return "No network had been evaluated on the test rows before this run began"
        networks = counted(self.test_looks, "network")
        return f"{networks} had been evaluated on the test rows before this run began"

    def value(self, name: str) -> float | None:
        """The best value of a metric such as "val_loss", or e.g. "test_loss" on the test rows."""
        if name.startswith(TEST_PREFIX):
            return self.test.get(name.removeprefix(TEST_PREFIX))
        return self.best.get(name)

    @property
    def known_parameters(self) -> int | None:
        """The parameters; None if that is not known."""
        return self.parameters

    @property
    def state(self) -> str:
        """How the run ended, or "running"."""
        return str(self.outcome or "running")

    @cached_property
    def searched(self) -> str:
        """Where a text is looked for, in small letters."""
        parts = (self.id, self.name, self.notes, self.data, self.state, self.group, *self.tags)
        return "\n".join((*parts, self.project_text)).casefold()

    @cached_property
    def name_key(self) -> str:
        """What runs are sorted by, by name: by their data where they have none."""
        return (self.name or self.data).casefold()

    def values(self) -> str:
        """All of it but the text of its project, for `from_values`."""
        return json.dumps([getattr(self, name) for name in _VALUES])

    @classmethod
    def from_values(cls, texts: Sequence[tuple[str, str]]) -> Iterator[RunSummary]:
        """Those whose `values` and `project_text` are in `texts`.

        Raises ValueError, TypeError and KeyError if one of them is damaged.
        """
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            every = json.loads(f"[{','.join(values for values, _ in some)}]")
            for values, (_, project_text) in zip(every, some, strict=True):
                plain = dict(zip(_VALUES, values, strict=True))
                plain["tags"] = tuple(plain["tags"])
                plain["outcome"] = _OUTCOMES[plain["outcome"]]
                plain["project_text"] = project_text
                # What __init__ of a frozen class does, in a tenth of the time.
                summary = object.__new__(cls)
                summary.__dict__.update(plain)
                yield summary


class LoggedSummary(RunSummary):
    """That of a run of which there are only logs: nobody can change it, its network is unknown."""

    is_read_only = True

    @property
    def known_parameters(self) -> int | None:
        return self.parameters or None  # logs without histograms do not tell

    @property
    def state(self) -> str:
        return "from logs"


_VALUES = tuple(each.name for each in fields(RunSummary) if each.name != "project_text")
_OUTCOMES: Mapping[str | None, Outcome | None] = {
    None: None,
    **{str(each): each for each in Outcome},
}
_AT_ONCE = 500  # texts: reading them all in one go would let no other thread run meanwhile


def best_values(
    epochs: Iterable[EpochRecord], before: Mapping[str, float | None] | None = None
) -> dict[str, float | None]:
    """The best value of each metric over `epochs` and those whose best are in `before`."""
    best: dict[str, float | None] = dict(before or {})
    for epoch in epochs:
        for name, value in epoch.logs.items():
            if name == LEARNING_RATE:
                continue
            if not abs(value) < float("inf"):  # NaN, too
                best.setdefault(name, None)
                continue
            old = best.get(name)
            if old is None or (value > old if higher_is_better(name) else value < old):
                best[name] = float(value)
    return best


def summary_of(
    file: RunFile,
    epochs: int,
    seconds: float,
    best: Mapping[str, float | None],
    weights: int,
    project_text: str,
) -> RunSummary:
    """The line of the run that `file` describes."""
    ended = file.ended
    shared = {each.name for each in fields(RunSummary)} & set(RunFile.model_fields)
    return RunSummary(
        **{name: getattr(file, name) for name in shared},
        epochs=epochs,
        seconds=seconds if ended is None else ended.seconds,
        outcome=None if ended is None else ended.outcome,
        best=best,
        weights=weights,
        project_text=project_text,
    )


# --- tables ---------------------------------------------------------------------------------------


def filtered(summaries: Iterable[RunSummary], text: str) -> list[RunSummary]:
    """Those in which each word of `text` occurs, in whatever letters."""
    words = text.casefold().split()
    if not words:
        return list(summaries)
    return [each for each in summaries if all(word in each.searched for word in words)]


# What a table can be sorted by, beside the metrics.
SORT_KEYS: Mapping[str, Callable[[RunSummary], Any]] = {
    "when": lambda run: run.id,
    "name": lambda run: run.name_key,
    "parameters": lambda run: run.parameters,
    "epochs": lambda run: run.epochs,
    "seconds": lambda run: run.seconds,
    "outcome": lambda run: run.state,
}


def in_order(
    summaries: Sequence[RunSummary], key: str, *, reverse: bool | None = None
) -> list[RunSummary]:
    """Sorted by one of SORT_KEYS or what `RunSummary.value` has; those without it come last.

    Metrics begin with the best, "when" with the latest, others with the least; `reverse` decides
    otherwise. Raises KeyError if no run has such a metric.
    """
    if key in SORT_KEYS:
        descending = key == "when" if reverse is None else reverse
        return sorted(summaries, key=SORT_KEYS[key], reverse=descending)
    valued = [(value, run) for run in summaries if (value := run.value(key)) is not None]
    without = [run for run in summaries if run.value(key) is None]
    if without and not valued:
        raise KeyError(key)
    descending = higher_is_better(key) if reverse is None else reverse
    valued.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(run for _, run in valued), *without]
