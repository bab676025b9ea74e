"""What files of TensorBoard events say, read by TensorBoard's own reader.

The files are not trusted: the number of values in them and what a value may be are bounded.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from desktop.document.metrics import VALIDATION_PREFIX
from desktop.engine.reports import WeightHistogram, read_only
from desktop.engine.series import Floats
from desktop.engine.tensorboard.event_file import EPOCH, HISTOGRAM, VALIDATION

logger = logging.getLogger(__name__)

MAX_VALUES = 1_000_000  # of all series of a run
MAX_BINS = 10_000  # of a histogram
_FRAME = 16  # bytes of an event beside its content: length, checksum, checksum
_PER_BATCH = ("batch_", "evaluation_")  # what Keras counts in steps, not in epochs


class LogsError(Exception):
    """Logs cannot be read; the message says why, and what to do."""


@dataclass
class Values:
    """What the event files of a run say, each value by its step."""

    scalars: dict[str, dict[int, float]] = field(default_factory=dict)  # by metric
    statistics: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    histograms: dict[str, dict[int, WeightHistogram]] = field(default_factory=dict)  # by path
    layers: dict[str, int] = field(default_factory=dict)  # of the histograms, in their order
    ends: dict[int, float] = field(default_factory=dict)  # of the steps, seconds since 1970
    began: float = math.inf
    count: int = 0
    warnings: dict[str, None] = field(default_factory=dict)  # each once


def read_events(path: Path, values: Values) -> None:
    """Take over what the event file at `path` says, as far as it can be read."""
    from tensorboard import data_compat
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event

    group = path.parent.name
    plugins: dict[str, str] = {}  # by tag; they are named with the first value of each
    read = 0
    try:
        for record in RawEventFileLoader(str(path)).Load():
            read += _FRAME + len(record)
            event = data_compat.migrate_event(Event.FromString(record))
            if math.isfinite(event.wall_time):
                values.began = min(values.began, event.wall_time)
            for value in event.summary.value:
                plugin = plugins.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
                if event.step >= 0:
                    _take(values, group, plugin, value, event)
        is_whole = read == path.stat().st_size
    except LogsError:
        raise
    except Exception:  # what TensorFlow or protobuf raise of what is no event
        logger.info("An event file could not be read to its end", exc_info=True)
        is_whole = False
    if not is_whole:
        values.warnings[
            f"{path.name} is damaged or not complete; what comes after that is missing"
        ] = None


def _take(values: Values, group: str, plugin: str, value: Any, event: Any) -> None:
    """Take over one value of the page `plugin` of TensorBoard."""
    tag, step = value.tag, event.step
    series: dict[int, Any]
    found: Any
    if plugin == "scalars" and not tag.startswith(_PER_BATCH):
        found = _scalar(value.tensor)
        if "/" in tag:
            statistic, _, layer = tag.partition("/")
            series = values.statistics.setdefault((statistic, layer), {})
        else:
            prefix = VALIDATION_PREFIX if group == VALIDATION else ""
            series = values.scalars.setdefault(prefix + tag.removeprefix(EPOCH), {})
            values.ends[step] = max(event.wall_time, values.ends.get(step, 0.0))
    elif plugin == "histograms":
        path = tag.removesuffix(HISTOGRAM)
        layer = values.layers.setdefault(path.rpartition("/")[0], len(values.layers))
        found = _histogram(value.tensor, path, layer)
        series = values.histograms.setdefault(path, {})
    else:
        return
    if found is None:
        values.warnings[f"{tag} has values that cannot be read"] = None
        return
    if step in series:
        values.warnings[
            "Several trainings have written here; of the same epochs the last is shown"
        ] = None
    series[step] = found
    values.count += 1
    if values.count > MAX_VALUES:
        raise LogsError(f"The logs have more than {MAX_VALUES:,} values; that is too many")


def _array(tensor: Any, most: int) -> Floats | None:
    """The numbers of `tensor`, any shape; None if there are none, or more than `most`."""
    from tensorboard.util.tensor_util import make_ndarray

    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    if len(shape) > 2 or any(size < 1 for size in shape) or math.prod(shape) > most:
        return None
    try:
        return np.asarray(make_ndarray(tensor), np.float64)
    except (TypeError, ValueError):
        return None


def _scalar(tensor: Any) -> float | None:
    """The number as people write it: 0.001, not 0.0010000000474974513 as in float32."""
    numbers = _array(tensor, 1)
    with np.errstate(over="ignore"):
        return None if numbers is None else float(str(np.float32(numbers.reshape(-1)[0])))


def _histogram(tensor: Any, path: str, layer: int) -> WeightHistogram | None:
    """The histogram in `tensor`, (bins, 3): left edges, right edges, counts; None if it is none.

    Mean and standard deviation are those of the middles of the bins.
    """
    bins = _array(tensor, 3 * MAX_BINS)
    if bins is None or bins.ndim != 2 or bins.shape[1] != 3 or not np.isfinite(bins).all():
        return None
    left, right, counts = bins.T
    edges = np.concatenate([left[:1], right])
    if (np.diff(edges) < 0).any() or (counts < 0).any() or not 0 < counts.sum() < 2**53:
        return None
    low, high = float(edges[0]), float(edges[-1])
    middles = (edges[:-1] + edges[1:]) / 2
    mean = float(np.average(middles, weights=counts))
    if low == high:  # one value alone, which Keras has in a bin without width
        half = max(0.5, abs(high) * 1e-3)
        edges = np.linspace(low - half, high + half, len(counts) + 1)
        counts = np.where(np.arange(len(counts)) == len(counts) // 2, counts.sum(), 0)
    return WeightHistogram(
        layer=layer,
        layer_name=path.rpartition("/")[0],
        weight=path.rpartition("/")[2],
        path=path,
        shape=(int(counts.sum()),),
        counts=read_only(np.rint(counts).astype(np.int64)),
        edges=read_only(edges),
        minimum=low,
        maximum=high,
        mean=mean,
        standard_deviation=float(np.sqrt(np.average((middles - mean) ** 2, weights=bins[:, 2]))),
        zeros=0,
        non_finite=0,
    )
