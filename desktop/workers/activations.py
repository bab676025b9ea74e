"""Activation functions as the engine computes them, for the views, which do not import it."""

from desktop.engine.activation_facts import ActivationFacts, facts
from desktop.engine.activation_inputs import ActivationInputs
from desktop.engine.activations import (
    Activation,
    activation,
    softmax,
    softmax_of_one,
    softmax_slopes,
)
from desktop.engine.gradient_depth import DEPTH, INITIALIZERS, DeepStack, DepthGradients

__all__ = [
    "DEPTH",
    "INITIALIZERS",
    "Activation",
    "ActivationFacts",
    "ActivationInputs",
    "DeepStack",
    "DepthGradients",
    "activation",
    "facts",
    "softmax",
    "softmax_of_one",
    "softmax_slopes",
]
