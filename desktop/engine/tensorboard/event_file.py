"""Files of TensorBoard events, written without TensorFlow."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from desktop.document.fields import fields_of
from desktop.document.project import Project
from desktop.document.spec import Spec
from desktop.engine.reports import Outcome, WeightHistogram

HISTOGRAM = "/histogram"  # after the path of a weight, as Keras calls its histograms
EPOCH = "epoch_"  # before the name of a metric, likewise
EVENTS = "*tfevents*"  # the names of such files
TRAIN, VALIDATION = "train", "validation"  # the folders of Keras's callback

_VERSION = "brain.Event:2"
_numbers = itertools.count()


class EventFile:
    """A new file of events in `folder`, for TensorBoard to read while it grows. Raises OSError.

    Values are float32, as those that `tf.summary` writes. `seconds` are those since 1970 at which
    something happened, by default now.
    """

    def __init__(self, folder: Path, seconds: float | None = None) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.summary.writer.record_writer import RecordWriter

        self._event = Event
        folder.mkdir(parents=True, exist_ok=True)
        began = time.time() if seconds is None else seconds
        name = f"events.out.tfevents.{int(began)}.layerwise.{os.getpid()}.{next(_numbers)}"
        self._records = RecordWriter((folder / name).open("xb"))
        try:
            self._write(Event(wall_time=began, file_version=_VERSION))
        except BaseException:
            self.close()
            raise

    def scalar(self, tag: str, value: float, step: int, seconds: float | None = None) -> None:
        """Write one value of the series `tag`."""
        from tensorboard.plugins.scalar.summary_v2 import scalar_pb

        with np.errstate(over="ignore"):
            self.add(scalar_pb(tag, np.float32(value)), step, seconds)

    def histogram(
        self, tag: str, histogram: WeightHistogram, step: int, seconds: float | None = None
    ) -> None:
        """Write how a weight was spread: the same bins and counts."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.histogram.metadata import create_summary_metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        edges = histogram.edges
        bins = np.stack([edges[:-1], edges[1:], histogram.counts], axis=1)
        summary = Summary()
        summary.value.add(
            tag=tag,
            metadata=create_summary_metadata(display_name=None, description=None),
            tensor=make_tensor_proto(bins, dtype=np.float64),
        )
        self.add(summary, step, seconds)

    def session_begins(self, project: Project, run: str, seconds: float) -> None:
        """Tell TensorBoard's HParams page the settings of a run."""
        from tensorboard.plugins.hparams.summary_v2 import hparams_pb

        self.add(hparams_pb(hyperparameters(project), run, seconds), 0, seconds)

    def session_ends(self, outcome: Outcome, seconds: float | None = None) -> None:
        """Tell it how the run ended."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

        now = time.time() if seconds is None else seconds
        failed = outcome is Outcome.FAILED
        ending = plugin_data_pb2.SessionEndInfo(
            status=api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS, end_time_secs=now
        )
        data = plugin_data_pb2.HParamsPluginData(session_end_info=ending)
        summary = Summary()
        summary.value.add(
            tag=metadata.SESSION_END_INFO_TAG,
            metadata=metadata.create_summary_metadata(data),
            tensor=metadata.NULL_TENSOR,
        )
        self.add(summary, 0, now)

    def add(self, summary: Any, step: int, seconds: float | None = None) -> None:
        """Write any summary of TensorBoard's."""
        now = time.time() if seconds is None else seconds
        event = self._event(wall_time=now, step=step)
        event.summary.MergeFromString(summary.SerializeToString())  # it may be TensorFlow's own
        self._write(event)

    def flush(self) -> None:
        """Let others read what is written so far."""
        self._records.flush()

    def close(self) -> None:
        self._records.close()

    def _write(self, event: Any) -> None:
        self._records.write(event.SerializeToString())


def hyperparameters(project: Project) -> dict[str, bool | float | str]:
    """The settings of the layers that are not the usual ones, and those of the training.

    Their names are places in the project file: "layers[0].units", "training.batch_size".
    """
    found: dict[str, bool | float | str] = {}
    for index, layer in enumerate(project.layers):
        _add(found, f"layers[{index}]", layer, with_defaults=False)
    _add(found, "training", project.training, with_defaults=True)
    del found["training.tensorboard"]
    return found


def _add(found: dict[str, bool | float | str], path: str, value: Any, with_defaults: bool) -> None:
    if isinstance(value, Spec):
        if value.tag:
            found[path] = value.tag
        for field in fields_of(type(value)):
            item = getattr(value, field.name)
            if with_defaults or item != field.default:
                _add(found, f"{path}.{field.name}", item, with_defaults)
    elif isinstance(value, bool | int | float):
        found[path] = value
    elif value is None:
        found[path] = "none"
    elif isinstance(value, tuple):
        found[path] = ", ".join(map(str, value))
    else:
        found[path] = str(value)
