"""How a table is written as text: its delimiter, quotes, numbers and header, found by trial.

Every delimiter is tried. The right one gives rows of equal length whose cells look like numbers,
dates and words; a wrong one gives ragged rows, or cells that look like several in one. The score of
a trial is the pattern score times the type score of van den Burg, Nazabal and Sutton, "Wrangling
messy CSV files by detecting row and type patterns" (2019).

`csv` splits the lines here because a trial has to be quick; pandas reads the table.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from desktop.engine.data_error import DataError
from desktop.engine.tables.cells import CellType, cell_type
from desktop.engine.tables.header import find_header, has_header
from desktop.engine.tables.numbers import find_number_format
from desktop.engine.tables.sample import Sample

WHITE_SPACE = " "  # any number of spaces and tabs
NO_DELIMITER = ""  # a table of one column
DELIMITERS = (",", ";", "\t", "|", WHITE_SPACE, NO_DELIMITER)
ROWS = 300  # that are tried at the beginning; more show nothing new
CELLS = 20_000  # that decide how numbers are written, if there are more
PREAMBLE = 100  # rows before the table, at most

_ONE_COLUMN = 0.001  # the pattern score of rows of one cell
_UNLIKELY = 0.002  # what is left of a score that something speaks against
_UNKNOWN = 0.01  # the type score of a cell that looks like several
_ALIKE = 0.8  # the part of the rows that must be equally long
_CLOSE = 0.98  # a trial this near to the best is another possible reading
_NEVER = "\x1f"  # no text has this separator: rows of one cell

Cells = tuple[str, ...]
_type = lru_cache(maxsize=65536)(cell_type)


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    `quote` is "" where quotes mean nothing. `thousands` is "" where digits are not grouped.
    `skip_rows` lines stand before the header, or before the first row if there is no header.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    decimal: str = "."
    thousands: str = ""
    skip_rows: int = 0
    header: bool = True


@dataclass(frozen=True)
class Recognized:
    """The dialect of a sample, and its first rows as they are split by it.

    `first_line` lines stand before the first row, the header among them.

    `alternatives` are dialects that fit nearly as well. `questions` say in words what could not be
    decided, and what was taken.
    """

    dialect: Dialect
    names: Cells  # the header; empty if there is none
    rows: tuple[Cells, ...]
    first_line: int = 0
    alternatives: tuple[Dialect, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Trial:
    """The sample split in one way. `lines[i]` lines stand before row i."""

    delimiter: str
    quote: str
    escape: str
    rows: tuple[Cells, ...]
    lines: tuple[int, ...]
    more: tuple[Cells, ...]  # rows of the pieces
    first: int  # the first row of the table, which may be its header
    score: float


def recognize(
    sample: Sample, given: Dialect | None = None, fixed: frozenset[str] = frozenset()
) -> Recognized:
    """The dialect of `sample`. Of `given` are taken the fields named in `fixed`."""
    if given and "delimiter" in fixed:
        delimiters: tuple[str, ...] = (given.delimiter,)
    else:  # one that is nowhere divides the rows as no delimiter does
        delimiters = tuple(each for each in DELIMITERS if _is_in(each, sample))
    trials = [
        trial for delimiter in delimiters for trial in _trials(sample, delimiter, given, fixed)
    ]
    best = max(trials, key=lambda trial: trial.score)
    if not best.rows:
        raise DataError("no row was found in it; choose a file with rows of values")
    found = _recognized(sample, best, given, fixed)
    others = [
        _recognized(sample, trial, given, fixed).dialect
        for trial in sorted(trials, key=lambda trial: -trial.score)
        if trial.score > _CLOSE * best.score and trial.delimiter != best.delimiter
    ]
    others = [other for other in others if other.delimiter not in (NO_DELIMITER, WHITE_SPACE)]
    questions = found.questions
    if others:
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
        questions += (f"The cells could also be divided by {names[others[0].delimiter]}",)
    return replace(found, alternatives=tuple(others), questions=questions)


def _is_in(delimiter: str, sample: Sample) -> bool:
    texts = (sample.start, *sample.pieces)
    if delimiter == WHITE_SPACE:
        return any(" " in text or "\t" in text for text in texts)
    return any(delimiter in text for text in texts)


def _trials(
    sample: Sample, delimiter: str, given: Dialect | None, fixed: frozenset[str]
) -> Iterator[_Trial]:
    text = sample.start
    if given and "quote" in fixed:
        quotes = {given.quote}
    else:
        quotes = {'"'}
        if '"' in text:
            quotes.add("")
        edge = re.escape(delimiter) or "$"
        if "'" in text and re.search(
            rf"(?:^|{edge})\s*'[^'\n]*'\s*(?:{edge}|$)", text, re.MULTILINE
        ):
            quotes.add("'")
    escapes = {"", "\\"} if '\\"' in text or "\\'" in text else {""}
    for quote in sorted(quotes, reverse=True):
        for escape in sorted(escapes if quote else {""}):
            yield _trial(sample, delimiter, quote, escape, given, fixed)


def split_rows(text: str, delimiter: str, quote: str, escape: str) -> Iterator[tuple[int, Cells]]:
    """The rows of `text`, each with the number of lines before it; without empty lines."""
    lines = text.split("\n")
    if delimiter == WHITE_SPACE:
        lines = [re.sub(r"[ \t]+", " ", line.strip(" \t")) for line in lines]
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=delimiter or _NEVER,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
        skipinitialspace=bool(quote) and delimiter != WHITE_SPACE,
    )
    before = 0
    try:
        for row in reader:
            cells = tuple(map(str.strip, row))
            if any(cells):
                yield before, cells
            before = reader.line_num
    except csv.Error:  # a quote that is never closed, so that the rest is one cell
        return


def _trial(
    sample: Sample,
    delimiter: str,
    quote: str,
    escape: str,
    given: Dialect | None,
    fixed: frozenset[str],
) -> _Trial:
    lines: list[int] = []
    rows: list[Cells] = []
    for before, row in split_rows(sample.start, delimiter, quote, escape):
        lines.append(before)
        rows.append(row)
        if len(rows) == ROWS:
            break
    more: list[Cells] = []
    for piece in sample.pieces:
        # The ends of a piece may lie within a row, if cells have line breaks.
        more += [row for _, row in split_rows(piece, delimiter, quote, escape)][1:-1]
    first = _first_row(rows, more)
    if given and "skip_rows" in fixed:
        first = next(
            (index for index, before in enumerate(lines) if before >= given.skip_rows), len(rows)
        )
    tabs = 2 * sample.start.count("\t") > sample.start.count("\n")
    score = _score(rows[first:] + more, delimiter, tabs) * (1 - 0.5 * first / max(1, len(rows)))
    return _Trial(delimiter, quote, escape, tuple(rows), tuple(lines), tuple(more), first, score)


def _first_row(rows: list[Cells], more: list[Cells]) -> int:
    """Index of the first row of the table. Titles and notes before it have other lengths."""
    lengths = [len(row) for row in rows]
    if not lengths:
        return 0
    usual = Counter(lengths[len(lengths) // 3 :] + [len(row) for row in more]).most_common(1)[0][0]
    for index, length in enumerate(lengths[: min(PREAMBLE, len(lengths) // 2 + 1)]):
        following = lengths[index : index + 4]
        if length == usual and following.count(usual) == len(following):
            # A header may lack the name of the first column, or of an empty last one.
            header = rows[index - 1] if index else ()
            short = len(header) == usual - 1 and usual > 2 and not has_header(rows[index:])
            return index - 1 if short and has_header((header, *rows[index:])) else index
    return 0


def _score(rows: list[Cells], delimiter: str, tabs: bool) -> float:
    """How much `rows`, of a text with many tabs or not, look like a table: 0 to 1."""
    if not rows:
        return 0.0
    counts = Counter(len(row) for row in rows[1:] or rows)
    total = counts.total()
    pattern = sum(
        count / total * max(_ONE_COLUMN, (length - 1) / length) for length, count in counts.items()
    ) / len(counts)
    length, usual = counts.most_common(1)[0]
    if length > 1 and usual < _ALIKE * total:
        pattern *= _UNLIKELY
    body = rows[1:] or rows
    types = Counter(map(_type, chain.from_iterable(body)))
    cells = types.total()
    known = cells - types[CellType.UNKNOWN]
    score = pattern * (known + _UNKNOWN * types[CellType.UNKNOWN]) / cells
    in_cells = sum(any("\t" in cell for cell in row) for row in body)
    if tabs and delimiter not in ("\t", WHITE_SPACE) and in_cells > _ALIKE * len(body):
        score *= _UNLIKELY  # hardly any cell has a tab
    if delimiter == WHITE_SPACE and length > 1:
        # Words have spaces between them, too: only a table of numbers is recognized by them.
        plain = types[CellType.NUMBER] + types[CellType.DATE] + types[CellType.EMPTY]
        if plain < cells / 2 or tabs:
            score *= _UNLIKELY
    return score


def _recognized(
    sample: Sample, trial: _Trial, given: Dialect | None, fixed: frozenset[str]
) -> Recognized:
    rows = trial.rows[trial.first :]
    length = Counter(len(row) for row in rows[1:] or rows).most_common(1)[0][0]
    delimiter = trial.delimiter if length > 1 else NO_DELIMITER
    header, questions = find_header(rows)
    if given and "header" in fixed:
        header = given.header
        questions = ()
    body = rows[1:] if header else rows
    later = [row for _, row in split_rows(sample.start, trial.delimiter, trial.quote, trial.escape)]
    looked_at = (*body, *later[len(trial.rows) :], *trial.more)
    every = 1 + len(looked_at) * length // CELLS
    cells = set(chain.from_iterable(looked_at[::every]))
    numbers = find_number_format(
        (cell for cell in cells if _type(cell) is CellType.NUMBER), delimiter
    )
    if numbers.other is not None and not {"decimal", "thousands"} & fixed:
        sign = numbers.format.thousands or numbers.format.decimal
        taken = "groups of digits" if numbers.format.thousands else "a decimal sign"
        questions += (
            f"The {'comma' if sign == ',' else 'point'} in {numbers.example} was taken as {taken}",
        )
    dialect = Dialect(
        delimiter=delimiter,
        quote=trial.quote,
        escape=trial.escape,
        decimal=numbers.format.decimal,
        thousands=numbers.format.thousands,
        skip_rows=trial.lines[trial.first] if trial.first < len(trial.lines) else 0,
        header=header,
    )
    if given:
        dialect = replace(dialect, **{name: getattr(given, name) for name in fixed})
    lines = (*trial.lines[trial.first :], sample.start.count("\n"))
    return Recognized(
        dialect, rows[0] if header else (), body, lines[1 if header else 0], questions=questions
    )
