"""What a file is, by its name, and what the program can do with it."""

from __future__ import annotations

import re
from enum import Enum, auto
from pathlib import Path

from desktop.document.data import data_suffixes, sources_for
from desktop.document.lessons import LESSON_EXTENSION, LESSON_FILE, is_lesson
from desktop.document.storage import EXTENSION, ProjectFileError, read_project
from desktop.views.widgets.file_questions import IMAGE_SUFFIXES, MODEL_EXTENSION, files_filter


class FileKind(Enum):
    """What is done with a file that is opened or dropped."""

    LESSON = auto()
    PROJECT = auto()  # also what has no known name: reading it says what is wrong
    MODEL = auto()
    DATA = auto()  # what a data source reads
    IMAGE = auto()
    SPREADSHEET = auto()
    OTHER_MODEL = auto()
    OTHER = auto()


_KINDS = {
    FileKind.PROJECT: (EXTENSION, ".json", ""),
    FileKind.MODEL: (MODEL_EXTENSION,),
    FileKind.IMAGE: IMAGE_SUFFIXES,
    FileKind.SPREADSHEET: (".xls", ".xlsb", ".ods", ".numbers"),
    FileKind.OTHER_MODEL: (".h5", ".hdf5", ".onnx", ".pt", ".pth", ".pb", ".tflite"),
}

_TEST = re.compile(r"(?<![a-z])test(?:s|ing)?(?![a-z])", re.IGNORECASE)  # in the name of a file


def kind_of(path: Path) -> FileKind:
    """The kind of the file at `path`, by its ending; of a folder or nothing, a project."""
    if is_lesson(path):
        return FileKind.LESSON
    if sources_for(path):
        return FileKind.DATA
    suffix = path.suffix.lower()
    for kind, suffixes in _KINDS.items():
        if suffix in suffixes:
            return kind
    try:
        read_project(path)
    except ProjectFileError:
        return FileKind.OTHER if path.is_file() else FileKind.PROJECT
    return FileKind.PROJECT  # under another name


def looks_like_test_file(path: Path, training: str | None) -> bool:
    """Whether the file at `path` may hold the test rows for the file `training`, by their names."""
    if not training or path == Path(training) or path.parent != Path(training).parent:
        return False
    return bool(_TEST.search(path.stem)) and not _TEST.search(Path(training).stem)


def what_to_do_with(path: Path) -> str:
    """What the file at `path` is, which cannot be opened, and what can be done instead."""
    data, images = ", ".join(data_suffixes()), ", ".join(_KINDS[FileKind.IMAGE])
    match kind_of(path):
        case FileKind.SPREADSHEET:
            text = (
                "a spreadsheet: save it as .xlsx or CSV in the program it was made with, and open "
                "that"
            )
        case FileKind.OTHER_MODEL:
            text = (
                "a model in another format: load it in Keras, save it with "
                'model.save("model.keras"), and open that'
            )
        case _:
            text = (
                f"not a file that can be opened: choose a project ({EXTENSION}), a Keras model "
                f"({MODEL_EXTENSION}), data ({data}) or an image ({images})"
            )
    return f"{path.name} is {text}"


def open_filter() -> str:
    """The filter of the dialog that opens a file."""
    return files_filter(
        ("Projects and models", (EXTENSION, MODEL_EXTENSION)),
        ("Data", data_suffixes()),
        ("Images", _KINDS[FileKind.IMAGE]),
        ("Lessons", (LESSON_EXTENSION, LESSON_FILE)),
    )
