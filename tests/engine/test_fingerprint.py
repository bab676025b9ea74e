"""What tells rows and their split from others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from desktop.document.data import Digits, Table
from desktop.engine.datasets import load
from desktop.engine.rows import Dataset, Rows
from tests.engine.runs import dataset


def test_the_same_rows_have_the_same_fingerprint() -> None:
    assert dataset().fingerprint == dataset().fingerprint
    assert len({dataset().fingerprint.data, dataset(training=90).fingerprint.data}) == 2


def test_one_number_one_target_or_one_weight_makes_another() -> None:
    base = dataset()
    x, y = base.training.x.copy(), base.training.y.copy()
    x[7].flat[3] += 1e-6
    y[9] = (y[9] + 1) % 10
    others = [replace(base.training, x=x), replace(base.training, y=y)]
    others.append(replace(base.training, sample_weight=np.ones(len(y), np.float32)))
    prints = [base, *(replace(base, training=rows) for rows in others)]
    assert len({each.fingerprint.data for each in prints}) == 4


def test_another_split_of_the_same_rows() -> None:
    base = load(Digits())
    for source in (Digits(split_seed=7), Digits(validation_split=0.3)):
        other = load(source)
        assert other.fingerprint.data == base.fingerprint.data
        assert other.fingerprint.split != base.fingerprint.split
        same_rows = source.split_seed == base.source.split_seed
        assert (other.fingerprint.test == base.fingerprint.test) == same_rows


def test_the_order_of_training_rows_is_part_of_the_split() -> None:
    base = dataset()
    order = np.arange(len(base.training))[::-1]
    rows = Rows(base.training.x[order].copy(), base.training.y[order].copy())
    other: Dataset = replace(base, training=rows)
    assert other.fingerprint.data == base.fingerprint.data
    assert other.fingerprint.split != base.fingerprint.split


def test_a_table_is_told_by_its_cells_not_by_what_its_split_makes_of_them(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    lines = [f"{number},{number % 7},{'ab'[number % 2]}" for number in range(60)]
    path.write_text("\n".join(["size,rank,kind", *lines]) + "\n")
    one = load(Table(path=str(path), target="kind"))
    other = load(Table(path=str(path), target="kind", split_seed=5))
    assert one.fingerprint.data == other.fingerprint.data
    assert one.fingerprint.split != other.fingerprint.split
    path.write_text("\n".join(["size,rank,kind", *lines[:-1], "59,4,b"]) + "\n")
    assert load(Table(path=str(path), target="kind")).fingerprint.data != one.fingerprint.data
