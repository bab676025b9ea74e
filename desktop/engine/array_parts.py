"""Finds inputs and targets among the arrays of a file, by their names."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.document.data import Arrays
from desktop.document.text import some
from desktop.engine.array_files import (
    SHOWN,
    Header,
    archive_header,
    array_names,
    explained,
    read_from_archive,
    read_npy,
    require_file,
    shape_text,
)
from desktop.engine.data_error import DataError

ADVICE = "choose another .npz or .npy file"
_INPUTS = ("x", "data", "images", "image", "features", "inputs", "input", "samples")
_TARGETS = ("y", "target", "targets", "labels", "label", "classes")
_TRAIN, _TEST = "train", "test"


@dataclass(frozen=True)
class Parts:
    """Inputs and targets as the file has them; `test` where it has rows for the test.

    `name` is what the array of the targets is called, `names` are all arrays of the file.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    test: tuple[NDArray[Any], NDArray[Any]] | None
    name: str
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_parts(source: Arrays) -> Parts:
    """The arrays of `source`, rows and shapes checked. Raises DataError."""
    if not source.path:
        raise DataError("No file is chosen; choose an .npz or .npy file with arrays")
    file = Path(source.path).expanduser()
    require_file(file, ADVICE)
    return _from_npy(source, file) if file.suffix.lower() == ".npy" else _from_npz(source, file)


def _from_npy(source: Arrays, file: Path) -> Parts:
    x = read_npy(file, ADVICE)
    if source.target_path:
        y = read_npy(Path(source.target_path).expanduser(), "choose another target file")
        _check(file, {"inputs": Header(x.shape, x.dtype), "targets": Header(y.shape, y.dtype)})
        return Parts(x, y, None, Path(source.target_path).stem, (file.stem,))
    return _last_column(file, file.stem, x, (file.stem,))


def _last_column(file: Path, name: str, x: NDArray[Any], names: tuple[str, ...]) -> Parts:
    if x.ndim != 2 or x.shape[1] < 2:
        raise DataError(
            f"{file}: {name} has the shape {shape_text(x.shape)}; an array alone has to have rows "
            "and columns, the last one with the target. Choose a second file with the targets"
        )
    _check(file, {name: Header(x.shape, x.dtype)})
    note = f"The target is the last column of {name}"
    return Parts(x[:, :-1], x[:, -1], None, "last column", names, (note,))


def _from_npz(source: Arrays, file: Path) -> Parts:
    with explained(file, ADVICE), zipfile.ZipFile(file) as archive:
        names = array_names(archive)
        if not names:
            raise DataError(f"{file} has no arrays: {ADVICE}")
        headers = {name: archive_header(archive, file, name, ADVICE) for name in names}
        if len(names) == 1 and source.target_path is None:
            return _last_column(file, names[0], read_from_archive(archive, names[0]), names)
        x = _named(file, names, source.inputs) or _found(names, _INPUTS) or _largest(headers)
        if source.target_path is not None:
            y_array = read_npy(Path(source.target_path).expanduser(), "choose another target file")
            _check(file, {x: headers[x], "targets": Header(y_array.shape, y_array.dtype)})
            return Parts(read_from_archive(archive, x), y_array, None, "target", names)
        y = _named(file, names, source.target) or _found(names, _TARGETS)
        if y is None and len(names) == 2:
            y = next(name for name in names if name != x)
        if y is None or x == y:
            raise DataError(
                f"{file} has the arrays {some(names, SHOWN)}; which is the input and which the "
                "target cannot be told by their names: choose them on the page Data"
            )
        chosen = {x: headers[x], y: headers[y]}
        _check(file, chosen)
        test_x, test_y = _for_test(names, x), _for_test(names, y)
        test = None
        if test_x is not None and test_y is not None:
            _check(file, {test_x: headers[test_x], test_y: headers[test_y]})
            for one, other in ((x, test_x), (y, test_y)):
                if headers[one].shape[1:] != headers[other].shape[1:]:
                    raise DataError(
                        f"{file}: {one} has the shape {shape_text(headers[one].shape)}, but "
                        f"{other} has {shape_text(headers[other].shape)}; their rows must have the "
                        f"same shape: {ADVICE}"
                    )
            test = read_from_archive(archive, test_x), read_from_archive(archive, test_y)
        used = {x, y, test_x, test_y} if test is not None else {x, y}
        unused = tuple(name for name in names if name not in used)
        notes = (f"Not used: {some(unused, SHOWN)}",) if unused else ()
        return Parts(
            read_from_archive(archive, x), read_from_archive(archive, y), test, y, names, notes
        )


def _named(file: Path, names: tuple[str, ...], name: str | None) -> str | None:
    if name is not None and name not in names:
        raise DataError(
            f'{file} has no array "{name}"; it has {some(names, SHOWN)}: choose one of them'
        )
    return name


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _found(names: tuple[str, ...], bases: tuple[str, ...]) -> str | None:
    """The array of the training rows that is called like one of `bases`."""
    plain = {_plain(name): name for name in reversed(names)}
    for base in bases:
        for known in (f"{base}{_TRAIN}", f"{_TRAIN}{base}", f"{base}training", base):
            if known in plain:
                return plain[known]
    return None


def _largest(headers: Mapping[str, Header]) -> str:
    return max(headers, key=lambda name: (len(headers[name].shape), np.prod(headers[name].shape)))


def _for_test(names: tuple[str, ...], training: str) -> str | None:
    plain = _plain(training).replace("training", _TRAIN)
    if _TRAIN not in plain:
        return None
    wanted = plain.replace(_TRAIN, _TEST)
    return next((name for name in names if _plain(name) == wanted), None)


def _check(file: Path, headers: Mapping[str, Header]) -> None:
    """Raise DataError unless the arrays have rows, as many as each other, of known values."""
    rows = {}
    for name, header in headers.items():
        if not header.shape or 0 in header.shape:
            raise DataError(
                f"{file}: {name} has the shape {shape_text(header.shape)}, so no rows: {ADVICE}"
            )
        if header.dtype.kind not in "biufSU":
            raise DataError(
                f"{file}: {name} holds {header.dtype!s:.60}; numbers, texts or booleans can be "
                f"used: {ADVICE}"
            )
        rows[name] = header.shape[0]
    if len(set(rows.values())) > 1:
        (one, first), (other, second) = list(rows.items())[:2]
        raise DataError(
            f"{file}: {one} has {first:,} rows, but {other} has {second:,}; they must be as many: "
            f"{ADVICE}"
        )
