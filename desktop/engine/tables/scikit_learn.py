"""The tables that come with scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import ScikitLearnTable, TableSource
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, ignore
from desktop.engine.rows import Dataset
from desktop.engine.tables.dialect import Dialect
from desktop.engine.tables.frame import RawTable
from desktop.engine.tables.loader import dataset, prepare

if TYPE_CHECKING:
    import pandas as pd

# The measurements as they were taken: otherwise scikit-learn has standardized them by all rows.
_ARGUMENTS: dict[str, dict[str, Any]] = {"diabetes": {"scaled": False}}


def load_scikit_learn(source: ScikitLearnTable, progress: Progress = ignore) -> Dataset:
    """The data set of `source`. Raises DataError."""
    return dataset(source, prepare(source, raw_table(source)))


def load_frame(source: TableSource, frame: pd.DataFrame, last: str) -> Dataset:
    """The data set of all rows in `frame`, whose target is the column `last` or the chosen one."""
    return dataset(source, prepare(source, _raw(source, frame, last)))


def raw_table(source: ScikitLearnTable) -> RawTable:
    """All rows of `source`, as a file of them would be read. Raises DataError."""
    from sklearn import datasets

    load = getattr(datasets, f"load_{source.dataset}")
    data = load(as_frame=True, **_ARGUMENTS.get(source.dataset, {}))
    frame, last = data.data.copy(), source.target_column
    frame[last] = data.target
    if "target_names" in data:
        frame[last] = np.asarray(data.target_names, object)[data.target]
    return _raw(source, frame, last)


def _raw(source: TableSource, frame: pd.DataFrame, last: str) -> RawTable:
    target = source.target if source.target is not None else last
    if target not in frame.columns:
        raise DataError(
            f'{source.title} has no column "{target}" to predict; its columns are '
            + ", ".join(map(str, frame.columns))
        )
    frame[target] = frame[target].astype(str)  # a target is text until its kind is decided
    return RawTable(frame, Dialect(), encoding="", target=target, first_line=1)
