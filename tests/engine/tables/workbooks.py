"""Workbooks that tests write."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any


def written(path: Path, **sheets: Iterable[Sequence[Any]]) -> Path:
    """A workbook at `path` with sheets of these rows."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def edited(path: Path, name: str, edit: Callable[[bytes], bytes | None]) -> Path:
    """The same workbook with the part called `name` edited; None removes it."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    new = edit(parts.pop(name))
    if new is not None:
        parts[name] = new
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return path
