"""Test rows in a file of their own: read, and matched with the training rows.

Nothing is fitted on them: their columns are prepared, and their classes named, as those of the
training file are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import Table
from desktop.document.text import are, listed, some
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, ignore
from desktop.engine.reports import FloatArray, IntArray
from desktop.engine.tables.new_rows import NewRows, read_new_rows
from desktop.engine.tables.numbers import NumberFormat
from desktop.engine.tables.preparation import Preparation
from desktop.engine.tables.target import missing_note

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SeparateRows:
    """The rows of a test file.

    `frame` has the columns that preparing asks for, as texts in the format `form`. Of its rows,
    `numbers` are those that are used, int64 (n,), and `x` and `y` are their inputs and targets: y
    are indices of classes, or numbers in the unit of the table. `notes` say what does not match.
    """

    frame: pd.DataFrame
    form: NumberFormat
    numbers: IntArray
    x: FloatArray
    y: IntArray | FloatArray
    notes: tuple[str, ...]


def read_separate_rows(
    source: Table, preparation: Preparation, progress: Progress = ignore
) -> SeparateRows:
    """The rows of the test file of `source`, as `preparation` prepares them. Raises DataError."""
    path = Path(source.test_path or "")
    if not path.is_file():
        raise DataError(
            f"The test file {path} is not there; choose another, or leave it empty to take "
            "part of the rows for the test"
        )
    new = read_new_rows(path, source, preparation, progress)
    form, target = new.table.numbers, preparation.target
    # A column that is lacking is missing in every row.
    frame = new.frame.reindex(columns=[*new.frame.columns, *new.match.missing_columns])
    needed = [target.name, *([source.weight] if source.weight is not None else [])]
    if lacking := [f'"{name}"' for name in needed if name not in new.frame.columns]:
        raise DataError(
            f"{path.name} has no column {listed(lacking)}, which test rows need; its columns are "
            f"{some([*map(str, new.frame.columns)], 12)}. Choose a file that has it"
        )
    y, there, notes = matched_targets(_texts(new, target.name), form, preparation, path)
    numbers = np.flatnonzero(there & preparation.complete(frame, form))
    if not len(numbers):
        reasons = "; ".join(notes) or "all have missing values in columns whose rows are dropped"
        raise DataError(f"{path.name} has no row that can be used for the test: {reasons}")
    return SeparateRows(
        frame,
        form,
        numbers,
        new.x[numbers],
        y[numbers],
        tuple(f"{path.name}: {each}" for each in (*notes, *new.match.differences)),
    )


def _texts(new: NewRows, name: str) -> pd.Series[Any]:
    """The cells of the target as they are written: a class may well be called "none" or "?"."""
    texts: pd.Series[Any] = new.texts.iloc[:, list(new.frame.columns).index(name)]
    return texts.str.strip()


def matched_targets(
    texts: pd.Series[Any], form: NumberFormat, preparation: Preparation, path: Path
) -> tuple[IntArray | FloatArray, NDArray[np.bool_], tuple[str, ...]]:
    """The targets in the file at `path`, which rows have one, and what is said of the others.

    They are indices of classes, or numbers. Raises DataError for texts in place of numbers.
    """
    target = preparation.target
    y: IntArray | FloatArray
    notes: tuple[str, ...] = ()
    if target.classes:
        y, notes = _class_indices(texts, form, preparation)
        there = y >= 0
    else:
        y = _numbers(texts, form, path)
        there = np.isfinite(y)
    if missing := int((texts == "").sum()):
        notes = (missing_note(target.name, missing), *notes)
    return y, there, notes


def _numbers(texts: pd.Series[Any], form: NumberFormat, path: Path) -> FloatArray:
    """Numbers, NaN where there is none. Raises DataError for other texts."""
    codes, values = texts.factorize()
    of_code = np.array([form.parse(text) for text in values], np.float64)
    bad = [code for code, text in enumerate(values) if text and not np.isfinite(of_code[code])]
    if bad:
        row = int(np.flatnonzero(codes == bad[0])[0])
        raise DataError(
            f'{path.name}: the target "{texts.name}" has the value "{values[bad[0]]:.40}" in row '
            f"{row + 1}, which is not a number; fix it"
        )
    numbers: FloatArray = of_code[codes]
    return numbers


def _class_indices(
    texts: pd.Series[Any], form: NumberFormat, preparation: Preparation
) -> tuple[IntArray, tuple[str, ...]]:
    """Indices of classes, -1 where there is none; and what is said of other texts.

    A class may be written in another way, if that can mean but one: 1.0 for 1, or with a period.
    """
    classes = preparation.target.classes
    usual = NumberFormat(preparation.decimal, preparation.thousands)
    places = {name: place for place, name in enumerate(classes)}
    alike: dict[float | str, list[str]] = {}
    for name in classes:
        alike.setdefault(_plain(name, usual), []).append(name)
    codes, values = texts.factorize()
    counts = np.bincount(codes, minlength=len(values))
    of_code = np.full(len(values), -1, np.int64)
    taken, unknown = [], []
    for code, text in enumerate(values):
        same = alike.get(_plain(text, form), []) if text else []
        if text in places:
            of_code[code] = places[text]
        elif len(same) == 1:
            of_code[code] = places[same[0]]
            taken.append(f'"{text:.40}" for "{same[0]:.40}"')
        elif text:
            unknown.append((int(counts[code]), text))
    notes: tuple[str, ...] = ()
    if unknown:
        unknown.sort(key=lambda each: -each[0])
        total = sum(count for count, _ in unknown)
        named = [f'"{text:.40}" ({count:,})' for count, text in unknown]
        rows = "1 row has a class" if total == 1 else f"{total:,} rows have classes"
        notes += (
            f"{rows} that the training file does not have and {are(total)} left out: "
            + some(named),
        )
    if taken:
        classes_are = "1 class is" if len(taken) == 1 else f"{len(taken):,} classes are"
        notes += (f"{classes_are} written in another way: {some(taken)}",)
    return of_code[codes], notes


def _plain(text: str, form: NumberFormat) -> float | str:
    """What is the same in two ways of writing a class."""
    number = form.parse(text)
    return number if np.isfinite(number) else text.casefold().rstrip(" .")
