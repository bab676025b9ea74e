"""Project files: strict to read, impossible to damage while writing.

A file is JSON with a format number. Reading names the exact place of whatever is wrong; writing
goes through a temporary file, so that the old file stays whole until the new one is complete.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desktop.document.data_files import project_folder, with_full_names, with_short_names
from desktop.document.files import FileError, finish_replacing, is_special, reason, write_atomically
from desktop.document.json_values import JsonError, parse_json, short, to_json
from desktop.document.messages import describe
from desktop.document.project import Project

FORMAT = 1
EXTENSION = ".layerwise"
MAX_BYTES = 10_000_000

# From a format number to the function that makes the next format's values of it.
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class ProjectFileError(Exception):
    """A project file could not be read or written; the message says what, where and what to do."""


def read_project(path: Path) -> Project:
    """The project in the file at `path`. Raises ProjectFileError.

    A file that the project names is looked for from the folder the project lies in.
    """
    finish_replacing(path.parent)
    try:
        if path.is_dir():
            raise ProjectFileError(f"{path} is a folder, not a project file; choose a file in it")
        if is_special(path):
            raise ProjectFileError(f"{path} is not a regular file; nothing was opened")
        if path.stat().st_size > MAX_BYTES:
            raise ProjectFileError(f"{path} is too large to be a project file; nothing was opened")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectFileError(f"{path} is not a text file, so not a project file") from error
    except OSError as error:
        raise ProjectFileError(f"{path} cannot be opened: {reason(error)}") from error
    except ValueError as error:  # a null character in the name
        raise ProjectFileError(f"{path!s:.200} cannot be opened: not a file name") from error
    try:
        project = parse_project(text)
    except ProjectFileError as error:
        raise ProjectFileError(f"{path}: {error}") from error
    return with_full_names(project, project_folder(path))


def write_project(path: Path, project: Project) -> str:
    """Write `project` to `path`, whole or not at all. Raises ProjectFileError.

    Returns what `fingerprint` tells of the new file.
    """
    content = project_content(path, project)
    try:
        write_atomically(path, content)
    except FileError as error:
        raise ProjectFileError(str(error)) from error
    return _digest(content)


def project_content(path: Path, project: Project) -> bytes:
    """What the file at `path` holds once `project` is written there.

    A file below the project's own folder is named from there, so that both can move together.
    """
    return project_text(with_short_names(project, project_folder(path))).encode()


def fingerprint(path: Path) -> str | None:
    """What tells the contents of the project file at `path` from others; None without a file."""
    try:
        if is_special(path):
            return None
        with path.open("rb") as file:
            return _digest(file.read(MAX_BYTES + 1))
    except (OSError, ValueError):
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def project_text(project: Project) -> str:
    """The contents of the file of `project`."""
    return json.dumps({"format": FORMAT, **to_json(project)}, indent=2, ensure_ascii=False) + "\n"


def parse_project(text: str) -> Project:
    """The project that `text` describes. Raises ProjectFileError with the JSON path."""
    values = _parse_json(text)
    if not isinstance(values, dict):
        raise ProjectFileError("a project must be a JSON object { ... }")
    return project_of(_current_format(values))


def project_of(values: dict[str, Any]) -> Project:
    """The project that JSON `values` describe. Raises ProjectFileError with the JSON path."""
    try:
        # JSON mode is strict about types, but takes lists for tuples and words for choices.
        return Project.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise ProjectFileError(describe(error, values)) from error
    except RecursionError as error:
        raise ProjectFileError("nested too deeply to be a project") from error


def _parse_json(text: str) -> Any:
    if not text.strip():
        raise ProjectFileError("the file is empty, so there is no project in it")
    try:
        return parse_json(text)
    except JsonError as error:
        raise ProjectFileError(str(error)) from error


def _current_format(values: dict[str, Any]) -> dict[str, Any]:
    """`values` in today's format, without the format number."""
    values = dict(values)
    if "format" not in values:
        raise ProjectFileError('the key "format" is missing; is this a project file?')
    found = values.pop("format")
    if not isinstance(found, int) or isinstance(found, bool):
        raise ProjectFileError(
            f'"format" must be a whole number ({FORMAT} in this version), but is {short(found)}; '
            "is this a project file?"
        )
    if found > FORMAT:
        raise ProjectFileError(
            f"the file has format {short(found)}, this program knows up to {FORMAT}: "
            "install a newer Layerwise to open it"
        )
    while found < FORMAT:
        if found not in MIGRATIONS:
            raise ProjectFileError(f"format {short(found)} does not exist; the oldest is 1")
        values = MIGRATIONS[found](values)
        found += 1
    return values
