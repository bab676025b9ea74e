"""What a single cell of a table looks like: a number, a date, a word."""

from __future__ import annotations

import re
from enum import StrEnum

SPACES = " \u00a0\u202f\u2009"  # also the no-break and thin spaces that group digits


class CellType(StrEnum):
    EMPTY = "empty"
    NUMBER = "number"
    DATE = "date"
    WORD = "word"  # text without anything that could be a delimiter
    TEXT = "text"  # text with spaces or punctuation as sentences have
    UNKNOWN = "unknown"  # what looks like several cells in one


# Digits, grouped or not, with a decimal point or comma, a sign, an exponent, a percent sign or a
# currency beside them.
_NUMBER = re.compile(
    rf"""[-+\u2212]? [$\u20ac\u00a3\u00a5]? [{SPACES}]?
        (?: \d{{1,3}}(?P<group>[.,'\u2019_{SPACES}])\d{{3}}(?:(?P=group)\d{{3}})* | \d+ )?
        (?: (?<=\d) [.,]\d* | [.,]\d+ )?
        (?: (?<=[\d.,]) [eE][-+]?\d{{1,3}} )?
        [{SPACES}]? [%$\u20ac\u00a3\u00a5]?""",
    re.VERBOSE,
)
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NOT_FINITE = re.compile(r"[-+]?(?:nan|inf|infinity)", re.IGNORECASE)
_DATE = re.compile(
    r"""(?: \d{4}[-/.]\d{1,2}[-/.]\d{1,2} | \d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})
          | \d{1,2}[- ][A-Za-z]{3,9}[- ,]{1,2}\d{2,4} )
        (?: [T ] \d{1,2}:\d{2} (?: :\d{2} (?:\.\d+)? )? \s?(?:[AaPp][Mm])?
            (?: Z | \s?[-+]\d{2}:?\d{2} )? )?
      | \d{1,2}:\d{2} (?: :\d{2} (?:\.\d+)? )? \s?(?:[AaPp][Mm])?""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\s,;|\t:\"'\u2019]+")
_ADDRESS = re.compile(r"(?:https?|ftp|file)://[^\s\"<>]+|[^\s@,;\"]+@[^\s@,;\"]+")
# Sentences may hold commas and semicolons if a space follows, and quotes that do not begin them.
_TEXT = re.compile(
    r"(?=.*[^\W\d])(?!['\"])(?:[^,;|\t\"]|[,;](?=\s)|(?<=[\w\s.])\"|(?<=\")[,;](?=\s))+", re.DOTALL
)


def cell_type(text: str) -> CellType:
    """What `text`, a cell without quotes around it, looks like."""
    text = text.strip()
    if _PLAIN_NUMBER.fullmatch(text):  # most are, and it is quick
        return CellType.NUMBER
    if not text:
        return CellType.EMPTY
    if any(character.isdigit() for character in text) and _NUMBER.fullmatch(text):
        return CellType.NUMBER
    if _NOT_FINITE.fullmatch(text):
        return CellType.NUMBER
    if _DATE.fullmatch(text):
        return CellType.DATE
    if _WORD.fullmatch(text):
        return CellType.WORD
    if _TEXT.fullmatch(text) or _ADDRESS.fullmatch(text):
        return CellType.TEXT
    return CellType.UNKNOWN
