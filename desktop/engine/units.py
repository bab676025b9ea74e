"""Metrics in the unit of the target, although a network is trained on the scaled target."""

from __future__ import annotations

from functools import cache
from typing import Any

from desktop.engine import backend


def in_unit(metric: Any, scales: tuple[float, ...]) -> Any:
    """The Keras `metric` of targets and outputs that are multiplied by `scales`, one per column.

    Whatever it measures of the errors, it then measures in the unit of the target, or a power of
    it. `fit`, its callbacks and `evaluate` see nothing else.
    """
    return _in_unit()(metric=metric, scales=list(scales))


def plain_metric(config: Any) -> Any:
    """The configuration of the metric within one of `in_unit`; others stay as they are.

    A name, such as "accuracy", is a configuration, too.
    """
    if not isinstance(config, dict) or config.get("class_name") != "InUnit":
        return config
    return config["config"]["metric"]


@cache
def _in_unit() -> Any:
    keras, tf = backend.keras(), backend.tensorflow()
    base: Any = keras.metrics.Metric

    class InUnit(base):  # type: ignore[misc]
        def __init__(self, metric: Any, scales: list[float]) -> None:
            super().__init__(name=metric.name, dtype=metric.dtype)
            self.metric, self.scales = metric, scales

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            scales = tf.constant(self.scales, tf.float32)
            self.metric.update_state(
                tf.cast(y_true, tf.float32) * scales,
                tf.cast(y_pred, tf.float32) * scales,
                sample_weight,
            )

        def result(self) -> Any:
            return self.metric.result()

        def get_config(self) -> dict[str, Any]:
            metric = keras.saving.serialize_keras_object(self.metric)
            return {"metric": metric, "scales": self.scales}

    return InUnit
