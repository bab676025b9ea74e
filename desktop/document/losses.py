"""Losses: the number that training minimizes. Names, fields and defaults are Keras's."""

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from desktop.document.choices import ActivationFunction
from desktop.document.spec import ADVANCED, Spec, family_type


class Loss(Spec):
    """The base of all losses."""

    tag_key: ClassVar[str] = "loss"
    tag_alone: ClassVar[bool] = True
    # The function whose outputs it takes for probabilities of classes, and which it applies itself
    # to logits; None where it compares numbers.
    activation: ClassVar[ActivationFunction | None] = None
    takes_class_indices: ClassVar[bool] = False  # in place of a target for each output
    loss: str = ""


class _CrossEntropy(Loss):
    from_logits: bool = Field(
        False,
        title="From logits",
        description="The last layer has no softmax or sigmoid; the loss applies it",
        json_schema_extra=ADVANCED,
    )


class _SmoothedCrossEntropy(_CrossEntropy):
    label_smoothing: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Label smoothing",
        description="How far the targets are moved toward equal probabilities, 0 to 1",
        json_schema_extra=ADVANCED,
    )


class CategoricalCrossentropy(_SmoothedCrossEntropy, tag="categorical_crossentropy"):
    """For one class out of several; labels are one-hot encoded automatically."""

    activation: ClassVar[ActivationFunction | None] = ActivationFunction.SOFTMAX


class SparseCategoricalCrossentropy(_CrossEntropy, tag="sparse_categorical_crossentropy"):
    """For one class out of several; labels stay whole numbers."""

    activation: ClassVar[ActivationFunction | None] = ActivationFunction.SOFTMAX
    takes_class_indices: ClassVar[bool] = True


class BinaryCrossentropy(_SmoothedCrossEntropy, tag="binary_crossentropy"):
    """For yes or no: one output between 0 and 1."""

    activation: ClassVar[ActivationFunction | None] = ActivationFunction.SIGMOID


class MeanSquaredError(Loss, tag="mean_squared_error"):
    """The mean of (output - target)²."""


class MeanAbsoluteError(Loss, tag="mean_absolute_error"):
    """The mean of |output - target|."""


class Huber(Loss, tag="huber"):
    """Squared for small errors, absolute for large ones."""

    delta: float = Field(
        1.0, gt=0, title="Delta", description="Error from which the loss grows linearly"
    )


if TYPE_CHECKING:
    AnyLoss = Loss
else:
    AnyLoss = family_type(Loss)
