"""Reads images from IDX files without trusting them.

The format, by http://yann.lecun.com/exdb/mnist: two zero bytes, the type of the values (8: unsigned
bytes), the number of axes; then the length of each axis, 4 bytes, the highest first; then the
values. Images have three axes (rows, height, width), labels one.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import FASHION, IDX_NAME
from desktop.document.files import reason
from desktop.engine.array_files import MAX_VALUES, require_file
from desktop.engine.data_error import DataError

ADVICE = "choose other IDX files"
_BYTES = 8  # the type of unsigned bytes
_DIGITS = "0123456789"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# By a word of the name of a file or its folder: the names of the classes.
_NAMES: dict[str, tuple[str, ...]] = {
    "emnist-letters": tuple(_UPPER),
    "emnist-balanced": tuple(f"{_DIGITS}{_UPPER}abdefghnqrt"),
    "emnist-bymerge": tuple(f"{_DIGITS}{_UPPER}abdefghnqrt"),
    "emnist-byclass": tuple(f"{_DIGITS}{_UPPER}{_UPPER.lower()}"),
    "fashion": FASHION,
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
}


@dataclass(frozen=True)
class IdxImages:
    """Images, uint8 (n, height, width), and labels, uint8 (n,); of the test, if it has files."""

    x: NDArray[Any]
    y: NDArray[Any]
    test: tuple[NDArray[Any], NDArray[Any]] | None


def read_idx(path: str) -> IdxImages:
    """The images and labels of all files that belong to the one at `path`. Raises DataError."""
    if not path:
        raise DataError("No file is chosen; choose an IDX file, such as train-images-idx3-ubyte.gz")
    file = Path(path).expanduser()
    require_file(file, ADVICE)
    if IDX_NAME.fullmatch(file.name) is None:
        raise DataError(
            f"{file}: the file with its labels is found by the usual names, such as "
            "train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz: rename the files so"
        )
    x, y = _pair(file, ("train",))
    test_images = _sibling(file, ("t10k", "test"), "images")
    test = None if test_images is None else _pair(file, ("t10k", "test"))
    if test is not None and test[0].shape[1:] != x.shape[1:]:
        raise DataError(
            f"{test_images} has images of {test[0].shape[1]} × {test[0].shape[2]} pixels, but the "
            f"training images have {x.shape[1]} × {x.shape[2]}: {ADVICE}"
        )
    return IdxImages(x, y, test)


def is_emnist(path: str) -> bool:
    """Whether the file at `path` is called like one of EMNIST's."""
    return "emnist" in Path(path).name.lower() or "emnist" in Path(path).parent.name.lower()


def known_names(path: str) -> tuple[str, ...] | None:
    """The names of the classes, if those are known by the name of the file or its folder."""
    where = f"{Path(path).parent.name}/{Path(path).name}".lower()
    return next((names for word, names in _NAMES.items() if word in where), None)


def _sibling(file: Path, parts: tuple[str, ...], what: str) -> Path | None:
    """The file of the images or labels of one of `parts` that belongs to `file`, if there is."""
    name = IDX_NAME.fullmatch(file.name)
    assert name is not None
    axes = 3 if what == "images" else 1
    first = ".gz" if name["gzipped"] else ""
    for part in parts:
        stem = (
            f"{name['prefix']}{part}{name['first']}{what}{name['second']}idx{axes}"
            f"{name['third']}ubyte"
        )
        for ending in dict.fromkeys((first, "", ".gz")):
            sibling = file.with_name(stem + ending)
            if sibling.is_file():
                return sibling
    return None


def _pair(file: Path, parts: tuple[str, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    found = []
    for what, axes in (("images", 3), ("labels", 1)):
        one = _sibling(file, parts, what)
        if one is None:
            raise DataError(
                f"The {what} of {parts[0]} are not beside {file}: there is no file like "
                f"{parts[0]}-{what}-idx{axes}-ubyte or with .gz at the end. Put it there"
            )
        found.append((one, _read(one, axes)))
    (images, x), (labels, y) = found
    if len(x) != len(y):
        raise DataError(
            f"{images} has {len(x):,} images, but {labels} has {len(y):,} labels; they must be as "
            f"many: {ADVICE}"
        )
    return x, y


def _read(file: Path, axes: int) -> NDArray[Any]:
    """The values of `file`, which has to have so many axes. Raises DataError."""
    try:
        with file.open("rb") as raw:
            gzipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not gzipped:
                return _values(raw, file, axes)
            with gzip.GzipFile(fileobj=raw) as stream:
                return _values(stream, file, axes)
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise DataError(f"{file} is damaged ({error!s:.100}): {ADVICE}") from error
    except OSError as error:
        raise DataError(f"{file} cannot be read: {reason(error)}") from error


def _values(stream: IO[bytes] | gzip.GzipFile, file: Path, axes: int) -> NDArray[Any]:
    magic = stream.read(4)
    expected = bytes((0, 0, _BYTES, axes))
    if magic != expected:
        raise DataError(
            f"{file} begins with {magic.hex(' ') or 'nothing'}, but a file of "
            f"{'images' if axes == 3 else 'labels'} begins with {expected.hex(' ')}: {ADVICE}"
        )
    lengths = stream.read(4 * axes)
    shape = tuple(np.frombuffer(lengths[: len(lengths) // 4 * 4], ">u4").tolist())
    size = prod(shape)
    if len(shape) != axes or not 0 < size <= MAX_VALUES:
        raise DataError(
            f"{file} says it has {' × '.join(f'{length:,}' for length in shape) or 'no'} values; "
            f"1 to {MAX_VALUES:,} can be used: {ADVICE}"
        )
    data = stream.read(size + 1)
    if len(data) != size:
        found = f"{len(data):,}" if len(data) < size else "more"
        raise DataError(
            f"{file} says it has {' × '.join(f'{length:,}' for length in shape)} = {size:,} bytes "
            f"of values, but it has {found}: {ADVICE}"
        )
    return np.frombuffer(data, np.uint8).reshape(shape)
