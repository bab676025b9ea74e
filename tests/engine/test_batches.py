"""Batches: every row once an epoch, in an order that follows from seed and epoch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine import batches
from desktop.engine.batches import Batches
from desktop.engine.rows import Rows


def numbered(count: int, weighted: bool = False) -> Rows:
    """Rows that hold their own numbers."""
    numbers = np.arange(count, dtype=np.float32)
    return Rows(numbers.reshape(-1, 1), np.arange(count), numbers / count if weighted else None)


@given(
    rows=st.integers(1, 200),
    batch_size=st.integers(1, 64),
    seed=st.none() | st.integers(0, 2**32 - 1),
    epoch=st.integers(0, 1000),
)
def test_every_row_comes_once(rows: int, batch_size: int, seed: int | None, epoch: int) -> None:
    these = Batches(numbered(rows), np.arange(rows), batch_size, seed)
    these.begin(epoch)
    parts = [these.at(step) for step in range(these.steps)]
    assert sorted(np.concatenate([x[:, 0] for x, _ in parts])) == list(range(rows))
    assert all(np.array_equal(x[:, 0], y) for x, y in parts)
    assert [len(y) == batch_size for _, y in parts].count(True) == these.full_steps
    if seed is None:
        assert these.order().tolist() == list(range(rows))


def test_the_order_follows_from_seed_and_epoch() -> None:
    one, other = (Batches(numbered(50), np.arange(50), 10, seed) for seed in (3, 4))
    orders = {}
    for epoch in (0, 1, 0):
        one.begin(epoch)
        order = one.order().tolist()
        assert orders.setdefault(epoch, order) == order
    assert orders[0] != orders[1]
    assert orders[0] != other.order().tolist()


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("too_large", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_dataset_holds_the_batches_of_the_epoch(
    seed: int | None, too_large: bool, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if too_large:
        monkeypatch.setattr(batches, "physical_memory", lambda: 100)
    these = Batches(numbered(25, weighted), np.arange(25), 10, seed)
    assert (these.is_too_large, these.is_in_memory) == (too_large, not too_large)
    dataset = these.dataset
    assert dataset.cardinality().numpy() == 3
    for epoch in (2, 0):
        these.begin(epoch)
        for step, parts in enumerate(dataset):
            expected = these.at(step)
            assert len(parts) == len(expected) == 2 + weighted
            for part, array in zip(parts, expected, strict=True):
                np.testing.assert_array_equal(part.numpy(), array)


def test_batches_that_are_trained_already_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "physical_memory", lambda: 100)
    these = Batches(numbered(25), np.arange(25), 10, 5)
    these.begin(3, trained=2)
    assert [len(y) for _, y in these.dataset] == [0, 0, 5]
    *_, (x, _) = these.dataset
    np.testing.assert_array_equal(x.numpy(), these.at(2)[0])
    these.begin(4)
    assert [len(y) for _, y in these.dataset] == [10, 10, 5]


def test_what_fits_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 25 * (4 + 8)
    for memory, fits in ((2 * size, True), (2 * size - 1, False), (None, True)):
        monkeypatch.setattr(batches, "physical_memory", lambda memory=memory: memory)
        assert Batches(numbered(25), np.arange(25), 10).is_in_memory is fits
