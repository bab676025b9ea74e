"""What a network predicts all over a plane, to be drawn behind the points."""

from __future__ import annotations

from typing import Any

import numpy as np

from desktop.document.project import Project
from desktop.document.schema import Classes, DataSchema, Range
from desktop.engine import backend
from desktop.engine.encoding import class_probabilities
from desktop.engine.prediction import PredictionError
from desktop.engine.reports import Surface, read_only

SIDE = 60  # points of the grid in each direction


class SurfacePredictor:
    """Asks `model`, which was made from `project` for data like `schema`, about points of a plane.

    Safe to use on one thread while another trains the model: the forward pass is a graph of its
    own that reads the weights there are at the time. Raises PredictionError if the network does
    not take points, or its outputs are neither of the classes nor a single number.
    """

    def __init__(self, model: Any, project: Project, schema: DataSchema | None) -> None:
        schema = schema or project.data.known_schema
        shape = tuple(model.inputs[0].shape[1:])
        if shape != (2,) or schema is None:
            raise PredictionError(f"The network takes {shape}, not the coordinates of a point")
        self.project, self._schema = project, schema
        tf = backend.tensorflow()
        self._forward = tf.function(
            lambda x: model(x, training=False),
            input_signature=[tf.TensorSpec((None, 2), tf.float32)],
        )

    def predict(self, extent: Range, epoch: int = 0) -> Surface:
        """The prediction over the square that `extent` bounds in both directions."""
        steps = np.linspace(*extent, SIDE, dtype=np.float32)
        points = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        outputs = self._forward(points).numpy()
        values = outputs
        if isinstance(self._schema.target, Classes):
            values = class_probabilities(outputs, self.project, self._schema)
        if values is None or (values is outputs and outputs.shape[1] != 1):
            raise PredictionError("The outputs of the network are no prediction for a point")
        values = values.astype(np.float32).reshape(SIDE, SIDE, -1)
        return Surface(read_only(values), extent, values.shape[2] > 1, epoch)
