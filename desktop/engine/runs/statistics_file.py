"""The statistics of a run's layers in one file of NumPy arrays, bounded as they are in memory.

The arrays `layers.json` and `units.json`, UTF-8 in bytes, name statistics and layers. Under the
number of each of the first are `.layers`, (2, n), epochs and values; of the second `.epochs`, (n,),
and `.units`, (n, units).
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from desktop.engine.curves import Curves
from desktop.engine.reports import read_only
from desktop.engine.reservoir import Reservoir
from desktop.engine.series import Series


def statistics_content(curves: Curves) -> bytes:
    """What the file holds."""
    arrays: dict[str, Any] = {}
    for number, series in enumerate(curves.statistics.values()):
        arrays[f"{number}.layers"] = np.array([series.x, series.y])
    for number, reservoir in enumerate(curves.units.values()):
        arrays[f"{number}.epochs"] = np.array(reservoir.epochs)
        arrays[f"{number}.units"] = np.array([values for _, values in reservoir.items])
    for name, keys in (("layers", curves.statistics), ("units", curves.units)):
        arrays[f"{name}.json"] = np.frombuffer(json.dumps(list(keys)).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def read_statistics(path: Path, curves: Curves, *, with_units: bool = True) -> None:
    """Add what the file at `path` holds to `curves`, of single units only `with_units`.

    Raises OSError, ValueError, KeyError, ...
    """
    with np.load(path, allow_pickle=False) as arrays:
        for number, (statistic, layer) in enumerate(_keys(arrays["layers.json"])):
            epochs, values = arrays[f"{number}.layers"]
            if not np.isfinite(epochs).all() or (np.diff(epochs) <= 0).any():
                raise ValueError("the epochs are not ascending")
            series = curves.statistics.setdefault((statistic, layer), Series())
            series.extend(epochs, values)
        if not with_units:
            return
        for number, (statistic, layer) in enumerate(_keys(arrays["units.json"])):
            reservoir = curves.units.setdefault((statistic, layer), Reservoir())
            parts = arrays[f"{number}.epochs"], arrays[f"{number}.units"]
            for epoch, of_units in zip(*parts, strict=True):
                reservoir.add(int(epoch), read_only(of_units))


def _keys(content: Any) -> Any:
    return json.loads(content.tobytes())
