"""New rows for a network that was trained on a table: read, and matched with its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.document.data import DataSource, Table
from desktop.document.text import some
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, ignore
from desktop.engine.row_reports import TableMatch
from desktop.engine.tables.frame import TextTable, read_texts
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import Preparation
from desktop.engine.tables.workbook import UnknownSheet

if TYPE_CHECKING:
    import pandas as pd

    from desktop.engine.reports import FloatArray

_NUMBERED = re.compile(r"(?:Column|Input) (\d+)")  # of a table or of an array without names
_TRUTH = {"true": "True", "false": "False"}  # as the reader of training rows has it


@dataclass(frozen=True)
class NewRows:
    """The rows of a file: `texts` as they are written, and `x` as a network gets them.

    `frame` has the same columns under the names that the training rows have, and None where a
    value is missing.
    """

    table: TextTable
    frame: pd.DataFrame
    x: FloatArray
    match: TableMatch

    @property
    def texts(self) -> pd.DataFrame:
        return self.table.texts


def read_new_rows(
    path: Path,
    trained_with: DataSource,
    preparation: Preparation,
    progress: Progress = ignore,
) -> NewRows:
    """The rows of the table at `path` for what `preparation` prepares.

    Columns are matched by name, in any order; where neither this table nor the one in
    `trained_with` names them, by position. `progress` may raise to cancel. Raises DataError.
    """
    known = [column.name for column in preparation.columns]
    all_names = {*known, *preparation.left_out, preparation.target.name}
    source = Table(path=str(path))
    if isinstance(trained_with, Table):  # what was decided on files like this holds
        source = trained_with.replace(
            path=str(path), header=None, skip_rows=None, target=None, columns=()
        )
    usual = NumberFormat(preparation.decimal, preparation.thousands)
    try:
        table = read_texts(source, all_names, usual, progress)
    except UnknownSheet:  # that of the training rows; other workbooks may name theirs differently
        table = read_texts(source.replace(sheet=None), all_names, usual, progress)
    by_position = not table.has_header and all(
        map(_NUMBERED.fullmatch, all_names - {preparation.target.name})
    )
    frame = _without_empty_end(table.frame, all_names)
    if by_position:
        frame = _numbered(frame, all_names, preparation.target.name, path)
    elif not any(name in frame.columns for name in known):
        raise DataError(
            f"{path.name} has none of the columns of the training rows: {some(known, 12)}. Choose "
            "a table that has them, with their names in the first row"
        )
    frame = _with_truth(frame, preparation)
    form = table.numbers
    present = [name for name in known if name in frame.columns]
    match = TableMatch(
        rows=len(frame),
        used=len(present),
        by_position=by_position,
        has_target=preparation.target.name in frame.columns,
        missing_columns=tuple(name for name in known if name not in frame.columns),
        extra_columns=tuple(str(name) for name in frame.columns if name not in all_names),
        filled={name: int(n) for name in present if (n := frame[name].isna().sum())},
        unreadable=preparation.unreadable(frame, form),
        unseen=preparation.unseen(frame, form),
    )
    return NewRows(table, frame, preparation.inputs(frame, form), match)


def _without_empty_end(frame: pd.DataFrame, known: set[str]) -> pd.DataFrame:
    """`frame` without columns that are there for a delimiter at the end of each row."""
    while len(frame.columns) and (last := str(frame.columns[-1])) not in known:
        if not _NUMBERED.fullmatch(last) or frame[last].notna().any():
            break
        frame = frame.iloc[:, :-1]
    return frame


def _numbered(frame: pd.DataFrame, names: set[str], target: str, path: Path) -> pd.DataFrame:
    """`frame` with the names that its columns have by their positions."""
    without = sorted(names - {target}, key=_number)
    # The targets of arrays are none of the columns.
    candidates = [without]
    if _NUMBERED.fullmatch(target):
        candidates.insert(0, sorted(names, key=_number))
    for candidate in candidates:
        if len(candidate) == len(frame.columns):
            return frame.set_axis(candidate, axis="columns")
    raise DataError(
        f"{path.name} has {len(frame.columns)} columns without names; the network was trained with "
        f"{len(without)} and the target"
    )


def _number(name: str) -> int:
    return int(name.split()[1])


def _with_truth(frame: pd.DataFrame, preparation: Preparation) -> pd.DataFrame:
    """`frame` with true and false as in the training rows, however they are written."""
    for column in preparation.columns:
        if column.name in frame.columns and {"True", "False"} & {*column.categories}:
            cells = frame[column.name]
            words = cells.map(lambda cell: _TRUTH.get(str(cell).strip().lower(), cell))
            frame = frame.assign(**{column.name: words.where(cells.notna(), None)})
    return frame
