"""How often the test rows were looked at: an empty file for each network evaluated on them.

Each evaluation lets a choice be made that suits these very rows, after which they say less of new
ones (C. Dwork et al., "The reusable holdout", 2015). The same weights tell nothing new the second
time. The files are called after what they stand for, so that any number of programs may add theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.engine.fingerprint import Fingerprint

LOOKS = ".looks"  # beside the folders of the runs


def add_look(runs: Path, rows: Fingerprint, weights: Iterable[NDArray[Any]]) -> None:
    """A network with these `weights` was evaluated on the test rows of `rows`. Raises OSError.

    `runs` is the folder of the runs.
    """
    digest = hashlib.sha256()
    for array in weights:
        digest.update(f"{array.shape} {array.dtype} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    folder = runs / LOOKS / rows.test
    folder.mkdir(parents=True, exist_ok=True)
    (folder / digest.hexdigest()[:32]).touch()


def count_looks(runs: Path, rows: Fingerprint) -> int:
    """How many networks were evaluated on the test rows of `rows`. Raises OSError."""
    try:
        return sum(1 for _ in (runs / LOOKS / rows.test).iterdir())
    except FileNotFoundError:
        return 0
