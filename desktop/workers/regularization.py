"""What the engine measures of regularization, for the views, which do not import the engine."""

from desktop.engine.best import StoppingCourse, stopping_course
from desktop.engine.regularization import NEAR_ZERO, LayerWeights, Regularized

__all__ = ["NEAR_ZERO", "LayerWeights", "Regularized", "StoppingCourse", "stopping_course"]
