"""The rows of a table: of text files read by pandas, large ones in parts, on all processors."""

from __future__ import annotations

import io
import re
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from desktop.document.data import Table
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress
from desktop.engine.tables.cells import CellType, cell_type
from desktop.engine.tables.dialect import Recognized, split_rows
from desktop.engine.tables.header import MISSING_MARKS
from desktop.engine.tables.opening import opened
from desktop.engine.tables.sample import Sample
from desktop.engine.tables.workbook import Sheet
from desktop.engine.threads import in_threads

if TYPE_CHECKING:
    import pandas as pd

PART = 16 << 20  # bytes that one thread reads at a time
_LARGE_INTEGER = 2.0**63  # pandas makes integers from here on another type
_FIRST_ROW = 1 << 16  # bytes, more than a row has
_RECURRING = 250  # rows that show whether texts recur
_TIMES = 6  # that each of few texts stands in them on average
_SEPARATORS = {"": "\x1f", " ": r"\s+"}
_LENGTH = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")


def read_rows(
    path: Path,
    source: Table,
    sample: Sample,
    recognized: Recognized,
    names: list[str],
    target: str | None,
    progress: Progress,
) -> pd.DataFrame:
    """The rows of the file at `path`; without a `target` every cell as the text that it is.

    Raises DataError.
    """
    if isinstance(sample, Sheet):
        return sample.frame(names, recognized.first_line, target, missing_marks(source))
    import pandas as pd

    marks = sorted(missing_marks(source))
    types: Any = str
    if target is not None:
        types = {target: str} | _few_texts(recognized, names, sample.complete)
    options = _as_written(recognized, names) | {
        "dtype": types,
        "na_values": {name: marks for name in names if target not in (None, name)},
    }

    def parsed(encoding: str) -> pd.DataFrame:
        frame = _read_parts(path, sample, recognized, options | {"encoding": encoding}, progress)
        if frame is not None:
            return frame
        with opened(path, sample.compressed, progress) as file:
            first = recognized.first_line
            whole: pd.DataFrame = pd.read_csv(file, skiprows=first, encoding=encoding, **options)
            return whole

    with _explained(path, sample):
        try:
            return parsed(sample.encoding)
        except UnicodeDecodeError:
            if source.encoding is not None or sample.encoding != "utf-8":
                raise
            return parsed("latin-1")  # every byte is a character in it


def read_blocks(
    path: Path,
    beginning: tuple[Sample, Recognized],
    names: list[str],
    target: str,
    rows: int,
    progress: Progress,
) -> Iterator[pd.DataFrame]:
    """The rows of the file at `path` in blocks of so many; only the `target` is read as texts.

    No cell is taken for missing. Raises DataError.
    """
    sample, recognized = beginning
    if isinstance(sample, Sheet):
        yield sample.frame(names, recognized.first_line, target, set())
        return
    import pandas as pd

    with (
        _explained(path, sample),
        opened(path, sample.compressed, progress) as file,
        pd.read_csv(
            file,
            **_as_written(recognized, names),
            skiprows=recognized.first_line,
            encoding=sample.encoding,
            dtype={target: str},
            chunksize=rows,
        ) as blocks,
    ):
        yield from blocks


def _as_written(recognized: Recognized, names: list[str]) -> dict[str, Any]:
    """What `pandas.read_csv` is told of how the table is written."""
    dialect = recognized.dialect
    ascii_sign = dialect.thousands if dialect.thousands.isascii() else ""
    return {
        "sep": _SEPARATORS.get(dialect.delimiter, dialect.delimiter),
        "header": None,
        "names": names,
        "index_col": False,
        "quotechar": dialect.quote or '"',
        "quoting": 0 if dialect.quote else 3,
        "escapechar": dialect.escape or None,
        "decimal": dialect.decimal,
        "thousands": ascii_sign or None,
        "skipinitialspace": True,
        "keep_default_na": False,
        "low_memory": False,
    }


@contextmanager
def _explained(path: Path, sample: Sample) -> Iterator[None]:
    """Turn what goes wrong while the file at `path` is read into a DataError."""
    import pandas as pd

    try:
        yield
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} has characters that are not stored as {sample.encoding} (byte "
            f"{error.start:,}); choose another encoding"
        ) from error
    except pd.errors.ParserError as error:
        raise DataError(_parser_message(path, error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from error
    except ValueError as error:
        raise DataError(f"{path.name} cannot be read as a table: {error}") from error


def _parts(path: Path, sample: Sample, recognized: Recognized) -> list[tuple[int, int]]:
    """Where parts of whole lines begin and end in the file, in bytes.

    None if it is small, or a line break cannot be told by its bytes.
    """
    size = path.stat().st_size
    whole = sample.compressed or sample.encoding.startswith("utf-16") or recognized.dialect.escape
    if size < 2 * PART or whole:
        return []
    parts = []
    start = 0
    with path.open("rb") as file:
        while start < size:
            file.seek(start + PART)
            if start + PART < size and not file.readline(PART).endswith(b"\n"):
                return []
            end = min(size, file.tell())
            parts.append((start, end))
            start = end
    return parts


def _read_parts(
    path: Path,
    sample: Sample,
    recognized: Recognized,
    options: dict[str, Any],
    progress: Progress,
) -> pd.DataFrame | None:
    """The rows of a large file, read part by part.

    None where that could give something else than reading it as a whole: a line break in a cell
    divides it, a row is too long, or a column looks like numbers in one part only.
    """
    import pandas as pd

    dialect = recognized.dialect

    def read(part: tuple[int, int]) -> pd.DataFrame:
        start, end = part
        with path.open("rb") as file:
            file.seek(start)
            lines = 0 if start else _skipped(file, recognized.first_line)
            at_start = file.tell() == 0
            data = file.read(end - file.tell())
        text = data[:_FIRST_ROW].decode(options["encoding"], "replace")
        first = next(split_rows(text, dialect.delimiter, dialect.quote, dialect.escape), (0, ()))
        if start and len(first[1]) > len(options["names"]):
            raise pd.errors.ParserError  # of a first row, pandas does not say so
        # At the start there may be spaces after a byte order mark.
        spaces = at_start or _have_initial_spaces(data, dialect.delimiter or options["sep"])
        # With low memory, pandas reads some thousand rows after another into the same memory, which
        # is a sixth quicker.
        rows: pd.DataFrame = pd.read_csv(
            io.BytesIO(data),
            skiprows=lines,
            **(options | {"skipinitialspace": spaces, "low_memory": True}),
        )
        return rows

    parts = _parts(path, sample, recognized)
    if not parts:
        return None
    try:
        # For good, as another thread may be reading, too: `_joined` looks at the types.
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        return _joined(in_threads(read, parts, progress))
    except ValueError:  # what is wrong, and in which line, is found out by reading it as a whole
        return None


def _skipped(file: BinaryIO, lines: int) -> int:
    """Go past the first `lines` of `file`, and return how many of them pandas has to skip.

    None, or all where quotes or other line breaks make it doubtful what a line is. Where pandas
    skips lines, it reads the others a third slower.
    """
    head = b"".join(file.readline(_FIRST_ROW) for _ in range(lines))
    plain = head.replace(b"\r\n", b"\n")
    if plain.count(b"\n") == lines and not set(plain) & set(b"\r\"'"):
        return 0
    file.seek(0)
    return lines


def _have_initial_spaces(data: bytes, delimiter: str) -> bool:
    """Whether cells may begin with a space. If none does, pandas reads a quarter faster."""
    characters = np.frombuffer(data, np.uint8)
    before = characters[np.flatnonzero(characters == ord(" ")) - 1]
    limits = (delimiter, "\n", "\r")
    return data.startswith(b" ") or any(bool((before == ord(each)).any()) for each in limits)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """The rows of all `frames`; None if the types of a column do not agree."""
    import pandas as pd

    def join(name: str) -> Any:
        pieces = [frame[name] for frame in frames]
        if all(isinstance(piece.dtype, pd.CategoricalDtype) for piece in pieces):
            if len({piece.cat.categories.dtype for piece in pieces}) > 1:
                return None
            return pd.api.types.union_categoricals(pieces, sort_categories=True)
        if len({piece.dtype for piece in pieces}) > 1 and not all(
            piece.dtype.kind in "if" for piece in pieces
        ):
            return None
        if any(map(_may_be_mixed, pieces)):
            return None
        return pd.concat(pieces, ignore_index=True)

    names = list(frames[0].columns)
    columns = dict(zip(names, in_threads(join, names), strict=True))
    if any(column is None for column in columns.values()):
        return None
    return pd.DataFrame(columns, copy=False)


def _may_be_mixed(piece: pd.Series[Any]) -> bool:
    """Whether pandas may have taken some of the cells for one type, and some for another."""
    import pandas as pd

    if piece.dtype == object:
        return pd.api.types.infer_dtype(piece) != "boolean"
    return piece.dtype.kind == "f" and bool((piece >= _LARGE_INTEGER).any())


def missing_marks(source: Table) -> set[str]:
    """What stands for a missing value in the file of `source`."""
    if source.missing_marks is not None:
        return {"", *source.missing_marks}
    return {form for mark in MISSING_MARKS for form in (mark, mark.upper(), mark.capitalize())} | {
        "NaN",
        "N/a",
    }


def _few_texts(recognized: Recognized, names: list[str], complete: bool) -> dict[str, str]:
    """The type for columns of few different texts in large files: each text is kept once."""
    rows = recognized.rows
    if complete or len(rows) < _RECURRING:
        return {}
    few = {}
    for index, name in enumerate(names):
        texts = {row[index] for row in rows if index < len(row)}
        looks = [cell_type(text) for text in texts]
        if _TIMES * len(texts) <= len(rows) and CellType.NUMBER not in looks:
            few[name] = "category"
    return few


def length_message(path: Path, line: int, cells: int, columns: int) -> str:
    """What is wrong with a row that is longer than the others."""
    return (
        f"{path.name}, line {line}: {cells} cells, but the table has {columns} columns; fix the "
        "line, or choose another delimiter"
    )


def _parser_message(path: Path, error: Exception) -> str:
    if found := _LENGTH.search(str(error)):
        columns, line, cells = map(int, found.groups())
        return length_message(path, line, cells, columns)
    if "EOF inside string" in str(error):
        return (
            f"{path.name}: a cell that begins with a quote is never closed ({error}); fix it, or "
            "let quotes mean nothing"
        )
    return f"{path.name} cannot be read as a table: {error}"
