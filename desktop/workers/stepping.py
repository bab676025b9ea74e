"""What is told of training step by step, for the views, which do not import the engine."""

from desktop.engine.step_reports import (
    DenseValues,
    LossSurface,
    Parameter,
    StepState,
    SurfaceQuestion,
    Update,
)
from desktop.engine.stepper import Part

__all__ = [
    "DenseValues",
    "LossSurface",
    "Parameter",
    "Part",
    "StepState",
    "SurfaceQuestion",
    "Update",
]
