"""The engine's records of runs, for the views, which do not import the engine."""

from desktop.engine.curves import Curves, in_order
from desktop.engine.records import COLORS as RUN_COLORS
from desktop.engine.records import Recorded, RunRecord, RunRecorder
from desktop.engine.reservoir import Reservoir, WeightStore
from desktop.engine.series import Floats, Series

__all__ = [
    "RUN_COLORS",
    "Curves",
    "Floats",
    "Recorded",
    "Reservoir",
    "RunRecord",
    "RunRecorder",
    "Series",
    "WeightStore",
    "in_order",
]
