"""What a problem is, and what its checks look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from desktop.document.choices import ActivationFunction
from desktop.document.layers import Dense, Layer, Shape, ShapeError
from desktop.document.losses import Loss
from desktop.document.project import MAX_LAYERS, Project
from desktop.document.schema import DataSchema, Numbers
from desktop.document.trace import LayerInfo, output_activation


class Severity(StrEnum):
    """ERROR: training is refused. WARNING: it runs, but probably not as intended."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fix:
    """The one correct solution of a problem: the label of its button, and the project it makes."""

    label: str
    project: Project


@dataclass(frozen=True)
class Problem:
    """Something to fix. `layer` is a position in the stack, `field` a field of that layer or,
    without a layer, of the training settings; None where the problem lies elsewhere."""

    severity: Severity
    message: str
    layer: int | None = None
    field: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True)
class Case:
    """A project, its data and its traced shapes, and what the checks want to know of them.

    `memory` is what the machine has, in bytes; None if unknown.
    """

    project: Project
    schema: DataSchema
    layers: tuple[LayerInfo, ...]
    memory: int | None

    @property
    def last(self) -> LayerInfo:
        return self.layers[-1]

    @cached_property
    def output_shape(self) -> Shape | None:
        """What the whole stack makes of one row; None if it is empty or cannot work."""
        return self.last.output_shape if self.layers else None

    @cached_property
    def learns(self) -> bool:
        """Whether any layer has weights to train."""
        return any(info.trainable_parameters for info in self.layers)

    @property
    def loss(self) -> Loss:
        return self.project.training.loss

    @property
    def classes(self) -> int:
        """How many classes there are; 0 where the target is numbers."""
        return len(self.schema.class_names)

    @property
    def is_regression(self) -> bool:
        """Whether the target is numbers."""
        return isinstance(self.schema.target, Numbers)

    @property
    def is_categorical(self) -> bool:
        """Whether the loss wants one output per class."""
        return self.loss.activation is ActivationFunction.SOFTMAX

    @property
    def is_binary(self) -> bool:
        """Whether the loss takes every output for a yes or no of its own."""
        return self.loss.activation is ActivationFunction.SIGMOID

    @property
    def from_logits(self) -> bool:
        """Whether the loss applies softmax or sigmoid by itself."""
        return bool(getattr(self.loss, "from_logits", False))

    @property
    def right_units(self) -> int:
        """How many outputs suit the target and the loss."""
        if self.is_regression:
            return self.schema.outputs
        return 1 if self.classes == 2 and not self.is_categorical else self.classes

    @property
    def right_activation(self) -> ActivationFunction:
        """The function of the output that suits the target and the loss."""
        if self.from_logits or self.is_regression:
            return ActivationFunction.LINEAR
        return ActivationFunction.SOFTMAX if self.is_categorical else ActivationFunction.SIGMOID

    @cached_property
    def output_activation(self) -> tuple[int, ActivationFunction]:
        """The function that shapes the output, and the index of the layer that applies it."""
        return output_activation(self.layers)

    def output_layer(self) -> Dense:
        """The Dense layer that ends a stack for this data and loss."""
        return Dense(units=self.right_units, activation=self.right_activation)


Check: TypeAlias = Callable[[Case], Iterator[Problem]]
ProjectCheck: TypeAlias = Callable[[Project], Iterator[Problem]]


def final_shape(shape: Shape, layers: Iterable[Layer]) -> Shape | None:
    """What `layers` make of an input of `shape`, or None if they do not fit together."""
    try:
        for layer in layers:
            shape = layer.output_shape(shape)
    except ShapeError:
        return None
    return shape


def insertion(label: str, project: Project, index: int, *layers: Layer) -> Fix | None:
    """The fix that puts `layers` before the one at `index`, if the stack may grow by them."""
    if len(project.layers) + len(layers) > MAX_LAYERS:
        return None
    return Fix(label, project.inserted(index, *layers))


def with_loss(project: Project, loss: Loss) -> Project:
    """`project` trained with another loss."""
    return project.replace(training=project.training.replace(loss=loss))


def with_activation(project: Project, index: int, function: ActivationFunction) -> Project | None:
    """`project` with another function in the layer at `index`, or None if it has no such field."""
    layer: Layer = project.layers[index]
    if layer.activation_field is None:
        return None
    return project.with_layer(index, layer.replace(**{layer.activation_field: function}))
