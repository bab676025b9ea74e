"""A table in a file: how it is written, the names of its columns, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.document.data import DecimalSign, Delimiter, Quote, Table, ThousandsSign
from desktop.document.text import some
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress, ignore
from desktop.engine.reports import DataPreview
from desktop.engine.tables.cells import CellType, cell_type
from desktop.engine.tables.dialect import (
    NO_DELIMITER,
    WHITE_SPACE,
    Dialect,
    Recognized,
    recognize,
)
from desktop.engine.tables.numbers import AROUND, NumberFormat, find_number_format
from desktop.engine.tables.reading import length_message, missing_marks, read_rows
from desktop.engine.tables.sample import Sample, read_sample
from desktop.engine.tables.workbook import Sheet, is_workbook, read_sheet, sheet_titles
from desktop.garbage import collector_paused

if TYPE_CHECKING:
    import pandas as pd

MAX_COLUMNS = 4096
# The characters that the settings of a source stand for.
_CHARACTERS: dict[str, dict[str, str]] = {
    "delimiter": {
        Delimiter.COMMA: ",",
        Delimiter.SEMICOLON: ";",
        Delimiter.TAB: "\t",
        Delimiter.BAR: "|",
        Delimiter.SPACES: WHITE_SPACE,
        Delimiter.NONE: NO_DELIMITER,
    },
    "quote": {Quote.DOUBLE: '"', Quote.SINGLE: "'", Quote.NONE: ""},
    "decimal": {DecimalSign.POINT: ".", DecimalSign.COMMA: ","},
    "thousands": {
        ThousandsSign.NONE: "",
        ThousandsSign.COMMA: ",",
        ThousandsSign.POINT: ".",
        ThousandsSign.SPACE: " ",
        ThousandsSign.APOSTROPHE: "'",
    },
}
_SHOWN_ROWS, _SHOWN_COLUMNS = 6, 50
_NUMBERS = 0.95  # the part of the cells that have to be numbers


@dataclass(frozen=True)
class RawTable:
    """A table as it was read.

    Columns of `frame` hold numbers where all cells are plain numbers or missing, otherwise text;
    numbers among the texts are in the format `numbers`. The target is always text. The first row
    stands in line `first_line` of the file, counted from 1.
    """

    frame: pd.DataFrame
    dialect: Dialect
    encoding: str
    target: str
    first_line: int
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def numbers(self) -> NumberFormat:
        """How numbers are written in it."""
        return NumberFormat(self.dialect.decimal, self.dialect.thousands)


def preview(source: Table, progress: Progress = ignore) -> tuple[Sample, Recognized]:
    """The beginning of the file, and how it is written; all cells of a workbook.

    Raises DataError.
    """
    if not source.path:
        raise DataError("No file is chosen; choose a table, such as a CSV file")
    path = Path(source.path)
    try:
        if not path.is_file():
            raise DataError(f"{path} is not a file; choose a table, such as a CSV file")
        if is_workbook(path):
            sample: Sample = read_sheet(path, source.sheet, progress)
        else:
            sample = read_sample(path, source.encoding)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}") from error
    return sample, _recognize(source, sample)


def _recognize(source: Table, sample: Sample) -> Recognized:
    """How `sample` is written, as far as `source` does not say that."""
    fixed = {
        name: characters[value]
        for name, characters in _CHARACTERS.items()
        if (value := getattr(source, name)) is not None
    }
    others = {"header": source.header, "skip_rows": source.skip_rows}
    given: dict[str, Any] = fixed | {k: v for k, v in others.items() if v is not None}
    try:
        if isinstance(sample, Sheet):
            return sample.recognized(source.header, source.skip_rows)
        with collector_paused():  # tens of thousands of texts are made, and none is garbage
            return recognize(sample, Dialect(**given), frozenset(given))
    except DataError as error:
        raise DataError(f"{Path(source.path).name}: {error}") from error


def first_rows(source: Table) -> DataPreview | None:
    """The first rows of a large text file, which takes a while to read, and the sheets of the
    workbook, be it the test file; None if there are neither. Raises DataError.
    """
    book = _workbook_of(source)
    sheets: tuple[str, ...] = ()
    if book is not None:
        with suppress(OSError, DataError):  # reading all of it says what is wrong
            sheets = sheet_titles(book)
    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    if book is None or book != Path(source.path):
        sample, recognized = preview(source)
        if not sample.complete:
            names = tuple(column_names(recognized)[0])[:_SHOWN_COLUMNS]
            rows = tuple(row[: len(names)] for row in recognized.rows[:_SHOWN_ROWS])
    return DataPreview(names, rows, sheets) if rows or sheets else None


def _workbook_of(source: Table) -> Path | None:
    """The file of `source`, or else its test file, that is a workbook."""
    files = [Path(file) for file in (source.path, source.test_path) if file]
    with suppress(OSError, ValueError):  # `preview` says what is wrong
        return next(filter(is_workbook, files), None)
    return None


def read_table(
    source: Table,
    progress: Progress = ignore,
    beginning: tuple[Sample, Recognized] | None = None,
) -> RawTable:
    """All rows of the file of `source`, whose `beginning` is that of `preview`.

    `progress` is called with the part that is read, 0 to 1, and may raise to cancel. Raises
    DataError.
    """
    sample, recognized = beginning or preview(source, progress)
    path = Path(source.path)
    names, notes = column_names(recognized)
    if isinstance(sample, Sheet):
        notes = (*sample.notes, *notes)
    if recognized.rows and len(recognized.rows[0]) > len(names):
        raise DataError(
            length_message(path, recognized.first_line + 1, len(recognized.rows[0]), len(names))
        )
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"{path.name} has {len(names):,} columns; at most {MAX_COLUMNS:,} can be used, so "
            "leave out columns or choose another delimiter"
        )
    target = source.target if source.target is not None else _last(recognized, names)
    if target not in names:
        raise DataError(
            f'{path.name} has no column "{target}" to predict; its columns are {some(names, 12)}'
        )
    frame = read_rows(path, source, sample, recognized, names, target, progress)
    if not len(frame):
        raise DataError(f"{path.name} has a header but no rows; choose a table with rows")
    form = _number_format(frame, recognized.dialect, source, target)
    dialect = replace(recognized.dialect, decimal=form.decimal, thousands=form.thousands)
    unnamed = [
        name
        for name, original in zip(names, recognized.names or names, strict=False)
        if not original and frame[name].isna().all()
    ]
    if len(recognized.names) < len(names) and recognized.names and frame[names[-1]].isna().all():
        unnamed.append(names[-1])
    return RawTable(
        frame.drop(columns=list(dict.fromkeys(unnamed))),
        dialect,
        sample.encoding,
        target,
        recognized.first_line + 1,
        notes,
        recognized.questions,
    )


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are texts as they are written, None where one stands for no value.

    `texts` has all cells as they are. `has_header` says whether the file names its columns.
    """

    texts: pd.DataFrame
    frame: pd.DataFrame
    dialect: Dialect
    has_header: bool

    @property
    def numbers(self) -> NumberFormat:
        """How numbers are written in it."""
        return NumberFormat(self.dialect.decimal, self.dialect.thousands)


def read_texts(
    source: Table, known: Collection[str], usual: NumberFormat, progress: Progress = ignore
) -> TextTable:
    """The rows of the file of `source`, whose columns may be among those called `known`.

    `usual` is the format of numbers where the file leaves that open. `progress` is called as by
    `read_table`. Raises DataError.
    """
    sample, recognized = preview(source, progress)
    first = recognized.names or (recognized.rows[0] if recognized.rows else ())
    has_header = 2 * sum(cell.strip() in known for cell in first) >= min(len(first), len(known))
    if source.header is None and has_header != bool(recognized.names):
        source = source.replace(header=has_header)
        recognized = _recognize(source, sample)
    path = Path(source.path)
    names, _ = column_names(recognized)
    texts = read_rows(path, source, sample, recognized, names, None, progress).fillna("")
    if not len(texts):
        raise DataError(f"{path.name} has no rows; choose a table with rows")
    frame = texts.where(~texts.isin(missing_marks(source)), None)
    form = _number_format(frame.head(10_000), recognized.dialect, source, "")
    if recognized.questions and source.decimal is None and source.thousands is None:
        form = usual
    dialect = replace(recognized.dialect, decimal=form.decimal, thousands=form.thousands)
    return TextTable(texts, frame, dialect, bool(recognized.names))


def column_names(recognized: Recognized) -> tuple[list[str], tuple[str, ...]]:
    """A name for each column: that of the header, made unique, or its number."""
    lengths = Counter(len(row) for row in recognized.rows) or Counter({len(recognized.names): 1})
    width = max(lengths.most_common(1)[0][0], len(recognized.names))
    header = list(recognized.names)
    missing = width - len(header)
    if header and missing and any(row[-1] for row in recognized.rows if len(row) == width):
        header = [""] * missing + header  # R names no column of row names
    header += [""] * (width - len(header))
    names: dict[str, None] = {}
    given = set(header)
    twins: list[str] = []
    for index, name in enumerate(header):
        unique = name or f"Column {index + 1}"
        number = 2
        while unique in names or (unique != name and unique in given):
            unique = f"{name or f'Column {index + 1}'} ({number})"
            number += 1
        if name and unique != name:
            twins.append(f'"{name}" is now called "{unique}"')
        names[unique] = None
    notes = (f"Columns of the same name were told apart: {', '.join(twins)}",) if twins else ()
    return list(names), notes


def _last(recognized: Recognized, names: list[str]) -> str:
    """The last column that is not empty for a delimiter at the end of each row."""
    full = [row for row in recognized.rows if len(row) == len(names)]
    empty = full and not any(row[-1] for row in full)
    unnamed = len(recognized.names) < len(names) or not recognized.names[-1]
    return names[-2] if empty and unnamed and len(names) > 1 else names[-1]


def _number_format(
    frame: pd.DataFrame, dialect: Dialect, source: Table, target: str
) -> NumberFormat:
    """The format of the numbers among the texts, which may show its decimal sign only late."""
    import pandas as pd

    form = NumberFormat(dialect.decimal, dialect.thousands)
    if source.decimal is not None or source.thousands is not None:
        return form
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        values = [str(value).strip() for value in pd.unique(frame[name].dropna())]
        looks = [value for value in values if cell_type(value) is CellType.NUMBER]
        if len(looks) < _NUMBERS * len(values):
            continue
        if not all(form.pattern.fullmatch(value.strip(AROUND)) for value in looks):
            found = find_number_format(looks, dialect.delimiter).format
            if found.decimal != form.decimal:
                return found
    return form
