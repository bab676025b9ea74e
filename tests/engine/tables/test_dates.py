"""Dates of a column are read in one order, which its cells decide and the preparation keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desktop.document.data import Column, ColumnKind, DateOrder, Table
from desktop.engine import datasets
from desktop.engine.tables.dates import days, find_order
from desktop.engine.tables.numbers import PLAIN

FEBRUARY_3, MARCH_2 = 18295.0, 18323.0  # of 2020


def written(tmp_path: Path, dates: list[str]) -> str:
    path = tmp_path / "table.csv"
    rows = [f"{date},{index * 0.5},{'ab'[index % 2]}" for index, date in enumerate(dates)]
    path.write_text("\n".join(["day,x,y", *rows]))
    return str(path)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-03", FEBRUARY_3),
        ("2020/2/3", FEBRUARY_3),
        ("03/02/2020", FEBRUARY_3),
        ("3.2.20", FEBRUARY_3),
        ("3 Feb 2020", FEBRUARY_3),
        ("03-February-2020", FEBRUARY_3),
        ("2020-02-03T12:00:00Z", FEBRUARY_3 + 0.5),
        ("2020-02-03 13:00:00+01:00", FEBRUARY_3 + 0.5),
        ("03/02/2020 6:00 PM", FEBRUARY_3 + 0.75),
        ("06:00", 0.25),
        ("31/02/2020", np.nan),
        ("soon", np.nan),
    ],
)
def test_dates_are_days(text: str, day: float) -> None:
    np.testing.assert_equal(days(pd.Series([text, None]), DateOrder.DAY_FIRST), [day, np.nan])


def test_a_number_above_12_decides_for_the_whole_column() -> None:
    assert find_order(["03/02/2020", "13/02/2020"]) is DateOrder.DAY_FIRST
    assert find_order(["03/02/2020", "02/13/2020"]) is DateOrder.MONTH_FIRST
    assert find_order(["03/02/2020", "2020-12-13"]) is None


@pytest.mark.parametrize(
    ("deciding", "order", "first"),
    [("13/02/2020", "day first", FEBRUARY_3), ("02/13/2020", "month first", MARCH_2)],
)
def test_the_order_is_kept_for_new_rows(
    deciding: str, order: str, first: float, tmp_path: Path
) -> None:
    dates = [f"{1 + index % 9:02d}/{1 + index % 7:02d}/2020" for index in range(80)] + [deciding]
    dataset = datasets.load(Table(path=written(tmp_path, dates)))
    facts = dataset.columns[0]
    assert (facts.kind, facts.reason) == (ColumnKind.DATE, f"dates, {order}")
    assert dataset.preparation is not None
    column = dataset.preparation.columns[0]
    value = dataset.preparation.inputs(pd.DataFrame({"day": ["03/02/2020"]}), PLAIN)[0, 0]
    assert value * column.scale + column.offset == pytest.approx(first, abs=0.01)


def test_what_can_be_read_in_both_ways_is_asked_and_can_be_decided(tmp_path: Path) -> None:
    source = Table(path=written(tmp_path, [f"0{1 + index % 9}/02/2020" for index in range(60)]))
    dataset = datasets.load(source)
    assert 'dates in column "day" can be read with the day or the month first' in dataset.notes[0]
    assert dataset.columns[0].date_order is DateOrder.MONTH_FIRST
    decided = source.with_column(Column(name="day", date_order=DateOrder.DAY_FIRST))
    dataset = datasets.load(decided)
    assert not dataset.notes
    assert dataset.columns[0].date_order is DateOrder.DAY_FIRST
    assert dataset.columns[0].decided == ("date_order",)
