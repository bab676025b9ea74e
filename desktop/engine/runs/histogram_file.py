"""The histograms of a run's weights in one file of NumPy arrays, bounded as they are in memory.

The array `weights.json`, UTF-8 in bytes, says what each weight is. Its number comes before
`.epochs`, (n,), `.counts`, (n, bins), `.ends`, (n, 2), the first and the last edge, and
`.statistics`, (n, 6).
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.curves import Curves
from desktop.engine.reports import WeightHistogram, read_only
from desktop.engine.reservoir import WeightStore

_STATISTICS = ("minimum", "maximum", "mean", "standard_deviation", "zeros", "non_finite")
_NAMES = ("layer", "layer_name", "weight", "path", "shape")


def histograms_content(weights: WeightStore) -> bytes:
    """What the file holds."""
    arrays: dict[str, Any] = {}
    names = []
    for number, items in enumerate(weights.histories):
        first = items[0][1]
        names.append({name: getattr(first, name) for name in _NAMES})
        kept = [histogram for _, histogram in items]
        arrays[f"{number}.epochs"] = np.array([epoch for epoch, _ in items])
        arrays[f"{number}.counts"] = np.array([each.counts for each in kept])
        arrays[f"{number}.ends"] = np.array([(each.edges[0], each.edges[-1]) for each in kept])
        arrays[f"{number}.statistics"] = np.array(
            [[getattr(each, name) for name in _STATISTICS] for each in kept], float
        )
    arrays["weights.json"] = np.frombuffer(json.dumps(names).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def read_histograms(path: Path, curves: Curves) -> None:
    """Add what the file at `path` holds to `curves`. Raises OSError, ValueError, KeyError, ..."""
    with np.load(path, allow_pickle=False) as arrays:
        for number, names in enumerate(json.loads(arrays["weights.json"].tobytes())):
            names["shape"] = tuple(names["shape"])
            parts = (
                arrays[f"{number}.{part}"] for part in ("epochs", "counts", "ends", "statistics")
            )
            for epoch, counts, ends, values in zip(*parts, strict=True):
                statistics = dict(zip(_STATISTICS, values.tolist(), strict=True))
                statistics |= {key: int(statistics[key]) for key in ("zeros", "non_finite")}
                edges = np.linspace(ends[0], ends[1], len(counts) + 1)
                histogram = WeightHistogram(
                    counts=read_only(counts), edges=read_only(edges), **names, **statistics
                )
                curves.weights.add(int(epoch), [histogram])
