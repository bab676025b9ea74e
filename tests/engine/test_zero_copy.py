"""Rows that TensorFlow reads where they are."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from desktop.engine.zero_copy import ALIGNMENT, aligned_empty, is_aligned, zero_copy_tensor


def aligned(values: np.ndarray) -> np.ndarray:
    array = aligned_empty(values.shape, values.dtype)
    array[...] = values
    return array


def test_a_tensor_shares_the_memory_of_an_aligned_array() -> None:
    array = aligned(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    tensor = zero_copy_tensor(array)
    np.testing.assert_array_equal(tensor.numpy(), array)
    array[1, 2, 3] = 100.0  # never done to rows, which are read-only
    assert tensor[1, 2, 3].numpy() == 100.0


def test_arrays_that_cannot_be_written_to_are_shared_too() -> None:
    array = aligned(np.arange(5, dtype=np.int64))
    array.setflags(write=False)
    assert zero_copy_tensor(array).numpy().tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64])
def test_any_other_array_is_copied(dtype: type) -> None:
    """TensorFlow's kernels abort on memory that is not aligned, so that this must never be so."""
    memory = aligned(np.arange(40, dtype=dtype))
    odd = memory[1:]
    assert not is_aligned(odd)
    np.testing.assert_array_equal(zero_copy_tensor(odd)[3:20].numpy(), odd[3:20])
    np.testing.assert_array_equal(zero_copy_tensor(memory[::2])[1:4].numpy(), memory[::2][1:4])
    assert zero_copy_tensor(memory[:0]).shape == (0,)


def test_the_memory_lives_as_long_as_the_tensor_and_no_longer() -> None:
    array = aligned(np.full(1000, 7.0, np.float32))
    tensor, gone = zero_copy_tensor(array), weakref.ref(array)
    del array
    gc.collect()
    assert gone() is not None
    assert tensor.numpy().sum() == 7000.0
    del tensor
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("size", [1, 63, 1000])
def test_new_arrays_are_aligned(size: int) -> None:
    array = aligned_empty((size, 3), np.float32)
    assert array.shape == (size, 3)
    assert array.ctypes.data % ALIGNMENT == 0
