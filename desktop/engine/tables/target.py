"""The column to be predicted: classes or a number, and what its values are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop.document.data import TargetKind
from desktop.document.text import are, natural
from desktop.engine.data_error import DataError
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.tables.numbers import NumberFormat

if TYPE_CHECKING:
    import pandas as pd

MOST_CLASSES = 1000
_FEW = 10  # whole numbers with no more different values are classes
_ROWS_PER_CLASS = 2


@dataclass(frozen=True)
class TargetValues:
    """The target of every row.

    For classes, `classes` are their names and `y` their indices, int64 (rows,). For numbers, `y` is
    float64 in the unit of the table: (rows,), or (rows, columns) of several.
    `present` says which rows have a target at all; in the others `y` means nothing. `reason` says
    why it is one or the other.
    """

    kind: TargetKind
    reason: str
    y: IntArray | FloatArray
    present: Any
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_target(
    series: pd.Series[Any], kind: TargetKind | None, form: NumberFormat
) -> TargetValues:
    """The values of `series`, texts as they are written, as `kind` or what they look like.

    Only an empty cell is missing: a class may well be called "none" or "?". Raises DataError.
    """
    name = str(series.name)
    codes, values = series.factorize()
    texts = [str(value).strip() for value in values]  # of each code; -1 has none
    code_of_text = {text: code for code, text in reversed(list(enumerate(texts)))}
    is_empty = np.array([not text for text in texts] + [True])
    present = ~is_empty[codes]
    if not present.any():
        raise DataError(f'The target "{name}" has no value in any row; choose another target')
    distinct = sorted(code_of_text.keys() - {""}, key=natural)
    numbers = {text: form.parse(text) for text in distinct}
    found, reason = _look(distinct, numbers, int(present.sum()))
    if kind is None:
        kind = found
    elif kind is not found:
        reason = f"chosen by you; found: {found}, {reason}"
    notes: tuple[str, ...] = ()
    if missing := int((~present).sum()):
        notes += (missing_note(name, missing),)
    if kind is TargetKind.NUMBER:
        bad = [text for text, number in numbers.items() if not np.isfinite(number)]
        if bad:
            row = int(np.flatnonzero(codes == code_of_text[bad[0]])[0])
            raise DataError(
                f'The target "{name}" has the value "{bad[0]:.40}" in row {row + 1}, which is not '
                "a number; fix it, or predict classes"
            )
        of_code = np.array([numbers.get(text, np.nan) for text in texts] + [np.nan])
        if len(set(numbers.values())) < 2:
            raise DataError(
                f'The target "{name}" has the same value in every row; choose another target'
            )
        return TargetValues(kind, reason, of_code[codes], present, notes=notes)
    if len(distinct) < 2:
        raise DataError(
            f'The target "{name}" has a single class, "{distinct[0]:.40}", so there is nothing to '
            "predict; choose another target"
        )
    if len(distinct) > MOST_CLASSES or len(distinct) * _ROWS_PER_CLASS > present.sum():
        raise DataError(
            f'The target "{name}" has {len(distinct):,} different values in {present.sum():,} '
            "rows, too many for classes; choose another target"
            + (", or predict a number" if all(map(np.isfinite, numbers.values())) else "")
        )
    indices = {text: index for index, text in enumerate(distinct)}
    y = np.array([indices.get(text, 0) for text in texts] + [0], np.int64)[codes]
    return TargetValues(kind, reason, y, present, tuple(distinct), notes)


def missing_note(name: str, missing: int) -> str:
    """What is said of so many rows without a value in the target called `name`."""
    rows = "1 row has" if missing == 1 else f"{missing:,} rows have"
    return f'{rows} no value in the target "{name}" and {are(missing)} left out'


def _look(distinct: list[str], numbers: dict[str, float], rows: int) -> tuple[TargetKind, str]:
    values = list(numbers.values())
    if not all(map(np.isfinite, values)):
        return TargetKind.CLASSES, f"{len(distinct):,} different texts"
    if len(distinct) == 2:
        return TargetKind.CLASSES, "two different numbers"
    if all(value == np.floor(value) for value in values) and len(distinct) <= min(_FEW, rows / 5):
        return TargetKind.CLASSES, f"{len(distinct)} different whole numbers"
    return TargetKind.NUMBER, f"{len(distinct):,} different numbers"
