"""Files that are no table, or one that cannot be used, are refused with a reason."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

import pytest

from desktop.document.data import Table
from desktop.engine import datasets
from desktop.engine.data_error import DataError
from desktop.engine.tables import frame, opening
from tests.engine.tables.table_corpus import CASES
from tests.harmless import harmless

ROWS = "\n".join(f"{index},{index * 0.5},{'ab'[index % 2]}" for index in range(40))
BAD = {
    "empty": (b"", "table.csv is empty"),
    "blank": (b" \n\n \n", "table.csv is empty"),
    "header only": (b"a,b,c\n", "no rows|no row"),
    "ragged": (f"a,b,c\n{ROWS}\n1,2,3,4,5\n{ROWS}\n".encode(), "line 42: 5 cells.* 3 columns"),
    "binary": (bytes(range(256)) * 20, "binary file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + os.urandom(2000) + b"\0\1\2", "binary file"),
    "one class": (b"x,y\n" + b"1,a\n2,a\n3,a\n" * 9, 'single class, "a"'),
    "class with one row": (f"x,y,z\n{ROWS}\n7,8,c\n".encode(), 'Class "c" has a single row'),
    "no input": (b"y\n" + b"a\nb\n" * 20, "No column is left as input"),
    "only texts": (
        "\n".join(["t,y", *(f"text {i} of all,{'ab'[i % 2]}" for i in range(40))]).encode(),
        "No column is left as input",
    ),
    "too many classes": (
        "\n".join(["x,y", *(f"{i},name{i}x" for i in range(40))]).encode(),
        "40 different values in 40 rows",
    ),
    "many columns": (
        ",".join(map(str, range(5000))).encode() + b"\n" + b"1," * 4999 + b"1\n",
        "5,000 columns",
    ),
    "damaged gzip": (gzip.compress(ROWS.encode() * 50)[:-30], "damaged gzip|cannot be read"),
    "open quote": (b'a,b\n1,"2\n' + b"3,4\n" * 50_000, "quote|cells|class|row"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        datasets.load(Table(path=str(path)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path, Path("a\0b")):
        with pytest.raises(DataError, match=r"nothing\.csv|not a file|cannot be read"):
            datasets.load(Table(path=str(path)))
    with pytest.raises(DataError, match="No file is chosen"):
        datasets.load(Table())


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"a,b,c\n{ROWS}\n")
    for settings, message in (
        ({"target": "nobody"}, 'no column "nobody" to predict; its columns are a, b and c'),
        ({"group": "nobody"}, 'no column "nobody"'),
        ({"weight": "c"}, 'Row 1 has the weight "a"'),
        ({"target_kind": "number"}, 'the value "a" in row 1'),
    ):
        with pytest.raises(DataError, match=message):
            datasets.load(Table.model_validate({"path": str(path), **settings}))


def test_missing_and_infinite_values_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{('inf', '', '1.5', '-2')[index % 4]},,{'ab'[index % 2]}" for index in range(40)]
    path.write_text("\n".join(["x,all missing,y", *rows]))
    dataset = datasets.load(Table(path=str(path)))
    assert dataset.schema.features == ("x",)
    assert abs(dataset.training.x).max() < 10


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"a,a,c\n{ROWS}\n")
    assert datasets.load(Table(path=str(path))).schema.features == ("a", "a (2)")
    assert "told apart" in frame.read_table(Table(path=str(path))).notes[0]


def test_a_gzip_file_that_unpacks_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(gzip.compress(f"a,b,c\n{ROWS}\n".encode() * 2000))
    monkeypatch.setattr(opening, "MAX_UNPACKED", 1 << 19)
    with pytest.raises(DataError, match="unpacks to more"):
        datasets.load(Table(path=str(path)))


def test_reading_can_be_canceled(tmp_path: Path) -> None:
    class Canceled(Exception):
        pass

    def cancel(part: float) -> None:
        assert 0 <= part <= 1
        raise Canceled

    path = tmp_path / "table.csv"
    path.write_text(f"a,b,c\n{ROWS}\n")
    with pytest.raises(Canceled):
        frame.read_table(Table(path=str(path)), cancel)


@pytest.mark.timeout(300)
def test_damaged_tables_are_read_or_refused(tmp_path: Path) -> None:
    """1,200 files, cut off, with bytes changed, doubled and taken out: an error that says what."""
    chance = random.Random(5)
    path = tmp_path / "table.csv"
    refused = 0
    small = [case for case in CASES if len(case.content) < 5000]
    for number in range(1200):
        content = bytearray(small[number % len(small)].content)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(content) or 1)
            match chance.randrange(5):
                case 0:
                    del content[place:]
                case 1:
                    content[place : place + 1] = bytes([chance.randrange(256)])
                case 2:
                    content[place:place] = content[place : place + chance.randrange(40)]
                case 3:
                    del content[place : place + chance.randrange(40)]
                case _:
                    content[place:place] = chance.choice((b'"', b"\n", b",", b"\0", b"\r", b"\xff"))
        path.write_bytes(content)
        try:
            with harmless():
                datasets.load(Table(path=str(path)))
        except DataError as error:
            refused += 1
            assert str(error) and "\n" not in str(error).strip()
    assert 0 < refused < 1200
