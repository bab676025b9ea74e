"""Tables larger than what is looked at beforehand, and than what scikit-learn splits quickly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.document.data import Digits, Table
from desktop.engine import datasets, splits
from desktop.engine.data_error import DataError

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
