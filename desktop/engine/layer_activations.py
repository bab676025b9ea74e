"""What each layer of a network makes of one drawing."""

from __future__ import annotations

from typing import Any

import numpy as np

from desktop.document.layers import Family
from desktop.document.project import Project
from desktop.document.schema import DataSchema
from desktop.document.trace import LayerInfo, trace
from desktop.engine import backend
from desktop.engine.drawing_reports import LayerActivation
from desktop.engine.reports import FloatArray, read_only

MOST_UNITS = 512  # of a layer that are told
MOST_MAPS = 16  # feature maps, and kernels
# What these layers make of one row has the values that they get.
_SAME_VALUES = (Family.RESHAPING, Family.REGULARIZATION)


class LayerActivations:
    """Of all layers of `model`, which `project` made, but of those that change no value.

    As with a `Predictor`, the model may be trained on another thread meanwhile.
    """

    def __init__(self, model: Any, project: Project, schema: DataSchema) -> None:
        self._model = model
        self._shape: tuple[int, ...] = tuple(model.inputs[0].shape[1:])
        self._layers = tuple(
            info
            for info in trace(project, schema)
            if info.layer.family not in _SAME_VALUES and len(info.output_shape or ()) in (1, 3)
        )
        images = [info.index for info in self._layers if len(info.output_shape or ()) == 3]
        self._first = next((each for each in images if self._kernel(each) is not None), None)
        tf = backend.tensorflow()
        self._outputs = tf.function(
            self._of_layers, input_signature=[tf.TensorSpec((1, *self._shape), tf.float32)]
        )

    def of(self, image: FloatArray) -> tuple[LayerActivation, ...]:
        """The outputs of the layers for `image`, (h, w) as the network gets it."""
        outputs = self._outputs(image.reshape(1, *self._shape))
        return tuple(
            self._activation(info, values.numpy()[0])
            for info, values in zip(self._layers, outputs, strict=True)
        )

    def _activation(self, info: LayerInfo, values: FloatArray) -> LayerActivation:
        kernels = None
        if info.index == self._first:
            kernel = self._kernel(info.index)
            # Of the one channel that a drawing has.
            kernels = read_only(np.asarray(kernel)[:, :, 0, :MOST_MAPS])
        return LayerActivation(
            info.index, info.name, info.output_shape or (), read_only(values), kernels
        )

    def _of_layers(self, x: Any) -> list[Any]:
        wanted = {info.index for info in self._layers}
        outputs = []
        for index, layer in enumerate(self._model.layers[: max(wanted, default=-1) + 1]):
            x = layer(x, training=False)
            if index in wanted:
                outputs.append(x[..., : MOST_MAPS if len(x.shape) == 4 else MOST_UNITS])
        return outputs

    def _kernel(self, index: int) -> Any:
        """The kernel of the layer at `index`, (h, w, channels, filters); None without one."""
        kernel = getattr(self._model.layers[index], "kernel", None)
        return kernel if kernel is not None and len(kernel.shape) == 4 else None
