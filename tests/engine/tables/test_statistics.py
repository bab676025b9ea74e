"""How columns are spread over the training rows, and how they go with the target."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop.document.data import Table, TargetKind
from desktop.engine import datasets
from desktop.engine.tables.statistics import (
    CRAMER,
    ETA,
    MOST_ROWS,
    PEARSON,
    correlation_ratio,
    cramers_v,
    pearson,
)

RANDOM = np.random.default_rng(0)


def test_measures_agree_with_others() -> None:
    a, b = RANDOM.normal(size=(2, 500))
    groups = RANDOM.integers(3, size=500)
    assert pearson(a, a + b) == pytest.approx(np.corrcoef(a, a + b)[0, 1])
    values = a + groups
    within = sum(((values[groups == g] - values[groups == g].mean()) ** 2).sum() for g in range(3))
    total = ((values - values.mean()) ** 2).sum()
    assert correlation_ratio(values, groups) == pytest.approx(np.sqrt(1 - within / total))


def test_measures_of_what_is_the_same_of_chance_and_of_what_does_not_vary() -> None:
    codes, other = RANDOM.integers(4, size=(2, 2000))
    assert cramers_v(codes, codes) == pytest.approx(1)
    assert cramers_v(codes, other) < 0.05
    assert correlation_ratio(codes.astype(float), codes) == pytest.approx(1)
    constant = np.ones(2000)
    assert pearson(constant, other) is correlation_ratio(constant, codes) is None
    assert cramers_v(constant, codes) is None


@pytest.mark.parametrize(
    ("kind", "measures"),
    [(TargetKind.CLASSES, (ETA, CRAMER)), (TargetKind.NUMBER, (PEARSON, ETA))],
)
def test_every_column_has_its_counts_over_the_training_rows(
    kind: TargetKind, measures: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    rows = [f"{n * 0.5 if n % 5 else ''},{'uvw'[n % 3]},{n % 4}" for n in range(200)]
    path.write_text("\n".join(["size,letter,y", *rows]))
    dataset = datasets.load(Table(path=str(path), target_kind=kind))
    size, letter, target = (facts.statistics for facts in dataset.columns)
    assert size is not None and letter is not None and target is not None
    training = len(dataset.training)
    assert sum(size.counts) == training - dataset.columns[0].missing == size.rows
    assert sorted(letter.labels) == ["u", "v", "w"] and sum(letter.counts) == training
    assert (size.measure, letter.measure) == measures
    assert sum(target.counts) == training and target.together is None
    assert " to " in size.summary and "median" in size.summary


def test_a_long_table_is_sampled(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(f"{n * 0.5},{n % 2}" for n in range(3 * MOST_ROWS)))
    facts = datasets.load(Table(path=str(path))).columns[0].statistics
    assert facts is not None and MOST_ROWS / 2 <= facts.rows <= MOST_ROWS


def test_numbers_as_large_as_there_are(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(f"{'-' if n % 2 else ''}1.7e308,{n % 3}" for n in range(90)))
    facts = datasets.load(Table(path=str(path))).columns[0]
    assert facts.statistics is not None and sum(facts.statistics.counts) == facts.statistics.rows
