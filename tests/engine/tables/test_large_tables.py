"""Tables larger than what is looked at beforehand, and than what scikit-learn splits quickly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desktop.document.data import Delimiter, Digits, Encoding, Table
from desktop.engine import datasets, splits
from desktop.engine.control import Stopped
from desktop.engine.data_error import DataError
from desktop.engine.tables import reading
from desktop.engine.tables.frame import read_table

ROWS = 20_000  # half a megabyte


def test_texts_that_turn_up_late_are_categories_as_well(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    cities = ["Aachen", "Berlin", "Cologne"]
    lines = [
        f"{n % 97 / 8},{'' if n % 50 == 0 else 'Dresden' if n > 19_000 else cities[n % 3]},"
        f"{' yes' if n % 2 else 'no '}"
        for n in range(ROWS)
    ]
    path.write_text("\n".join(["size,city,bought", *lines]))
    assert path.stat().st_size > 300_000
    dataset = datasets.load(Table(path=str(path)))
    assert dataset.schema.class_names == ("no", "yes")
    assert dataset.schema.features == (
        "size",
        *(f"city = {city}" for city in (*cities, "Dresden", "(missing)")),
    )
    missing = sum(rows.x[:, -1].sum() for _, rows in dataset.splits)
    dresden = sum(rows.x[:, -2].sum() for _, rows in dataset.splits)
    assert missing == ROWS / 50 and dresden == 999 - 19
    assert all((rows.x[:, 1:].sum(axis=1) == 1).all() for _, rows in dataset.splits)


def test_the_first_rows_of_a_large_table_are_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("a;b\n" + "1,5;x y\n2,5;z\n" * 50_000)
    first = datasets.preview(Table(path=str(path)))
    assert first is not None and first.names == ("a", "b")
    assert first.rows[:2] == (("1,5", "x y"), ("2,5", "z"))
    path.write_text("a;b\n1,5;x y\n2,5;z\n")
    assert datasets.preview(Table(path=str(path))) is None  # read as quickly as looked at
    assert datasets.preview(Digits()) is None


def test_a_split_of_many_rows_has_every_class_in_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(splits, "LARGE", 500)
    y = np.repeat([0, 1, 2], [700, 297, 3])
    np.random.default_rng(1).shuffle(y)
    kept, held = splits.split(y, 0.2, 7, "Test split")
    assert len(held) == 200 and np.bincount(y[held]).tolist() == [140, 59, 1]
    assert np.array_equal(np.sort(np.concatenate([kept, held])), np.arange(1000))
    assert (np.diff(kept) > 0).all() and (np.diff(held) > 0).all()
    assert np.array_equal(held, splits.split(y, 0.2, 7, "Test split")[1])
    assert not np.array_equal(held, splits.split(y, 0.2, 8, "Test split")[1])
    with pytest.raises(DataError, match="single row"):
        splits.split(np.append(y, 3), 0.2, 7, "Test split")


def _lines(change: dict[int, str], count: int = 3000, more: str = "") -> str:
    """A table of a number, a text, a category and a target, some lines of which are other ones."""
    lines = ["n,text,kind,y"] + [
        f'{n % 97 / 8},"t {n * 7 % 1013}{more}",{"abc"[n % 3]},{n % 2}' for n in range(count)
    ]
    for place, line in change.items():
        lines[place] = line
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (_lines({}), Encoding.UTF_8),
        (_lines({}).replace("\n", "\r\n"), Encoding.UTF_8),
        (_lines({}, more="ü"), Encoding.LATIN_1),
        (_lines({}, more="ü"), Encoding.UTF_16),
        (_lines(dict.fromkeys(range(500, 2500, 7), "")), Encoding.UTF_8),
        (_lines({n: f"{n},x,,1" for n in range(900, 1400)}), Encoding.UTF_8),  # whole numbers, none
        (_lines({2500: "?,x,a,1"}), Encoding.UTF_8),
        (_lines({2500: "many,x,a,1"}), Encoding.UTF_8),  # a text among numbers
        (_lines({}, more="\n,;'"), Encoding.UTF_8),  # line breaks in cells
        (_lines({}, more='""'), Encoding.UTF_8),
        (
            _lines({2500: ' 7,"x", "a, b",1', 2600: "7, x,a, 1"}),
            Encoding.UTF_8,
        ),
    ],
)
def test_read_in_parts_a_table_is_what_it_is_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, encoding: Encoding
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    source = Table(path=str(path), encoding=encoding, delimiter=Delimiter.COMMA)
    whole = read_table(source)
    monkeypatch.setattr(reading, "PART", 4000)
    assert path.stat().st_size > 10 * reading.PART
    parts: list[float] = []
    pd.testing.assert_frame_equal(read_table(source, parts.append).frame, whole.frame)
    assert len(parts) > 3 or encoding is Encoding.UTF_16


@pytest.mark.parametrize(
    ("usual", "late"),
    [("7", "many"), ("7", "1.5"), ("7", str(2**63 + 5)), ("True", "many"), ("True", "")],
)
def test_types_that_change_within_each_part_are_decided_on_by_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: str, late: str
) -> None:
    # Of so many columns, pandas decides on 1,024 rows at a time, and a part has 1,400.
    path = tmp_path / "table.csv"
    others = ",0" * 700
    names = ",".join(f"c{n}" for n in range(700))
    row, changed = f"{usual}{others},{{}}", f"{late}{others},{{}}"
    rows = [(changed if n % 1400 == 1200 else row).format("ab"[n % 2]) for n in range(4195)]
    path.write_text("\n".join([f"some,{names},y", *rows]))
    source = Table(path=str(path))
    whole = read_table(source).frame
    monkeypatch.setattr(reading, "PART", 1400 * (len(row)))
    assert path.stat().st_size > 2 * reading.PART
    pd.testing.assert_frame_equal(read_table(source).frame, whole)


def test_what_is_wrong_in_a_part_is_told_as_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PART", 40)
    path = tmp_path / "table.csv"
    for line in range(100, 106):  # of which some begin a part, and others do not
        path.write_text(_lines({line: "1,2,3,4,5"}, 150))
        with pytest.raises(DataError, match=f"line {line + 1}: 5 cells, but the table has 4"):
            read_table(Table(path=str(path)))
    path.write_text(_lines({}, 150))

    def cancel(part: float) -> None:
        if part > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        read_table(Table(path=str(path)), cancel)
