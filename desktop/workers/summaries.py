"""What the engine says of kept runs, for the views, which do not import the engine."""

from desktop.engine.runs.comparing import (
    NOTHING_KNOWN,
    RunComparison,
    change,
    compare,
    metric_names,
)
from desktop.engine.runs.summary import RunSummary, filtered
from desktop.engine.verdicts import GroupComparison, Summary

__all__ = [
    "NOTHING_KNOWN",
    "GroupComparison",
    "RunComparison",
    "RunSummary",
    "Summary",
    "change",
    "compare",
    "filtered",
    "metric_names",
]
