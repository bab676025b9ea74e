"""The engine's reports, for the views, which do not import the engine."""

from desktop.engine.reports import (
    DataSummary,
    EngineInfo,
    EpochEnded,
    Evaluation,
    FloatArray,
    IntArray,
    Mistake,
    Outcome,
    Phase,
    Prediction,
    Progress,
    Report,
    RunEnded,
    RunStarted,
    SplitSummary,
    WeightHistogram,
)

__all__ = [
    "DataSummary",
    "EngineInfo",
    "EpochEnded",
    "Evaluation",
    "FloatArray",
    "IntArray",
    "Mistake",
    "Outcome",
    "Phase",
    "Prediction",
    "Progress",
    "Report",
    "RunEnded",
    "RunStarted",
    "SplitSummary",
    "WeightHistogram",
]
