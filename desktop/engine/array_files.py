"""Reads arrays from .npz and .npy files without trusting them.

Headers are checked before any array is read, so that a small file cannot ask for all of the memory.
Pickled objects are never opened.
"""

from __future__ import annotations

import ast
import operator
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from desktop.document.files import is_special, reason
from desktop.engine.data_error import DataError
from desktop.machine import available_memory

MAX_VALUES = 2**30  # of one array; 4 GB as a network gets them
_MOST_ARRAYS = 1000
SHOWN = 8  # names of arrays in a message
_LONGEST_HEADER = 10_000  # bytes; what NumPy takes


@dataclass(frozen=True)
class Header:
    """What a file says of one of its arrays."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def require_file(file: Path, advice: str) -> None:
    """Raise DataError unless `file` is a regular file; `advice` says what to do instead."""
    if not file.exists():
        raise DataError(f"There is no file {file}: {advice}")
    if file.is_dir():
        raise DataError(f"{file} is a folder, not a file: {advice}")
    if is_special(file):
        raise DataError(f"{file} is not a regular file: {advice}")


@contextmanager
def explained(file: Path, advice: str) -> Iterator[None]:
    """Say in plain words what zipfile, zlib or numpy did not like about `file`."""
    try:
        yield
    except zipfile.BadZipFile as error:
        what = "is damaged" if zipfile.is_zipfile(file) else "is not a .npz file, or is cut short"
        raise DataError(f"{file} {what}: {advice}") from error
    except (zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        # RuntimeError: the archive is encrypted. ValueError: an array ends too early.
        raise DataError(f"{file} is damaged ({error!s:.200}): {advice}") from error
    except OSError as error:
        raise DataError(f"{file} cannot be read: {reason(error)}") from error


def array_names(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The names of the arrays in `archive`."""
    names = archive.namelist()[:_MOST_ARRAYS]
    return tuple(name.removesuffix(".npy") for name in names if name.endswith(".npy"))


def archive_header(archive: zipfile.ZipFile, file: Path, name: str, advice: str) -> Header:
    """What `archive`, which is `file`, says of its array `name`; to be called in `explained`."""
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as stream:
        return _header(stream, info.file_size, file, name, advice)


def read_from_archive(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """The array `name`, whose header has been checked."""
    with archive.open(f"{name}.npy") as stream:
        array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    return array


def read_npy(file: Path, advice: str) -> NDArray[Any]:
    """The array in the .npy `file`. Raises DataError."""
    require_file(file, advice)
    with explained(file, advice), file.open("rb") as stream:
        _header(stream, file.stat().st_size, file, file.stem, advice)
        stream.seek(0)
        array: NDArray[Any] = npy.read_array(stream, allow_pickle=False)
    return array


def shape_text(shape: tuple[int, ...]) -> str:
    """ "(60000, 28, 28)"."""
    return f"({', '.join(map(str, shape))})"


def _declared(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type at the beginning of an array in NumPy's format. Raises ValueError.

    Stricter than NumPy, whose functions also take what Python 2 wrote, with a warning.
    """
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"array format {version[0]}.{version[1]} of {name} is unknown")
    length = int.from_bytes(stream.read(2 if version == (1, 0) else 4), "little")
    if length > _LONGEST_HEADER:
        raise ValueError(f"the header of {name} has {length:,} bytes")
    try:
        header = ast.literal_eval(stream.read(length).decode("utf-8"))
        shape = tuple(map(operator.index, header["shape"]))
        return shape, npy.descr_to_dtype(header["descr"])
    except (SyntaxError, TypeError, KeyError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"the header of {name} cannot be read") from error


def _header(stream: IO[bytes], size: int, file: Path, name: str, advice: str) -> Header:
    shape, dtype = _declared(stream, name)
    if dtype.hasobject:
        raise DataError(
            f"{file}: {name} holds pickled Python objects, which could run any program and are "
            f"never opened: {advice}"
        )
    if any(length < 0 for length in shape):
        raise ValueError(f"{name} has the shape {shape_text(shape)}")
    values = prod(shape)
    if values > MAX_VALUES or values * dtype.itemsize > MAX_VALUES * 8:
        raise DataError(
            f"{file}: {name} would have {values:,} values, in the shape {shape_text(shape)}; at "
            f"most {MAX_VALUES:,} can be used: {advice}"
        )
    needed = values * (dtype.itemsize + 4)  # as they are, and as the network gets them
    available = available_memory()
    if available is not None and needed > available:
        raise DataError(
            f"{file}: {name} needs {needed / 2**30:.1f} GB of memory, but {available / 2**30:.1f} "
            "GB are available: close other programs, or use fewer rows"
        )
    if values * dtype.itemsize > size:
        raise ValueError(
            f"{name} needs {values * dtype.itemsize:,} bytes, but only {size:,} are there"
        )
    return Header(shape, dtype)
