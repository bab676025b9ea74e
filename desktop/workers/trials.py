"""What the engine says of groups of trials, for the views, which do not import the engine."""

from desktop.engine.reports import run_start
from desktop.engine.trials.group import GRID, REPEAT, SEARCH, Group
from desktop.engine.trials.local import most_workers
from desktop.engine.trials.plan import MAX_SEED
from desktop.engine.trials.reports import (
    GroupEnded,
    GroupProgress,
    GroupStarted,
    TrialEnded,
    TrialStarted,
)
from desktop.engine.trials.store import GroupSummary
from desktop.engine.trials.trial import TrialResult, compared_metrics, values_of

__all__ = [
    "GRID",
    "MAX_SEED",
    "REPEAT",
    "SEARCH",
    "Group",
    "GroupEnded",
    "GroupProgress",
    "GroupStarted",
    "GroupSummary",
    "TrialEnded",
    "TrialResult",
    "TrialStarted",
    "compared_metrics",
    "most_workers",
    "run_start",
    "values_of",
]
