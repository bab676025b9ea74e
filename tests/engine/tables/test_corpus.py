"""Tables as programs and people write them are read right, or what is ambiguous is asked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from desktop.document.data import DecimalSign, Table
from desktop.engine.tables.frame import preview, read_table
from tests.engine.tables.table_corpus import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_table_is_recognized_and_read(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(case.content)
    _, recognized = preview(Table(path=str(path)))
    dialect = recognized.dialect
    assert recognized.names == case.names
    assert recognized.rows[0] == case.first
    assert (dialect.delimiter, dialect.quote) == (case.delimiter, case.quote)
    assert (dialect.decimal, dialect.thousands) == (case.decimal, case.thousands)
    assert bool(recognized.questions) is case.asked

    raw = read_table(Table(path=str(path)))
    assert len(raw.frame) == case.rows
    expected = [cell for cell in case.first if cell or len(case.first) == raw.frame.shape[1]]
    for cell, (name, value) in zip(expected, raw.frame.iloc[0].items(), strict=False):
        if name == raw.target:
            assert value == cell
        elif isinstance(value, str):
            assert value.strip() == cell
        elif not pd.isna(value):
            assert value == pytest.approx(raw.numbers.parse(cell))


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


def test_what_the_user_fixed_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a;b\n1,5;2,5\n3,5;4,5\n")
    raw = read_table(Table(path=str(path), header=False, decimal=DecimalSign.POINT))
    assert (raw.dialect.header, raw.dialect.decimal, raw.dialect.delimiter) == (False, ".", ";")
    assert list(raw.frame.columns) == ["Column 1", "Column 2"]
    assert len(raw.frame) == 3
