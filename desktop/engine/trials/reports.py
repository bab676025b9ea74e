"""The reports of a group while it is trained. They can be handed to other threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from desktop.engine.reports import Outcome
from desktop.engine.trials.trial import Trial, TrialResult


@dataclass(frozen=True)
class GroupStarted:
    """A group starts, or is resumed: `done` of its trials are over already.

    `total` is None where the number of trials is not known.
    """

    group: str
    done: int
    total: int | None


@dataclass(frozen=True)
class TrialStarted:
    """A trial is handed to a worker. `run` is the id that its run will have.

    Told again, with another run, if the worker was lost.
    """

    group: str
    trial: Trial
    run: str


@dataclass(frozen=True)
class TrialEnded:
    """A trial is over, and its result is on disk."""

    group: str
    result: TrialResult


@dataclass(frozen=True)
class GroupProgress:
    """How far a group is; `seconds_left` is None before there is anything to tell it from."""

    group: str
    done: int
    total: int | None
    seconds_left: float | None


@dataclass(frozen=True)
class GroupWarning:
    """Something that does not end the group, in a sentence."""

    group: str
    message: str


@dataclass(frozen=True)
class GroupEnded:
    """Nothing is done for the group any more; told exactly once.

    Outcome STOPPED: it can be resumed. FAILED: `message` says why.
    """

    group: str
    outcome: Outcome
    message: str = ""


GroupReport: TypeAlias = (
    GroupStarted | TrialStarted | TrialEnded | GroupProgress | GroupWarning | GroupEnded
)
