"""How the weights of a network are spread: one histogram per weight, fast and in bounded memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desktop.document.project import Project
from desktop.document.trace import trace
from desktop.engine.reports import FloatArray, IntArray, WeightHistogram, read_only

DEFAULT_BINS = 64

_CHUNK = 1 << 17  # values worked on at a time: what fits in a processor's cache


class _Spread(NamedTuple):
    minimum: float
    maximum: float
    mean: float
    zeros: int
    finite: int


def weight_histograms(
    model: Any, project: Project, bins: int = DEFAULT_BINS
) -> tuple[WeightHistogram, ...]:
    """A histogram of every weight of `model`, which was built from `project`, in stack order.

    Trained weights and running statistics alike, `bins` equal bins between the smallest and the
    largest finite value of each.
    """
    return tuple(
        histogram(
            np.asarray(weight.value),
            info.index,
            info.name,
            name,
            weight.path,
            tuple(weight.shape),
            bins,
        )
        for info, layer in zip(trace(project), model.layers, strict=True)
        for name, weight in zip(_names(layer), layer.weights, strict=True)
    )


def _names(layer: Any) -> list[str]:
    """What to call the weights of a Keras layer: by their names, or paths where those are alike."""
    names = [weight.name for weight in layer.weights]
    return [
        name if names.count(name) == 1 else weight.path.removeprefix(f"{layer.path}/")
        for name, weight in zip(names, layer.weights, strict=True)
    ]


def histogram(
    values: NDArray[Any],
    layer: int,
    layer_name: str,
    weight: str,
    path: str,
    shape: tuple[int, ...],
    bins: int = DEFAULT_BINS,
) -> WeightHistogram:
    """The histogram of `values`, any shape, with infinities and NaN left out and counted."""
    flat = values.reshape(-1)
    spread = _spread(flat)
    low, high = _range(spread, flat.dtype)
    counts, variance = _count(flat, spread, low, high, bins)
    return WeightHistogram(
        layer=layer,
        layer_name=layer_name,
        weight=weight,
        path=path,
        shape=shape,
        counts=read_only(counts),
        edges=read_only(np.linspace(low, high, bins + 1)),
        minimum=spread.minimum,
        maximum=spread.maximum,
        mean=spread.mean,
        standard_deviation=float(np.sqrt(variance)),
        zeros=spread.zeros,
        non_finite=flat.size - spread.finite,
    )


def _finite(chunk: NDArray[Any]) -> NDArray[Any]:
    return chunk if np.isfinite(chunk).all() else chunk[np.isfinite(chunk)]


def _chunks(flat: NDArray[Any]) -> list[NDArray[Any]]:
    return [flat[start : start + _CHUNK] for start in range(0, flat.size, _CHUNK)]


def _spread(flat: NDArray[Any]) -> _Spread:
    low, high, total, zeros, finite = np.inf, -np.inf, 0.0, 0, 0
    for chunk in map(_finite, _chunks(flat)):
        if chunk.size:
            low = min(low, float(chunk.min()))
            high = max(high, float(chunk.max()))
            total += float(chunk.sum(dtype=np.float64))
            zeros += chunk.size - int(np.count_nonzero(chunk))
            finite += chunk.size
    if not finite:
        return _Spread(0.0, 0.0, 0.0, 0, 0)
    return _Spread(low, high, min(max(total / finite, low), high), zeros, finite)


def _range(spread: _Spread, dtype: np.dtype[Any]) -> tuple[float, float]:
    """The ends of the histogram: one value alone stands in the middle of a range around it."""
    low, high = spread.minimum, spread.maximum
    if high - low > max(abs(low), abs(high)) * float(np.finfo(dtype).eps):
        return low, high
    half = max(0.5, abs(high) * 1e-3)
    return low - half, high + half


def _count(
    flat: NDArray[Any], spread: _Spread, low: float, high: float, bins: int
) -> tuple[IntArray, float]:
    """Counts, shape (bins,), and the variance.

    Bins are uniform, so a value's bin is its scaled distance from `low`. That is worked out in the
    values' own precision unless the range is extreme; a value within rounding error of an edge
    may count on either side of it.
    """
    counts: IntArray = np.zeros(bins, np.int64)
    squares = 0.0
    extreme = not 1e-12 < high - low < 1e12  # float32 would overflow or vanish when squared
    dtype = np.dtype(np.float64) if extreme else flat.dtype
    start, scale, mean = np.array([low, bins / (high - low), spread.mean], dtype)
    for chunk in map(_finite, _chunks(flat)):
        if chunk.size:
            values: FloatArray = chunk.astype(dtype, copy=False)
            positions = ((values - start) * scale).astype(np.int64)
            np.clip(positions, 0, bins - 1, out=positions)
            counts += np.bincount(positions, minlength=bins)
            centerd = values - mean
            squares += float(np.dot(centerd, centerd))
    return counts, squares / spread.finite if spread.finite else 0.0
