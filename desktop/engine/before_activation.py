"""A layer without its activation, with the weights that the layer has at the time."""

from __future__ import annotations

from typing import Any


class BeforeActivation:
    """What the activation of the Keras `layer`, for inputs of `shape`, is applied to.

    Of a layer without weights, which does nothing else, these are its inputs. Draws no random
    numbers: those of the training stay as they are.
    """

    def __init__(self, layer: Any, shape: Any) -> None:
        self._layer = layer
        self._bare = _without_activation(layer, shape) if layer.weights else None

    def __call__(self, inputs: Any) -> Any:
        """For `inputs`, a tensor; also within a `tf.function`."""
        if self._bare is None:
            return inputs
        outputs, _ = self._bare.stateless_call(
            [variable.value.read_value() for variable in self._layer.trainable_variables],
            [variable.value.read_value() for variable in self._layer.non_trainable_variables],
            inputs,
        )
        return outputs


def _without_activation(layer: Any, shape: Any) -> Any:
    """A layer like the Keras `layer`, but linear, with weights of its own."""
    config = {**layer.get_config(), "activation": "linear"}
    config |= {name: "zeros" for name in config if name.endswith("_initializer")}
    bare = type(layer).from_config(config)
    bare.build(shape)
    return bare
