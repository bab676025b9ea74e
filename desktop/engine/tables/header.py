"""Whether the first row of a table holds the names of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from desktop.engine.tables.cells import CellType, cell_type

# What stands for a missing value: never the name of a column.
MISSING_MARKS = frozenset(
    ("", "?", "-", "--", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", ".", "*")
)
_MOST = 0.9  # of the cells of a column
_IDENTIFIER = re.compile(r"[^\W\d][\w .()%/#-]{0,39}")
_type = lru_cache(maxsize=65536)(cell_type)


def has_header(rows: Sequence[tuple[str, ...]]) -> bool | None:
    """Whether `rows[0]` is a header; None if it cannot be told.

    Words over a column of numbers are names. A cell that turns up again in its column is a value.
    """
    if not rows:
        return False
    first, body = rows[0], rows[1:]
    if not body:
        return all(_IDENTIFIER.fullmatch(cell) for cell in first)
    if any(_type(cell) is CellType.DATE for cell in first):
        return False
    shift = 1 if len(body[0]) == len(first) + 1 and body[0][-1] else 0  # no name over the first
    counts_up = _counts(first)
    names = values = 0
    for index, cell in enumerate(first):
        below = [row[index + shift] for row in body if index + shift < len(row)]
        below = [text for text in below if text.lower() not in MISSING_MARKS]
        if not below:
            continue
        types = Counter(_type(text) for text in below)
        plain = types[CellType.NUMBER] + types[CellType.DATE]
        is_word = _type(cell) in (CellType.WORD, CellType.TEXT, CellType.UNKNOWN)
        if plain >= _MOST * len(below):
            if is_word and cell.lower() not in MISSING_MARKS:
                names += 1
            elif _type(cell) is CellType.NUMBER and not counts_up:
                values += 1
        elif cell in below and cell:
            values += 1
        elif is_word and len(set(below)) <= len(below) / 3:
            names += 1  # a column of few values, of which this is none
    if names or values:
        return names > values
    if counts_up:
        return True
    if len(set(first)) == len(first) and all(_IDENTIFIER.fullmatch(cell) for cell in first):
        return None
    return False


def find_header(rows: Sequence[tuple[str, ...]]) -> tuple[bool, tuple[str, ...]]:
    """Whether `rows[0]` is taken as a header, and what has to be asked about that."""
    found = has_header(rows)
    if found is not None:
        return found, ()
    return True, ("The first row was taken as names of the columns; it could also be a row",)


def _counts(first: Sequence[str]) -> bool:
    """Whether the numbers in `first` count up, as 0, 1, 2 or the years of a table do."""
    numbers = [int(cell) for cell in first if cell.isdecimal() and len(cell) < 9]
    others = [cell for cell in first if not cell.isdecimal()]
    return (
        len(numbers) >= 2
        and len(others) <= 1
        and all(later - earlier == 1 for earlier, later in pairwise(numbers))
        and (len(numbers) >= 3 or bool(others))
    )
