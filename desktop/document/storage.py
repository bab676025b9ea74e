"""Project files: strict to read, impossible to damage while writing.

A file is JSON with a format number. Reading names the exact place of whatever is wrong; writing
goes through a temporary file, so that the old file stays whole until the new one is complete.
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from desktop.document.project import Project
from desktop.document.spec import to_json

FORMAT = 1
EXTENSION = ".layerwise"
MAX_BYTES = 10_000_000

# From a format number to the function that makes the next format's values of it.
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class ProjectFileError(Exception):
    """A project file could not be read or written; the message says what, where and what to do."""


def read_project(path: Path) -> Project:
    """The project in the file at `path`. Raises ProjectFileError."""
    try:
        if path.is_dir():
            raise ProjectFileError(f"{path} is a folder, not a project file; open a file in it")
        if path.stat().st_size > MAX_BYTES:
            raise ProjectFileError(f"{path} is too large to be a project file; nothing was opened")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProjectFileError(f"{path} is not a text file, so not a project file") from error
    except OSError as error:
        raise ProjectFileError(f"{path} cannot be opened: {_reason(error)}") from error
    try:
        return parse_project(text)
    except ProjectFileError as error:
        raise ProjectFileError(f"{path}: {error}") from error


def write_project(path: Path, project: Project) -> None:
    """Write `project` to `path`, whole or not at all. Raises ProjectFileError."""
    write_atomically(path, project_text(project).encode())


def project_text(project: Project) -> str:
    """The contents of the file of `project`."""
    return json.dumps({"format": FORMAT, **to_json(project)}, indent=2, ensure_ascii=False) + "\n"


def parse_project(text: str) -> Project:
    """The project that `text` describes. Raises ProjectFileError with the JSON path."""
    values = _parse_json(text)
    if not isinstance(values, dict):
        raise ProjectFileError("a project must be a JSON object { ... }")
    values = _current_format(values)
    try:
        # JSON mode is strict about types, but takes lists for tuples and words for choices.
        return Project.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise ProjectFileError(describe(error, values)) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`, or leave it as it was and raise ProjectFileError."""
    temporary = None
    try:
        if path.is_dir():
            raise ProjectFileError(f"{path} is a folder; choose a file name")
        # A link is followed, so that saving through it changes the file it points to.
        target = path.resolve()
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name}.", suffix=".tmp", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
        temporary.replace(target)
    except OSError as error:
        raise ProjectFileError(
            f"{path} could not be saved: {_reason(error)}; what was there is unchanged"
        ) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "the file or its folder does not exist"
        case errno.EACCES | errno.EPERM:
            return "you have no permission; choose another folder, or change its permissions"
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full; make room, or choose another disk"
        case errno.EROFS:
            return "the disk cannot be written to; choose another one"
    return error.strerror or str(error)


def _parse_json(text: str) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ProjectFileError(f"the key {json.dumps(twice)} is given twice; keep one of them")
        return result

    def no_constant(name: str) -> Any:
        raise ProjectFileError(f"{name} is not a number that can be used here")

    try:
        return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ProjectFileError(
            f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise ProjectFileError("nested too deeply to be a project") from error
    except ValueError as error:  # a number of absurd length
        raise ProjectFileError(f"not valid JSON: {error}") from error


def _current_format(values: dict[str, Any]) -> dict[str, Any]:
    """`values` in today's format, without the format number."""
    values = dict(values)
    found = values.pop("format", None)
    if not isinstance(found, int) or isinstance(found, bool):
        raise ProjectFileError(
            f'"format" must be a whole number ({FORMAT} today), but is {json.dumps(found)}; '
            "is this a project file?"
        )
    if found > FORMAT:
        raise ProjectFileError(
            f"the file has format {found}, this program knows up to {FORMAT}: "
            "install a newer Layerwise to open it"
        )
    while found < FORMAT:
        if found not in MIGRATIONS:
            raise ProjectFileError(f"format {found} was never in use; the oldest is 1")
        values = MIGRATIONS[found](values)
        found += 1
    return values


# --- validation errors in plain words -------------------------------------------------------------


def describe(error: ValidationError, values: Any) -> str:
    """One line per problem of `error`: JSON path, what was found, what is allowed."""
    return "; ".join(_describe_one(dict(each), values) for each in error.errors())


def _describe_one(error: dict[str, Any], values: Any) -> str:
    path, parent = _path(error["loc"], values)
    found, context = error["input"], error.get("ctx") or {}
    match error["type"]:
        case "extra_forbidden":
            message = f"unknown key{_did_you_mean(str(error['loc'][-1]), _known_keys(parent))}"
        case "missing":
            message = "is missing"
        case "union_tag_invalid":
            key = str(context["discriminator"]).strip("'")
            allowed = [name.strip(" '") for name in str(context["expected_tags"]).split(",")]
            message = (
                f"unknown {key} {_short(context['tag'])}"
                f"{_did_you_mean(str(context['tag']), allowed)}; allowed: {', '.join(allowed)}"
            )
        case "union_tag_not_found":
            key = str(context["discriminator"]).strip("'")
            message = f'the key "{key}" is missing, which says what this is'
        case "enum" | "literal_error":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            message = (
                f"{_short(found)} is not allowed{_did_you_mean(str(found), allowed)}; "
                f"allowed: {', '.join(allowed)}"
            )
        case "value_error":
            message = f"{_short(found)}: {context['error']}"
        case _:
            message = f"{_short(found)} is not allowed: {_lower_first(error['msg'])}"
    return f"{path}: {message}" if path else message


def _path(location: tuple[int | str, ...], values: Any) -> tuple[str, Any]:
    """The JSON path of `location` - pydantic's, with a tag after each union - and its parent."""
    path, here, parent = "", values, values
    for step in location:
        if isinstance(here, dict) and step not in here and step in here.values():
            continue  # the tag of a variant, not a key
        parent = here
        if isinstance(step, int):
            path += f"[{step}]"
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            path += f".{step}" if path else str(step)
            here = here.get(step) if isinstance(here, dict) else None
    return path, parent


def _known_keys(parent: Any) -> list[str]:
    from desktop.document.spec import Spec

    def family(base: type[Spec]) -> list[type[Spec]]:
        return [base, *(cls for child in base.__subclasses__() for cls in family(child))]

    if isinstance(parent, dict):
        for cls in family(Spec):
            if cls.tag and parent.get(cls.tag_key) == cls.tag:
                return list(cls.model_fields)
    return list(Project.model_fields)


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
