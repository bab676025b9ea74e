"""Which pixels of a drawing speak for the class that is predicted, and which against it.

The gradient of the logit with respect to the network input, times the input (A. Shrikumar et al.,
"Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
2016). A softmax would mix the logits of all classes, so the logit is what it is applied to.
"""

from __future__ import annotations

from typing import Any

from desktop.document.choices import ActivationFunction
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import output_activation, trace
from desktop.engine import backend
from desktop.engine.before_activation import BeforeActivation
from desktop.engine.reports import FloatArray

_FROM_LOGITS = (
    ActivationFunction.SOFTMAX,
    ActivationFunction.SIGMOID,
    ActivationFunction.HARD_SIGMOID,
)


class PixelContributions:
    """Of the pixels of an image to the logit of a class, for `model`, which `project` made.

    Where the last layers apply neither softmax nor sigmoid, the output itself is explained. As
    with a `Predictor`, the model may be trained on another thread meanwhile.
    """

    def __init__(self, model: Any, project: Project, schema: DataSchema) -> None:
        self._model = model
        self._shape: tuple[int, ...] = tuple(model.inputs[0].shape[1:])
        self._last: int | None = None  # the layer with the activation of the output
        layers = trace(project, schema)
        if layers:
            index, function = output_activation(layers)
            if function in _FROM_LOGITS:
                self._last = index
                shape = (None, *(layers[index].input_shape or ()))
                self._head = BeforeActivation(model.layers[index], shape)
        tf = backend.tensorflow()
        self._gradient = tf.function(
            self._of_class,
            input_signature=[
                tf.TensorSpec((1, *self._shape), tf.float32),
                tf.TensorSpec((), tf.int32),
            ],
        )

    def of(self, image: FloatArray, label: int) -> FloatArray:
        """The contributions to the class at `label`, in the shape of `image`, (h, w)."""
        outputs = self._model.outputs[0].shape[-1]
        # One output is that of the second class: what speaks for it, speaks against the first.
        index, sign = (0, 1.0 if label else -1.0) if outputs == 1 else (label, 1.0)
        gradient = self._gradient(image.reshape(1, *self._shape), index).numpy()
        contributions: FloatArray = sign * gradient.reshape(image.shape) * image
        return contributions

    def _of_class(self, inputs: Any, index: Any) -> Any:
        with backend.tensorflow().GradientTape() as tape:
            tape.watch(inputs)
            logit = self._logits(inputs)[0, index]
        return tape.gradient(
            logit, inputs, unconnected_gradients=backend.tensorflow().UnconnectedGradients.ZERO
        )

    def _logits(self, x: Any) -> Any:
        if self._last is None:
            return self._model(x, training=False)
        for layer in self._model.layers[: self._last]:
            x = layer(x, training=False)
        x = self._head(x)
        for layer in self._model.layers[self._last + 1 :]:
            x = layer(x, training=False)
        return x
