"""The beginning of a text file and pieces of the rest, decoded.

A table is recognized by these alone, so that a file of any size is looked at in a moment. Pieces
from the middle and the end show what the beginning does not: a decimal sign that turns up late.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.data_error import DataError

START = 256 * 1024  # bytes
PIECE = 16 * 1024  # bytes
PIECES = 4
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that no text has. Tabs, line breaks and page breaks are none of them.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})


@dataclass(frozen=True)
class Sample:
    """What was read of a file.

    `start` begins with the first character and `pieces` with the beginning of a line; all end with
    a whole line. `complete` says whether `start` is the whole file.
    """

    encoding: str
    compressed: bool
    start: str
    pieces: tuple[str, ...] = ()
    complete: bool = True


def read_sample(path: Path, encoding: str | None = None) -> Sample:
    """The sample of the file at `path`, in `encoding` or the one that is found.

    Raises DataError for what is no text, and OSError.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
        file.seek(0)
        if compressed:
            try:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    start = unpacked.read(START + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise DataError(
                    f"{path.name} is a damaged gzip file ({error}); compress the table again"
                ) from error
            size, chunks = len(start), list[bytes]()
        else:
            size = file.seek(0, 2)
            file.seek(0)
            start = file.read(START + 1)
            chunks = []
            if size > START + PIECES * PIECE:
                for number in range(1, PIECES + 1):
                    file.seek((START + (size - START - PIECE) * number // PIECES) // 2 * 2)
                    chunks.append(file.read(PIECE))
    complete = len(start) <= START
    if not start.strip(b"\0 \t\r\n"):
        raise DataError(f"{path.name} is empty; choose a file with a table in it")
    encoding = encoding or _encoding(path, start, chunks)
    byte_order = "utf-16-le" if start.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return Sample(
        encoding,
        compressed,
        _decoded(start, encoding, first=True, last=complete),
        tuple(
            piece
            for number, chunk in enumerate(chunks, 1)
            if (piece := _decoded(chunk, encoding, False, number == PIECES, byte_order)).strip()
        ),
        complete,
    )


def _encoding(path: Path, start: bytes, chunks: list[bytes]) -> str:
    """How the characters are stored, named as Python names it."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    whole = [start, *chunks]
    if b"\0" in start:
        # Text of Western languages in UTF-16 has a zero in every other byte.
        zeros = [start[side::2].count(0) / max(1, len(start[side::2])) for side in (0, 1)]
        if zeros[1] > 0.5 > 0.1 > zeros[0]:
            return "utf-16-le"
        if zeros[0] > 0.5 > 0.1 > zeros[1]:
            return "utf-16-be"
    if any(part.translate(None, _CONTROL) != part for part in whole):
        raise DataError(
            f"{path.name} is no text but a binary file; choose a table as text (CSV, TSV)"
        )
    for name in ("utf-8", "cp1252"):
        if all(_can_decode(part, name, at_start=part is start) for part in whole):
            return name
    return "latin-1"


def _can_decode(data: bytes, encoding: str, at_start: bool) -> bool:
    """Whether `data`, which may break off inside a character, is in `encoding`."""
    if encoding == "utf-8" and not at_start:
        while data and 0x80 <= data[0] < 0xC0:  # the rest of a character
            data = data[1:]
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, first: bool, last: bool, byte_order: str = "") -> str:
    """The whole lines of `data`."""
    codec = encoding
    if not first:  # the mark that says how characters are stored stands at the beginning only
        codec = {"utf-8-sig": "utf-8", "utf-16": byte_order}.get(encoding, encoding)
    text = codecs.getincrementaldecoder(codec)("replace").decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not first:
        text = text.partition("\n")[2]
    if not last and "\n" in text:
        text = text.rpartition("\n")[0] + "\n"
    return text
