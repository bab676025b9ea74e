"""Data sets of Keras as data: images in IDX files, CIFAR-10, and California housing."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop import paths
from desktop.document.data import CaliforniaHousing, Cifar10, DataSource, FashionMnist, Idx
from desktop.document.schema import Classes
from desktop.engine.array_files import (
    archive_header,
    array_names,
    explained,
    read_from_archive,
    require_file,
    shape_text,
)
from desktop.engine.data_error import DataError
from desktop.engine.idx import is_emnist, known_names, read_idx
from desktop.engine.image_rows import FIXED_SEED, image_dataset
from desktop.engine.progress import Progress
from desktop.engine.rows import Dataset
from desktop.engine.splits import split

FEATURES = (
    *("median income", "house age", "average rooms", "average bedrooms", "population"),
    *("average occupancy", "latitude", "longitude"),
)
TARGET = "median house value"
_SIDE = 32
_RECORD = 1 + 3 * _SIDE * _SIDE  # a label, then the red, green and blue pixels
_BATCH = 10_000 * _RECORD  # bytes of the largest file
_MOST_MEMBERS = 100
_TRAINING = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
_TEST = "test_batch.bin"


def local_file(source: DataSource) -> Path:
    """The file that `source` reads: the chosen one, or Keras's. Raises DataError if it is not."""
    advice = "choose another file on the page Data"
    if source.file:
        file = Path(source.file).expanduser()
        require_file(file, advice)
        return file
    file = paths.keras_file(source.keras_file)
    if not file.exists():
        raise DataError(
            f"{source.title} is not on this computer: there is no file {file}. Download it on the "
            f"page Data, put {file.name} there, or choose a file"
        )
    require_file(file, advice)
    return file


# --- images ---------------------------------------------------------------------------------------


def load_idx(source: Idx | FashionMnist, progress: Progress) -> Dataset:
    """The images of `source` and the classes that its labels stand for. Raises DataError."""
    path = source.path if isinstance(source, Idx) else str(local_file(source))
    found = read_idx(path)
    x, y, test = found.x, found.y, found.test
    if test is None:
        part = source.test_split if isinstance(source, Idx) else 0.2
        kept, held = split(y, part, FIXED_SEED, "Test split")
        x, y, test = x[kept], y[kept], (x[held], y[held])
    test_x, test_y = test
    turned = None
    if isinstance(source, Idx):
        turned = source.turned if source.turned is not None else is_emnist(path)
    if turned:
        x, test_x = x.swapaxes(1, 2), test_x.swapaxes(1, 2)
    labels = np.unique(y)
    unknown = np.setdiff1d(test_y, labels)
    if len(unknown):
        raise DataError(f"The test images have the label {unknown[0]}, but no training image has")
    if len(labels) < 2:
        raise DataError(f"All images of {path} have the label {labels[0]}; choose other IDX files")
    names = known_names(path)
    if isinstance(source, Idx) and source.class_names is not None:
        names = source.class_names
        if len(names) != len(labels):
            raise DataError(
                f"There are {len(labels)} different labels, but {len(names)} class names: give as "
                "many names as there are labels, or none"
            )
    if names is None or len(names) != len(labels):
        names = tuple(map(str, labels.tolist()))
    indices = np.searchsorted(labels, y), np.searchsorted(labels, test_y)
    dataset = image_dataset(source, (x, indices[0]), (test_x, indices[1]), Classes(names))
    return replace(dataset, turned=turned)


def load_cifar10(source: Cifar10, progress: Progress) -> Dataset:
    """The images of the binary version of CIFAR-10, unpacked in memory."""
    file = local_file(source)
    try:
        batches = _batches(file, progress)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise DataError(
            f"{file} is damaged, or not a .tar.gz file ({error!s:.100}): download it again, or "
            "choose another file"
        ) from error
    missing = [name for name in (_TRAINING[0], _TEST) if name not in batches]
    if missing:
        raise DataError(
            f"{file} has no file {missing[0]}; cifar-10-binary.tar.gz is needed, the binary version"
        )
    train = np.concatenate([batches[name] for name in _TRAINING if name in batches])
    test = batches[_TEST]
    classes = source.known_schema.target
    assert isinstance(classes, Classes)
    for records in (train, test):
        if records[:, 0].max() >= len(classes.names):
            raise DataError(f"{file} has the label {records[:, 0].max()}; 0 to 9 are allowed")
    return image_dataset(source, _colors(train), _colors(test), classes)


def _colors(records: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    pixels = records[:, 1:].reshape(-1, 3, _SIDE, _SIDE)
    return np.moveaxis(pixels, 1, -1), records[:, 0]


def _batches(file: Path, progress: Progress) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    with tarfile.open(file, "r:gz") as archive:
        for number, member in enumerate(archive):
            if number >= _MOST_MEMBERS or member.size > _BATCH:
                raise ValueError("it holds other files than CIFAR-10's")
            name = Path(member.name).name
            if not member.isfile() or name not in (*_TRAINING, _TEST):
                continue
            stream = archive.extractfile(member)
            data = stream.read() if stream is not None else b""
            if not data or len(data) % _RECORD:
                raise ValueError(f"{name} has {len(data):,} bytes, not a multiple of {_RECORD:,}")
            found[name] = np.frombuffer(data, np.uint8).reshape(-1, _RECORD)
            progress(len(found) / (len(_TRAINING) + 1))
    return found


# --- tables ---------------------------------------------------------------------------------------


def load_california_housing(source: CaliforniaHousing, progress: Progress) -> Dataset:
    """The districts as a table with names for its columns. Raises DataError."""
    import pandas as pd

    from desktop.engine.tables.scikit_learn import load_frame

    file = local_file(source)
    advice = "choose california_housing.npz as Keras keeps it"
    with explained(file, advice), zipfile.ZipFile(file) as archive:
        names = array_names(archive)
        if not {"x", "y"} <= set(names):
            raise DataError(f"{file} has no arrays x and y: {advice}")
        x, y = (archive_header(archive, file, name, advice) for name in ("x", "y"))
        fits = x.shape[1:] == (len(FEATURES),) and y.shape == x.shape[:1] and x.shape[0] > 0
        if not fits or {x.dtype.kind, y.dtype.kind} - set("iuf"):
            raise DataError(
                f"{file}: x has the shape {shape_text(x.shape)} and y {shape_text(y.shape)}; "
                f"numbers of shape (rows, {len(FEATURES)}) and (rows) are needed: {advice}"
            )
        values = read_from_archive(archive, "x")
        frame = pd.DataFrame(values.astype(np.float64), columns=list(FEATURES))
        frame[TARGET] = read_from_archive(archive, "y").astype(np.float64)
    return load_frame(source, frame, TARGET)
