"""The layers a stack is made of, one class each. Field names and defaults are Keras's own."""

from typing import TYPE_CHECKING

from desktop.document.layers import (
    activation,
    augmentation,
    convolution,
    core,
    normalization,
    pooling,
    regularization,
    reshaping,
)
from desktop.document.layers.activation import ELU, LeakyReLU, ReLU, Softmax
from desktop.document.layers.augmentation import (
    RandomContrast,
    RandomElasticTransform,
    RandomErasing,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from desktop.document.layers.base import Family, Layer, Shape, ShapeError
from desktop.document.layers.convolution import Conv2D
from desktop.document.layers.core import Activation, Dense
from desktop.document.layers.normalization import BatchNormalization, Rescaling
from desktop.document.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from desktop.document.layers.regularization import ActivityRegularization, Dropout, GaussianNoise
from desktop.document.layers.reshaping import Flatten, Reshape
from desktop.document.spec import family_type, variants

LAYER_CLASSES: tuple[type[Layer], ...] = tuple(
    sorted(variants(Layer), key=lambda cls: list(Family).index(cls.family))
)

if TYPE_CHECKING:
    AnyLayer = Layer
else:
    AnyLayer = family_type(Layer)

__all__ = [
    "ELU",
    "LAYER_CLASSES",
    "Activation",
    "ActivityRegularization",
    "AnyLayer",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Family",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "Layer",
    "LeakyReLU",
    "MaxPooling2D",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomRotation",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "Reshape",
    "Shape",
    "ShapeError",
    "Softmax",
    "activation",
    "augmentation",
    "convolution",
    "core",
    "normalization",
    "pooling",
    "regularization",
    "reshaping",
]
