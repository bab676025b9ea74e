"""What a file is, by its name, and what the program can do with it."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from desktop.document.storage import EXTENSION, ProjectFileError, read_project


class FileKind(Enum):
    """What is done with a file that is opened or dropped."""

    PROJECT = auto()  # also what has no known name: reading it says what is wrong
    MODEL = auto()
    DATA = auto()
    IMAGE = auto()
    TABLE = auto()
    OTHER_MODEL = auto()
    OTHER = auto()


_KINDS = {
    FileKind.PROJECT: (EXTENSION, ".json", ""),
    FileKind.MODEL: (".keras",),
    FileKind.DATA: (".npz",),
    FileKind.IMAGE: (
        *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"),
        *(".ppm", ".pgm", ".pbm"),
    ),
    FileKind.TABLE: (".csv", ".tsv", ".xls", ".xlsx", ".ods"),
    FileKind.OTHER_MODEL: (".h5", ".hdf5", ".onnx", ".pt", ".pth", ".pb", ".tflite"),
}
_TITLES = {
    FileKind.IMAGE: "an image, which cannot be opened: draw it on the Draw page, or use the "
    "command predict",
    FileKind.TABLE: "a table, which cannot be read yet: data comes from files like mnist.npz, the "
    "built-in digits and the logic tables, which the Data page offers",
    FileKind.OTHER_MODEL: "a model in another format: load it in Keras, save it with "
    'model.save("model.keras"), and open that',
    FileKind.OTHER: f"not a file that can be opened: choose a project ({EXTENSION}), a Keras model "
    "(.keras) or data like mnist.npz",
}


def kind_of(path: Path) -> FileKind:
    """The kind of the file at `path`, by its ending; of a folder or nothing, a project."""
    suffix = path.suffix.lower()
    for kind, suffixes in _KINDS.items():
        if suffix in suffixes:
            return kind
    try:
        read_project(path)
    except ProjectFileError:
        return FileKind.OTHER if path.is_file() else FileKind.PROJECT
    return FileKind.PROJECT  # under another name


def what_to_do_with(path: Path) -> str:
    """What the file at `path` is, which cannot be opened, and what can be done instead."""
    return f"{path.name} is {_TITLES[kind_of(path)]}"
