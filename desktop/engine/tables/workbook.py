"""A sheet of an Excel workbook (.xlsx), read by openpyxl.

A workbook is a zip archive of XML, which may hold anything: how much it unpacks to and how many
cells there are is limited, and what is wrong inside becomes a DataError.
"""

from __future__ import annotations

import datetime
import mmap
import warnings
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from desktop.document.text import first_line, some
from desktop.engine.control import Stopped
from desktop.engine.data_error import DataError
from desktop.engine.progress import Progress
from desktop.engine.tables.dialect import PREAMBLE, Dialect, Recognized
from desktop.engine.tables.header import find_header
from desktop.engine.tables.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

MAX_UNPACKED = 512 << 20  # bytes
MAX_RATIO, SMALL = 100, 16 << 20  # unpacked to packed, of more bytes than SMALL: never of a table
MAX_ROWS, MAX_CELLS = 1 << 20, 30_000_000  # Excel has no more rows
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a stream in an OLE file
_BOOK, _SHEET = "xl/workbook.xml", "/worksheet"  # what names the sheets; what has cells
_ROWS = 500  # that decide about the header
_EVERY = 256  # rows between two reports of progress

Cell: TypeAlias = Any  # int, float, bool, str, a date or time of `datetime`, or None
Cells: TypeAlias = tuple[Cell, ...]


class UnknownSheet(DataError):
    """The workbook has no sheet of the name that was asked for."""


@dataclass(frozen=True)
class Sheet(Sample):
    """The cells of a sheet, row by row: without the empty ones at the end of a row, and of all.

    `title` is its name, and `titles` are those of all sheets.
    """

    rows: tuple[Cells, ...] = ()
    title: str = ""
    titles: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of what was read."""
        if len(self.titles) < 2:
            return ()
        return (f'Sheet "{self.title}" was read; the workbook has {some(_quoted(self.titles))}',)

    def recognized(self, header: bool | None, skip_rows: int | None) -> Recognized:
        """Where the table is in it. Raises DataError.

        `header` says whether it has names of columns, and `skip_rows` how many rows are before it;
        None leaves that to be found.
        """
        places = [place for place, row in enumerate(self.rows) if row and place >= (skip_rows or 0)]
        if not places:
            raise DataError("no row was found in it; choose a sheet with rows of values")
        if skip_rows is None:
            places = places[_first_row([len(self.rows[place]) for place in places[:_ROWS]]) :]
        width = max(len(self.rows[place]) for place in places)
        rows = [_padded(self.rows[place], width) for place in places[: _ROWS + 1]]
        found, questions = find_header(rows)
        has_header = found if header is None else header
        after = 1 if has_header else 0
        return Recognized(
            Dialect(skip_rows=places[0], header=has_header),
            rows[0] if has_header else (),
            tuple(rows[after:]),
            places[0] + after,
            questions=questions if header is None else (),
        )

    def frame(
        self, names: list[str], first: int, target: str | None, marks: Collection[str]
    ) -> pd.DataFrame:
        """The rows from row `first` on, with columns called `names`.

        Columns of numbers hold numbers, others texts or truth values; the `target`, and without
        one all columns, hold texts. Texts among `marks` are missing but in the target.
        """
        import pandas as pd

        body = [row for row in self.rows[first:] if row]
        columns = {}
        for place, name in enumerate(names):
            cells = [row[place] if place < len(row) else None for row in body]
            if target is not None and name != target:
                columns[name] = _typed([None if cell in marks else cell for cell in cells])
            else:
                texts = [None if cell is None else text_of(cell) for cell in cells]
                columns[name] = pd.Series(texts, dtype="str")
        return pd.DataFrame(columns)


def is_workbook(path: Path) -> bool:
    """Whether the file at `path` is read as a workbook, by its first bytes. Raises OSError."""
    if not path.is_file():  # a pipe would be waited for
        return False
    with path.open("rb") as file:
        return file.read(len(_OLE)).startswith((_ZIP, _OLE))


def sheet_titles(path: Path) -> tuple[str, ...]:
    """The names of the sheets of the workbook at `path`, without reading what is in them.

    Raises DataError and OSError.
    """
    _check(path)
    with _explained(path), zipfile.ZipFile(path) as archive:
        from openpyxl.packaging.relationship import get_dependents, get_rels_path
        from openpyxl.packaging.workbook import WorkbookPackage
        from openpyxl.xml.functions import fromstring

        package = WorkbookPackage.from_tree(fromstring(archive.read(_BOOK)))
        kinds = {each.Id: each.Type for each in get_dependents(archive, get_rels_path(_BOOK))}
        sheets = [sheet for sheet in package.sheets if kinds.get(sheet.id, "").endswith(_SHEET)]
        return tuple(sheet.name for sheet in sheets)


def read_sheet(path: Path, title: str | None, progress: Progress) -> Sheet:
    """The sheet called `title`, or the first, of the workbook at `path`.

    `progress` is called with the part that is read, 0 to 1, and may raise to cancel. Raises
    DataError, for an unknown title UnknownSheet, and OSError.
    """
    _check(path)
    with path.open("rb") as file, _explained(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and the like that are not read
        import openpyxl

        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            if not sheets:
                raise DataError(f"{path.name} has no sheet with cells; choose another workbook")
            if title is not None and title not in sheets:
                raise UnknownSheet(
                    f'{path.name} has no sheet "{title:.40}"; it has {some(_quoted(sheets), 12)}: '
                    "choose one of them"
                )
            sheet = sheets[title] if title is not None else next(iter(sheets.values()))
            rows = _rows(path, sheet, progress)
        finally:
            book.close()
    if not rows:
        raise DataError(f'The sheet "{sheet.title:.40}" of {path.name} is empty; choose another')
    return Sheet("", False, "", rows=rows, title=sheet.title, titles=tuple(sheets))


def text_of(cell: Cell) -> str:
    """A cell as a text table has it: dates as 2020-01-31, whole numbers without a point."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        date = cell.date().isoformat()
        return date if cell.time() == datetime.time() else f"{date} {cell:%H:%M:%S}"
    return str(cell).strip()


def _rows(path: Path, sheet: Any, progress: Progress) -> tuple[Cells, ...]:
    rows: list[Cells] = []
    count = 0
    expected = max(1, sheet.max_row or 1)  # as the file says, which need not be so
    sheet.reset_dimensions()
    with closing(sheet.iter_rows(values_only=True)) as found:
        for row in found:
            count += len(row)
            if count > MAX_CELLS or len(rows) >= MAX_ROWS:
                raise DataError(
                    f"{path.name} has more than {MAX_ROWS:,} rows or {MAX_CELLS // 1_000_000} "
                    "million cells; save the table as CSV"
                )
            rows.append(_trimmed(row))
            if len(rows) % _EVERY == 0:
                progress(min(1.0, len(rows) / expected))
    while rows and not rows[-1]:
        rows.pop()
    left = min(
        (next(place for place, cell in enumerate(row) if cell is not None) for row in rows if row),
        default=0,
    )
    return tuple(row[left:] for row in rows) if left else tuple(rows)


def _trimmed(row: Cells) -> Cells:
    """`row` without empty cells at its end; blank texts are empty, too."""
    cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


def _padded(row: Cells, width: int) -> tuple[str, ...]:
    texts = ["" if cell is None else text_of(cell) for cell in row]
    return (*texts, *[""] * (width - len(texts)))


def _first_row(lengths: list[int]) -> int:
    """Index of the first row of the table: titles and notes before it have fewer cells."""
    usual = Counter(lengths[len(lengths) // 3 :]).most_common(1)[0][0]
    for index, length in enumerate(lengths[: min(PREAMBLE, len(lengths) // 2 + 1)]):
        if length >= usual:
            return index
    return 0


def _typed(cells: list[Cell]) -> pd.Series[Any]:
    """Cells as a column of what they all are: numbers, truth values, or else texts."""
    import pandas as pd

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float}:
        return pd.Series(pd.to_numeric(pd.Series(cells, dtype="object"), errors="coerce"))
    if kinds == {bool} and None not in cells:
        return pd.Series(cells, dtype="bool")
    texts = [None if cell is None else text_of(cell) for cell in cells]
    return pd.Series(texts, dtype="str")


def _check(path: Path) -> None:
    """Raise DataError for what is no workbook, is encrypted, or unpacks to too much."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                encrypted = content.find(_ENCRYPTED) >= 0
            raise DataError(
                f"{path.name} is protected by a password; save it without one"
                if encrypted
                else f"{path.name} is a workbook in the old format of Excel (.xls); save it as "
                ".xlsx or as CSV"
            )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(
            f"{path.name} is a damaged workbook ({first_line(error)}); save it again"
        ) from error
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or "xl/workbook.bin" in names:
        raise DataError(
            f"{path.name} is an archive, but no workbook that can be read; save the table as .xlsx "
            "or as CSV"
        )
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * packed):
        raise DataError(
            f"{path.name} unpacks to {unpacked / 1e6:,.0f} MB, which is too much for a workbook of "
            f"{packed / 1e6:,.1f} MB; save the table as CSV"
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What openpyxl cannot read as a DataError: a file from elsewhere may be wrong anywhere."""
    try:
        yield
    except (DataError, Stopped, MemoryError):
        raise
    except Exception as error:  # errors of zip, XML, numbers and references to what is not there
        raise DataError(
            f"{path.name} is damaged or no workbook that can be read ({first_line(error)}); save "
            "it again as .xlsx, or as CSV"
        ) from error


def _quoted(titles: Collection[str]) -> list[str]:
    return [f'"{title:.40}"' for title in titles]
