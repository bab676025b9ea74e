"""What the engine says of kept runs, for the views, which do not import the engine."""

from desktop.engine.runs.comparing import RunComparison, change, compare, metric_names
from desktop.engine.runs.summary import RunSummary, filtered

__all__ = ["RunComparison", "RunSummary", "change", "compare", "filtered", "metric_names"]
