"""What the engine says of grids and searches, for the views, which do not import the engine."""

from desktop.engine.trials.grid import refuse_size
from desktop.engine.trials.ranking import LEAST_RESULTS, Combination, ranked
from desktop.engine.trials.sweeps import fresh_seeds, judging_metrics, objections, problem_with

__all__ = [
    "LEAST_RESULTS",
    "Combination",
    "fresh_seeds",
    "judging_metrics",
    "objections",
    "problem_with",
    "ranked",
    "refuse_size",
]
