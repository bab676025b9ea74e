"""Rows that stay in memory where TensorFlow can read them, without a second copy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from desktop.engine import backend

ALIGNMENT = 64  # bytes: TensorFlow's kernels abort on memory that begins anywhere else


def aligned_empty(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An uninitialized array whose memory TensorFlow can share: see `zero_copy_tensor`."""
    kind = np.dtype(dtype)
    size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + size].view(kind).reshape(shape)


def is_aligned(array: NDArray[Any]) -> bool:
    """Whether TensorFlow can share the memory of `array`."""
    return array.flags.c_contiguous and array.ctypes.data % ALIGNMENT == 0


def zero_copy_tensor(array: NDArray[Any]) -> Any:
    """A tensor in the processor's memory with the values of `array`, which must not change later.

    It shares the memory of an array made by `aligned_empty`, and has a copy of any other. (What
    `tf.constant` makes of a large array takes up twice its size for as long as the array lives.)
    """
    tf = backend.tensorflow()
    if array.size == 0:
        with tf.device("CPU"):
            return tf.constant(array)
    if not is_aligned(array):
        copy = aligned_empty(array.shape, array.dtype)
        copy[...] = array
        array = copy
    return tf.experimental.dlpack.from_dlpack(np.asarray(_Writable(array)).__dlpack__())


class _Writable:
    """The memory of an array, said to be writable: only such can be handed over by DLPack."""

    def __init__(self, array: NDArray[Any]) -> None:
        address, _ = array.__array_interface__["data"]
        self.__array_interface__ = {**array.__array_interface__, "data": (address, False)}
        self._owner = array
