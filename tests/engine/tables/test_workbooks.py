"""Tables in Excel workbooks are read as Excel has them, and what is no workbook is refused."""

from __future__ import annotations

import datetime
import os
import random
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from desktop.document.data import ColumnKind, Table, TargetKind
from desktop.engine import datasets
from desktop.engine.control import Stopped
from desktop.engine.data_error import DataError
from desktop.engine.tables import workbook
from desktop.engine.tables.frame import read_table
from tests.engine.tables.workbooks import edited, written

SHEET = "xl/worksheets/sheet1.xml"
HEADER = ("age", "color", "member", "day", "moment", "rate", "kind")
PETS = [
    (
        20 + row % 9 if row % 10 else None,
        ("red", "green", "blue, dark")[row % 3],
        row % 2 == 0,
        datetime.date(2020, 1, 1 + row % 28),
        datetime.datetime(2020, 1, 1 + row % 28, row % 24, 30),
        row * 0.37,
        ("cat", "dog")[row * 7 % 2],
    )
    for row in range(40)
]
KINDS = {
    "age": ColumnKind.NUMBER,
    "color": ColumnKind.CATEGORY,
    "member": ColumnKind.YES_NO,
    "day": ColumnKind.DATE,
    "moment": ColumnKind.DATE,
    "rate": ColumnKind.NUMBER,
    "kind": ColumnKind.LEFT_OUT,
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pets.xlsx"


def refused(path: Path, **settings: object) -> str:
    with pytest.raises(DataError) as caught:
        datasets.load(Table.model_validate({"path": str(path), **settings}))
    return str(caught.value)


def test_cells_are_what_excel_says_they_are(path: Path) -> None:
    blank = (None,) * 9
    rows = [
        ("Pets of the town",),
        blank,
        ("counted", datetime.date(2020, 3, 1)),
        HEADER,
        *PETS[:20],
        blank,
        *((*row, None, "  ") for row in PETS[20:]),
        blank,
        blank,
    ]
    dataset = datasets.load(Table(path=str(written(path, Pets=rows))))
    assert {each.name: each.kind for each in dataset.columns} == KINDS
    assert dataset.notes == ()
    assert sum(len(rows) for _, rows in dataset.splits) == 40
    table = read_table(Table(path=str(path)))
    assert (table.first_line, table.dialect.skip_rows) == (5, 3)
    np.testing.assert_array_equal(
        table.frame["age"].to_numpy(), [np.nan if row[0] is None else row[0] for row in PETS]
    )
    assert list(table.frame["moment"][:2]) == ["2020-01-01 00:30:00", "2020-01-02 01:30:00"]
    assert list(table.frame["day"][:2]) == ["2020-01-01", "2020-01-02"]
    text = path.with_suffix(".csv")
    lines = [",".join(HEADER)]
    lines += [
        ",".join('"' + workbook.text_of(cell) + '"' if cell is not None else "" for cell in row)
        for row in PETS
    ]
    text.write_text("\n".join(lines))
    same = datasets.load(Table(path=str(text)))
    assert same.schema == dataset.schema
    np.testing.assert_array_equal(same.training.x, dataset.training.x)
    np.testing.assert_array_equal(same.test.y, dataset.test.y)


def test_marks_texts_among_numbers_and_a_header_by_choice(path: Path) -> None:
    rows = [("n/a" if row == 3 else row, row % 3, row % 2) for row in range(40)]
    written(path, Data=[("1", "2", "3"), *rows])
    with_header = read_table(Table(path=str(path), header=True))
    assert list(with_header.frame.columns) == ["1", "2", "3"] and len(with_header.frame) == 40
    assert with_header.frame["1"].isna().sum() == 1 and with_header.frame["1"].dtype == float
    without = read_table(Table(path=str(path), header=False))
    assert list(without.frame.columns) == ["Column 1", "Column 2", "Column 3"]
    assert len(without.frame) == 41
    later = read_table(Table(path=str(path), header=False, skip_rows=11))
    assert len(later.frame) == 30
    labels = datasets.load(Table(path=str(path), header=True, target_kind=TargetKind.CLASSES))
    assert labels.schema.class_names == ("0", "1")


def test_a_sheet_is_chosen_by_its_name(path: Path) -> None:
    written(path, Pets=[HEADER, *PETS], Numbers=[("x", "y"), *((n, n * 2.5) for n in range(40))])
    first = datasets.load(Table(path=str(path)))
    assert first.notes == ('Sheet "Pets" was read; the workbook has "Pets" and "Numbers"',)
    second = datasets.load(Table(path=str(path), sheet="Numbers"))
    assert second.schema.features == ("x",)
    assert refused(path, sheet="Cats") == (
        'pets.xlsx has no sheet "Cats"; it has "Pets" and "Numbers": choose one of them'
    )


def test_the_sheets_are_known_before_any_is_read(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")  # has no cells
    book.create_sheet("Köln & <Bonn>")
    book.save(path)
    first = datasets.preview(Table(path=str(path), sheet="Cats"))
    assert first is not None and (first.sheets, first.rows) == (("Sheet", "Köln & <Bonn>"), ())
    training = path.with_name("train.csv")
    training.write_text("x,y\n1,a\n2,b\n")
    tested = datasets.preview(Table(path=str(training), test_path=str(path)))
    assert tested is not None and tested.sheets == first.sheets
    edited(path, "xl/workbook.xml", lambda xml: xml[:-9])
    assert datasets.preview(Table(path=str(path))) is None
    assert "damaged" in refused(path)


def test_test_rows_may_come_from_a_workbook(path: Path) -> None:
    training = path.with_name("train.csv")
    training.write_text(
        "\n".join(["x,y,z", *(f"{n * 0.5},{n % 5},{'ab'[n % 2]}" for n in range(40))])
    )
    written(path, Test=[("z", "y", "x"), ("b", 3, 1.5), ("a", None, 2), ("c", 1, 1)])
    dataset = datasets.load(Table(path=str(training), test_path=str(path), sheet="Train"))
    assert list(dataset.test.y) == [1, 0]
    assert [example.cells["x"] for example in dataset.examples] == [1.5, 2.0]
    assert any('"c" (1)' in note for note in dataset.notes)


def test_what_is_no_workbook_is_refused(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + b"junk" * 50)
    assert "pets.xlsx is a damaged workbook" in refused(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "old format of Excel (.xls); save it as .xlsx or as CSV" in refused(path)
    path.write_bytes(path.read_bytes() + "EncryptedPackage".encode("utf-16-le"))
    assert "protected by a password" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "no workbook that can be read" in refused(path)
    path.write_bytes(b"")
    assert "pets.xlsx is empty" in refused(path)
    if hasattr(os, "mkfifo"):  # that nobody writes to
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(DataError, match="not a file"):
            datasets.preview(Table(path=str(path)))


def test_a_workbook_without_a_table_is_refused(path: Path) -> None:
    written(path, Empty=[], Blank=[(None, " ")], Header=[("a", "b", "c")])
    assert 'sheet "Empty" of pets.xlsx is empty' in refused(path)
    assert 'sheet "Blank" of pets.xlsx is empty' in refused(path, sheet="Blank")
    assert "no rows" in refused(path, sheet="Header")
    edited(path, "xl/workbook.xml", lambda xml: re.sub(b"<sheet .*?/>", b"", xml))
    assert "no sheet with cells" in refused(path)
    written(path, A=[HEADER, *PETS])
    edited(path, SHEET, lambda _: None)
    assert "no sheet with cells" in refused(path)


def test_what_unpacks_to_too_much_is_refused(path: Path) -> None:
    written(path, A=[HEADER, *PETS])
    edited(path, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (17 << 20)))
    assert "unpacks to 18 MB, which is too much" in refused(path)
    laughs = b"".join(
        b'<!ENTITY a%d "%s">' % (depth, b"&a%d;" % (depth - 1) * 10 if depth else b"ha" * 10)
        for depth in range(12)
    )
    written(path, A=[HEADER, *PETS])
    edited(
        path,
        SHEET,
        lambda xml: b"<!DOCTYPE x [" + laughs + b"]>" + xml.replace(b">red<", b">&a11;<"),
    )
    assert "damaged or no workbook" in refused(path)


@pytest.mark.parametrize("place", [b'r="9999999999"', b'r="4000000"'])
def test_more_rows_than_excel_has_are_refused(path: Path, place: bytes) -> None:
    written(path, A=[HEADER, *PETS])
    edited(path, SHEET, lambda xml: xml.replace(b'<row r="30"', b"<row " + place))
    assert "more than 1,048,576 rows" in refused(path)


def test_reading_can_be_canceled(path: Path) -> None:
    written(path, A=[HEADER, *PETS * 20])

    def stop(part: float) -> None:
        assert 0 <= part <= 1
        raise Stopped

    with pytest.raises(Stopped):
        datasets.load(Table(path=str(path)), stop)


def test_damaged_workbooks_are_read_or_refused(path: Path) -> None:
    chance = random.Random(3)
    written(path, A=[HEADER, *PETS])
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(SHEET)
    read = 0
    for number in range(60):
        if number % 2:
            damaged = bytearray(whole)
            for _ in range(3):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(damaged)
        else:
            start = chance.randrange(len(xml))
            piece = bytes(chance.choices(b'<>/"0123456789AXcr= t', k=3))
            path.write_bytes(whole)
            edited(path, SHEET, lambda xml, a=start, b=piece: xml[:a] + b + xml[a + 3 :])
        try:
            datasets.load(Table(path=str(path)))
            read += 1
        except DataError as error:
            assert "pets.xlsx" in str(error) or "target" in str(error) or "olumn" in str(error)
    assert read < 60
