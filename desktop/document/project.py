"""The project: data, layers and training settings as one immutable value, and its edits."""

from typing import ClassVar, Self

from pydantic import Field

from desktop.document.choices import ActivationFunction
from desktop.document.data import AnyDataSource, Digits
from desktop.document.layers import AnyLayer, Dense, Flatten, Layer
from desktop.document.spec import Spec
from desktop.document.training import Training

MAX_LAYERS = 200


class Project(Spec):
    """Everything that decides what a training run does."""

    write_defaults: ClassVar[bool] = True
    data: AnyDataSource = Digits()
    layers: tuple[AnyLayer, ...] = Field((), max_length=MAX_LAYERS)
    training: Training = Training()

    @property
    def hidden_layers(self) -> tuple[int, ...]:
        """The places of the layers with units but the last one, whose units are the output."""
        return tuple(i for i, layer in enumerate(self.layers) if layer.units_field)[:-1]

    def inserted(self, index: int, *layers: Layer) -> Self:
        """With `layers` before the one at `index` (0 to len)."""
        return self.replace(layers=(*self.layers[:index], *layers, *self.layers[index:]))

    def removed(self, *indexes: int) -> Self:
        """Without the layers at `indexes`."""
        kept = (layer for i, layer in enumerate(self.layers) if i not in indexes)
        return self.replace(layers=tuple(kept))

    def moved(self, index: int, to: int) -> Self:
        """With the layer at `index` at position `to` of the result."""
        rest = [*self.layers[:index], *self.layers[index + 1 :]]
        rest.insert(to, self.layers[index])
        return self.replace(layers=tuple(rest))

    def with_layer(self, index: int, layer: Layer) -> Self:
        """With `layer` in place of the one at `index`."""
        return self.replace(layers=(*self.layers[:index], layer, *self.layers[index + 1 :]))


def starter_project() -> Project:
    """What a new window shows: a small network that learns the built-in digits within seconds."""
    return Project(
        data=Digits(),
        layers=(
            Flatten(),
            Dense(units=32, activation=ActivationFunction.RELU),
            Dense(units=10, activation=ActivationFunction.SOFTMAX),
        ),
        training=Training(epochs=20),
    )
